"""A backup that cannot be read or written, and what else is asked for meanwhile."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.commands.held import HeldProject

BIG = 6 * 2**20


@pytest.fixture(scope="module")
def backup(deployed: Matcha, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of DVC's remote, with a file that is not small."""
    remote = Path(deployed.get("data-version-control", "remote-url"))
    (remote / "files/md5/ab").mkdir(parents=True)
    (remote / "files/md5/ab/cd").write_bytes(bytes(range(256)) * (BIG // 256))
    (remote / "files/md5/ab/tea").write_text("green")
    file = tmp_path_factory.mktemp("backup") / "backup.tar.gz"
    done = deployed("backup", str(file))
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, with room for less than the backup holds."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={BIG // 2}", "none", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("nobody may mount a small disk here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".matcha" not in path.parts
    }


def test_a_full_disk_leaves_everything_as_it_was(matcha: Matcha, backup: Path, tiny_disk: Path):
    kept = tiny_disk / "matcha-tui/dvc/mine/files/md5/aa"
    kept.mkdir(parents=True)
    (kept / "bb").write_text("mine")
    full = replace(matcha, environment=matcha.environment | {"XDG_DATA_HOME": str(tiny_disk)})
    (full.folder / "matcha.toml").write_text(
        'version = 1\n[stack]\nname = "custom"\n[stack.modules]\ndata_version_control = "dvc"\n'
        f'[settings.data_version_control]\nremote = "{tiny_disk}/matcha-tui/dvc/mine"\n'
    )
    before = content(tiny_disk)
    restored = full("restore", str(backup))
    assert restored.returncode == 1
    assert "the disk is full" in restored.stderr
    assert "Free some space" in restored.stderr
    assert "Traceback" not in restored.stderr
    assert content(tiny_disk) == before == {"matcha-tui/dvc/mine/files/md5/aa/bb": b"mine"}


def test_a_restore_leaves_what_is_there_beside_it(matcha: Matcha, backup: Path, tmp_path: Path):
    remote = tmp_path / "remote"
    (remote / "files/md5/aa").mkdir(parents=True)
    (remote / "files/md5/aa/bb").write_text("mine")
    (matcha.folder / "matcha.toml").write_text(
        'version = 1\n[stack]\nname = "custom"\n[stack.modules]\ndata_version_control = "dvc"\n'
        f'[settings.data_version_control]\nremote = "{remote}"\n'
    )
    restored = matcha("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    found = content(remote)
    assert found.keys() == {f"files/md5/{name}" for name in ("aa/bb", "ab/cd", "ab/tea")}
    assert (found["files/md5/ab/tea"], len(found["files/md5/ab/cd"])) == (b"green", BIG)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda whole: whole[: len(whole) // 2], "is damaged"),
        (lambda whole: whole[:-40] + b"x" * 40, "is damaged"),
        (lambda _whole: b"PK\x03\x04 something else", "is damaged"),
        (lambda _whole: b"", "is damaged"),
    ],
    ids=["truncated", "damaged", "foreign", "empty"],
)
def test_what_is_no_sound_backup_is_one_sentence_and_nothing_is_chosen(
    matcha: Matcha, backup: Path, tmp_path: Path, damage, sentence: str
):
    file = tmp_path / "other.tar.gz"
    file.write_bytes(damage(backup.read_bytes()))
    restored = matcha("restore", str(file))
    assert restored.returncode == 1
    first, *hints = restored.stderr.strip().splitlines()
    assert first.startswith("matcha: ")
    assert sentence in first
    assert len(hints) == 1
    assert list(matcha.folder.iterdir()) == []


@pytest.mark.slow
def test_meanwhile_nothing_else_may_change_the_stack(matcha: Matcha, backup: Path, tmp_path: Path):
    project = HeldProject.make(matcha, tmp_path)
    provision = project.begin("provision", "--yes")
    try:
        project.wait_until_held()
        for words in (
            ("stop",),
            ("start",),
            ("restart",),
            ("backup",),
            ("restore", str(backup)),
            ("stack", "add", "vector_database", "chroma", "--live"),
            ("stack", "reset"),
            ("provision", "--yes"),
        ):
            refused = matcha(*words)
            assert refused.returncode == 3, (words, refused.stderr)
            assert refused.stderr.startswith("matcha: "), words
            assert "provision" in refused.stderr, words
        project.let_go()
        _, said = provision.communicate(timeout=60)
        assert provision.returncode == 0, said
        assert matcha("status").returncode == 0
        assert matcha("destroy", "--yes").returncode == 0
    finally:
        project.clean_up()
