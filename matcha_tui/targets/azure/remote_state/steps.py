"""The steps of a run that keep what colleagues share, where the variable `VARIABLE` says.

``python -m matcha_tui.targets.azure.remote_state.steps create`` is the first: it makes the place
of the shared state, and may be repeated. ``... share RECORD LAYER`` follows whatever writes the
record of a layer, and puts it beside the state. Of the other layers the shared record says what
is true: a colleague may be at work on them.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.project.record import Record, format_record, parse_record
from matcha_tui.system.files import write_atomically
from matcha_tui.targets.azure.auth.account import Account, sign_in
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs
from matcha_tui.targets.azure.remote_state.location import STATE_KEYS, VARIABLE, StateStorage
from matcha_tui.targets.azure.remote_state.storage import create
from matcha_tui.terraform.worker_events import error_line

_TRIES = 10


def main(arguments: Sequence[str]) -> int:
    """Do one of the steps; return 0, or the error's exit code."""
    desired: Mapping[str, Any] = json.loads(os.environ[VARIABLE])
    try:
        account = sign_in(tenant_id=desired["tenant_id"])
        if arguments[0] == "create":
            _create(account, desired)
        else:
            _share(account, desired, Path(arguments[1]), arguments[2])
    except MatchaError as error:
        sys.stdout.buffer.write(error_line(error.message, error.hint or ""))
        return error.exit_code
    return 0


def share_layer(blobs: StateBlobs, record: Record, layer: str) -> Record:
    """Write a record beside the state, and return it; of all other layers it keeps the shared."""
    for _ in range(_TRIES):
        shared, version = blobs.read_record()
        merged = record
        if shared is not None:
            for name, found in read_shared(shared).layers.items():
                if name != layer:
                    merged = merged.with_layer(name, found)
        if blobs.write_record(json.loads(format_record(merged)), version):
            return merged
    raise MatchaError(
        "the deployment record beside the shared state changes all the time",
        hint="Ask your colleagues who is at work on it, then run the same command again.",
    )


def read_shared(document: dict[str, Any]) -> Record:
    """Understand the record that lies beside the state."""
    try:
        return parse_record(json.dumps(document))
    except ValueError as error:
        raise MatchaError(
            "the deployment record beside the shared state is damaged",
            hint="Restore deployment.json in the state's container from one of its versions.",
        ) from error


def _create(account: Account, desired: Mapping[str, Any]) -> None:
    place = {name: desired[name] for name in ("subscription_id", *STATE_KEYS)}
    storage = StateStorage(tenant_id=account.tenant_id, **place)
    create(account, storage, desired["location"], desired["tags"], _report)


def _share(account: Account, desired: Mapping[str, Any], record: Path, layer: str) -> None:
    with StateBlobs(account, desired["account"], desired["container"]) as blobs:
        merged = share_layer(blobs, parse_record(record.read_bytes()), layer)
    write_atomically(record, format_record(merged))


def _report(text: str) -> None:
    sys.stdout.write(f"Shared state: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
