"""Where the output goes may be full, closed, or gone: one sentence and exit 1, or nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import SCRIPTS, make_environment
from tests.commands.test_help import every_command

FULL = "matcha: cannot write to stdout: the disk is full\n"
CLOSED = "matcha: cannot write to stdout: it is closed\n"
COMPLETING = "_MATCHA_COMPLETE=bash_complete COMP_WORDS='matcha st' COMP_CWORD=1 matcha"


def shell(folder: Path, line: str, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = make_environment(PYTHONUNBUFFERED="", **extra)
    environment["PATH"] = f"{SCRIPTS}:{environment['PATH']}"
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "exit_code", "stderr"),
    [
        ("matcha stack list > /dev/full", 1, FULL),
        ("PYTHONUNBUFFERED=1 matcha stack list > /dev/full", 1, FULL),
        ("PYTHONIOENCODING=ascii matcha stack list > /dev/full", 1, FULL),
        ("matcha stack list >&-", 1, CLOSED),
        ("PYTHONUNBUFFERED=1 matcha stack list >&-", 1, CLOSED),
        ("matcha stack show --output json > /dev/full", 1, FULL),
        ("matcha completion bash > /dev/full", 1, FULL),
        ("matcha --version > /dev/full", 1, FULL),
        ("matcha version > /dev/full", 1, FULL),
        ("matcha runs --output json > /dev/full", 1, FULL),
        ("matcha cost > /dev/full", 1, FULL),
        ("matcha provision --output json > /dev/full", 1, FULL),
        (f"{COMPLETING} > /dev/full", 1, FULL),
        ("matcha-tui --help > /dev/full", 1, FULL),
        ("matcha-tui --version >&-", 1, CLOSED),
        ("matcha get > /dev/full", 3, "matcha: nothing is deployed in this folder\n"),
        ("matcha get 2> /dev/full", 3, ""),
        ("matcha get <&- >&- 2>&-", 3, ""),
        ("matcha stack show > /dev/null 2>&-", 0, ""),
        ("matcha stack list > /dev/full 2>&1", 1, ""),
        ("matcha stack list | true; exit ${PIPESTATUS[0]}", 1, ""),
        ("matcha provision <&-", 2, "there is no terminal to ask on"),
        ("matcha provision --yes --password-stdin <&-", 2, "no password on standard input"),
        (
            "printf '\\xff' | PYTHONIOENCODING=utf-8 matcha provision --yes --password-stdin",
            2,
            "is no UTF-8 text",
        ),
        ("matcha-tui <&-", 2, "matcha-tui needs a terminal"),
        ("matcha-tui <&- >&- 2>&-", 2, ""),
    ],
)
def test_a_stream_that_is_full_or_closed_is_a_sentence(
    tmp_path: Path, line: str, exit_code: int, stderr: str
):
    finished = shell(tmp_path, line)
    assert finished.returncode == exit_code, finished
    assert stderr in finished.stderr
    assert "Traceback" not in finished.stderr
    assert bool(finished.stderr) == bool(stderr)
    assert not (tmp_path / ".matcha").exists(), "a crash report was left"


def test_every_command_says_that_its_help_cannot_be_printed(tmp_path: Path):
    from matcha_tui.cli import matcha

    program = f"""
import os, sys
from matcha_tui.cli import main
for words in {every_command(matcha)!r}:
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, 1)
    os.close(full)
    sys.argv = ["matcha", *words, "--help"]
    try:
        main()
    except SystemExit as ended:
        sys.stderr.write(f"{{ended.code}}\\n")
"""
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    count = len(every_command(matcha))
    assert count > 20
    assert finished.stderr == f"{FULL}1\n" * count


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_stream_cannot_encode_is_no_crash(tmp_path: Path, encoding: str):
    (tmp_path / "matcha.toml").write_text('target = "é│"\n')
    finished = shell(tmp_path, "matcha stack show 2>&1", PYTHONIOENCODING=encoding)
    assert finished.returncode == 2
    assert "which is no target" in finished.stdout


def test_a_run_whose_reader_has_no_room_goes_on(tmp_path: Path):
    (tmp_path / "matcha.toml").write_text(
        'version = 1\n[stack]\nname = "custom"\n[stack.modules]\ndata_version_control = "dvc"\n'
    )
    finished = shell(tmp_path, "matcha plan --output json > /dev/full")
    assert finished.returncode == 1
    assert "The plan goes on by itself. Watch it: matcha logs " in finished.stderr
    assert finished.stderr.endswith(FULL)
    followed = shell(tmp_path, "matcha logs --follow")
    assert (followed.returncode, followed.stderr) == (0, "")
    assert "2 to add" in followed.stdout


def test_a_pipe_that_must_not_block_is_waited_for(tmp_path: Path):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    program = "from matcha_tui.system.streams import run_program\n" + (
        "import sys; sys.exit(run_program(lambda: sys.stdout.write('x' * 300_000) and 0))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=writing) as process:
        os.close(writing)
        with os.fdopen(reading) as output:
            assert len(output.read()) == 300_000
    assert process.returncode == 0


def test_an_interrupt_while_something_is_printed_prints_nothing_twice():
    program = """
import os, signal, sys
from matcha_tui.system.streams import run_program

def run():
    for number in range(200):
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.00002)
            sys.stdout.write(f"{number}\\n")
            sys.stdout.flush()
        except KeyboardInterrupt:
            pass
    return 0

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
try:
    run_program(run)
except KeyboardInterrupt:
    pass
"""
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    ).stdout.split()
    assert len(printed) == len(set(printed))
