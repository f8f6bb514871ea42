"""Measures the CPU that a first frame costs: ``python -m bench.first_frame [ROUNDS]``.

Each round starts, one after the other, the wizard at home, a bare Textual app with the same
widgets, and tftui from the package index, in a venv of its own that is made in the user's cache.
Each runs in a pseudo-terminal of its own until what it draws stands still, and is then ended;
counted is the processor time of the whole process. Compare the ratios, not the seconds.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_dir

from bench.terminal import in_terminal

_TFTUI = "tftui==0.14.1"
_BARE_LIMIT, _TFTUI_LIMIT = 1.25, 0.75
_HERE = Path(__file__).resolve()
_MAIN = 'resource "terraform_data" "tea" {}\n'


def main() -> None:
    """Print a line a program; exit 1 when a ratio is over its limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory(prefix="matcha-bench-") as temporary:
        folder = Path(temporary)
        (folder / "main.tf").write_text(_MAIN)
        programs = {
            "matcha-tui": [sys.executable, "-P", "-m", "matcha_tui"],
            "bare Textual": [sys.executable, "-P", str(_HERE.with_name("bare_welcome.py"))],
            "tftui": [_install_tftui(), "--no-init", "--offline", "--disable-usage-tracking"],
        }
        times: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(rounds):
            for name, command in programs.items():
                times[name].append(_measure(command, folder))
    ours = statistics.median(times["matcha-tui"])
    for name, found in times.items():
        median = statistics.median(found)
        print(f"{name:<14} {median * 1000:6.0f} ms of CPU   ours is {ours / median:.2f} × that")
    is_over = ours / statistics.median(times["bare Textual"]) > _BARE_LIMIT
    raise SystemExit(is_over or ours / statistics.median(times["tftui"]) > _TFTUI_LIMIT)


def _measure(command: list[str], folder: Path) -> float:
    """Return the seconds of CPU until a program has drawn its first frame and is at rest."""
    with in_terminal(command, folder) as terminal:
        terminal.read_first_frame()
        return terminal.cpu_seconds()


def _install_tftui() -> str:
    """Make a venv with tftui alone, once; returns its command."""
    venv = Path(user_cache_dir("matcha-tui-bench")) / _TFTUI.replace("==", "-")
    command = venv / "bin/tftui"
    if not command.exists():
        uv = [sys.executable, "-m", "uv", "--quiet"]
        subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, str(venv)], check=True)
        python = str(venv / "bin/python")
        subprocess.run([*uv, "pip", "install", "--python", python, _TFTUI], check=True)
    return str(command)


if __name__ == "__main__":
    main()
