import os
import signal
from pathlib import Path

import psutil
import pytest

from matcha_tui.services import store
from matcha_tui.services.leader import INSTALL_MARKER, service_processes
from tests.ports import free_port
from tests.services.conftest import make_project
from tests.services.tiny_index import SECRET, TinyIndex
from tests.services.tiny_project import TinyProject
from tests.waiting import wait_for


def require(project: TinyProject, *packages: str) -> None:
    definition = project.definition("tiny")
    content = definition.read_text()
    wanted = ", ".join(f'"{package}"' for package in packages)
    definition.write_text(content.replace("packages = []", f"packages = [{wanted}]"))


def environment_of(project: TinyProject) -> store.Environment:
    """What the project is linked to."""
    found = store.used_environment(project.folder("tiny"))
    assert found is not None
    return found


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file and folder with its mode and when it was changed."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.lstat().st_mtime_ns)
        for path in [folder, *folder.rglob("*")]
    }


def test_an_environment_is_made_once_for_all_projects(project: TinyProject, cache: Path) -> None:
    project.define("tiny")
    done = project.run("install", "tiny")
    assert done.returncode == 0, done
    assert "tiny: making its environment, with Python 3." in done.stdout
    assert "\x1b" not in done.stdout
    environment = environment_of(project)
    assert environment.path.parent == cache / "matcha-tui/environments"
    assert environment.path.parent.stat().st_mode & 0o077 == 0
    made = listing(environment.path)
    assert "is there already" in project.run("install", "tiny").stdout
    with make_project() as other:
        other.define("tiny")
        assert "is there already" in other.run("install", "tiny").stdout
        assert environment_of(other) == environment
        assert len(store.users(environment)) == 2
    assert listing(environment.path) == made
    assert store.users(environment) == (project.folder("tiny"),)
    assert list(store.making_folder(environment.store).iterdir()) == []


def test_its_name_says_what_it_is_made_from() -> None:
    variants = [
        ((), ""),
        (("tiny-thing==1.0",), ""),
        (("tiny-thing==1.1",), ""),
        (("tiny-thing==1.1",), "the digest of its lock"),
    ]
    found = [store.find_environment("tiny", *variant).name for variant in variants]
    assert found == [store.find_environment("tiny", *variant).name for variant in variants]
    assert len(set(found)) == 4


def test_two_at_once_make_one_and_the_second_says_that_it_waits(
    project: TinyProject, index: TinyIndex
) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.0")
    index.hold.clear()
    with make_project() as other:
        other.define("tiny")
        require(other, "tiny-thing==1.0")
        first = project.begin("install", "tiny", UV_DEFAULT_INDEX=index.url)
        wait_for(lambda: index.asked or None)
        second = other.begin("install", "tiny", UV_DEFAULT_INDEX=index.url)
        assert second.stdout
        assert "tiny: waits for another matcha" in second.stdout.readline()
        index.hold.set()
        assert first.communicate(timeout=60)[0].count("making its environment") == 1
        assert "is there already" in second.communicate(timeout=60)[0]
        assert environment_of(project) == environment_of(other)


def test_an_interrupted_install_leaves_nothing_that_counts_and_data_stays(
    project: TinyProject, index: TinyIndex, cache: Path
) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.0")
    project.run("prepare", "tiny")
    (project.folder("tiny").data / "precious").write_text("x")
    index.hold.clear()
    with project.begin("install", "tiny", UV_DEFAULT_INDEX=index.url) as killed:
        wait_for(lambda: index.asked or None)
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=60)
    assert service_processes(project.folder("tiny"), INSTALL_MARKER)  # uv goes on without it
    assert store.list_environments(cache / "matcha-tui/environments") == ()
    assert len(list((cache / "matcha-tui/environments/.making").iterdir())) == 1
    index.hold.set()
    done = project.run("install", "tiny", UV_DEFAULT_INDEX=index.url)
    assert done.returncode == 0, done
    assert environment_of(project).is_whole
    assert not service_processes(project.folder("tiny"), INSTALL_MARKER)
    assert list((cache / "matcha-tui/environments/.making").iterdir()) == []
    assert (project.folder("tiny").data / "precious").exists()


def test_one_that_was_deleted_by_hand_or_whose_python_has_gone_is_made_again(
    project: TinyProject,
) -> None:
    project.define("tiny")
    project.run("install", "tiny")
    environment = environment_of(project)
    for break_it in (store.discard, remove_python):
        break_it(environment.path)
        assert not environment.is_whole
        assert "making its environment" in project.run("install", "tiny").stdout
        assert environment.is_whole


def remove_python(path: Path) -> None:
    (path / "bin").chmod(0o700)
    (path / "bin/python").unlink()
    (path / "bin/python").symlink_to("/nowhere/python")


def test_the_folder_of_an_earlier_version_becomes_a_link(project: TinyProject) -> None:
    project.define("tiny")
    old = project.folder("tiny").environment
    (old / "bin").mkdir(parents=True)
    (old / "bin" / "python").touch()
    assert project.run("install", "tiny").returncode == 0
    assert old.is_symlink()
    assert environment_of(project).is_whole
    assert not [path for path in old.parent.iterdir() if path.name.startswith(".")]


def test_a_start_changes_no_file_of_it_and_finds_its_bytecode_the_next_time(
    project: TinyProject, index: TinyIndex
) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.0")
    definition = project.definition("tiny")
    content = definition.read_text()
    definition.write_text(
        content.replace(content.split('command = ["')[1].split('"')[0], "{environment}/bin/python")
    )
    done = project.run("install", "tiny", UV_DEFAULT_INDEX=index.url)
    assert done.returncode == 0, done
    environment = environment_of(project)
    made = listing(environment.path)
    folders = [path for path in environment.path.rglob("*/") if not path.is_symlink()]
    assert all(path.stat().st_mode & 0o222 == 0 for path in [environment.path, *folders])
    pid = project.start("tiny")
    command = psutil.Process(pid).cmdline()
    assert command[0] == str(environment.python)
    assert listing(environment.path) == made
    compiled = [path for path in environment.bytecode.rglob("*.pyc") if "json" in path.parts]
    assert compiled
    assert project.run("stop", "tiny").returncode == 0
    before = listing(environment.bytecode)
    project.start("tiny")
    assert listing(environment.path) == made
    assert listing(environment.bytecode) == before


def test_an_index_that_cannot_be_reached_is_one_sentence(
    project: TinyProject, tmp_path: Path
) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.0")
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
    project: TinyProject, cache: Path
) -> None:
    project.define("tiny")
    definition = project.definition("tiny")
    definition.write_text(
        definition.read_text().replace("packages", "disk_megabytes = 900000000\npackages")
    )
    done = project.run("install", "tiny")
    assert done.returncode == 1
    assert "tiny needs 900000000 MB of disk, and" in done.stderr
    assert not os.path.lexists(project.folder("tiny").environment)
    assert store.list_environments(cache / "matcha-tui/environments") == ()


def test_a_python_of_the_users_is_not_taken_for_ours(project: TinyProject) -> None:
    project.define("tiny")
    done = project.run(
        "install", "tiny", VIRTUAL_ENV="/nowhere", PYTHONPATH="/nowhere", UV_SYSTEM_PYTHON="1"
    )
    assert done.returncode == 0, done
    assert "VIRTUAL_ENV" not in done.stdout


def test_a_locked_install_goes_through_a_private_index_whose_password_nobody_sees(
    project: TinyProject, index: TinyIndex
) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.0")
    lock = project.definition("tiny").with_name("requirements.lock")
    lock.write_text(f"tiny-thing==1.0 \\\n    --hash=sha256:{index.digest}\n")
    done = project.run("install", "tiny", UV_DEFAULT_INDEX=index.url)
    assert done.returncode == 0, done
    assert SECRET not in done.stdout + done.stderr
    assert list(environment_of(project).path.rglob("tiny_thing.py"))

    lock.write_text(f"tiny-thing==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    refused = project.run("install", "tiny", UV_DEFAULT_INDEX=index.url)
    assert refused.returncode == 1
    assert "what the package index has is not what its lock says" in refused.stderr


@pytest.mark.parametrize("variable", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL"])
def test_the_settings_of_pip_and_uv_are_honoured(
    project: TinyProject, index: TinyIndex, variable: str
) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.0")
    done = project.run("install", "tiny", **{variable: index.url})
    assert done.returncode == 0, done
    assert index.asked


def test_a_wrong_password_is_said_and_never_shown(project: TinyProject, index: TinyIndex) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.0")
    done = project.run(
        "install", "tiny", UV_DEFAULT_INDEX=index.url.replace(SECRET, "not-this-word")
    )
    assert done.returncode == 1
    assert "the package index refuses the login" in done.stderr
    assert "not-this-word" not in done.stdout + done.stderr


def test_a_lock_that_is_behind_its_module_is_refused(
    project: TinyProject, index: TinyIndex
) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.1")
    lock = project.definition("tiny").with_name("requirements.lock")
    lock.write_text(f"tiny-thing==1.0 \\\n    --hash=sha256:{index.digest}\n")
    done = project.run("install", "tiny", UV_DEFAULT_INDEX=index.url)
    assert done.returncode == 1
    assert f"module.toml wants tiny-thing==1.1, and {lock} has 1.0" in done.stderr
    assert "matcha module lock" in done.stderr


def test_relative_paths_count_from_where_they_were_set(
    project: TinyProject, index: TinyIndex, tmp_path: Path
) -> None:
    project.define("tiny")
    require(project, "tiny-thing==1.0")
    relative = os.path.relpath(tmp_path, Path.cwd())
    done = project.run("install", "tiny", UV_CACHE_DIR=f"{relative}/uv", UV_DEFAULT_INDEX=index.url)
    assert done.returncode == 0, done
    assert (tmp_path / "uv").is_dir()
