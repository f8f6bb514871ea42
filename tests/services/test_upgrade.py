"""Data that is written by one version and used by the next, or put back."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcha_tui.services import store
from matcha_tui.services.leader import service_processes
from matcha_tui.services.upgrade import remember_packages
from matcha_tui.system.processes import end_processes
from tests.services.tiny_index import run_index
from tests.services.tiny_project import TinyProject, definition_text, get
from tests.waiting import wait_for

ADD_LINE = "open('notes', 'a').write('migrated')"
FAIL = "open('notes', 'a').write('half'); raise SystemExit('a column is missing')"
HANG = "import time; open('notes', 'a').write('half'); time.sleep(600)"


@pytest.fixture
def tiny(
    project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TinyProject]:
    """A project whose tiny server of version 1.0 runs, and has written its notes."""
    with run_index(tmp_path / "index", ("1.0", "2.0")) as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        project.define("tiny")
        pin(project, "1.0")
        for verb in ("prepare", "install"):
            assert project.run(verb, "tiny").returncode == 0
        project.start("tiny")
        notes(project).write_text("one ")
        (project.folder("tiny").data / "files/big").write_text("never rewritten")
        yield project


def pin(project: TinyProject, version: str, migrate: str = "", manner: str = "plain") -> None:
    """Let the module.toml ask for a version, and say how data is migrated to it."""
    wanted = f'packages = ["tiny-thing=={version}"]\nmigrates = ["notes*"]\n'
    if migrate:
        wanted += f"migrate = {json.dumps([sys.executable, '-c', migrate])}\n"
    text = definition_text(manner).replace("packages = []\n", wanted)
    project.definition("tiny").write_text(text)


def notes(project: TinyProject) -> Path:
    return project.folder("tiny").data / "notes"


def version(project: TinyProject) -> str:
    """Return the version in the environment that the project is linked to."""
    environment = store.used_environment(project.folder("tiny"))
    assert environment
    (found,) = environment.path.glob("lib/*/site-packages/tiny_thing-*.dist-info")
    return found.name.removeprefix("tiny_thing-").removesuffix(".dist-info")


def upgrade(project: TinyProject) -> tuple[int, str, str]:
    """Do what Terraform does when the packages have changed."""
    assert project.run("stop", "tiny").returncode == 0
    installed = project.run("install", "tiny")
    assert installed.returncode == 0, installed
    done = project.run("start", "tiny")
    return done.returncode, done.stdout, done.stderr


def is_clean(project: TinyProject) -> bool:
    folder = project.folder("tiny")
    return not folder.upgrade.exists() and not (folder.path / ".upgrade").exists()


def test_data_is_copied_and_migrated_before_the_new_version_starts(tiny: TinyProject) -> None:
    pin(tiny, "2.0", ADD_LINE)
    status, output, errors = upgrade(tiny)
    assert status == 0, errors
    assert "tiny: upgrades 1.0 -> 2.0" in output
    assert notes(tiny).read_text() == "one migrated"
    assert version(tiny) == "2.0"
    assert is_clean(tiny)
    assert tiny.run("start", "tiny").returncode == 0
    assert notes(tiny).read_text() == "one migrated"  # once


@pytest.mark.parametrize(
    ("migrate", "manner", "cause"),
    [
        (FAIL, "plain", "its data could not be migrated (status 1)"),
        pytest.param(
            *(ADD_LINE, "crashing", "tiny ended while it was starting"), marks=pytest.mark.slow
        ),
    ],
)
def test_what_fails_is_put_back_and_runs_again(
    tiny: TinyProject, migrate: str, manner: str, cause: str
) -> None:
    port = json.loads(tiny.folder("tiny").values.read_text())["port"]
    pin(tiny, "2.0", migrate, manner)
    status, _, errors = upgrade(tiny)
    assert status == 1
    assert f"tiny could not be upgraded, 1.0 -> 2.0: {cause}" in errors
    assert "the earlier version runs again" in errors
    assert errors.count("\n") == 1
    assert notes(tiny).read_text() == "one "
    assert (tiny.folder("tiny").data / "files/big").read_text() == "never rewritten"
    assert version(tiny) == "1.0"
    assert get(port, "/version") == "tiny 1.0"
    assert is_clean(tiny)
    assert tiny.folder("tiny").failed_upgrade.is_dir()

    pin(tiny, "2.0", ADD_LINE)  # Terraform knows that this version is installed, and only starts it
    done = tiny.run("start", "tiny")
    assert done.returncode == 0, done
    assert (version(tiny), notes(tiny).read_text()) == ("2.0", "one migrated")
    assert not tiny.folder("tiny").failed_upgrade.exists()


@pytest.mark.slow
def test_a_migration_that_is_killed_half_way_begins_anew(tiny: TinyProject) -> None:
    pin(tiny, "2.0", HANG)
    tiny.run("stop", "tiny")
    tiny.run("install", "tiny")
    with tiny.begin("start", "tiny") as process:
        wait_for(lambda: notes(tiny).read_text() == "one half")
        process.kill()
    end_processes(service_processes(tiny.folder("tiny")), 0)
    pin(tiny, "2.0", ADD_LINE)
    done = tiny.run("start", "tiny")
    assert done.returncode == 0, done
    assert "an upgrade was interrupted" in done.stdout
    assert notes(tiny).read_text() == "one migrated"
    assert is_clean(tiny)


@pytest.mark.slow
def test_what_the_new_version_wrote_before_a_kill_is_kept(tiny: TinyProject) -> None:
    pin(tiny, "2.0", ADD_LINE, "silent")
    tiny.run("stop", "tiny")
    tiny.run("install", "tiny")
    with tiny.begin("start", "tiny") as process:
        wait_for(lambda: (tiny.folder("tiny").upgrade / "migrated").exists())
        process.kill()
    notes(tiny).write_text("written by 2.0")
    pin(tiny, "2.0", ADD_LINE)
    done = tiny.run("start", "tiny")
    assert done.returncode == 0, done
    assert notes(tiny).read_text() == "written by 2.0"
    assert is_clean(tiny)


@pytest.mark.slow
def test_data_too_big_for_a_copy_is_left_alone(tiny: TinyProject) -> None:
    with notes(tiny).open("r+b") as content:
        content.truncate(2**43)  # a hole of 8 TB
    pin(tiny, "2.0", ADD_LINE)
    status, _, errors = upgrade(tiny)
    assert status == 1
    assert "tiny needs 8388609 MB of disk for a copy of its data before an upgrade" in errors
    assert notes(tiny).stat().st_size == 2**43
    assert version(tiny) == "1.0"
    assert tiny.health("tiny").state == "healthy"
    assert is_clean(tiny)


@pytest.mark.slow
def test_what_an_earlier_matcha_started_is_upgraded_and_put_back_too(tiny: TinyProject) -> None:
    tiny.folder("tiny").last_healthy.unlink()
    pin(tiny, "2.0", FAIL)
    assert upgrade(tiny)[0] == 1
    assert (version(tiny), notes(tiny).read_text()) == ("1.0", "one ")


def test_data_from_a_backup_of_another_version_is_migrated(tiny: TinyProject) -> None:
    remember_packages(tiny.folder("tiny"), ["tiny-thing==0.9"])
    pin(tiny, "1.0", ADD_LINE)
    done = tiny.run("start", "tiny")
    assert done.returncode == 0, done
    assert "tiny: upgrades 0.9 -> 1.0" in done.stdout
    assert notes(tiny).read_text() == "one migrated"
