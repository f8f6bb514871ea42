"""The examples are written as scripts and as notebooks, and nothing is overwritten."""

import ast
import json
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.example_projects import EXAMPLES, make_notebook, write_example


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_notebook_has_the_cells_of_the_script(tmp_path: Path, name: str):
    written = write_example(name, tmp_path / name)
    assert all(path.is_file() for path in written)
    notebook = json.loads((tmp_path / name / "run.ipynb").read_text())
    code = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(code) >= 3
    script = ast.parse((tmp_path / name / "run.py").read_text())
    assert ast.dump(ast.parse("\n".join(code))) == ast.dump(script)
    assert notebook["cells"][0]["source"].startswith("# ")


def test_nothing_is_overwritten(tmp_path: Path):
    (tmp_path / "run.ipynb").write_text("mine")
    with pytest.raises(MatchaError, match=r"run\.ipynb is there already") as refused:
        write_example("iris", tmp_path)
    assert refused.value.exit_code is ExitCode.REFUSED
    assert [path.name for path in tmp_path.iterdir()] == ["run.ipynb"]


def test_text_and_code_are_told_apart():
    cells = make_notebook("# %% [markdown]\n# # Tea\n#\n# Green.\n\n# %%\nx = 1\n")["cells"]
    assert [(cell["cell_type"], cell["source"]) for cell in cells] == [
        ("markdown", "# Tea\n\nGreen."),
        ("code", "x = 1"),
    ]
