"""The processes of a service, found by a variable in their environment, and how they are ended.

A service's *leader* is the process that its command became. Whatever it starts inherits
the marker, so what a killed leader leaves behind can be found and ended, and nothing else.
"""

import json
from dataclasses import asdict, dataclass

from matcha_tui.services.layout import FlavorFolder
from matcha_tui.system.files import write_atomically
from matcha_tui.system.processes import (
    Process,
    end_group,
    end_processes,
    is_marked,
    marked_processes,
)

SERVICE_MARKER = "MATCHA_SERVICE"
"""Names the flavor folder of a service, in its processes' environment."""

INSTALL_MARKER = "MATCHA_INSTALL"
"""The same for the processes that install a service."""


@dataclass(frozen=True, slots=True)
class Leader:
    """Which process a service is.

    Attributes:
        pid: Its process id, which is also its process group.
        created: When it was started, as `Process.started` is.
        fingerprint: Of the service that it was started as.
    """

    pid: int
    created: float
    fingerprint: str

    @property
    def process(self) -> Process:
        """The process itself."""
        return Process(self.pid, self.created)


def write_leader(folder: FlavorFolder, leader: Leader) -> None:
    """Record which process the service is."""
    write_atomically(folder.leader, json.dumps(asdict(leader)))


def read_leader(folder: FlavorFolder) -> Leader | None:
    """The recorded leader, alive or not."""
    try:
        record = json.loads(folder.leader.read_text(encoding="utf-8"))
        return Leader(record["pid"], record["created"], record["fingerprint"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def living_leader(folder: FlavorFolder) -> Leader | None:
    """The recorded leader, if that very process still lives."""
    leader = read_leader(folder)
    is_living = leader and is_marked(leader.process, SERVICE_MARKER, str(folder.path))
    return leader if is_living else None


def service_processes(folder: FlavorFolder, marker: str = SERVICE_MARKER) -> list[Process]:
    """All processes of a service, or of its installation, without the caller."""
    return marked_processes(marker, str(folder.path))


def end_service(folder: FlavorFolder, seconds: float) -> None:
    """End whatever still runs of a service, children included.

    Its leader is asked first and may end its own children in order; what it leaves is
    ended after it.
    """
    if leader := living_leader(folder):
        end_group(leader.process, seconds)
    end_processes(service_processes(folder), seconds)
    folder.leader.unlink(missing_ok=True)
