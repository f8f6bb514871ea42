"""What a flavor's module.toml says about its service."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.files import explain_os_errors


@dataclass(frozen=True, slots=True)
class HttpCheck:
    """A service is healthy when this address answers as expected.

    Attributes:
        url: Asked with GET.
        expect: A regular expression found in the body of the right service's answer.
        start_seconds: How long a first start may take.
    """

    url: str
    expect: str
    start_seconds: float


@dataclass(frozen=True, slots=True)
class DirectoryCheck:
    """A service without a server is healthy when this directory can be written to."""

    directory: str


@dataclass(frozen=True, slots=True)
class Server:
    """A program that runs in its own Python environment.

    Attributes:
        packages: Pinned requirements, as pip writes them.
        command: Program and arguments.
        variables: Its environment variables.
        directories: Made inside its data folder before the first start.
        stop_seconds: How long it may take to end when asked to.
        disk_megabytes: What its environment needs; 0 when unknown.
    """

    packages: tuple[str, ...]
    command: tuple[str, ...]
    variables: dict[str, str]
    directories: tuple[str, ...]
    stop_seconds: float
    disk_megabytes: int


@dataclass(frozen=True, slots=True)
class Definition:
    """How a flavor runs on this machine; texts may hold ``{placeholders}``.

    Attributes:
        title: The flavor's name for people.
        settings: Names of all its settings.
        ports: Names of the settings that are ports.
        server: ``None`` for a flavor that is only a folder.
        check: How to tell that it is healthy.
    """

    title: str
    settings: tuple[str, ...]
    ports: tuple[str, ...]
    server: Server | None
    check: HttpCheck | DirectoryCheck


def read_definition(path: Path) -> Definition:
    """Read a module.toml.

    Raises:
        MatchaError: If it cannot be read, or does not describe a service.
    """
    with explain_os_errors("read", path):
        text = path.read_text(encoding="utf-8")
    try:
        return definition_from_table(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MatchaError(f"{path} is not TOML: {error}", hint="Correct that line.") from error
    except KeyError as error:
        raise MatchaError(f"{path} lacks {error.args[0]!r}", hint="Add it.") from error


def definition_from_table(table: dict[str, Any]) -> Definition:
    """Turn the tables of a module.toml into a definition.

    Raises:
        KeyError: If something that has no default is missing.
    """
    settings = table.get("setting", [])
    return Definition(
        title=table["title"],
        settings=tuple(setting["name"] for setting in settings),
        ports=tuple(setting["name"] for setting in settings if setting["type"] == "port"),
        server=_server(table["service"]) if "service" in table else None,
        check=_check(table["health"]),
    )


def _server(table: dict[str, Any]) -> Server:
    return Server(
        packages=tuple(table["packages"]),
        command=tuple(table["command"]),
        variables=dict(table.get("variables", {})),
        directories=tuple(table.get("directories", [])),
        stop_seconds=table.get("stop_seconds", 10),
        disk_megabytes=table.get("disk_megabytes", 0),
    )


def _check(table: dict[str, Any]) -> HttpCheck | DirectoryCheck:
    if "directory" in table:
        return DirectoryCheck(table["directory"])
    return HttpCheck(table["url"], table["expect"], table["start_seconds"])
