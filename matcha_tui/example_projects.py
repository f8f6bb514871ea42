"""The example projects that `matcha example` writes: each as a script and as a notebook."""

import json
import re
import shutil
import sysconfig
from pathlib import Path
from typing import Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.files import explain_os_errors

EXAMPLES = {
    "iris": "data in DVC, a ZenML pipeline tracked by MLflow, a model that is served and asked",
    "documents": "texts become vectors, Chroma keeps them, and a question finds the nearest",
}
"""Name to what it shows."""

_SCRIPT, _NOTEBOOK = "run.py", "run.ipynb"
_CELL = re.compile(r"^# %%(?: \[(?P<kind>\w+)\])?\n", re.MULTILINE)


def write_example(name: str, folder: Path) -> list[Path]:
    """Write an example into a folder, which must not have any of its files.

    Returns:
        The files.

    Raises:
        MatchaError: If a file of that name is there, or it cannot be written.
    """
    source = _find_examples() / name
    files = [path for path in sorted(source.iterdir()) if path.is_file()]
    written = [folder / name for name in (*(path.name for path in files), _NOTEBOOK)]
    taken = [path for path in written if path.exists()]
    if taken:
        raise MatchaError(
            f"{taken[0]} is there already",
            hint=f"Name another folder: matcha example {name} FOLDER",
            exit_code=ExitCode.REFUSED,
        )
    with explain_os_errors("write", folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path in files:
            shutil.copyfile(path, folder / path.name)
        notebook = make_notebook((source / _SCRIPT).read_text("utf-8"))
        (folder / _NOTEBOOK).write_text(json.dumps(notebook, indent=1) + "\n", "utf-8")
    return written


def make_notebook(script: str) -> dict[str, Any]:
    """Return a script with ``# %%`` lines as a notebook (nbformat 4.5) of the same cells."""
    parts = _CELL.split(script)[1:]
    cells: list[dict[str, Any]] = []
    for kind, text in zip(parts[::2], parts[1::2], strict=True):
        content = text.strip("\n")
        name = f"cell-{len(cells) + 1}"
        if kind == "markdown":
            lines = [line.removeprefix("#").removeprefix(" ") for line in content.splitlines()]
            cells.append(
                {"cell_type": "markdown", "id": name, "metadata": {}, "source": "\n".join(lines)}
            )
        else:
            cells.append(
                {
                    "cell_type": "code",
                    "id": name,
                    "metadata": {},
                    "execution_count": None,
                    "outputs": [],
                    "source": content,
                }
            )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _find_examples() -> Path:
    """Return the folder of this installation's examples: in the package, or in the checkout."""
    package = Path(__file__).parent
    for candidate in (package / "examples", package.parent / "docs" / "examples"):
        if candidate.is_dir():
            return candidate
    raise MatchaError(
        f"this installation in {sysconfig.get_path('purelib')} has no examples",
        hint="Install matcha-tui again: pip install --force-reinstall matcha-tui",
    )
