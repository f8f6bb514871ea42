"""Which package index uv asks, as the user has set it; passwords in it are never shown."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import uv

from matcha_tui.services.explain_uv import explain_failure
from matcha_tui.system.path_variables import from_folder

MASK = "****"

_DEFAULT = "uv's default index"
_DEFAULT_NAMES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
_FURTHER_NAMES = ("UV_INDEX", "UV_EXTRA_INDEX_URL")
_FROM_PIP = (
    # pip's variable, uv's, and those that say that the user has told uv already
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", (*_DEFAULT_NAMES, *_FURTHER_NAMES)),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX", (*_DEFAULT_NAMES, *_FURTHER_NAMES)),
    ("PIP_CERT", "SSL_CERT_FILE", ("SSL_CERT_FILE", "SSL_CERT_DIR")),
)
"""uv reads none of pip's variables; whoever has only those means them for us, too."""

_PYTHON_NAMES = ("CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
_USER = re.compile(r"(?P<scheme>\b[a-zA-Z][\w+.-]*://)(?P<user>[^\s/@]+(?:/[^\s/@]*)?)@")
_SECRET_NAME = re.compile(r"UV_INDEX_\w+_PASSWORD|UV_PUBLISH_(?:PASSWORD|TOKEN)")
_ASK = (
    *("--no-deps", "--refresh", "--no-header", "--emit-index-url"),
    *("--python", sys.executable),
)
_ASK_VARIABLES = {"UV_HTTP_TIMEOUT": "10", "UV_HTTP_RETRIES": "0"}
ASK_SECONDS = 30


def uv_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What uv is run with: the user's settings, pip's among them, and no Python of the user's."""
    kept = {name: value for name, value in environment.items() if name not in _PYTHON_NAMES}
    for pips, uvs, deciding in _FROM_PIP:
        if environment.get(pips) and not any(environment.get(name) for name in deciding):
            kept[uvs] = environment[pips]
    return from_folder(kept, Path.cwd()) | {"NO_COLOR": "1"}


def describe_index(environment: Mapping[str, str]) -> str:
    """Name the index that the variables choose, and those that are asked before it."""
    default = next((environment[name] for name in _DEFAULT_NAMES if environment.get(name)), "")
    further = [part for name in _FURTHER_NAMES for part in environment.get(name, "").split()]
    return _join([default or _DEFAULT, *further], environment)


def ask_index(flavor: str, package: str, environment: Mapping[str, str]) -> str:
    """Ask whether the index has a package.

    Returns:
        Which index that is, as uv itself says it, its own configuration included.
    """
    asked = {**environment, **_ASK_VARIABLES}
    answer = compile_with_uv(flavor, _ASK, package, asked, ASK_SECONDS)
    options = [line.split(" ", 1) for line in answer.splitlines() if line.startswith("--")]
    chosen = [place for option, place in options if option == "--index-url"]
    further = [place for option, place in options if option == "--extra-index-url"]
    return _join([*chosen, *further] or [describe_index(environment)], environment)


def compile_with_uv(
    flavor: str,
    options: Sequence[str],
    packages: str,
    environment: Mapping[str, str],
    seconds: float | None = None,
) -> str:
    """Have uv choose versions, and return what it prints."""
    # At the root, because below a project uv would take that project's settings.
    answer = subprocess.run(
        [uv.find_uv_bin(), "pip", "compile", "--quiet", "--color", "never", *options, "-"],
        input=packages,
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )
    if answer.returncode != 0:
        raise explain_failure(flavor, mask(answer.stderr, environment))
    return answer.stdout


def mask(text: str, environment: Mapping[str, str]) -> str:
    """Return a text without the passwords of any address in it, or of the user's variables."""
    masked = _USER.sub(_mask_user, text)
    for secret in _secrets(environment):
        masked = masked.replace(secret, MASK)
    return masked


def _join(places: list[str], environment: Mapping[str, str]) -> str:
    first, *further = (mask(place, environment) for place in places)
    return f"{first} (after {', '.join(further)})" if further else first


def _mask_user(found: re.Match[str]) -> str:
    name, colon, _ = found["user"].partition(":")
    return f"{found['scheme']}{name if colon else ''}{colon}{MASK}@"  # a name alone is a token


def _secrets(environment: Mapping[str, str]) -> set[str]:
    """The passwords in the user's variables, as they are written and as they are meant."""
    found = set()
    for name, value in environment.items():
        if _SECRET_NAME.fullmatch(name):
            found.add(value)
        for address in _USER.finditer(value):
            found.add(address["user"].partition(":")[2])
    whole = {secret for secret in found if secret}
    return whole | {unquote(secret) for secret in whole} | {quote(secret) for secret in whole}
