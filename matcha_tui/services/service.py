"""A flavor's service as it runs in one project: its definition, filled with its settings.

`service.json` holds both unfilled, and they are put together when it is read. So it
stays right when the project's folder is moved, and whoever reads it needs nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import (
    FORMS,
    PLACEHOLDER,
    Definition,
    DirectoryCheck,
    HttpCheck,
    Server,
    read_definition,
)
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically

GUARD_DIRECTORY = Path(__file__).parent / "inside"
"""Holds the package `matcha_guard`, which keeps web pages away from a service."""


@dataclass(frozen=True, slots=True)
class Service:
    """One flavor's service, ready to be installed, started and checked.

    Attributes:
        folder: Where it keeps its things.
        title: Its name for people.
        ports: Setting to port, for every port it listens on.
        server: What runs; ``None`` for a flavor that is only a folder.
        check: How to tell that it is healthy.
        lock: The digest of the lock of its packages; empty without one.
        fingerprint: Changes with anything of the above.
    """

    folder: FlavorFolder
    title: str
    ports: Mapping[str, int]
    server: Server | None
    check: HttpCheck | DirectoryCheck
    lock: str
    fingerprint: str

    @property
    def url(self) -> str | None:
        """What is asked to see whether it is healthy."""
        return self.check.url if isinstance(self.check, HttpCheck) else None


def render_service(folder: FlavorFolder, definition_path: Path) -> Service:
    """Write `service.json` from a module.toml and the flavor's resolved settings."""
    definition = read_definition(definition_path)
    values = _read_values(folder, definition)
    content = json.dumps({"definition": asdict(definition), "values": values}, indent=2)
    service = _fill(folder, content)
    make_private_directory(folder.path)
    write_atomically(folder.service, content)
    return service


def load_service(folder: FlavorFolder) -> Service:
    """Read `service.json`."""
    with explain_os_errors("read", folder.service):
        content = folder.service.read_text(encoding="utf-8")
    try:
        return _fill(folder, content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # JSON, but of another shape
        raise _damaged(folder.service) from error


def _read_values(folder: FlavorFolder, definition: Definition) -> dict[str, str | int | bool]:
    if not definition.settings:
        return {}
    with explain_os_errors("read", folder.values):
        content = folder.values.read_text(encoding="utf-8")
    values = _parse(folder.values, content)
    missing = [name for name in definition.settings if name not in values]
    if missing:
        raise MatchaError(
            f"{folder.values} has no value for {', '.join(missing)}",
            hint="Run `matcha provision`, which writes it.",
        )
    return {name: values[name] for name in definition.settings}


def _parse(path: Path, content: str) -> dict[str, Any]:
    try:
        table = json.loads(content)
    except json.JSONDecodeError as error:
        table = error
    if not isinstance(table, dict):
        raise _damaged(path)
    return table


def _damaged(path: Path) -> MatchaError:
    return MatchaError(f"{path} is damaged", hint="Run `matcha provision`, which writes it.")


def _fill(folder: FlavorFolder, content: str) -> Service:
    rendered = _parse(folder.service, content)
    table, values = rendered["definition"], rendered["values"]
    texts = {name: str(value) for name, value in values.items()}
    texts |= {
        "environment": str(folder.environment.resolve()),
        "data": str(folder.data),
        "guard": str(GUARD_DIRECTORY),
    }
    return Service(
        folder=folder,
        title=table["title"],
        ports={name: int(values[name]) for name in table["ports"]},
        server=_fill_server(Server(**table["server"]), texts) if table["server"] else None,
        check=_fill_check(table["check"], texts),
        lock=table.get("lock", ""),  # an earlier version wrote none
        fingerprint=hashlib.sha256(content.encode()).hexdigest(),
    )


def _fill_server(server: Server, texts: Mapping[str, str]) -> Server:
    return replace(
        server,
        packages=tuple(server.packages),
        command=tuple(_fill_text(part, texts) for part in server.command),
        variables={name: _fill_text(text, texts) for name, text in server.variables.items()},
        directories=tuple(server.directories),
        migrate=tuple(_fill_text(part, texts) for part in server.migrate),
        migrates=tuple(server.migrates),
    )


def _fill_check(table: dict[str, Any], texts: Mapping[str, str]) -> HttpCheck | DirectoryCheck:
    if "directory" in table:
        contents = tuple(table.get("contents", ()))  # an earlier version wrote none
        return DirectoryCheck(_fill_text(table["directory"], texts), contents)
    return HttpCheck(_fill_text(table["url"], texts), table["expect"], table["start_seconds"])


def _fill_text(text: str, texts: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: FORMS[match[2]](texts[match[1]]), text)
