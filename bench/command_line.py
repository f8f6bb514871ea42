"""Measures what the quick commands cost: ``python -m bench.command_line``.

CPU time (user and system) of the child process, the best of many, with compiled bytecode.
A time depends on the machine and on what else it does; the ratio to a Python that
imports click and does nothing depends on them much less, so compare ratios.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_ROUNDS = 20
_NAME = 'python -c "import click"'
_BASELINE = (sys.executable, "-c", "import click")
_MATCHA = (sys.executable, str(Path(sys.executable).with_name("matcha")))
_LIMITS = (
    ("matcha --help", (*_MATCHA, "--help"), 60),
    ("matcha stack show", (*_MATCHA, "stack", "show"), 80),
)
"""Each command, and the most milliseconds of CPU it may take on an idle core."""


def main() -> None:
    """Print the table; exit 1 when a command takes longer than it may."""
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    commands = [_BASELINE, *(command for _, command, _ in _LIMITS)]
    with tempfile.TemporaryDirectory() as folder:
        # In turns, so that a busy moment of the machine falls on all of them.
        rounds = [
            [_milliseconds(command, folder, environment) for command in commands]
            for _ in range(_ROUNDS)
        ]
    baseline, *measured = (min(times) for times in zip(*rounds, strict=True))
    print(f"{'command':<26} {'CPU ms':>6} {'ratio':>6} {'limit':>6}")
    print(f"{_NAME:<26} {baseline:>6.0f} {1:>6.2f}")
    for (name, _, limit), time in zip(_LIMITS, measured, strict=True):
        print(f"{name:<26} {time:>6.0f} {time / baseline:>6.2f} {limit:>6}")
    if any(time > limit for (_, _, limit), time in zip(_LIMITS, measured, strict=True)):
        sys.exit("over its limit; on a busy machine, measure again")


def _milliseconds(command: Sequence[str], folder: str, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


if __name__ == "__main__":
    main()
