"""An archive is whole, or refused in one sentence."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.services.archive import extract, read_manifest, read_members, writing_archive


def write(folder: Path, **contents: bytes) -> Path:
    file = folder / "backup.tar.gz"
    with writing_archive(file) as archive:
        for name, content in contents.items():
            source = folder / name
            source.write_bytes(content)
            archive.add(f"tea/data/{name}", source)
        archive.finish({"services": {"tea": {}}})
    return file


@given(contents=st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.binary()))
def test_what_is_written_is_read_back(tmp_path_factory, contents: dict[str, bytes]):
    folder = tmp_path_factory.mktemp("archive")
    file = write(folder, **contents)
    manifest = read_manifest(file)
    assert manifest.facts == {"services": {"tea": {}}}
    assert set(manifest.files) == {f"tea/data/{name}" for name in contents}
    extract(file, {"tea/data": folder / "out"})
    assert {path.name: path.read_bytes() for path in (folder / "out").glob("*")} == contents
    assert file.stat().st_mode & 0o077 == 0


@given(fraction=st.floats(0, 1, exclude_max=True), flip=st.integers(0, 255))
def test_an_archive_that_is_cut_off_or_changed_is_refused(tmp_path_factory, fraction, flip):
    folder = tmp_path_factory.mktemp("archive")
    file = write(folder, leaf=b"green" * 100)
    content = bytearray(file.read_bytes())
    place = int(fraction * len(content))
    if flip:
        content[place] ^= flip
    else:
        del content[place:]
    file.write_bytes(content)
    try:
        found = read_manifest(file)
    except MatchaError as error:
        assert str(file) in error.message
    else:  # a byte of the headers that nothing depends on, as the time of packing
        assert found.files == read_manifest(write(folder, leaf=b"green" * 100)).files


def make(folder: Path, name: str, content: bytes, kind: bytes = tarfile.REGTYPE) -> Path:
    file = folder / "made.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size, member.type = len(content), kind
        tar.addfile(member, io.BytesIO(content))
    return file


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("notes", b"", "is no backup of matcha's"),
        ("../../evil", b"x", "is no plain file"),
        ("/etc/evil", b"x", "is no plain file"),
        ("manifest.json", b"[]", "its manifest cannot be read"),
        ("manifest.json", b"{", "its manifest cannot be read"),
        (
            "manifest.json",
            json.dumps({"format": "matcha backup", "version": 99}).encode(),
            "newer matcha-tui (version 99",
        ),
    ],
)
def test_a_foreign_or_future_archive_is_refused(
    tmp_path: Path, name: str, content: bytes, says: str
):
    with pytest.raises(MatchaError) as refused:
        read_manifest(make(tmp_path, name, content))
    assert says in refused.value.message


def test_what_is_no_archive_at_all(tmp_path: Path):
    file = tmp_path / "notes.txt"
    file.write_bytes(gzip.compress(b"tea"))
    with pytest.raises(MatchaError, match="is damaged"):
        read_manifest(file)
    with pytest.raises(MatchaError, match="there is no file") as refused:
        read_manifest(tmp_path / "nowhere")
    assert refused.value.exit_code is ExitCode.USAGE


def test_a_backup_that_fails_leaves_no_half_file(tmp_path: Path):
    with pytest.raises(RuntimeError), writing_archive(tmp_path / "backup.tar.gz"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_small_members_are_read_by_name(tmp_path: Path):
    file = write(tmp_path, leaf=b"green", cup=b"white")
    assert read_members(file, ["tea/data/leaf"]) == {"tea/data/leaf": b"green"}
