"""The command ``matcha-tui`` where there is no terminal."""

import os
import subprocess
import sys

import pytest

from matcha_tui import __version__


def run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    command = ["-c", code] if code else ["-m", "matcha_tui", *arguments]
    return subprocess.run(
        [sys.executable, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_terminal_it_names_the_command_to_use():
    finished = run()
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.count("\n") == 1
    assert "`matcha provision --yes`" in finished.stderr
    assert "`matcha --help`" in finished.stderr


@pytest.mark.parametrize(
    ("argument", "words"), [("--version", f"matcha-tui {__version__}"), ("--help", "Usage:")]
)
def test_it_answers_questions_without_a_terminal(argument, words):
    finished = run(argument)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert words in finished.stdout


def test_it_refuses_what_it_does_not_know():
    finished = run("--fast")
    assert finished.returncode == 2
    assert "--fast" in finished.stderr


def test_an_old_python_is_refused_in_a_sentence_before_anything_is_imported():
    finished = run(
        code="import sys; sys.version_info = (3, 10, 4); sys.modules['textual'] = None;"
        "from matcha_tui.__main__ import main; main()"
    )
    assert finished.returncode != 0
    assert finished.stderr.startswith("matcha-tui needs Python 3.11 or newer")
    assert "Traceback" not in finished.stderr


def test_a_faulty_matcha_toml_is_a_sentence(tmp_path):
    (tmp_path / "matcha.toml").write_text("[stack]\nname = 'defalt'\n")
    finished = run(
        code="import os, pathlib; from matcha_tui.app import run_app;"
        "from matcha_tui.errors import MatchaError\n"
        f"try: run_app(pathlib.Path({os.fspath(tmp_path)!r}))\n"
        "except MatchaError as error: print(error.message, error.hint)"
    )
    assert "matcha.toml:2" in finished.stdout
    assert "default" in finished.stdout
