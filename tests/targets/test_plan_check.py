"""What nobody has approved is not destroyed, with real Terraform."""

import json
import subprocess
from pathlib import Path

import pytest

from matcha_tui import Deployment, deployment
from matcha_tui.app import MatchaApp
from matcha_tui.deployed import read_decision
from matcha_tui.deployment import Consent
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.record import LayerState
from matcha_tui.project.workspace import find_plugin_cache
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from matcha_tui.selection import Project, open_project
from matcha_tui.targets.plan_check import (
    approved_by,
    leave_approved,
    main,
    plan_check_command,
)
from matcha_tui.terraform.engine import find_engine
from matcha_tui.terraform.environment import run_environment
from matcha_tui.terraform.folder import Run, is_live
from matcha_tui.terraform.following import read_progress
from matcha_tui.terraform.outcome import check_outcome
from matcha_tui.terraform.progress import RunProgress
from tests.command_line import make_environment
from tests.commands.in_process import MatchaHere
from tests.commands.in_process import matcha_here as matcha_here
from tests.screens.keyboard import seen, until_on, until_seen
from tests.targets.tiny import built, register, running
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

ONE = "terraform_data.one"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan that replaces one resource, destroys another, and makes, changes and mends more."""
    before = {
        "one": {"triggers_replace": "a"},
        "two": {"input": "a"},
        "four": {"input": "a"},
        "half_made": {},
        "down": {},
    }
    after = before | {"one": {"triggers_replace": "b"}, "three": {}, "four": {"input": "b"}}
    del after["two"]
    for resources in (before, after):
        root = {"resource": {"terraform_data": resources}}
        (tmp_path / "main.tf.json").write_text(json.dumps(root))
        terraform(tmp_path, "init", "-input=false")
        if resources is before:
            terraform(tmp_path, "apply", "-input=false", "-auto-approve")
            terraform(tmp_path, "taint", "terraform_data.half_made")
    terraform(tmp_path, "plan", "-input=false", "-replace=terraform_data.down", "-out=the.plan")
    return tmp_path / "the.plan"


def terraform(folder: Path, *arguments: str) -> None:
    environment = make_environment()
    finished = subprocess.run(
        [*find_engine().command, *arguments],
        cwd=folder,
        env=run_environment(environment, find_plugin_cache(environment), {}),
        capture_output=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize(
    ("approved", "expected"),
    [
        ({}, f"{ONE}\nterraform_data.two"),
        ({"house": [ONE]}, "terraform_data.two"),
        ({"ground": [ONE, "terraform_data.two"]}, f"{ONE}\nterraform_data.two"),
        ({"house": [ONE, "terraform_data.two"]}, ""),
        ({"house": [ONE, "terraform_data.two", "terraform_data.three"]}, ""),
    ],
    ids=["nothing", "one of two", "of another layer", "both", "more"],
)
def test_only_what_was_approved_is_destroyed_or_replaced(
    plan: Path,
    approved: dict[str, list[str]],
    expected: str,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
):
    leave_approved(plan.parent, approved)
    command = plan_check_command(find_engine(), plan.parent, "house", plan)
    monkeypatch.chdir(plan.parent)
    code = main(command[command.index(str(plan.parent)) :])
    printed = capfdbinary.readouterr().out
    assert code == (ExitCode.REFUSED if expected else ExitCode.DONE)
    assert bool(printed) is bool(expected)
    if expected:
        diagnostic = json.loads(printed)["diagnostic"]
        assert "nobody has approved" in diagnostic["summary"]
        _, _, listed = diagnostic["detail"].partition("\n")
        assert listed == expected


def test_a_plan_that_cannot_be_read_is_not_passed(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
):
    leave_approved(tmp_path, {})
    plan = tmp_path / "no.plan"
    command = plan_check_command(find_engine(), tmp_path, "house", plan)
    assert main(command[command.index(str(tmp_path)) :]) != 0
    assert b"the plan cannot be read" in capfdbinary.readouterr().out


@pytest.fixture
def tiny(matcha_here: MatchaHere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MatchaHere:
    """A house on its ground, built by matcha; nothing of it is left to run."""
    register(monkeypatch, tmp_path / "modules")
    for name, value in make_environment().items():
        monkeypatch.setenv(name, value)
    paint(matcha_here, "red")
    provision = matcha_here("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert running(matcha_here.folder) == built("tiny", ["data_version_control"])
    return matcha_here


def paint(matcha: MatchaHere, colour: str) -> None:
    """Have the ground give the house another colour, in which it is built anew."""
    text = 'version = 1\ntarget = "tiny"\n[stack]\nname = "default"\n[settings]\n'
    (matcha.folder / "matcha.toml").write_text(f'{text}colour = "{colour}"\n')


def project_of(matcha: MatchaHere) -> Project:
    return open_project(matcha.folder)


def follow(run: Run) -> RunProgress:
    wait_for(lambda: not is_live(run))
    return read_progress(run)


def planned(matcha: MatchaHere) -> Run:
    """Return a plan that was made and shown."""
    run = deployment.plan(project_of(matcha), find_engine())
    check_outcome(follow(run), "The plan", None)
    return run


def test_a_later_layer_that_would_be_replaced_is_refused(tiny: MatchaHere):
    paint(tiny, "green")
    provision = tiny("provision", "--yes")
    assert provision.returncode == ExitCode.REFUSED
    assert "The plan of house would destroy or replace 1 resource" in provision.stderr
    assert "matcha provision" in provision.stderr
    assert "--allow-destroy" in provision.stderr
    assert running(tiny.folder) == built("tiny", ["data_version_control"])
    layers = read_decision(project_of(tiny)).layers
    assert layers == {"ground": LayerState.WHOLE, "house": LayerState.WHOLE}
    assert tiny("status").returncode == 0


def test_it_is_replaced_when_that_is_allowed(tiny: MatchaHere):
    paint(tiny, "green")
    provision = tiny("provision", "--yes", "--allow-destroy")
    assert provision.returncode == 0, provision.stderr
    assert tiny("provision", "--yes").returncode == 0


def test_it_is_replaced_when_that_was_reviewed(tiny: MatchaHere):
    paint(tiny, "green")
    engine = find_engine()
    first = planned(tiny)  # the ground's new colour is not there yet: the house's plan lacks it
    assert approved_by(read_progress(first)) == {}
    refused = follow(deployment.provision(project_of(tiny), engine, Consent(first)))
    with pytest.raises(MatchaError, match="nobody has approved") as caught:
        check_outcome(refused, "The provision", None)
    assert caught.value.exit_code is ExitCode.REFUSED
    second = planned(tiny)
    assert [*approved_by(read_progress(second))] == ["house"]
    done = follow(deployment.provision(project_of(tiny), engine, Consent(second)))
    check_outcome(done, "The provision", None)
    assert read_decision(project_of(tiny)).state is LayerState.WHOLE


def test_a_plan_says_which_layer_it_only_previews(tiny: MatchaHere):
    preview = "house is a preview, planned again once ground is built"
    assert preview not in tiny("plan").stdout
    paint(tiny, "green")
    assert preview in tiny("plan").stdout
    assert tiny("provision", "--yes", "--allow-destroy").returncode == 0
    assert tiny("destroy", "--yes").returncode == 0
    assert preview in tiny("plan").stdout


async def test_who_watches_is_shown_what_nobody_had_seen_and_asked_again(tiny: MatchaHere):
    paint(tiny, "green")
    async with MatchaApp(Session(Deployment(tiny.folder))).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Your stack is up")
        await pilot.press("enter")
        await until_on(pilot, ReviewScreen)
        await until_seen(pilot, "Plan: 0 to add, 1 to change, 0 to destroy")
        assert "house is a preview" in seen(pilot)
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        await until_seen(pilot, "Press v")
        assert "again" not in [
            key.binding.action for key in pilot.app.screen.active_bindings.values() if key.enabled
        ]
        await pilot.press("v")
        await until_on(pilot, ReviewScreen)
        await until_seen(pilot, "Plan: 1 to add, 0 to change, 1 to destroy")
        assert "house is a preview" not in seen(pilot)
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        await until_seen(pilot, "Your stack is up")
    assert read_decision(project_of(tiny)).state is LayerState.WHOLE


def test_what_a_failed_provision_left_half_made_is_made_again(tiny: MatchaHere):
    assert tiny("destroy", "--yes").returncode == 0
    obstacle = tiny.folder / "world/tiny-dvc"
    obstacle.symlink_to("no/such/folder")
    failed = tiny("provision", "--yes")
    assert failed.returncode == ExitCode.FAILED
    assert read_decision(project_of(tiny)).layers["house"] is LayerState.PARTIAL
    obstacle.unlink()
    provision = tiny("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert running(tiny.folder) == built("tiny", ["data_version_control"])


def test_a_setting_that_cannot_change_is_not_taken_from_a_hand_edit(tiny: MatchaHere):
    file = tiny.folder / "matcha.toml"
    file.write_text(file.read_text() + 'plot = "b"\n')
    for line in ("provision --yes", "provision --yes --allow-destroy", "plan"):
        answer = tiny(*line.split())
        assert answer.returncode == ExitCode.REFUSED
        assert "plot cannot be changed while a stack is deployed" in answer.stderr
    assert running(tiny.folder) == built("tiny", ["data_version_control"])
    assert tiny("destroy", "--yes").returncode == 0
    assert running(tiny.folder) == frozenset()
    provision = tiny("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert running(tiny.folder) == built("tiny", ["data_version_control"], "b")
