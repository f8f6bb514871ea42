"""How long a resource should take is remembered, weighted, and unknown where it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcha_tui.terraform.events import Action
from matcha_tui.terraform.expected_times import (
    ExpectedTimes,
    read_table,
    read_times,
    remember_times,
)
from matcha_tui.terraform.folder import create_run
from matcha_tui.terraform.progress import ResourceProgress, ResourceState
from tests.terraform.conftest import Workbench
from tests.waiting import wait_for

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MLFLOW = "module.experiment_tracker.module.service.terraform_data.environment"
ZENML = "module.orchestrator.module.service.terraform_data.environment"


def resource(
    address: str, state: ResourceState, seconds: float = 0, action: Action = Action.CREATE
) -> ResourceProgress:
    started = None if state is ResourceState.WAITING else NOON
    is_over = state not in (ResourceState.WAITING, ResourceState.RUNNING)
    finished = NOON + timedelta(seconds=seconds) if is_over else None
    return ResourceProgress("services", address, action, state, started, finished)


def test_what_was_seen_counts_by_address_then_by_type(tmp_path: Path):
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    for seconds in (2, 40, 30):
        run = [
            resource(MLFLOW, ResourceState.DONE, seconds),
            resource(ZENML, ResourceState.FAILED, 1),  # what failed says nothing of the time
            resource('module.a["x.y"].azurerm_subnet.this[0]', ResourceState.DONE, 7),
        ]
        remember_times(environment, "local", run)
    times = read_times(environment, "local")
    assert times.seconds(resource(MLFLOW, ResourceState.WAITING)) == 30
    assert times.seconds(resource(ZENML, ResourceState.WAITING)) == 30  # another environment
    assert times.seconds(resource("module.b.azurerm_subnet.other", ResourceState.WAITING)) == 7
    gone = resource(MLFLOW, ResourceState.WAITING, action=Action.DELETE)
    assert times.seconds(gone) is None
    assert read_times(environment, "azure") == ExpectedTimes()
    file = tmp_path / "matcha-tui/expected_times/local.json"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '{"a": ["x"]}'])
def test_a_damaged_file_is_none_and_is_written_anew(tmp_path: Path, content: str):
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    file = tmp_path / "matcha-tui/expected_times/local.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert read_times(environment, "local").seen == {}
    remember_times(environment, "local", [resource(MLFLOW, ResourceState.DONE, 3)])
    assert read_times(environment, "local").seconds(resource(MLFLOW, ResourceState.WAITING)) == 3


def test_a_target_brings_a_table_and_what_is_not_in_it_is_unknown():
    times = ExpectedTimes(table=read_table("matcha_tui.targets.azure"))
    cluster = resource("module.base.azurerm_kubernetes_cluster.this", ResourceState.RUNNING)
    assert times.seconds_left(cluster, NOON + timedelta(seconds=100)) == 200
    assert times.seconds_left(cluster, NOON + timedelta(seconds=400)) == -100
    assert times.seconds(resource("azurerm_tea.this", ResourceState.WAITING)) is None
    assert read_table("matcha_tui.no_such_target") == {}


def test_progress_is_weighted_by_time_and_full_only_at_the_end():
    times = ExpectedTimes({"create slow.a": (90.0,), "create quick.a": (10.0,)})
    slow, quick = "slow.a", "quick.a"
    begun = [resource(quick, ResourceState.DONE, 9), resource(slow, ResourceState.RUNNING)]
    assert times.share_done(begun, NOON) == pytest.approx(0.1)
    assert times.share_done(begun, NOON + timedelta(seconds=45)) == pytest.approx(0.55)
    assert times.share_done(begun, NOON + timedelta(hours=1)) == pytest.approx(0.955)
    done = [resource(quick, ResourceState.DONE, 9), resource(slow, ResourceState.DONE, 99)]
    assert times.share_done(done, NOON) == 1
    # Whatever is unknown counts as the mean of the others, and nothing while it runs.
    unknown = [*done, resource("strange.a", ResourceState.RUNNING)]
    assert times.share_done(unknown, NOON + timedelta(hours=1)) == pytest.approx(100 / 150)
    assert times.share_done([], NOON) == 0


def test_a_run_remembers_by_itself_what_its_resources_took(bench: Workbench, tmp_path: Path):
    bench.configure("echo hello")
    run = create_run(
        bench.runs,
        kind="provision",
        engine=bench.engine.label,
        steps=bench.applying,
        details={"target": "shed"},
    )
    state = tmp_path / "state"
    bench.start_made(run, extra={"XDG_STATE_HOME": str(state)})
    wait_for((state / "matcha-tui/expected_times/shed.json").exists)
    times = read_times({"XDG_STATE_HOME": str(state)}, "shed")
    assert times.seconds(resource("terraform_data.a0", ResourceState.WAITING)) is not None
