"""The one place that reports a crash: a short sentence, and a private report on disk."""

import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from matcha_tui import __version__
from matcha_tui.errors import MatchaError
from matcha_tui.files import make_private_directory, write_atomically


def report_crash(error: BaseException, directory: Path) -> str:
    """Keep what a developer needs to mend an unexpected error.

    The report has the calls that led to it, and neither values of variables nor
    the error's own text, since either could hold a secret.

    Args:
        error: What was raised.
        directory: Where to keep the report; the temporary directory if that fails.

    Returns:
        One sentence for the user that names the report.
    """
    frames = traceback.extract_tb(error.__traceback__)
    report = "\n".join(
        [
            f"matcha-tui {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command: {Path(sys.argv[0]).name}",
            f"error: {type(error).__module__}.{type(error).__qualname__}",
            *(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames),
            "",
        ]
    )
    name = f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}.txt"
    try:
        path = make_private_directory(directory) / name
        write_atomically(path, report)
    except MatchaError:
        path = Path(tempfile.mkdtemp(prefix="matcha-")) / name
        write_atomically(path, report)
    return (
        f"matcha-tui met an error it did not expect ({type(error).__name__}). "
        f"What was under way goes on; a report without secrets is in {path}"
    )
