"""What one step of connecting or disconnecting the client tools did."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Note = Mapping[str, Any]
"""What was written for one tool, as JSON: by it, that alone is taken back."""


NO_NOTE: Note = {}
"""Nothing was written before."""


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
        note: What there is to take back now; ``None`` to leave the earlier note as it is.
    """

    name: str
    outcome: Outcome
    text: str
    note: Note | None = None
