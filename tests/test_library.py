import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui import Deployment
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.findings import Finding
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.progress import RunProgress
from tests.command_line import DVC_ONLY, Matcha, make_environment

PAGE = Path(__file__).parents[1] / "docs/guide/python.md"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A project whose stack is DVC alone; whatever is started is ended."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "matcha.toml").write_text(DVC_ONLY)
    try:
        yield folder
    finally:
        Matcha(folder, make_environment()).clean_up()


def test_the_example_of_the_documentation_runs(folder: Path):
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    example = next(text for text in examples if "import Deployment" in text)
    finished = subprocess.run(
        [sys.executable, "-c", example],
        cwd=folder,
        env=make_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "2 of 2" in finished.stdout
    assert "data_version_control is healthy" in finished.stdout
    assert not (folder / ".matcha/infrastructure/matcha.state").exists()


async def test_a_plan_ends_with_what_would_be_done(folder: Path):
    progress: RunProgress | None = None
    async for progress in Deployment(folder).plan():
        assert progress.steps
    assert progress is not None
    assert progress.state is RunState.DONE
    assert progress.planned is not None
    assert progress.planned.add == 2


@pytest.mark.slow
async def test_a_plan_says_what_differs_of_each_resource(folder: Path):
    deployment = Deployment(folder)
    run = await deployment.start_plan()
    async for _batch in deployment.follow(run):
        pass
    planned = await deployment.planned(run)
    assert [one.address.split(".")[1] for one in planned] == ["supervisor", "data_version_control"]
    values = {one.name: one.after for one in planned[1].attributes}
    assert values["input"] == '"dvc"'
    assert values["id"] == "(known after apply)"


async def test_what_fails_is_raised(folder: Path):
    deployment = Deployment(folder)
    with pytest.raises(MatchaError, match="nothing is deployed") as caught:
        await deployment.resources()
    assert caught.value.exit_code is ExitCode.REFUSED
    with pytest.raises(MatchaError, match="nothing is deployed"):
        async for _ in deployment.destroy():
            pass
    with pytest.raises(MatchaError, match="neither a known name nor a file"):
        async for _ in Deployment(folder, engine="/no/such/engine").plan():
            pass


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path):
    deployment = Deployment(tmp_path / "project")
    assert not (tmp_path / "project").exists()
    assert deployment.stack.name == "default"


@pytest.mark.slow
async def test_what_runs_and_what_is_deployed_is_found_by_looking(folder: Path):
    deployment = Deployment(folder)
    assert (await deployment.refresh()).deployed is None
    run = await deployment.start_provision()
    live = (await Deployment(folder).refresh()).live
    assert live is not None
    assert live.id == run.id
    async for _events in deployment.follow(run):
        pass
    overview = await deployment.refresh()
    assert overview.live is None
    assert overview.deployed is not None
    assert dict(overview.deployed.modules) == {"data_version_control": "dvc"}
    assert overview.last is not None
    assert overview.last.state is RunState.DONE
    assert deployment.overview is overview
    listed = {(one.name, one.property): one for one in await deployment.list_resources()}
    assert listed["data-version-control", "remote-url"].help
    assert await deployment.leftovers()
    again = await deployment.start_provision()
    assert await deployment.cancel(again)
    assert not await deployment.cancel(again)
    async for _events in deployment.follow(again):
        pass
    async for _events in deployment.follow(await deployment.start_destroy()):
        pass
    assert (await deployment.refresh()).deployed is None


async def test_a_hand_edit_counts_at_the_next_act(folder: Path):
    deployment = Deployment(folder)
    assert dict(deployment.project.stack.modules) == {"data_version_control": "dvc"}
    await deployment.save(replace(deployment.project.config, settings={}))
    file = folder / "matcha.toml"
    file.write_text(file.read_text().replace("data_version_control", "no_such_slot"))
    with pytest.raises(MatchaError, match="no_such_slot"):
        await deployment.refresh()


async def test_checks_are_reported_where_they_were_asked_for(folder: Path):
    deployment = Deployment(folder)
    told: list[tuple[int, Finding, threading.Thread]] = []
    checks = await deployment.checks()
    findings = await deployment.run_checks(
        checks, lambda position, one: told.append((position, one, threading.current_thread()))
    )
    assert len(findings) == len(checks) > 0
    assert sorted(position for position, _, _ in told) == [*range(len(checks))]
    assert {thread for _, _, thread in told} == {threading.current_thread()}
    assert all(findings[position] == one for position, one, _ in told)
