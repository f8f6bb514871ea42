"""Removes from foreign text what a terminal would obey instead of show."""

import re

_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, modes
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, ...
    r"|\x1b[ -/]*[0-~]"  # two-character and charset sequences
)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 and C1, apart from tab and line ends
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # marks that reorder what is read
)
_FIRST_LONE_BYTE, _LAST_LONE_BYTE = 0xDC80, 0xDCFF  # as `os.fsdecode` writes them
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text without control characters and escape sequences; line ends are line feeds.

    Returns:
        Text whose only control characters are tabs and line feeds, and which can be encoded.
    """
    if text.isprintable():
        return text
    text = _SEQUENCES.sub("", text)
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def escape_line(text: str) -> str:
    r"""The text with whatever `clean_text` would change written as an escape: ``\x1b``."""
    return text if text.isprintable() else "".join(map(_escape, text))


def escape_lines(text: str) -> str:
    """The same as `escape_line` for several lines: their ends stay."""
    return "\n".join(map(escape_line, text.split("\n")))


def _escape(character: str) -> str:
    if character != "\t" and clean_text(character) == character != "\n":
        return character
    code = ord(character)
    if _FIRST_LONE_BYTE <= code <= _LAST_LONE_BYTE:  # a byte of a path that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def clean_line(text: str) -> str:
    """The same as `clean_text`, on one line: line ends become spaces."""
    if text.isprintable():
        return text
    return clean_text(text).replace("\n", " ").strip(" ")
