"""What a flavor's module.toml says about its service."""

import glob
import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from matcha_tui.guess import name_hint
from matcha_tui.system.files import explain_os_errors
from matcha_tui.system.toml_file import TomlTable, read_toml

LOCK = "requirements.lock"
"""Beside module.toml: its packages and all that they need, with versions and hashes."""

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)(?::([a-z]+))?\}")
"""In a text of [service] or [health]: a setting's name, or one of `FOLDER_PLACEHOLDERS`, and
perhaps one of `FORMS`: ``{data:url}``."""

FOLDER_PLACEHOLDERS = ("environment", "data", "guard")

FORMS: Mapping[str | None, Callable[[str], str]] = {
    None: str,
    "url": quote,  # as part of a URL
    "glob": glob.escape,  # as part of a pattern of file names
}
"""How a value is written where its reader would take some characters for syntax."""

_PINNED = re.compile(r"[^=<>!~;]*==\s*([^\s;,]+)")
_SERVER_KEYS = (
    "packages",
    "command",
    "variables",
    "directories",
    "stop_seconds",
    "disk_megabytes",
    "rests_for_backup",
    "migrate",
    "migrates",
)
_CHECK_KEYS = ("url", "expect", "start_seconds", "directory", "contents")
_FOLDER_KEYS = ("sqlite", "refuse", "because")
_SQLITE_PATH_BYTES = 504  # its limit is 512, and "-journal" is appended


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
    """A service without a server is healthy when its directory can be written to.

    Attributes:
        directory: With what it keeps; outside of the flavor's folder it outlives a destroy.
        contents: Regular expressions of the names that its program gives what it keeps there:
            all else is somebody's own, and never deleted.
    """

    directory: str
    contents: tuple[str, ...] = ()


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
        rests_for_backup: Whether its files only fit each other while it does not run.
        migrate: What brings its data to the version of its packages: program and arguments;
            empty for a server that does so when it starts.
        migrates: Patterns of what in its data folder another version may rewrite.
    """

    packages: tuple[str, ...]
    command: tuple[str, ...]
    variables: dict[str, str]
    directories: tuple[str, ...]
    stop_seconds: float
    disk_megabytes: int
    rests_for_backup: bool = False
    migrate: tuple[str, ...] = ()
    migrates: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class FolderLimits:
    """In which folders a flavor cannot keep its data.

    Attributes:
        path_bytes: How long the data folder's path may be; 0 for what the system allows.
        refuse: A regular expression of what its path must not have; empty for nothing.
        because: What fails there, as a sentence without its full stop.
    """

    path_bytes: int = 0
    refuse: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """How a flavor runs on this machine; texts may hold ``{placeholders}``.

    Attributes:
        title: The flavor's name for people.
        settings: Names of all its settings.
        ports: Names of the settings that are ports.
        server: ``None`` for a flavor that is only a folder.
        check: How to tell that it is healthy.
        limits: In which folders it cannot be.
        lock: The digest of its lock; empty without one.
    """

    title: str
    settings: tuple[str, ...]
    ports: tuple[str, ...]
    server: Server | None
    check: HttpCheck | DirectoryCheck
    limits: FolderLimits
    lock: str


def read_definition(path: Path) -> Definition:
    """Read a module.toml, for a process that knows no catalog."""
    return parse_definition(read_toml(path))


def parse_definition(top: TomlTable) -> Definition:
    """Return what a module.toml says about its service."""
    settings = top.tables("setting")
    names = tuple(setting.text("name") for setting in settings)
    known = (*FOLDER_PLACEHOLDERS, *names)
    definition = Definition(
        title=top.text("title"),
        settings=names,
        ports=tuple(setting.text("name") for setting in settings if setting.text("type") == "port"),
        server=_server(top.table("service"), known) if "service" in top.content else None,
        check=_check(top.table("health"), known),
        limits=_limits(top.table("folder")),
        lock=_digest(top.path.with_name(LOCK)),
    )
    if (definition.server is None) != isinstance(definition.check, DirectoryCheck):
        raise top.error(
            "health",
            "does not fit",
            hint="A flavor with [service] has health.url; one without it has health.directory.",
        )
    return definition


def pinned_version(packages: Sequence[str]) -> str:
    """Return the version of the first package, which is the server: ``3.17.2``."""
    pinned = next(filter(None, map(_PINNED.match, packages)), None)
    return pinned[1] if pinned else ""


def _server(table: TomlTable, known: Collection[str]) -> Server:
    table.refuse_unknown(_SERVER_KEYS)
    if not table.texts("command"):
        raise table.error("command", "is missing", hint="Add it: program and arguments.")
    for key in ("command", "migrate"):
        _check_placeholders(table, key, table.texts(key), known)
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
        rests_for_backup=table.boolean("rests_for_backup", False),
        migrate=table.texts("migrate"),
        migrates=table.texts("migrates") if "migrates" in table.content else ("*",),
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
        for pattern in table.texts("contents"):
            _check_pattern(table, "contents", pattern)
        return DirectoryCheck(table.text("directory"), table.texts("contents"))
    _check_placeholders(table, "url", [table.text("url")], known)
    _check_pattern(table, "expect", table.text("expect"))
    return HttpCheck(table.text("url"), table.text("expect"), table.integer("start_seconds"))


def _limits(table: TomlTable) -> FolderLimits:
    table.refuse_unknown(_FOLDER_KEYS)
    refuse, database = table.text("refuse", ""), table.text("sqlite", "")
    _check_pattern(table, "refuse", refuse)
    return FolderLimits(
        path_bytes=_SQLITE_PATH_BYTES - len(f"/{database}".encode()) if database else 0,
        refuse=refuse,
        because=table.text("because") if refuse else "",
    )


def _check_pattern(table: TomlTable, key: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise table.error(key, f"is no regular expression: {error}") from error


def _check_placeholders(
    table: TomlTable, key: str, texts: Collection[str], known: Collection[str]
) -> None:
    for text in texts:
        for match in PLACEHOLDER.finditer(text):
            if match[1] not in known:
                raise table.error(
                    key,
                    f"has the placeholder {match[0]}, which is no setting",
                    hint=name_hint(match[1], sorted(known)),
                )
            if match[2] not in FORMS:
                raise table.error(
                    key,
                    f"has the placeholder {match[0]}, and {match[2]!r} is no form of a value",
                    hint=name_hint(match[2], [form for form in FORMS if form]),
                )
