"""What of a service on this machine is not as it was deployed, and who has changed it."""

import json
import pwd
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import DirectoryCheck, read_definition
from matcha_tui.services.environment import is_installed
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.leader import living_leader
from matcha_tui.services.ports import describe_holder, is_free
from matcha_tui.services.service import Service, load_service
from matcha_tui.services.supervisor import is_supervised
from matcha_tui.services.upgrade import read_earlier

_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class ServiceDeviation:
    """One thing that differs.

    Attributes:
        flavor: Of which service.
        text: What is so, without a full stop.
        who: Who has changed it and when, as far as that is known.
        part: What is to be made anew to put it right: ``service``, ``environment``, ``storage``
            or ``supervisor``; empty where that is no remedy.
    """

    flavor: str
    text: str
    who: str = ""
    part: str = ""


def find_deviations(folder: FlavorFolder, definition: Path) -> tuple[ServiceDeviation, ...]:
    """Compare a service with what was deployed.

    Args:
        folder: The flavor's.
        definition: The module.toml that it was deployed from.
    """
    try:
        service = load_service(folder)
    except MatchaError as error:
        return (ServiceDeviation(folder.flavor, error.message, part="storage"),)
    found = [*_of_files(folder, service, definition)]
    if service.server is not None:
        found += _of_processes(folder, service)
    return tuple(found)


def _of_files(
    folder: FlavorFolder, service: Service, definition: Path
) -> Iterator[ServiceDeviation]:
    flavor, part = folder.flavor, "service" if service.server else "storage"
    if _was_edited(folder, definition):
        text = f"{folder.service} is not what was deployed"
        yield ServiceDeviation(flavor, text, _changed_by(folder.service), part)
    for path in (folder.service, folder.values):
        if path.exists() and path.stat().st_mode & _OTHERS:
            text = f"{path} holds secrets, and others can read it"
            yield ServiceDeviation(flavor, text, part=part)
    kept_in = folder.data
    if isinstance(service.check, DirectoryCheck):
        kept_in = Path(service.check.directory)
    if not kept_in.is_dir():
        yield ServiceDeviation(flavor, f"its folder {kept_in} is gone", part="storage")
    if service.server is not None and not is_installed(folder):
        yield ServiceDeviation(flavor, "its Python environment is gone", part="environment")


def _of_processes(folder: FlavorFolder, service: Service) -> Iterator[ServiceDeviation]:
    leader = living_leader(folder)
    if leader is None:
        if folder.stopped.exists():
            return
        yield ServiceDeviation(folder.flavor, "it does not run", part="service")
        for setting, port in service.ports.items():
            if not is_free(port):
                text = f"its {setting} {port} is taken by {describe_holder(port)}"
                yield ServiceDeviation(folder.flavor, text)
        return
    if leader.fingerprint != service.fingerprint:
        text = f"process {leader.pid} runs with other settings than were deployed"
        yield ServiceDeviation(folder.flavor, text, part="service")
    if not is_supervised(folder):
        text = f"nothing watches over process {leader.pid}"
        yield ServiceDeviation(folder.flavor, text, part="supervisor")


def _was_edited(folder: FlavorFolder, definition: Path) -> bool:
    """Return whether `service.json` says something else than module.toml and settings."""
    try:
        written = folder.service.read_text(encoding="utf-8")
        rendered: dict[str, Any] = json.loads(written)
        values: dict[str, Any] = json.loads(folder.values.read_text(encoding="utf-8"))
        expected = json.loads(json.dumps(asdict(read_definition(definition))))
        earlier = read_earlier(folder)
        if earlier is not None and earlier.content == written:
            return False  # it is what was healthy last, as after an upgrade that has failed
        given = {name: values.get(name) for name in rendered["values"]}
        return not _agrees(rendered["definition"], expected) or rendered["values"] != given
    except (OSError, MatchaError, ValueError, KeyError, TypeError, AttributeError):
        return False  # it was said otherwise, or cannot be known


def _agrees(written: Any, expected: Any) -> bool:
    """Return whether both say the same; an earlier version may have written fewer keys."""
    if isinstance(written, Mapping) and isinstance(expected, Mapping):
        return all(_agrees(value, expected.get(name)) for name, value in written.items())
    return bool(written == expected)


def _changed_by(path: Path) -> str:
    status = path.stat()
    try:
        who = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        who = f"user {status.st_uid}"
    when = datetime.fromtimestamp(status.st_mtime).astimezone()
    return f"by {who}, {when:%Y-%m-%d %H:%M}"
