"""Text is handed to the desktop: by stdin to the clipboard's tool, escaped to the terminal."""

import time
from pathlib import Path

import pytest

from matcha_tui.system.desktop import find_clipboard_tool, give_to_clipboard, notification


def tool(folder: Path, name: str, script: str) -> dict[str, str]:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize(
    ("name", "variable", "arguments"),
    [
        ("wl-copy", "WAYLAND_DISPLAY", ""),
        ("xclip", "DISPLAY", "-selection clipboard -in"),
        ("xsel", "DISPLAY", "--clipboard --input"),
        ("pbcopy", "", ""),
    ],
)
def test_the_tool_gets_the_text_on_stdin_and_fixed_arguments(tmp_path, name, variable, arguments):
    environment = tool(tmp_path, name, f'cat > "{tmp_path}/text"; echo "$*" > "{tmp_path}/said"')
    if variable:
        assert find_clipboard_tool(environment | {"PATH": str(tmp_path)}) is None
        environment[variable] = ":0"
    assert give_to_clipboard("two\nlines; $(rm) 日本 \udc80", environment)
    assert (tmp_path / "text").read_text() == "two\nlines; $(rm) 日本 ?"
    assert (tmp_path / "said").read_text().strip() == arguments


def test_windows_own_tool_is_given_what_it_reads(tmp_path):
    environment = tool(tmp_path, "clip.exe", f'cat > "{tmp_path}/text"')
    assert give_to_clipboard("日本", environment)
    assert (tmp_path / "text").read_bytes().decode("utf-16") == "日本"


def test_a_tool_that_fails_or_hangs_or_is_not_there_is_no_error(tmp_path, monkeypatch):
    assert not give_to_clipboard("tea", {"PATH": str(tmp_path)})
    assert not give_to_clipboard("tea", tool(tmp_path, "pbcopy", "exit 3"))
    monkeypatch.setattr("matcha_tui.system.desktop._SECONDS", 0.2)
    began = time.monotonic()
    assert not give_to_clipboard("tea", tool(tmp_path, "pbcopy", "exec sleep 30"))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("environment", "sequence"),
    [
        ({"TERM": "xterm-256color"}, "\x1b]9;matcha: it, is done\x07"),
        ({"TERM": "foot"}, "\x1b]777;notify;matcha;it, is done\x07"),
        ({"VTE_VERSION": "7600"}, "\x1b]777;notify;matcha;it, is done\x07"),
        ({"TMUX": "/tmp/x"}, "\x1bPtmux;\x1b\x1b]9;matcha: it, is done\x07\x1b\\"),
    ],
)
def test_a_notification_holds_no_sequence_but_its_own(environment, sequence):
    assert notification("matcha", "it; is\x1b]0;owned\x07\n\x9b31mdone", environment) == sequence
