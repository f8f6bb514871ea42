from pathlib import Path

from tests.services.tiny_project import TinyProject, free_port


def _require(project: TinyProject, *packages: str) -> None:
    definition = project.definition("tiny")
    content = definition.read_text()
    wanted = ", ".join(f'"{package}"' for package in packages)
    definition.write_text(content.replace("packages = []", f"packages = [{wanted}]"))


def test_an_environment_is_made_once(project: TinyProject) -> None:
    project.define("tiny")
    done = project.run("install", "tiny")
    assert done.returncode == 0, done
    assert "tiny: making its environment, with Python 3." in done.stdout
    assert "\x1b" not in done.stdout
    python = project.folder("tiny").environment / "bin" / "python"
    made = python.lstat().st_mtime_ns
    assert "is there already" in project.run("install", "tiny").stdout
    assert python.lstat().st_mtime_ns == made


def test_an_interrupted_install_is_done_again_and_data_stays(project: TinyProject) -> None:
    project.define("tiny")
    project.run("prepare", "tiny")
    (project.folder("tiny").data / "precious").write_text("x")
    project.run("install", "tiny")
    (project.folder("tiny").environment / ".matcha-installed").unlink()
    (project.folder("tiny").environment / "bin" / "python").unlink()
    assert project.run("install", "tiny").returncode == 0
    assert (project.folder("tiny").environment / "bin" / "python").exists()
    assert (project.folder("tiny").data / "precious").exists()


def test_an_index_that_cannot_be_reached_is_one_sentence(
    project: TinyProject, tmp_path: Path
) -> None:
    project.define("tiny")
    _require(project, "tiny-thing==1.0")
    done = project.run(
        "install",
        "tiny",
        UV_CACHE_DIR=str(tmp_path),
        UV_HTTP_RETRIES="0",
        UV_DEFAULT_INDEX=f"http://127.0.0.1:{free_port()}/simple",
    )
    assert done.returncode == 1
    assert done.stderr.startswith(
        "matcha: cannot install tiny-thing for tiny: the package index cannot be reached."
    )
    assert done.stderr.count("\n") == 1


def test_a_disk_that_is_too_small_is_refused_before_anything_is_made(
    project: TinyProject,
) -> None:
    project.define("tiny")
    definition = project.definition("tiny")
    definition.write_text(
        definition.read_text().replace("packages", "disk_megabytes = 900000000\npackages")
    )
    done = project.run("install", "tiny")
    assert done.returncode == 1
    assert "tiny needs 900000000 MB of disk, and" in done.stderr
    assert not project.folder("tiny").environment.exists()


def test_a_python_of_the_users_is_not_taken_for_ours(project: TinyProject) -> None:
    project.define("tiny")
    done = project.run(
        "install", "tiny", VIRTUAL_ENV="/nowhere", PYTHONPATH="/nowhere", UV_SYSTEM_PYTHON="1"
    )
    assert done.returncode == 0, done
    assert "VIRTUAL_ENV" not in done.stdout
