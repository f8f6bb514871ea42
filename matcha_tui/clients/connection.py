"""What one step of connecting the client tools did."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a step ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ToolConnection:
    """One step.

    Attributes:
        name: The tool that was connected: ``dvc``.
        outcome: How it ended.
        text: What was done, or why nothing was.
    """

    name: str
    outcome: Outcome
    text: str
