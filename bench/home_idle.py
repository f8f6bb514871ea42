"""Measures what home costs while nobody touches it: ``python -m bench.home_idle [SECONDS]``.

An LLM stack is provisioned in a temporary folder, and destroyed at the end. In between the wizard
shows its five components in a pseudo-terminal, with their health, memory and logs as they come.
Counted is the processor time of the wizard alone, once it has drawn its first frames.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.terminal import in_terminal

_LIMIT = 0.03  # of a core
_SETTLE_SECONDS = 15
_MATCHA = str(Path(sys.executable).with_name("matcha"))
_WIZARD = (sys.executable, "-P", "-m", "matcha_tui")


def main() -> None:
    """Print the share of a core; exit 1 when it is over the limit."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory(prefix="matcha-bench-") as temporary:
        folder = Path(temporary)
        try:
            _matcha(folder, "stack", "set", "llm")
            _matcha(folder, "provision", "--yes")
            share = _measure(folder, seconds)
        finally:
            subprocess.run([_MATCHA, "destroy", "--yes"], cwd=folder, check=False)
    print(f"home, idle, five components: {share:.2%} of a core, over {seconds:.0f} s")
    raise SystemExit(share > _LIMIT)


def _matcha(folder: Path, *arguments: str) -> None:
    done = subprocess.run([_MATCHA, *arguments], cwd=folder, check=False)
    if done.returncode:
        sys.exit(f"matcha {' '.join(arguments)} has failed")


def _measure(folder: Path, seconds: float) -> float:
    with in_terminal(_WIZARD, folder) as terminal:
        terminal.read_first_frame()
        terminal.read_for(_SETTLE_SECONDS)
        before = terminal.cpu_seconds()
        terminal.read_for(seconds)
        return (terminal.cpu_seconds() - before) / seconds


if __name__ == "__main__":
    main()
