"""The three standard streams: there from the start, and one clear error when output is lost.

A shell may give a closed stream (``>&-``), one that is full (``> /dev/full``), one whose
reader has gone (``| head -1``), or one that cannot encode every character. stdout is data:
what cannot be written there fails the command. stderr is narration: what cannot be written
there is lost, and what the command does goes on.
"""

import errno
import io
import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EBADF: "it is closed",
}


class OutputError(Exception):
    """What was to be printed could not be written to stdout.

    Attributes:
        sentence: What is wrong; ``None`` where nobody would miss it, because whoever
            read the output has gone.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        is_gone = isinstance(error, BrokenPipeError)
        self.sentence = None if is_gone else f"cannot write to stdout: {reason}"


def run_program(program: Callable[[], int]) -> int:
    """Run a program whose output may be lost, and return its exit status.

    Returns:
        That status, or 1 when output was lost, which is then said on stderr.
    """
    with _safe_streams():
        try:
            status = program()
            sys.stdout.flush()
        except OutputError as error:
            if error.sentence:
                sys.stderr.write(f"matcha: {error.sentence}\n")
            return 1
    return status


@contextmanager
def _safe_streams() -> Iterator[None]:
    _open_closed_descriptors()
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = _over(sys.stdout, _Data(io.FileIO(1, "w", closefd=False)))
    sys.stderr = _over(sys.stderr, _Narration(io.FileIO(2, "w", closefd=False)))
    try:
        yield
    finally:
        sys.stderr.flush()
        sys.stdin, sys.stdout, sys.stderr = before


class _Data(io.BufferedWriter):
    """Guards what is above the file: an interrupt in a raw write would have it written again."""

    def write(self, content: "ReadableBuffer", /) -> int:
        rest = memoryview(content).cast("B")
        size = len(rest)
        while True:
            try:
                super().write(rest)
            except BlockingIOError as error:  # a terminal that must not block
                rest = rest[error.characters_written :]
                select.select([], [self], [])
            except OSError as error:
                self._lose(error)
                return size
            else:
                return size

    def flush(self) -> None:
        while True:
            try:
                super().flush()
            except BlockingIOError:
                select.select([], [self], [])
            except OSError as error:
                self._lose(error)
                return
            else:
                return

    def _lose(self, error: OSError) -> None:
        """Let what is still buffered go nowhere, or Python's own flush at its exit fails."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        raise OutputError(error) from error


class _Narration(_Data):
    def _lose(self, error: OSError) -> None:
        with suppress(OutputError):
            super()._lose(error)


def _over(stream: TextIO | None, content: io.BufferedWriter) -> TextIO:
    """Return a stream of text over `content`; a character that it cannot encode is escaped."""
    encoding = "utf-8"
    if stream is not None:
        try:
            stream.fileno()
        except (OSError, ValueError, AttributeError):
            return stream  # a test's, or a notebook's
        stream.flush()
        encoding = stream.encoding
    return io.TextIOWrapper(content, encoding, "backslashreplace", line_buffering=content.isatty())


def _open_closed_descriptors() -> None:
    """Put something in a closed stream's place, or the next file to be opened gets its number.

    Reading finds the end; writing fails, as it does on a closed one.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
