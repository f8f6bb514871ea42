"""What scripts read: get, env, status and stack show, in the forms that are made for them."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command_line import SCRIPTS, Matcha, make_environment
from tests.commands.in_process import MatchaHere
from tests.waiting import wait_for

QUOTE = "it's $HOME"
GIVEN = {
    "cloud": {"location": "local"},
    "experiment-tracker": {"tracking-url": "http://127.0.0.1:5000"},
    "pipeline": {
        "server-password": QUOTE,
        "server-url": "http://127.0.0.1:8237",
        "server-username": "admin",
    },
}
TRACKER = "MATCHA_EXPERIMENT_TRACKER_TRACKING_URL=http://127.0.0.1:5000\n"
MASKED = """\
{
  "pipeline": {
    "server-password": "********",
    "server-url": "http://127.0.0.1:8237",
    "server-username": "********"
  }
}
"""


@pytest.fixture
def given(matcha_here: MatchaHere) -> MatchaHere:
    """A project in which a default stack has left what it gives."""
    directory = matcha_here.folder / ".matcha/infrastructure"
    directory.mkdir(parents=True)
    (directory / "matcha.state").write_text(json.dumps(GIVEN))
    return matcha_here


@pytest.mark.parametrize(
    ("line", "exit_code", "stdout", "stderr"),
    [
        ("get experiment-tracker --output env", 0, TRACKER, ""),
        ("get experiment-tracker tracking-url --output env", 0, TRACKER, ""),
        (
            "get pipeline --output env",
            0,
            "MATCHA_PIPELINE_SERVER_URL=http://127.0.0.1:8237\n",
            "Left out, being secret: MATCHA_PIPELINE_SERVER_PASSWORD, "
            "MATCHA_PIPELINE_SERVER_USERNAME",
        ),
        (
            "get pipeline server-password --output env --show-sensitive",
            0,
            "MATCHA_PIPELINE_SERVER_PASSWORD='it'\"'\"'s $HOME'\n",
            "",
        ),
        ("get experiment-tracker tracking-url --output raw", 0, "http://127.0.0.1:5000\n", ""),
        ("get pipeline server-password --output raw --show-sensitive", 0, QUOTE + "\n", ""),
        ("get pipeline server-password --output raw", 2, "", "Add --show-sensitive."),
        ("get pipeline --output raw", 2, "", "matcha get RESOURCE PROPERTY --output raw"),
        ("get --output raw", 2, "", "none was named"),
        (
            "env --shell bash",
            0,
            "export ZENML_STORE_URL=http://127.0.0.1:8237\n"
            "export ZENML_STORE_TYPE=rest\n"
            "export MLFLOW_TRACKING_URI=http://127.0.0.1:5000\n",
            "Left out, being secret: ZENML_STORE_USERNAME, ZENML_STORE_PASSWORD.",
        ),
        (
            "env --shell fish --show-sensitive",
            0,
            "set -gx ZENML_STORE_URL http://127.0.0.1:8237\n"
            "set -gx ZENML_STORE_USERNAME admin\n"
            "set -gx ZENML_STORE_PASSWORD 'it\\'s $HOME'\n"
            "set -gx ZENML_STORE_TYPE rest\n"
            "set -gx MLFLOW_TRACKING_URI http://127.0.0.1:5000\n",
            "",
        ),
        ("get mlflow --output env", 0, TRACKER, ""),
        ("get Experiment_Tracker TRACKING_URL --output env", 0, TRACKER, ""),
        ("get orchestrator server-url --output raw", 0, "http://127.0.0.1:8237\n", ""),
        ("get zenml --output json", 0, MASKED, ""),
        ("get deployer", 2, "", "Known: cloud, experiment-tracker (or mlflow), pipeline (or "),
        ("get mlflo", 2, "", "Did you mean 'mlflow'?"),
        ("env --shell csh", 2, "", "'csh' is not one of"),
        (
            "stack show --output json",
            0,
            '{\n  "version": 1,\n  "name": "default",\n  "target": "local",\n  "modules": {\n'
            '    "orchestrator": "zenml",\n    "experiment_tracker": "mlflow",\n'
            '    "data_version_control": "dvc",\n    "deployer": "seldon"\n  }\n}\n',
            "",
        ),
    ],
)
def test_forms_for_scripts(given: MatchaHere, line: str, exit_code: int, stdout: str, stderr: str):
    answer = given(*line.split())
    assert answer.returncode == exit_code, answer.stderr
    assert answer.stdout == stdout
    assert stderr in answer.stderr


@pytest.mark.parametrize(
    ("shell", "take_over"),
    [("bash", 'eval "$({})"'), ("zsh", 'eval "$({})"'), ("fish", "{} | source")],
)
def test_a_shell_takes_over_the_variables(given: MatchaHere, shell: str, take_over: str):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    command = f"{SCRIPTS / 'matcha'} env --show-sensitive"
    script = take_over.format(command) + '; printf "%s" "$ZENML_STORE_PASSWORD"'
    finished = subprocess.run(
        [program, "-c", script],
        cwd=given.folder,
        env=make_environment(SHELL=program),
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout == QUOTE


def test_make_and_docker_read_plain_urls(given: MatchaHere):
    (given.folder / "stack.env").write_text(given("get", "--output", "env").stdout)
    makefile = "include stack.env\nshow:\n\t@echo $(MATCHA_EXPERIMENT_TRACKER_TRACKING_URL)\n"
    (given.folder / "Makefile").write_text(makefile)
    url = GIVEN["experiment-tracker"]["tracking-url"]
    printed = subprocess.check_output(["make", "-s", "show"], cwd=given.folder, text=True)
    assert printed == f"{url}\n"
    lines = (given.folder / "stack.env").read_text().splitlines()
    assert f"MATCHA_EXPERIMENT_TRACKER_TRACKING_URL={url}" in lines  # as docker takes it


def test_status_as_json(deployed: Matcha):
    answer = deployed("status", "--output", "json")
    document = json.loads(answer.stdout)
    assert (answer.returncode, document["version"], document["healthy"]) == (0, 1, True)
    (component,) = document["components"]
    assert component["module_type"] == "data_version_control"
    assert (component["flavor"], component["state"]) == ("dvc", "healthy")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_watch_prints_changes_and_ends_well_with_an_interrupt(deployed: Matcha, form: str):
    bucket = Path(deployed.get("data-version-control", "remote-url"))
    watch = subprocess.Popen(
        [str(SCRIPTS / "matcha"), "status", "--watch", "--output", form],
        cwd=deployed.folder,
        env=deployed.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert watch.stdout is not None
        assert "healthy" in watch.stdout.readline()
        bucket.rename(bucket.with_name("away"))
        assert "down" in watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        rest, _ = watch.communicate(timeout=60)
    finally:
        bucket.with_name("away").rename(bucket)
        watch.kill()
        watch.communicate()
    assert (watch.returncode, rest) == (0, "")


@pytest.mark.slow
def test_a_watch_redraws_a_terminal(deployed: Matcha):
    ours, its = pty.openpty()
    watch = subprocess.Popen(
        [str(SCRIPTS / "matcha"), "status", "--watch"],
        cwd=deployed.folder,
        env=deployed.environment,
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    seen = b""

    def is_redrawn() -> bool:
        nonlocal seen
        seen += os.read(ours, 4096)
        return b"\x1b[2F\x1b[J" in seen

    try:
        wait_for(is_redrawn)
        watch.send_signal(signal.SIGINT)
        assert watch.wait(timeout=60) == 0
    finally:
        watch.kill()
        watch.wait()
        os.close(ours)
    assert re.search(rb"\d\d:\d\d:\d\d\r\ndata_version_control +dvc +healthy", seen)
