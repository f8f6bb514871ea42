"""The one error that users see, and the exit codes of every command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status means; scripts rely on these numbers."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    PREFLIGHT_FAILED = 4
    CANCELLED = 130


class MatchaError(Exception):
    """Something the user can understand and act on; shown without a traceback.

    Attributes:
        message: One sentence: what is wrong, and where.
        hint: What to do next, or ``None`` when the message already says it.
        exit_code: The status a command ends with because of it.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, exit_code: ExitCode = ExitCode.FAILED
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
