"""What a target says when what its components hold can be written to one file, and put back.

Give it to the target as its part ``backup``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from matcha_tui.targets.base import StackSpec


class Backup(ABC):
    """How a target backs up and restores."""

    @abstractmethod
    def save(
        self,
        spec: StackSpec,
        file: Path,
        facts: Mapping[str, Any],
        *,
        with_secrets: bool,
        tell: Callable[[str], None],
    ) -> None:
        """Write all that components hold to a file, which appears whole or not at all.

        Args:
            spec: What is deployed.
            file: Where to.
            facts: What is to be known of it, as JSON.
            with_secrets: Whether passwords and keys are among it.
            tell: Called with what is done, a line at a time.

        Raises:
            MatchaError: If it cannot be read or written.
        """

    @abstractmethod
    def check(self, file: Path) -> Mapping[str, Any]:
        """Check every byte of such a file, and return its facts.

        Raises:
            MatchaError: If it is none, of a newer version, damaged or cut off.
        """

    @abstractmethod
    def restore(
        self,
        spec: StackSpec,
        file: Path,
        facts: Mapping[str, Any],
        *,
        replace: bool,
        tell: Callable[[str], None],
    ) -> None:
        """Put back what a file holds, once all of it is unpacked.

        Args:
            spec: What is deployed, or will be.
            file: Was checked.
            facts: What `check` has returned of it.
            replace: Whether data that is there is replaced.
            tell: Called with what is done, a line at a time.

        Raises:
            MatchaError: If data is there that is not to be replaced, or there is no room.
        """
