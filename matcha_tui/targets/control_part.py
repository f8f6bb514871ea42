"""What a target says when its stacks can be stopped for a while, and started again.

Give it to the target as its part ``control``. What is stopped keeps its data, and is neither
repaired nor reported as failed until somebody starts it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from matcha_tui.targets.base import StackSpec


class Control(ABC):
    """How a target stops and starts.

    Attributes:
        gives_back: What a stop gives back, as the end of a sentence: "memory and ports".
        ends_with_login: Whether it ends when its user logs out.
    """

    gives_back: ClassVar[str]
    ends_with_login: ClassVar[bool] = False

    @abstractmethod
    def stop(self, spec: StackSpec, flavors: Sequence[str], tell: Callable[[str], None]) -> None:
        """Stop components and wait until they are.

        Args:
            spec: What is deployed.
            flavors: Which; empty for all.
            tell: Called with what is done, a line at a time.

        Raises:
            MatchaError: If one cannot be stopped; the others are all the same.
        """

    @abstractmethod
    def start(
        self,
        spec: StackSpec,
        flavors: Sequence[str],
        tell: Callable[[str], None],
        *,
        unless_stopped: bool = False,
    ) -> None:
        """Start components, and wait until they are healthy; what runs is left alone.

        Args:
            spec: What is deployed.
            flavors: Which; empty for all.
            tell: Called with what is done, a line at a time.
            unless_stopped: Whether to leave alone what `stop` has stopped.
        """
