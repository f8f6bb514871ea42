"""Puts the deployment record beside the shared state, where colleagues find it.

``python -m matcha_tui.targets.azure.share_record RECORD`` is a step of whatever writes the
record; where the state is, the variable `VARIABLE` says.
"""

import json
import os
import sys
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.account import sign_in
from matcha_tui.targets.azure.cloud import find_cloud
from matcha_tui.targets.azure.place import VARIABLE
from matcha_tui.targets.azure.state_blobs import StateBlobs
from matcha_tui.terraform.worker_events import error_line


def main(record: Path) -> int:
    """Send the record as it is now.

    Args:
        record: Its file.

    Returns:
        0, or the error's exit code.
    """
    wanted = json.loads(os.environ[VARIABLE])
    try:
        account = sign_in(find_cloud(), tenant_id=wanted["tenant_id"])
        with StateBlobs(account, wanted["account"], wanted["container"]) as blobs:
            blobs.write_record(json.loads(record.read_bytes()))
    except MatchaError as error:
        sys.stdout.buffer.write(error_line(error.message, error.hint or ""))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
