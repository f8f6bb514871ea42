"""What a component's server has logged: matcha logs mlflow."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.command_line import SCRIPTS, Matcha
from tests.commands.in_process import MatchaHere


def write_log(folder: Path, content: bytes) -> Path:
    log = folder / ".matcha/services/mlflow/log"
    log.parent.mkdir(parents=True)
    log.write_bytes(content)
    return log


@pytest.mark.parametrize("word", ["mlflow", "experiment_tracker", "Experiment-Tracker"])
def test_a_component_is_called_as_everywhere(matcha_here: MatchaHere, word: str):
    write_log(matcha_here.folder, b"one\n\x1b[31mtwo\x1b[0m \xff\nlast")
    answer = matcha_here("logs", word)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "one\ntwo \N{REPLACEMENT CHARACTER}\nlast\n"


def test_only_the_last_lines_and_only_what_is_new(matcha_here: MatchaHere):
    log = write_log(matcha_here.folder, b"old\nnew\nnewest\n")
    log.with_name("log.times").write_text(f"{time.time() - 900:.0f} 4\n{time.time():.0f} 15\n")
    log.with_name("log.1").write_text("older\noldest of the old\n")
    os.utime(log.with_name("log.1"), (0, time.time() - 1000))
    assert matcha_here("logs", "mlflow", "--lines", "2").stdout == "new\nnewest\n"
    assert matcha_here("logs", "mlflow", "-n", "4").stdout.startswith("oldest of the old\nold\n")
    assert matcha_here("logs", "mlflow", "--since", "10m").stdout == "new\nnewest\n"
    assert matcha_here("logs", "mlflow", "--since", "1d").stdout.count("\n") == 5
    assert matcha_here("logs", "mlflow", "--since", "2999-01-01").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mlflow", "--since", "yesterday"], "'yesterday' is no time. Give 30s, 10m, 2h, 1d or"),
        (["mlflow", "--lines", "-1"], "-1 is not in the range"),
    ],
)
def test_what_is_no_part_of_a_log_is_refused(
    matcha_here: MatchaHere, arguments: list[str], sentence: str
):
    answer = matcha_here("logs", *arguments)
    assert answer.returncode == 2
    assert sentence in answer.stderr


def test_what_is_no_server_has_no_log(matcha_here: MatchaHere):
    answer = matcha_here("logs", "dvc")
    assert answer.returncode == 3
    assert "dvc has no log" in answer.stderr


def test_a_log_is_followed_through_its_rotation_until_an_interrupt(matcha: Matcha):
    log = write_log(matcha.folder, b"a first line that is long\n")
    following = subprocess.Popen(
        [str(SCRIPTS / "matcha"), "logs", "mlflow", "--follow"],
        cwd=matcha.folder,
        env=matcha.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert following.stdout is not None
        assert following.stdout.readline() == "a first line that is long\n"
        with log.open("ab") as file:
            file.write(b"more\n")
        assert following.stdout.readline() == "more\n"
        log.write_bytes(b"new\n")
        assert following.stdout.readline() == "new\n"
        following.send_signal(signal.SIGINT)
        rest, said = following.communicate(timeout=60)
    finally:
        following.kill()
        following.communicate()
    assert (following.returncode, rest, said.strip()) == (130, "", "matcha: cancelled")
