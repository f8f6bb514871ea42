"""Takes down what is paid for when the cluster no longer answers.

``python -m matcha_tui.targets.azure.cluster.abandon ENGINE ...`` runs in the platform's folder
after its destroy has failed. What lies inside the cluster goes with the cluster, so it
is forgotten; Terraform then destroys the rest. A cluster that does answer is left to an
ordinary destroy: what failed there had another reason.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from matcha_tui.targets.azure.cluster.api import read_access
from matcha_tui.terraform.worker_events import error_line, warning_line

_TIMEOUT_SECONDS = 10.0
_HTTPS_PORT = 443
_KEY = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]')
_INSIDE_CLUSTER = ("helm_", "kubernetes_")


def main(engine: Sequence[str]) -> int:
    """Forget what is inside a dead cluster, and become the Terraform that destroys the rest."""
    code = _remove_inside_from_state(engine)
    if code == 0:
        destroying = ("apply", "-destroy", "-auto-approve", "-input=false", "-no-color", "-json")
        # In this process's place, so that an interrupt reaches Terraform.
        os.execvp(engine[0], [*engine, *destroying])  # noqa: S606
    return code


def _remove_inside_from_state(engine: Sequence[str]) -> int:
    inside = _inside_cluster(engine)
    if not inside:
        return 1
    host = str(read_access(Path()).get("cluster_host") or "")
    if host and _answers(host):
        _say(error_line("The cluster answers, so nothing in it is given up", ""))
        return 1
    command = [*engine, "state", "rm", "-lock-timeout=30s", *inside]
    forgotten = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if forgotten.returncode != 0:
        reason = "What is inside the cluster cannot be taken out of the state"
        _say(error_line(reason, forgotten.stdout))
        return forgotten.returncode
    summary = f"{len(inside)} things in the cluster could not be confirmed to be gone"
    detail = "The cluster does not answer. They go with it when it is destroyed, which is next: "
    _say(warning_line(summary, detail + ", ".join(inside)))
    return 0


def _inside_cluster(engine: Sequence[str]) -> list[str]:
    """Return the addresses of the state whose type, the last word but one, is the cluster's."""
    listed = subprocess.run([*engine, "state", "list"], capture_output=True, text=True, check=False)
    words = {line: _KEY.sub("", line).split(".") for line in listed.stdout.splitlines()}
    return [
        line
        for line, parts in words.items()
        if len(parts) > 1 and parts[-2].startswith(_INSIDE_CLUSTER) and "data" not in parts
    ]


def _answers(host: str) -> bool:
    address = urlsplit(host if "//" in host else f"//{host}")
    place = (address.hostname or "", address.port or _HTTPS_PORT)
    try:
        with socket.create_connection(place, timeout=_TIMEOUT_SECONDS):
            return True
    except OSError:
        return False


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
