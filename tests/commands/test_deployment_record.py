"""What is deployed is known, whatever became of ``matcha.toml`` and of the run that built it."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from matcha_tui import deployment
from matcha_tui.deployed import read_decision
from matcha_tui.deployment import Consent
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.record import VERSION, LayerState
from matcha_tui.selection import Project, open_project
from matcha_tui.terraform.engine import find_engine
from matcha_tui.terraform.folder import Run, is_live, read_result
from tests.command_line import DVC_ONLY, Matcha
from tests.commands.held import HeldProject
from tests.commands.in_process import MatchaHere
from tests.killing import kill_run
from tests.ports import free_port
from tests.waiting import wait_for

MODULES = Path(__file__).parents[1] / "examples/my_modules"
ON_AZURE = DVC_ONLY.replace("[stack]", 'target = "azure"\n[stack]')
FILE_SERVER = (
    DVC_ONLY.replace('"dvc"', '"file_server"') + f'[paths]\nmodules = ["{MODULES.as_posix()}"]\n'
)


@pytest.fixture(scope="module")
def here(deployed: Matcha) -> Callable[..., Project]:
    """Opens the deployed project."""
    return lambda: open_project(deployed.folder)


@pytest.fixture
def held(matcha: Matcha, tmp_path: Path) -> Iterator[HeldProject]:
    """A project whose runs stop in the middle of their last resource."""
    project = HeldProject.make(matcha, tmp_path)
    yield project
    project.clean_up()


def record_of(matcha: Matcha) -> dict[str, object]:
    return dict(json.loads((matcha.folder / ".matcha/deployment.json").read_bytes()))


def edit(matcha: Matcha, content: str) -> None:
    (matcha.folder / "matcha.toml").write_text(content)


def kept_files(matcha: Matcha) -> dict[str, bytes]:
    """Every file that is not a run's, nor a plan's, nor written by a service."""
    private = matcha.folder / ".matcha"
    return {
        str(path.relative_to(private)): path.read_bytes()
        for path in private.rglob("*")
        if path.is_file()
        and path.relative_to(private).parts[0] not in ("runs", "lock")
        and not any(part.endswith(".next") for part in path.parts)
        and path.name != "log"
    }


def follow(run: Run) -> Run:
    wait_for(lambda: not is_live(run))
    result = read_result(run)
    assert result is not None
    assert result.exit_code == 0
    return run


def kill_a_provision(held: HeldProject) -> None:
    """Kill a run whole, with its last resource in the making."""
    begun = held.begin("provision", "--yes")
    held.wait_until_held()
    kill_run(held.matcha.folder)
    held.let_go()
    begun.communicate()
    assert begun.returncode == ExitCode.FAILED


def test_what_was_built_is_written_down(deployed: Matcha):
    record = record_of(deployed)
    assert record["target"] == "local"
    assert record["modules"] == {"data_version_control": "dvc"}
    assert record["matcha"]
    assert record["digest"]
    services = record["layers"]["services"]  # type: ignore[index]
    assert services["state"] == "whole"
    assert services["lineage"]


def test_another_target_is_refused_and_nothing_is_written_down(deployed: Matcha):
    before = (deployed.folder / "matcha.toml").read_text()
    provision = deployed("provision", "--yes", "--target", "azure")
    assert provision.returncode == ExitCode.REFUSED
    assert "deployed on the target local" in provision.stderr
    assert (deployed.folder / "matcha.toml").read_text() == before
    assert deployed("status").returncode == 0


@pytest.mark.parametrize("line", ["provision --yes", "plan"])
def test_a_target_that_was_edited_by_hand_is_not_built(deployed: Matcha, line: str):
    edit(deployed, ON_AZURE)
    answer = deployed(*line.split())
    edit(deployed, DVC_ONLY)
    assert answer.returncode == ExitCode.REFUSED
    assert "deployed on the target local" in answer.stderr


@pytest.mark.slow
def test_what_runs_is_found_and_destroyed_though_the_target_was_edited(matcha: Matcha):
    edit(matcha, DVC_ONLY)
    assert matcha("provision", "--yes").returncode == 0
    edit(matcha, ON_AZURE)
    status = matcha("status")
    assert status.returncode == 0
    assert status.stdout.split()[:3] == ["data_version_control", "dvc", "healthy"]
    assert Path(matcha.get("data-version-control", "remote-url")).is_dir()
    destroy = matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    assert matcha("status").returncode == ExitCode.REFUSED
    assert list((matcha.folder / ".matcha/services").iterdir()) == []
    assert (matcha.folder / "matcha.toml").read_text() == ON_AZURE


@pytest.mark.slow
def test_a_plan_changes_nothing_of_what_is_deployed(matcha: Matcha):
    edit(matcha, FILE_SERVER)
    assert matcha("provision", "--yes", "--trust-modules").returncode == 0
    url = matcha.get("data-version-control", "http-url")
    before = kept_files(matcha)
    edit(matcha, FILE_SERVER + f"[settings.data_version_control]\nport = {free_port()}\n")
    plan = matcha("plan")
    assert plan.returncode == 0, plan.stderr
    assert "to add" in plan.stdout
    assert kept_files(matcha) == before
    edit(matcha, FILE_SERVER)  # taken back
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert matcha.get("data-version-control", "http-url") == url
    with urllib.request.urlopen(url) as answer:
        assert answer.status == 200
    assert matcha("destroy", "--yes").returncode == 0
    matcha.wait_until_ended()


@pytest.mark.slow
def test_what_a_killed_provision_made_is_known_and_destroyed(held: HeldProject):
    kill_a_provision(held)
    status = held.matcha("status")
    assert status.returncode == 1
    assert "nothing is deployed" not in status.stderr
    assert "data_version_control" in status.stdout
    assert "Partly built: 0 of 1 component is up." in status.stderr
    assert "The last run did not finish: `matcha provision` goes on" in status.stderr
    destroy = held.matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    assert "partly built: 0 of 1 component is up" in destroy.stderr
    assert held.matcha("status").returncode == ExitCode.REFUSED
    held.matcha.wait_until_ended()


@pytest.mark.slow
def test_a_killed_provision_is_gone_on_with(held: HeldProject):
    kill_a_provision(held)
    provision = held.matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert held.matcha("status").returncode == 0
    assert held.matcha("destroy", "--yes").returncode == 0


@pytest.mark.parametrize("old", [None, "gone"], ids=["no record", "one of what is gone"])
def test_what_an_older_matcha_built_is_taken_over(deployed: Matcha, old: str | None):
    file = deployed.folder / ".matcha/deployment.json"
    file.unlink()
    if old:
        layers = {"services": {"state": "gone"}}
        record = {"version": VERSION, "target": "azure", "modules": {}, "layers": layers}
        file.write_text(json.dumps(record))
    before = file.read_bytes() if old else None
    assert deployed("status").returncode == 0
    assert deployed("provision", "--yes", "--target", "azure").returncode == ExitCode.REFUSED
    assert (file.read_bytes() if file.exists() else None) == before
    assert deployed("provision", "--yes").returncode == 0
    assert record_of(deployed)["modules"] == {"data_version_control": "dvc"}


@pytest.mark.slow
@pytest.mark.parametrize("content", [DVC_ONLY, ON_AZURE], ids=["as it was", "edited by hand"])
def test_a_project_of_before_is_destroyed(matcha: Matcha, content: str):
    edit(matcha, DVC_ONLY)
    assert matcha("provision", "--yes").returncode == 0
    (matcha.folder / ".matcha/deployment.json").unlink()
    edit(matcha, content)
    destroy = matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    assert matcha("status").returncode == ExitCode.REFUSED
    assert list((matcha.folder / ".matcha/services").iterdir()) == []


def test_a_reviewed_plan_is_refused_once_another_was_made(here: Callable[..., Project]):
    engine = find_engine()
    outdated, newest = (follow(deployment.plan(here(), engine)) for _ in range(2))
    with pytest.raises(MatchaError, match="plan that was reviewed is out of date") as caught:
        deployment.provision(here(), engine, Consent(outdated))
    assert caught.value.exit_code is ExitCode.REFUSED
    follow(deployment.provision(here(), engine, Consent(newest)))
    with pytest.raises(MatchaError, match="plan that was reviewed is out of date"):
        deployment.provision(here(), engine, Consent(newest))
    assert read_decision(here()).state is LayerState.WHOLE


def test_a_reviewed_plan_is_refused_once_matcha_toml_contradicts_what_is_deployed(
    deployed: Matcha, here: Callable[..., Project]
):
    engine = find_engine()
    reviewed = follow(deployment.plan(here(), engine))
    edit(deployed, ON_AZURE)
    try:
        with pytest.raises(MatchaError, match="deployed on the target local"):
            deployment.provision(here(), engine, Consent(reviewed))
    finally:
        edit(deployed, DVC_ONLY)


def write_record(folder: Path, **fields: object) -> None:
    layers = {"services": {"state": "whole", "lineage": "an id"}}
    record = {"version": VERSION, "target": "local", "modules": {}, "layers": layers}
    (folder / ".matcha").mkdir()
    (folder / ".matcha/deployment.json").write_text(json.dumps(record | fields))


@pytest.mark.parametrize("line", ["provision --yes", "plan", "destroy --yes", "stack set llm"])
def test_what_a_newer_matcha_built_is_left_alone(matcha_here: MatchaHere, line: str):
    write_record(matcha_here.folder, version=VERSION + 1, matcha="9.1", target="moon")
    answer = matcha_here(*line.split())
    assert answer.returncode == ExitCode.REFUSED
    assert "newer matcha-tui (9.1)" in answer.stderr
    assert "pip install --upgrade" in answer.stderr


@pytest.mark.parametrize("line", ["status", "provision --yes", "plan", "destroy --yes"])
def test_a_damaged_record_is_one_sentence_with_a_way_out(matcha_here: MatchaHere, line: str):
    (matcha_here.folder / ".matcha").mkdir()
    (matcha_here.folder / ".matcha/deployment.json").write_text('{"version": 1, "tar')
    answer = matcha_here(*line.split())
    assert answer.returncode == ExitCode.FAILED
    assert "deployment.json is damaged" in answer.stderr
    assert "Remove it" in answer.stderr


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        ("custom", "The last run did not finish: `matcha provision` goes on"),
        ("llm", "What is deployed is partial, and the stack cannot be changed"),
    ],
)
def test_what_is_partial_is_said_though_all_that_there_is_is_healthy(
    matcha_here: MatchaHere, stack: str, sentence: str
):
    write_record(matcha_here.folder, layers={"services": {"state": "partial", "lineage": ""}})
    (matcha_here.folder / "matcha.toml").write_text(f'[stack]\nname = "{stack}"\n')
    answer = matcha_here("status", "--output", "json")
    assert answer.returncode == ExitCode.FAILED
    found = json.loads(answer.stdout)
    assert (found["state"], found["healthy"]) == ("partial", True)
    assert sentence in answer.stderr


def test_what_is_whole_is_told_to_scripts(deployed: Matcha):
    assert json.loads(deployed("status", "--output", "json").stdout)["state"] == "whole"


@pytest.mark.parametrize("line", ["status", "provision --yes", "destroy --yes", "get cloud"])
def test_what_is_on_a_target_that_is_not_installed_is_said(matcha_here: MatchaHere, line: str):
    write_record(matcha_here.folder, target="moon")
    answer = matcha_here(*line.split())
    assert answer.returncode == ExitCode.REFUSED
    assert "on the target moon, which is not installed" in answer.stderr
