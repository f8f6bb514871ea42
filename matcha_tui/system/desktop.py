"""Hands text to the desktop outside the terminal: to its clipboard, or as a notification.

A terminal does both by escape sequences, where it can; the clipboard's own tool is for those that
cannot. Such a tool is called with fixed arguments and given the text on stdin.
"""

import shutil
import subprocess
from collections.abc import Mapping

from matcha_tui.system.plain_text import clean_line

_SECONDS = 3.0
_LONGEST_TEXT = 200
# Each with the variable without which it has no desktop to talk to.
_TOOLS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("wl-copy",), "WAYLAND_DISPLAY"),
    (("xclip", "-selection", "clipboard", "-in"), "DISPLAY"),
    (("xsel", "--clipboard", "--input"), "DISPLAY"),
    (("pbcopy",), ""),
    (("clip.exe",), ""),
)
_WITH_UTF_16 = "clip.exe"
_ESCAPE, _BELL = "\x1b", "\x07"


def find_clipboard_tool(environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the command that takes text for the clipboard; ``None`` where there is none."""
    for (name, *arguments), variable in _TOOLS:
        if variable and not environment.get(variable):
            continue
        if path := shutil.which(name, path=environment.get("PATH", "")):
            return path, *arguments
    return None


def give_to_clipboard(text: str, environment: Mapping[str, str]) -> bool:
    """Give text to the clipboard's tool, and wait a moment for it at most.

    Returns:
        Whether there is one that took it.
    """
    tool = find_clipboard_tool(environment)
    if tool is None:
        return False
    encoding = "utf-16" if tool[0].endswith(_WITH_UTF_16) else "utf-8"
    try:
        done = subprocess.run(
            tool,
            input=text.encode(encoding, errors="replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def notification(title: str, text: str, environment: Mapping[str, str]) -> str:
    """Return what makes a terminal show a notification: OSC 777 or, for most, OSC 9.

    Nothing in the texts reaches the terminal as a sequence of its own.
    """
    title, text = (_for_sequence(part) for part in (title, text))
    terminal = environment.get("TERM", "")
    if terminal.startswith(("rxvt", "foot")) or environment.get("VTE_VERSION"):
        sequence = f"{_ESCAPE}]777;notify;{title};{text}{_BELL}"
    else:
        sequence = f"{_ESCAPE}]9;{title}: {text}{_BELL}"
    if not environment.get("TMUX"):
        return sequence
    # tmux passes this on where `allow-passthrough` is on.
    return f"{_ESCAPE}Ptmux;{sequence.replace(_ESCAPE, _ESCAPE * 2)}{_ESCAPE}\\"


def _for_sequence(text: str) -> str:
    return clean_line(text).replace(";", ",")[:_LONGEST_TEXT]
