"""The packages by which a user's code talks to the stack: which are needed, which are there."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from matcha_tui.clients.connection import Outcome, ToolConnection
from matcha_tui.stack.flavor import Client, Flavor

_NAME = "client"
_SECONDS = 60
_QUESTION = """
import importlib.metadata as m, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = m.version(name)
    except m.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class InstalledClient:
    """What is there of a flavor's client.

    Attributes:
        flavor: ``zenml``.
        client: What its module.toml says.
        python: The Python that was asked; ``None`` where there is none.
        version: What it has; ``None`` without the package.
    """

    flavor: str
    client: Client
    python: str | None
    version: str | None

    @property
    def is_fit(self) -> bool:
        """Whether it is there, and gets on with the server."""
        if self.version is None:
            return False
        try:
            return SpecifierSet(self.client.fits).contains(Version(self.version), prereleases=True)
        except InvalidVersion:
            return False

    @property
    def advice(self) -> str:
        """What is wrong with it, and the command that puts it right."""
        python = self.python or "python"
        fix = f"run: {python} -m pip install {' '.join(map(repr, self.client.packages))}"
        if self.version is None:
            return f"{self.client.name} is not installed; {fix}"
        return (
            f"{self.client.name} {self.version} ({python}) does not fit, as "
            f"{self.client.otherwise or 'another version is needed'}; {fix}"
        )


def required_packages(flavors: Iterable[Flavor]) -> list[str]:
    """Return one consistent set of packages, as pip and uv take them."""
    clients = [flavor.client for flavor in flavors if flavor.client]
    return list(dict.fromkeys(package for client in clients for package in client.packages))


def find_clients(flavors: Iterable[Flavor]) -> tuple[InstalledClient, ...]:
    """Look what there is: beside the command of a flavor's name, or else in Python on PATH."""
    asked: dict[str | None, list[tuple[Flavor, Client]]] = {}
    for flavor in flavors:
        if flavor.client:
            asked.setdefault(_find_python(flavor.name), []).append((flavor, flavor.client))
    found = []
    for python, ours in asked.items():
        versions = _versions(python, [client.name for _, client in ours]) if python else {}
        for flavor, client in ours:
            version = versions.get(client.name)
            found.append(InstalledClient(flavor.name, client, python, version))
    return tuple(found)


def check_clients(found: Iterable[InstalledClient]) -> ToolConnection:
    """Say which packages are missing or do not fit; their own step fails where that matters."""
    advice = [one.advice for one in found if not one.is_fit]
    if advice:
        return ToolConnection(_NAME, Outcome.SKIPPED, "; ".join(advice))
    return ToolConnection(_NAME, Outcome.UNCHANGED, "every client package fits its server")


def _find_python(command: str) -> str | None:
    """Return the Python of a command, or that of the active environment."""
    found = shutil.which(command)
    if found is not None:
        beside = Path(found).resolve().parent / "python"
        if beside.exists():
            return str(beside)
    return shutil.which("python") or shutil.which("python3")


def ask_python(python: str, question: str, *words: str) -> bytes | None:
    """Return what a Python of the user's prints; ``None`` if it cannot be asked, or fails.

    It is asked elsewhere than in the project, whose files it would import: ``-P`` is new in 3.11.
    """
    try:
        asked = subprocess.run(
            [str(Path(python).absolute()), "-c", question, *words],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout


def _versions(python: str, names: list[str]) -> Mapping[str, str]:
    try:
        versions: Mapping[str, str] = json.loads(ask_python(python, _QUESTION, *names) or b"{}")
    except ValueError:
        return {}
    return versions
