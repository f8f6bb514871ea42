"""What can happen in a run: one frozen type a kind of event.

No text in an event holds a control character, except tabs, and line feeds in
`Diagnostic.detail`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matcha_tui.terraform.run_state import RunState as RunState


class Action(StrEnum):
    """What Terraform does to a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    READ = "read"
    OTHER = "other"


class Severity(StrEnum):
    """How bad a diagnostic is."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happened; ``timestamp`` is ``None`` where the line had none."""

    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLine(Event):
    """A line that isn't JSON, such as what a program printed on stderr."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMessage(Event):
    """A message without further meaning; ``kind`` is Terraform's name for its type."""

    message: str
    kind: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Event):
    """The engine says which version it is."""

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange(Event):
    """A resource will be changed."""

    address: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDrifted(Event):
    """A resource was changed outside Terraform."""

    address: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSummary(Event):
    """How many resources a plan will change, or an apply has changed."""

    operation: str
    add: int
    change: int
    destroy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceStarted(Event):
    """Terraform began on a resource."""

    address: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceProgressed(Event):
    """Terraform is still at it; sent every ten seconds."""

    address: str
    action: Action
    elapsed_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFinished(Event):
    """A resource is done."""

    address: str
    action: Action
    elapsed_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFailed(Event):
    """A resource could not be done; a `Diagnostic` says why, later."""

    address: str
    action: Action
    elapsed_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionStarted(Event):
    """A resource's program was started."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionOutput(Event):
    """A resource's program printed a line."""

    address: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionFinished(Event):
    """A resource's program ended well."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionFailed(Event):
    """A resource's program ended badly."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshStarted(Event):
    """Terraform looks at what a resource is really like."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshFinished(Event):
    """Terraform has looked at a resource."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLock(Event):
    """Terraform waits for the state's lock, or gives it back."""

    acquiring: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs(Event):
    """The outputs after an apply; only their names, since values may be secret."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic(Event):
    """An error or a warning.

    Attributes:
        severity: Error or warning.
        summary: One line.
        detail: The explanation; may have several lines, and may be empty.
        address: The resource it is about, where it is about one.
        filename: The configuration file it points at.
        line: The line in that file.
    """

    severity: Severity
    summary: str
    detail: str = ""
    address: str | None = None
    filename: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The worker took the run; ``steps`` are pairs of name and layer."""

    steps: tuple[tuple[str, str], ...]


def step_title(name: str, layer: str) -> str:
    """A step in words: not every step belongs to a layer."""
    return f"{layer}: {name}" if layer else name


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(Event):
    """A step's program was started."""

    name: str
    layer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished(Event):
    """A step's program ended; only ``exit_code`` 0 is success."""

    name: str
    layer: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(Event):
    """A step will not be done, because of what happened before it."""

    name: str
    layer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested(Event):
    """Somebody cancelled the run; ``forced`` is the second, harder request."""

    forced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """The worker has ended the run; ``state`` is done, failed or cancelled."""

    state: RunState
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLost(Event):
    """The run is over, and nobody was left to see how it ended."""
