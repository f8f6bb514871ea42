"""The marks in a run's folder by which its faces ask the worker to cancel it.

A mark outlives the one who left it. Whoever claims it sends the signal: so each
is sent once, also when the worker has died and a face has to stand in for it.
"""

from enum import StrEnum
from pathlib import Path

from matcha_tui.files import PRIVATE_FILE_MODE, explain_os_errors


class Mark(StrEnum):
    """What is asked for."""

    CANCEL = "cancel"
    FORCE = "force"


def leave(directory: Path, mark: Mark) -> bool:
    """Ask for it.

    Returns:
        Whether nobody had asked before.

    Raises:
        MatchaError: If the mark cannot be written.
    """
    with explain_os_errors("write", directory / mark):
        return _create(directory / mark)


def is_left(directory: Path, mark: Mark) -> bool:
    """Whether anybody has asked for it."""
    return (directory / mark).exists()


def claim(directory: Path, mark: Mark) -> bool:
    """Take it upon oneself to send the signal.

    Returns:
        Whether nobody else has; also when that cannot be noted: better two
        signals than none.
    """
    try:
        return _create(directory / f"{mark}.sent")
    except OSError:
        return True


def _create(path: Path) -> bool:
    try:
        path.touch(mode=PRIVATE_FILE_MODE, exist_ok=False)
    except FileExistsError:
        return False
    return True
