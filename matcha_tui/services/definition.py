"""What a flavor's module.toml says about its service."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.files import explain_os_errors
from matcha_tui.toml_file import TomlTable, read_toml

LOCK = "requirements.lock"
"""Beside module.toml: its packages and all that they need, with versions and hashes."""

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
"""In a text of [service] or [health]: a setting's name, or one of `FOLDER_PLACEHOLDERS`."""

FOLDER_PLACEHOLDERS = ("environment", "data")

_SERVER_KEYS = (
    "packages",
    "command",
    "variables",
    "directories",
    "stop_seconds",
    "disk_megabytes",
)
_CHECK_KEYS = ("url", "expect", "start_seconds", "directory")


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
        lock: The digest of its lock; empty without one.
    """

    title: str
    settings: tuple[str, ...]
    ports: tuple[str, ...]
    server: Server | None
    check: HttpCheck | DirectoryCheck
    lock: str


def read_definition(path: Path) -> Definition:
    """Read a module.toml.

    Args:
        path: The file.

    Raises:
        MatchaError: If it cannot be read, or does not describe a service, naming the
            line and the key.
    """
    top = read_toml(path)
    settings = top.tables("setting")
    names = tuple(setting.text("name") for setting in settings)
    known = (*FOLDER_PLACEHOLDERS, *names)
    definition = Definition(
        title=top.text("title"),
        settings=names,
        ports=tuple(setting.text("name") for setting in settings if setting.text("type") == "port"),
        server=_server(top.table("service"), known) if "service" in top.content else None,
        check=_check(top.table("health"), known),
        lock=_digest(path.with_name(LOCK)),
    )
    if (definition.server is None) != isinstance(definition.check, DirectoryCheck):
        raise top.complaint(
            "health",
            "does not fit",
            hint="A flavor with [service] has health.url; one without it has health.directory.",
        )
    return definition


def _server(table: TomlTable, known: Collection[str]) -> Server:
    table.refuse_unknown(_SERVER_KEYS)
    if not table.texts("command"):
        raise table.complaint("command", "is missing", hint="Add it: program and arguments.")
    _check_placeholders(table, "command", table.texts("command"), known)
    variables = table.table("variables")
    for name in variables.content:
        _check_placeholders(variables, name, [variables.text(name)], known)
    return Server(
        packages=table.texts("packages"),
        command=table.texts("command"),
        variables={name: variables.text(name) for name in variables.content},
        directories=table.texts("directories"),
        stop_seconds=table.integer("stop_seconds", 10),
        disk_megabytes=table.integer("disk_megabytes", 0),
    )


def _digest(lock: Path) -> str:
    if not lock.exists():
        return ""
    with explain_os_errors("read", lock):
        return hashlib.sha256(lock.read_bytes()).hexdigest()


def _check(table: TomlTable, known: Collection[str]) -> HttpCheck | DirectoryCheck:
    table.refuse_unknown(_CHECK_KEYS)
    if "directory" in table.content:
        _check_placeholders(table, "directory", [table.text("directory")], known)
        return DirectoryCheck(table.text("directory"))
    _check_placeholders(table, "url", [table.text("url")], known)
    try:
        re.compile(table.text("expect"))
    except re.error as error:
        raise table.complaint("expect", f"is no regular expression: {error}") from error
    return HttpCheck(table.text("url"), table.text("expect"), table.integer("start_seconds"))


def _check_placeholders(
    table: TomlTable, key: str, texts: Collection[str], known: Collection[str]
) -> None:
    for text in texts:
        for match in PLACEHOLDER.finditer(text):
            if match[1] not in known:
                raise table.complaint(
                    key,
                    f"has the placeholder {match[0]}, which is no setting",
                    hint=f"Known: {', '.join(sorted(known))}.",
                )
