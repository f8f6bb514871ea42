"""Where a command is called may be gone, read-only or without a home: a sentence, no crash."""

import subprocess
from pathlib import Path

import pytest

from matcha_tui.crash import explain_surroundings, report_crash
from tests.command_line import SCRIPTS, make_environment
from tests.faults.report import Fault, error_of

GONE = "matcha: the current folder no longer exists\n  Go to one that does, as with: cd ~\n"
NAMELESS = ("HOME", "XDG_CACHE_HOME", "USER", "LOGNAME", "LNAME", "USERNAME")


@pytest.mark.parametrize(
    ("command", "exit_code", "stderr"),
    [
        ("stack show", 1, GONE),
        ("stack set llm", 1, GONE),
        ("get", 1, GONE),
        ("provision --yes", 1, GONE),
        ("provision --yes --output json", 1, GONE),
        ("module check somewhere", 1, GONE),
        ("runs", 1, GONE),
        ("--version", 0, ""),
    ],
)
def test_a_folder_that_was_removed(tmp_path: Path, command: str, exit_code: int, stderr: str):
    script = f'cd gone && rmdir ../gone && exec "$1" {command}'
    (tmp_path / "gone").mkdir()
    finished = subprocess.run(
        ["bash", "-c", script, "bash", str(SCRIPTS / "matcha")],
        cwd=tmp_path,
        env=make_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (exit_code, stderr)


@pytest.mark.parametrize("command", ["stack set llm", "plan", "provision --yes --no-preflight"])
def test_a_folder_that_nothing_can_be_made_in(command: str):
    finished = subprocess.run(
        [str(SCRIPTS / "matcha"), *command.split()],
        cwd="/proc",
        env=make_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert finished.stderr.startswith("matcha: cannot create /proc/.matcha: ")


@pytest.mark.fault(
    "Variables, times and edited files", "`HOME` is not set, or a folder that cannot be made"
)
@pytest.mark.parametrize(
    ("home", "command", "exit_code", "says"),
    [
        ("/proc/nobody", "stack set llm", 0, "The stack is llm."),
        ("/proc/nobody", "plan", 1, "cannot create /proc/nobody/.cache/matcha-tui"),
        (None, "stack set llm", 0, "The stack is llm."),
        (None, "plan", 1, "your home folder is not known: HOME is not set"),
        (None, "cost --target azure --location westeurope", 1, "your home folder is not known"),
    ],
)
def test_a_user_without_a_home_or_a_name(
    tmp_path: Path, fault: Fault, home: str | None, command: str, exit_code: int, says: str
):
    environment = {
        name: value for name, value in make_environment().items() if name not in NAMELESS
    }
    call = [str(SCRIPTS / "matcha"), *command.split()]
    if home is None:  # a user that the system does not know, as in some containers
        call = ["unshare", "--user", "--map-user=54321", "--map-group=54321", *call]
        if subprocess.run([*call[:4], "true"], capture_output=True, check=False).returncode:
            pytest.skip("this system lets no user be another here")
    else:
        environment["HOME"] = home
    finished = subprocess.run(
        call,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == exit_code, finished.stderr
    assert says in finished.stderr
    assert not list(tmp_path.glob(".matcha/crash*"))
    if exit_code:
        fault.report(error_of(finished.stderr), "set `HOME`, then the same command")


@pytest.mark.parametrize("kind", [OSError, ValueError, RuntimeError])
def test_a_fault_of_our_own_stays_a_crash(kind: type[Exception]):
    assert explain_surroundings(kind("nothing of the user's")) is None


def test_a_machine_that_is_full_is_named_with_the_file():
    explained = explain_surroundings(OSError(28, "No space left on device", "/data/log"))
    assert explained is not None
    assert explained.message == "cannot use /data/log: the disk is full"


def test_a_crash_in_a_folder_that_is_gone_is_reported_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sentence = report_crash(KeyError("secret"), Path(".matcha"))
    (report,) = tmp_path.glob("matcha-*/crash-*.txt")
    assert str(report) in sentence
    assert "secret" not in report.read_text().lower().replace("secrets", "")


def test_a_crash_that_nothing_can_be_written_of_is_said_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("tempfile.tempdir", "/proc")
    assert report_crash(KeyError(), Path("/proc/.matcha")).endswith("no room for a report")
