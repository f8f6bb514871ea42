"""A run's event stream that is cut, foreign or very long, and whoever attaches to it late."""

import asyncio
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcha_tui.system.locks import try_lock
from matcha_tui.terraform.events import PlainLine, RunState
from matcha_tui.terraform.folder import EVENTS, LOCK, Run, Step, create_run, write_result
from matcha_tui.terraform.following import follow, initial_progress, read_events, read_progress
from matcha_tui.terraform.progress import RunProgress
from matcha_tui.terraform.worker_events import (
    run_finished_line,
    run_started_line,
    step_finished_line,
    step_started_line,
)
from tests.faults.report import Fault

GROUP = "The stream of a run's events"
MANY = 200_000
STEPS = [("plan", "services"), ("apply", "services")]
RESOURCE = {"addr": "terraform_data.one", "resource_type": "terraform_data"}


def of_terraform(kind: str, **fields: object) -> bytes:
    common = {"@level": "info", "@message": kind, "@timestamp": "2026-12-01T10:00:00.000001Z"}
    return json.dumps(common | fields | {"type": kind}).encode() + b"\n"


hook = {"resource": RESOURCE, "action": "create"}
KNOWN = [
    run_started_line(STEPS),
    *(step_started_line(*step) for step in STEPS),
    *(step_finished_line(*step, 0) for step in STEPS),
    of_terraform("planned_change", change=hook),
    of_terraform("apply_start", hook=hook),
    of_terraform("provision_progress", hook=hook | {"provisioner": "local-exec", "output": "tea"}),
    of_terraform("apply_complete", hook=hook | {"elapsed_seconds": 1}),
    of_terraform("change_summary", changes={"add": 1, "change": 0, "remove": 0}),
]
STRANGE = [
    of_terraform("a_type_of_tomorrow", hook=[1]),
    of_terraform("apply_start", hook="no hook"),
    b"no JSON\n",
    b"\xff\xfe\n",
    b'{"type": 5}\n',
    b"[]\n",
    b"\n",
    b'{"@message": "cut in the mid',
]
lines = st.lists(st.sampled_from(KNOWN + STRANGE), max_size=30)


def make_run(folder: Path) -> Run:
    steps = [Step(name, layer, ("true",), folder) for name, layer in STEPS]
    return create_run(folder / "runs", kind="provision", engine="terraform", steps=lambda _: steps)


async def watch(run: Run, before: bytes, after: bytes) -> RunProgress:
    """Attach when some of a stream is written; the rest comes while it is watched."""
    stream = run.directory / EVENTS
    stream.write_bytes(before)
    lock = try_lock(run.directory / LOCK)  # which says that the run lives
    assert lock is not None
    progress = initial_progress(run)
    following = follow(run, 0.001)
    if any(line.strip() for line in before.split(b"\n")[:-1]):
        progress = progress.apply_all(await anext(following))
    with stream.open("ab") as file:
        file.write(after)
    write_result(run.directory, RunState.DONE, 0)
    os.close(lock)
    async for batch in following:
        progress = progress.apply_all(batch)
    return progress


def require_the_same(written: list[bytes], place: float) -> None:
    content = b"".join([*written, b"\n", run_finished_line(RunState.DONE, 0)])
    cut = int(len(content) * place)
    with tempfile.TemporaryDirectory() as directory:
        run = make_run(Path(directory))
        late = asyncio.run(watch(run, content[:cut], content[cut:]))
        assert late == read_progress(run)
        assert late.state is RunState.DONE


@pytest.mark.fault(GROUP, "a monitor is attached at any point, to half lines and unknown types")
def test_whoever_attaches_late_sees_the_same(fault: Fault):
    settings(max_examples=30)(given(lines, st.floats(0, 1))(require_the_same))()
    fault.report("", "none: it shows what one shows that was attached from the start")


@pytest.mark.slow
@pytest.mark.fault(GROUP, "200,000 events")
def test_none_of_many_events_is_lost(tmp_path: Path, fault: Fault):
    run = make_run(tmp_path)
    with (run.directory / EVENTS).open("wb") as stream:
        stream.writelines(b"line %d\n" % number for number in range(MANY))
    write_result(run.directory, RunState.DONE, 0)
    events = [event for batch in read_events(run) for event in batch]
    texts = [event.text for event in events if isinstance(event, PlainLine)]
    assert texts == [f"line {number}" for number in range(MANY)]
    fault.report("", "none: every line is shown")
