"""Services that run though their project's folder knows nothing of them any more."""

from pathlib import Path

from matcha_tui.services.layout import flavor_folders
from matcha_tui.services.leader import SERVICE_MARKER, read_leader
from matcha_tui.services.supervisor import SUPERVISOR_MARKER
from matcha_tui.system.processes import (
    Process,
    end_processes,
    processes_marked_below,
    read_variable,
)

_END_SECONDS = 10


def find_processes(services_directory: Path) -> dict[str, list[Process]]:
    """Return every process of a project's services, by flavor; supervisors among them.

    Args:
        services_directory: Where its services were; it need not exist.
    """
    found: dict[str, list[Process]] = {}
    for marker in (SUPERVISOR_MARKER, SERVICE_MARKER):  # supervisors first: they start services
        for value, process in processes_marked_below(marker, str(services_directory)):
            found.setdefault(Path(value).name, []).append(process)
    return found


def find_former_directory(services_directory: Path) -> Path | None:
    """Return the services directory that a project's services still run in, if it was moved.

    They hold its files open, wherever those are by now, and know only of the former place.
    """
    for folder in flavor_folders(services_directory):
        leader = read_leader(folder)
        place = read_variable(leader.process, SERVICE_MARKER) if leader else ""
        if place and not Path(place).exists():
            return Path(place).parent
    return None


def end_all(services_directory: Path) -> list[str]:
    """End every process of a project's services.

    Returns:
        The flavors that ran.
    """
    flavors: set[str] = set()
    for marker in (SUPERVISOR_MARKER, SERVICE_MARKER):
        found = processes_marked_below(marker, str(services_directory))
        flavors |= {Path(value).name for value, _ in found}
        end_processes([process for _, process in found], _END_SECONDS)
    return sorted(flavors)
