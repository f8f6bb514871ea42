"""Builds and installs a target's package, and calls ``matcha`` where it is found."""

import subprocess
import sys
from pathlib import Path

import uv

from tests.command_line import Matcha, make_environment

LAB = Path(__file__).parent / "lab"
"""The package of the target ``lab``."""

BOTH = """\
version = 1
target = "lab"

[stack.modules]
experiment_tracker = "notebook"
vector_database = "shelf"
"""
"""A ``matcha.toml`` with all that the lab has."""


def install(package: Path, folder: Path) -> Path:
    """Build a package's wheel and install it, without a network.

    Args:
        package: Where its pyproject.toml is.
        folder: A folder of the test's own.

    Returns:
        The folder that has to be among Python's paths.
    """
    program = uv.find_uv_bin()
    wheels, site = folder / "wheels", folder / "site"
    _run(program, "build", "--wheel", "--offline", "--out-dir", str(wheels), str(package))
    wheel = next(wheels.glob("*.whl"))
    place = ("--python", sys.executable, "--target", str(site))
    _run(program, "pip", "install", "--offline", "--no-index", "--no-deps", *place, str(wheel))
    return site


def place_target(site: Path, name: str, source: str, attribute: str = "TARGET") -> None:
    """Make what an installer leaves of a package whose target is one module.

    Args:
        site: A folder that is among Python's paths.
        name: What the package calls its target.
        source: The module's text.
        attribute: What it says its target is there.
    """
    site.mkdir(exist_ok=True)
    (site / f"{name}_target.py").write_text(source)
    metadata = site / f"{name}_target-0.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}-target\nVersion: 0.1\n"
    )
    (metadata / "entry_points.txt").write_text(
        f"[matcha_tui.targets]\n{name} = {name}_target:{attribute}\n"
    )


def matcha_with(site: Path, folder: Path, *others: Path) -> Matcha:
    """Return the command in a folder, with the packages that are installed elsewhere."""
    folder.mkdir(exist_ok=True)
    paths = ":".join(str(path) for path in (site, *others))
    return Matcha(folder, make_environment(PYTHONPATH=paths, BROWSER="true"))


def _run(*arguments: str) -> None:
    finished = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
