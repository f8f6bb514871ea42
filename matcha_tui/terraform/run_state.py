"""Where a run stands, in one word."""

from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands; the last four are final."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow."""
        return self not in (RunState.WAITING, RunState.RUNNING, RunState.CANCELLING)
