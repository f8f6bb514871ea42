"""Puts the deployment record beside the shared state, where colleagues find it.

``python -m matcha_tui.targets.azure.remote_state.share_record RECORD LAYER`` is a step of whatever
writes the record of a layer; where the state is, the variable `VARIABLE` says. Of the other layers
the shared record says what is true: a colleague may be at work on them.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.project.record import Record, format_record, parse_record
from matcha_tui.system.files import write_atomically
from matcha_tui.targets.azure.auth.account import sign_in
from matcha_tui.targets.azure.cloud.endpoints import find_cloud
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs
from matcha_tui.targets.azure.remote_state.location import VARIABLE
from matcha_tui.terraform.worker_events import error_line

_TRIES = 10


def main(record: Path, layer: str) -> int:
    """Share what the record says of a layer.

    Returns:
        0, or the error's exit code.
    """
    wanted = json.loads(os.environ[VARIABLE])
    try:
        account = sign_in(find_cloud(), tenant_id=wanted["tenant_id"])
        with StateBlobs(account, wanted["account"], wanted["container"]) as blobs:
            merged = share_layer(blobs, parse_record(record.read_bytes()), layer)
        write_atomically(record, format_record(merged))
    except MatchaError as error:
        sys.stdout.buffer.write(error_line(error.message, error.hint or ""))
        return error.exit_code
    return 0


def share_layer(blobs: StateBlobs, record: Record, layer: str) -> Record:
    """Write a record beside the state; of all layers but one it keeps what is shared.

    Returns:
        What is shared now.
    """
    for _ in range(_TRIES):
        shared, version = blobs.read_record()
        merged = record
        if shared is not None:
            known = read_shared(shared)
            others = {name: found for name, found in known.layers.items() if name != layer}
            for name, found in others.items():
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


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
