"""Measures a second LLM stack on a machine: ``python -m bench.second_stack [ROUNDS]``.

Its environments are in the store already. Beside it, in the same run, its servers are
started by hand: the same commands at once, from the same environments, until each is
healthy. What a provision takes beyond that is Terraform, the supervisor and our own; a
time depends on the machine and on what else it does, so compare the ratio.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.services.definition import HttpCheck, Server
from matcha_tui.services.health import find_http_problem
from matcha_tui.services.layout import flavor_folders
from matcha_tui.services.service import load_service
from matcha_tui.services.store import used_environment
from matcha_tui.system.files import make_private_directory

_LIMIT = 1.5
_MATCHA = str(Path(sys.executable).with_name("matcha"))
_POLL_SECONDS = 0.05
_STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class _BareServer:
    """What a service runs, without whatever looks after it."""

    data: Path
    server: Server
    variables: dict[str, str]
    check: HttpCheck


def main() -> None:
    """Print the table; exit 1 when a provision takes much longer than the bare servers."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    # Whoever ends it ends its servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    ratios = []
    print(f"{'round':<6} {'provision s':>11} {'by hand s':>10} {'ratio':>6}   load")
    with tempfile.TemporaryDirectory(prefix="matcha-bench-") as temporary:
        # The first stack makes what is missing, and compiles what its servers need.
        _measure(Path(temporary, "first"))
        for number in range(1, rounds + 1):
            provision, servers = _measure(Path(temporary, f"round-{number}"))
            by_hand = _time_by_hand(servers)
            ratios.append(provision / by_hand)
            load = os.getloadavg()[0]
            print(
                f"{number:<6} {provision:>11.1f} {by_hand:>10.1f} {ratios[-1]:>6.2f}   {load:.1f}",
                flush=True,
            )
    if min(ratios) > _LIMIT:
        sys.exit(f"over {_LIMIT} in every round; on a busy machine, measure again")


def _measure(project: Path) -> tuple[float, list[_BareServer]]:
    """Provision and destroy a stack; returns the seconds of the first, and what ran."""
    project.mkdir()
    try:
        _matcha(project, "stack", "set", "llm")
        began = time.monotonic()
        _matcha(project, "provision", "--yes")
        return time.monotonic() - began, _bare_servers(project)
    finally:
        _run(project, "destroy", "--yes")


def _matcha(project: Path, *arguments: str) -> None:
    done = _run(project, *arguments)
    if done.returncode:
        sys.exit(f"matcha {' '.join(arguments)}: {done.stderr}")


def _run(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    # With compiled bytecode, as users have it: a provision starts some twenty processes of ours.
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    return subprocess.run(
        [_MATCHA, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _bare_servers(project: Path) -> list[_BareServer]:
    servers = []
    for folder in flavor_folders(project / ".matcha/services"):
        service, environment = load_service(folder), used_environment(folder)
        server, check = service.server, service.check
        if server is None or environment is None or not isinstance(check, HttpCheck):
            continue
        users = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        bytecode = {"PYTHONPYCACHEPREFIX": str(environment.bytecode)}
        servers.append(_BareServer(folder.data, server, users | bytecode | server.variables, check))
    return servers


def _time_by_hand(servers: list[_BareServer]) -> float:
    for bare in servers:
        for name in ("", *bare.server.directories):
            make_private_directory(bare.data / name)
    with ExitStack() as started:
        began = time.monotonic()
        for bare in servers:
            _start(bare, started)
        for bare in servers:
            while find_http_problem(bare.check):
                time.sleep(_POLL_SECONDS)
        return time.monotonic() - began


def _start(bare: _BareServer, started: ExitStack) -> None:
    process = subprocess.Popen(
        bare.server.command,
        cwd=bare.data,
        env=bare.variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    started.callback(_end, process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
