"""What a target says when it can show what components have logged.

Give it to the target as its part ``logs``.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from matcha_tui.targets.base import StackSpec


@dataclass(frozen=True, slots=True)
class LogWindow:
    """Which part of a log is wanted.

    Attributes:
        since: What was logged from then on, to about a minute; ``None`` for all there is.
        lines: Only so many lines at the end; ``None`` for all.
        follow: Whether to go on with what is logged from now on, without an end.
    """

    since: datetime | None = None
    lines: int | None = None
    follow: bool = False


class Logs(ABC):
    """How a target shows logs."""

    @abstractmethod
    def read(self, spec: StackSpec, flavor: str, window: LogWindow) -> Iterator[str]:
        """Yield what a component has logged, in pieces of whole lines, as it was written.

        While nothing comes it yields an empty text now and then, if it goes on without an end.

        Args:
            spec: What is deployed.
            flavor: Which component.
            window: Which part.

        Raises:
            MatchaError: If it has no log, or it cannot be read.
        """
