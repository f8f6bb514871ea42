"""The ends of the lines in a user's own file, which more is added to."""


def end_of_line(text: bytes) -> bytes:
    """Return what ends the lines of a text: CRLF where its first line ends so, else LF."""
    first, newline, _ = text.partition(b"\n")
    return b"\r\n" if newline and first.endswith(b"\r") else b"\n"


def with_end(text: bytes) -> bytes:
    """Return a text that another line can follow."""
    return text if not text or text.endswith(b"\n") else text + end_of_line(text)
