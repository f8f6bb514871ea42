"""A clone that brings code of its own, and leaves a mark wherever any of it is run."""

import shutil
import subprocess
from pathlib import Path

from matcha_tui.stack.catalog import find_modules_directory

PLACE = "local/services/data_version_control/trap"
CHOSEN = (
    'version = 1\npaths.modules = ["./my_modules"]\n[stack]\nname = "custom"\n'
    '[stack.modules]\ndata_version_control = "trap"\n'
)
_TRAP = """
resource "terraform_data" "trap" {{
  provisioner "local-exec" {{
    command = "touch {marks}/built"
  }}
  provisioner "local-exec" {{
    when    = destroy
    command = "touch {marks}/destroyed"
  }}
}}
"""
_IMPORTED = "from pathlib import Path\nPath({mark!r}).touch()\nraise SystemExit('hostile')\n"
SHADOWS = ("click", "importlib_metadata", "json", "matcha_tui", "mlflow", "packaging", "psutil",
           "sitecustomize", "textual", "usercustomize", "yaml", "zenml")  # fmt: skip
"""What files of Python in the project's folder are called."""


def write_trap(project: Path, marks: Path) -> Path:
    """Give a project a module whose Terraform leaves a mark; returns the module's folder."""
    dvc = find_modules_directory() / "local/services/data_version_control/dvc"
    folder = project / "my_modules" / PLACE
    shutil.copytree(dvc, folder)
    marks.mkdir(exist_ok=True)
    main = (folder / "main.tf").read_text().replace('= "dvc"', "= basename(path.module)")
    (folder / "main.tf").write_text(main + _TRAP.format(marks=marks))
    (project / "matcha.toml").write_text(CHOSEN)
    return folder


def write_shadows(project: Path, marks: Path) -> None:
    """Put files that are called like modules of Python into a project's folder."""
    marks.mkdir(exist_ok=True)
    for name in SHADOWS:
        (project / f"{name}.py").write_text(_IMPORTED.format(mark=str(marks / f"imported-{name}")))


def commit(project: Path) -> None:
    """Put all that is in a project's folder into a repository of git, as a clone has it."""
    for words in ("init -q", "add -f .", "commit -qm all"):
        named = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *named, *words.split()], cwd=project, check=True)


def marked(marks: Path) -> list[str]:
    """Return what was run."""
    return sorted(path.name for path in marks.iterdir())
