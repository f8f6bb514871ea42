"""A run's log is read backwards from disk: the same lines as forwards."""

import json
from pathlib import Path

import pytest

from matcha_tui.screens.run_log import RunLog
from matcha_tui.terraform import following
from matcha_tui.terraform.folder import EVENTS, Run, Step, create_run
from matcha_tui.terraform.following import follow_batches
from matcha_tui.widgets.log_lines import LogLines


def write_run(folder: Path, count: int) -> Run:
    run = create_run(
        folder,
        kind="provision",
        engine="terraform",
        steps=lambda _folder: [Step("apply", "services", ("true",), folder)],
    )
    with (run.directory / EVENTS).open("w") as file:
        for number in range(count):
            hook = {"resource": {"addr": "module.a.b_c.d"}, "output": f"line {number}"}
            # Every third is noise, which gives no line.
            kind = "provision_progress" if number % 3 else "provision_start"
            file.write(json.dumps({"@level": "info", "type": kind, "@message": "m", "hook": hook}))
            file.write("\n\n" if number % 7 == 0 else "\n")
    return run


@pytest.mark.parametrize("chunk", [300, 5_000, 1024 * 1024])
async def test_what_was_forgotten_is_read_back_to_the_first_line(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(following, "_CHUNK", chunk)
    run = write_run(tmp_path, 2_000)
    log, lines, told = RunLog(run), LogLines(maximum=100), []
    async for batch in follow_batches(run, most=150, poll_seconds=0.01):
        new = log.take(batch, lines.next)
        told += [line.text for line in new]
        lines.append(new)
        assert batch.start <= batch.end
    assert [line.text for line in lines.held] == told[-100:]
    assert log.has_older(lines.first)
    while older := await log.read_older(lines.first):
        lines.prepend(older)
        assert [line.text for line in lines.held] == told[-len(lines.held) :]
    assert [line.text for line in lines.held] == told
    assert not log.has_older(lines.first)
    lines.release()
    assert [line.text for line in lines.held] == told[-100:]


async def test_a_batch_says_how_much_comes_after_it(tmp_path):
    run = write_run(tmp_path, 1_000)
    behind = [batch.behind async for batch in follow_batches(run, most=300)]
    assert behind[0] == pytest.approx(700, rel=0.2)
    assert behind[-1] == 0
