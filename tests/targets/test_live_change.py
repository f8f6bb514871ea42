"""A deployed stack is changed, and what stays is not touched: real Terraform on tiny targets."""

from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui import deployment
from matcha_tui.choosing import change_stack, reset_stack
from matcha_tui.deployed import find_difference, read_decision
from matcha_tui.deployment import Consent
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.record import LayerState
from matcha_tui.selection import Project, open_project
from matcha_tui.stack.stack import preset_stack
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.folder import Run, is_live, read_result
from tests.command_line import make_environment
from tests.killing import kill_run
from tests.targets.tiny import built, register, running
from tests.waiting import wait_for

BOTH, ONE = ["data_version_control", "vector_database"], ["data_version_control"]


@pytest.fixture(params=["tiny", pytest.param("other", marks=pytest.mark.slow)])
def project(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The stack of two modules, deployed."""
    register(monkeypatch, tmp_path / "modules")
    for name, value in make_environment().items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "matcha.toml").write_text(
        f'version = 1\ntarget = "{request.param}"\n[stack]\nname = "llm"\n'
    )
    finish(deployment.provision(open_project(folder), find_engine()))
    return open_project(folder)


@pytest.fixture
def engine() -> Engine:
    return find_engine()


def finish(run: Run) -> None:
    wait_for(lambda: not is_live(run))
    result = read_result(run)
    assert result is not None
    assert result.exit_code == 0


def choose(project: Project, name: str, *, live: bool = True) -> Project:
    return change_stack(project, preset_stack(project.catalog, name), live=live)


def world(project: Project) -> frozenset[str]:
    return running(project.workspace.project)


def test_a_module_is_removed_and_the_rest_is_not_touched(project: Project, engine: Engine):
    name, folder = project.target.name, project.workspace.project
    kept = folder / "world" / f"{name}-dvc"
    made = kept.stat().st_mtime_ns
    with pytest.raises(MatchaError, match="cannot be changed while") as refused:
        choose(project, "default", live=False)
    assert refused.value.exit_code is ExitCode.REFUSED
    changed = choose(project, "default")
    assert find_difference(changed).going == {"vector_database": "chroma"}
    assert world(project) == built(name, BOTH)
    finish(deployment.provision(changed, engine, Consent(allow_destroy=True)))
    assert world(project) == built(name, ONE)
    assert kept.stat().st_mtime_ns == made
    decision = read_decision(open_project(folder))
    assert decision.state is LayerState.WHOLE
    assert decision.record is not None
    assert list(decision.record.modules) == ONE


@pytest.mark.slow
def test_a_module_is_added_while_the_other_runs(project: Project, engine: Engine):
    name, folder = project.target.name, project.workspace.project
    finish(deployment.provision(choose(project, "default"), engine, Consent(allow_destroy=True)))
    finish(deployment.provision(choose(open_project(folder), "llm"), engine))
    assert world(project) == built(name, BOTH)


@pytest.mark.slow
def test_what_would_be_lost_needs_a_yes(project: Project, engine: Engine):
    changed = choose(project, "default")
    with pytest.raises(MatchaError, match="nobody has seen the plan") as refused:
        deployment.provision(changed, engine)
    assert refused.value.exit_code is ExitCode.REFUSED
    plan = deployment.plan(changed, engine)
    finish(plan)
    assert world(project) == built(project.target.name, BOTH)
    finish(deployment.provision(changed, engine, Consent(plan)))
    assert world(project) == built(project.target.name, ONE)


def test_a_change_is_dropped(project: Project, engine: Engine):
    choose(project, "default")
    again = reset_stack(open_project(project.workspace.project))
    assert not find_difference(again).lines
    assert (again.stack, again.config.target) == (project.stack, project.config.target)
    finish(deployment.provision(again, engine))
    assert world(project) == built(project.target.name, BOTH)


def test_another_stack_than_was_agreed_to_is_refused(project: Project, engine: Engine):
    choose(project, "default")
    file = project.workspace.config_file
    modules = '[stack]\nname = "custom"\n[stack.modules]\nvector_database = "chroma"\n'
    file.write_text(f'version = 1\ntarget = "{project.target.name}"\n{modules}')
    with pytest.raises(MatchaError, match="cannot be changed while"):
        deployment.provision(open_project(file.parent), engine)


@pytest.mark.slow
def test_a_removal_that_is_killed_goes_on(project: Project, engine: Engine):
    name, folder = project.target.name, project.workspace.project
    changed = choose(project, "default")
    run = deployment.provision(changed, engine, Consent(allow_destroy=True))
    wait_for(lambda: f"{name}-chroma" not in world(project) or not is_live(run))
    kill_run(folder)
    wait_for(lambda: not is_live(run))
    again = open_project(folder)
    assert read_decision(again).is_deployed
    finish(deployment.provision(again, engine, Consent(allow_destroy=True)))
    assert world(project) == built(name, ONE)
    finish(deployment.destroy(open_project(folder), engine))
    assert world(project) == frozenset()


@pytest.mark.slow
def test_what_was_agreed_to_once_is_not_agreed_to_again(project: Project, engine: Engine):
    folder = project.workspace.project
    finish(deployment.provision(choose(project, "default"), engine, Consent(allow_destroy=True)))
    finish(deployment.destroy(open_project(folder), engine))
    change_stack(open_project(folder), preset_stack(project.catalog, "llm"))
    finish(deployment.provision(open_project(folder), engine))
    with pytest.raises(MatchaError, match="cannot be changed while"):
        choose(open_project(folder), "default", live=False)


def test_a_setting_is_compared_as_well(project: Project):
    config = replace(project.config, settings={"vector_database.storage_gb": 9})
    difference = find_difference(replace(project, config=config))
    assert difference.lines == ["~ vector_database.storage_gb: not set -> 9"]
    assert find_difference(project).lines == []
