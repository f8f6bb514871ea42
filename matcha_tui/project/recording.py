"""Writes the deployment record from within a run: steps before and after each layer's apply.

``python -m matcha_tui.project.recording ACT PROJECT RUN_DIR LAYER``, where the act is one of

- ``build``: put the layer's next root in place, and record that it is being applied;
- ``unbuild``: record that it is being destroyed;
- ``settle-build``, ``settle-destroy``: record what became of it, by the exit code that the
  run has so far (`RUN_CODE`) and by Terraform's state;
- ``settle-removal``: record that it is partial: modules were taken out of it, or not all of them.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.project.kept_states import find_errored, keep_state
from matcha_tui.project.live_change import drop_agreed
from matcha_tui.project.record import (
    LayerRecord,
    LayerState,
    Record,
    format_record,
    parse_record,
    read_record,
    stamp,
    write_record,
)
from matcha_tui.project.register import register
from matcha_tui.project.staging import activate_next
from matcha_tui.project.state import read_state
from matcha_tui.project.workspace import Workspace
from matcha_tui.system.files import write_atomically
from matcha_tui.terraform.cancel import CancelRequest, was_requested
from matcha_tui.terraform.folder import RUN_CODE
from matcha_tui.terraform.worker_events import error_line

_PROPOSED = "record.json"
_PROGRAM = (sys.executable, "-P", "-m", "matcha_tui.project.recording")


def recording_command(act: str, workspace: Workspace, run: Path, layer: str) -> tuple[str, ...]:
    """Return the command of a step that writes the record."""
    return (*_PROGRAM, act, str(workspace.project), str(run), layer)


def propose_record(run: Path, record: Record) -> None:
    """Leave with a run what is to be recorded of what it builds."""
    write_atomically(run / _PROPOSED, format_record(record))


def main(arguments: Sequence[str]) -> int:
    """Do one act.

    Returns:
        0, or the exit code of what stood in the way.
    """
    act, project, run, layer = arguments
    workspace = Workspace(Path(project))
    try:
        _ACTS[act](workspace, Path(run), layer)
        if act.startswith("settle"):
            with suppress(MatchaError):  # it is kept before the next apply
                keep_state(workspace, layer)
    except MatchaError as error:
        sys.stdout.buffer.write(error_line(error.message, error.hint or ""))
        return error.exit_code
    return 0


def _build(workspace: Workspace, run: Path, layer: str) -> None:
    proposed = parse_record((run / _PROPOSED).read_bytes())
    known = read_record(workspace)
    # What the record says of layers that this run has not reached stays.
    for name, found in (known.layers if known else {}).items():
        if name in proposed.layers:
            proposed = proposed.with_layer(name, found)
    keep_state(workspace, layer)
    _write(workspace, run, _applying(proposed, layer))
    activate_next(workspace, layer)


def _unbuild(workspace: Workspace, run: Path, layer: str) -> None:
    with suppress(MatchaError):  # what is taken down gives back the space that is missing
        keep_state(workspace, layer)
    _write(workspace, run, _applying(_known(workspace), layer))


def _settle_build(workspace: Workspace, run: Path, layer: str) -> None:
    record = _applied(workspace, run, layer)
    if record is None:
        return
    known = record.layers[layer].lineage
    found = find_errored(workspace, layer, known) or read_state(workspace.layer(layer))
    lineage = found.lineage if found.has_resources else ""
    state = LayerState.WHOLE
    if found.fault:
        state, lineage = LayerState.PARTIAL, known
    elif not _went_well():
        # One that is killed may make more than its state says: so this run, or one before.
        before = parse_record((run / _PROPOSED).read_bytes()).layers[layer].state
        was_killed = before is not LayerState.GONE or was_requested(run, CancelRequest.FORCE)
        is_gone = not (was_killed or found.has_resources)
        state = LayerState.GONE if is_gone else LayerState.PARTIAL
    _write(workspace, run, record.with_layer(layer, LayerRecord(state, lineage)))


def _settle_destroy(workspace: Workspace, run: Path, layer: str) -> None:
    if _went_well():  # also where the plan failed, and what comes after a failure took it down
        _write(workspace, run, _known(workspace).with_layer(layer, LayerRecord(LayerState.GONE)))
    elif record := _applied(workspace, run, layer):
        settled = LayerRecord(LayerState.PARTIAL, record.layers[layer].lineage)
        _write(workspace, run, record.with_layer(layer, settled))


def _settle_removal(workspace: Workspace, run: Path, layer: str) -> None:
    if record := _applied(workspace, run, layer):
        settled = LayerRecord(LayerState.PARTIAL, record.layers[layer].lineage)
        _write(workspace, run, record.with_layer(layer, settled))


_ACTS = {
    "build": _build,
    "unbuild": _unbuild,
    "settle-build": _settle_build,
    "settle-destroy": _settle_destroy,
    "settle-removal": _settle_removal,
}


def _applying(record: Record, layer: str) -> Record:
    """Have one layer applied; another that is said to be was left so by a killed run."""
    for name, found in record.layers.items():
        if found.state is LayerState.APPLYING:
            record = record.with_layer(name, LayerRecord(LayerState.PARTIAL, found.lineage))
    lineage = record.layers[layer].lineage if layer in record.layers else ""
    return record.with_layer(layer, LayerRecord(LayerState.APPLYING, lineage))


def _applied(workspace: Workspace, run: Path, layer: str) -> Record | None:
    """Return the record if this run has begun to apply the layer, and did not fail before."""
    record = _known(workspace) if _went_well() else read_record(workspace)
    if record is None:
        return None
    is_ours = record.run == run.name and layer in record.layers
    return record if is_ours and record.layers[layer].state is LayerState.APPLYING else None


def _known(workspace: Workspace) -> Record:
    record = read_record(workspace)
    if record is None:
        raise MatchaError(
            f"{workspace.record_file} is missing: somebody has removed it during the run",
            hint="`matcha status` says what Terraform's state knows.",
        )
    return record


def _went_well() -> bool:
    return os.environ.get(RUN_CODE, "0") == "0"


def _write(workspace: Workspace, run: Path, record: Record) -> None:
    stamped = stamp(record, run.name)
    write_record(workspace, stamped)
    with suppress(MatchaError):  # without a home there is no register, and the run goes on
        register(workspace, stamped)
    states = {layer.state for layer in record.layers.values()}
    if states in ({LayerState.WHOLE}, {LayerState.GONE}):
        drop_agreed(workspace)  # it is done, or there is nothing left that it was about


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
