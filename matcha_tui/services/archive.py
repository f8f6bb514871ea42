"""One file with what components hold: a gzipped tar, whose last member is its manifest.

The manifest has the size and the SHA-256 of every other member. So an archive that was cut off
has none, and nothing is taken out of one before every byte of it was checked.
"""

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors, make_private_directory

VERSION = 1
MANIFEST = "manifest.json"
_BLOCK_BYTES = 1024 * 1024
_FORMAT = "matcha backup"
_MANIFEST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself.

    Attributes:
        facts: Whatever its writer had to say.
        files: Name of each member to its size in bytes and its SHA-256.
    """

    facts: Mapping[str, Any]
    files: Mapping[str, tuple[int, str]]


class ArchiveWriter:
    """Writes members one after the other, and the manifest last."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._files: dict[str, tuple[int, str]] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file under a name; what it grows by meanwhile is left out."""
        with path.open("rb") as content:
            size = path.stat().st_size
            reader = _Digesting(content, size)
            member = tarfile.TarInfo(name)
            member.size, member.mode = size, PRIVATE_FILE_MODE
            member.mtime = int(path.stat().st_mtime)
            self._tar.addfile(member, reader)
        self._files[name] = (size, reader.digest.hexdigest())

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the manifest."""
        content = {"format": _FORMAT, "version": VERSION, "facts": facts, "files": self._files}
        encoded = json.dumps(content, indent=2).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(encoded), PRIVATE_FILE_MODE
        self._tar.addfile(member, io.BytesIO(encoded))


@contextmanager
def writing_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Write an archive, which appears whole or not at all."""
    temporary = path.with_name(f".{path.name}.writing")
    with explain_os_errors("write", path):
        temporary.touch(PRIVATE_FILE_MODE)
        try:
            with tarfile.open(temporary, "w:gz", compresslevel=6) as tar:
                yield ArchiveWriter(tar)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def read_manifest(path: Path) -> Manifest:
    """Check every byte of an archive, and return its manifest.

    Raises:
        MatchaError: If it is no archive of this kind, of a newer version, damaged or cut off.
    """
    found: dict[str, tuple[int, str]] = {}
    manifest: Manifest | None = None
    with _open(path) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is None or not _is_safe(member.name):
                raise _damaged(path, f"{member.name!r} is no plain file in it")
            if member.name == MANIFEST:
                manifest = _parse(path, content.read(_MANIFEST_BYTES))
                continue
            digest = hashlib.sha256()
            while block := content.read(_BLOCK_BYTES):
                digest.update(block)
            found[member.name] = (member.size, digest.hexdigest())
    if manifest is None:
        raise MatchaError(
            f"{path} is no backup of matcha's, or its end is missing",
            hint="Give a file that `matcha backup` has written.",
        )
    for name, expected in manifest.files.items():
        if found.get(name) != expected:
            raise _damaged(path, f"{name} is not as it was written")
    if found.keys() != manifest.files.keys():
        raise _damaged(path, "it has files that its manifest does not know")
    return manifest


def extract(path: Path, places: Mapping[str, Path]) -> None:
    """Take members out of an archive that was checked.

    Args:
        path: The archive.
        places: How names begin, to the folder for what follows.
    """
    with _open(path) as tar:
        for member in tar:
            prefix = next((one for one in places if member.name.startswith(f"{one}/")), None)
            content = tar.extractfile(member)
            if prefix is None or content is None:
                continue
            target = places[prefix] / member.name.removeprefix(f"{prefix}/")
            make_private_directory(target.parent)
            with explain_os_errors("write", target), target.open("wb") as written:
                target.chmod(PRIVATE_FILE_MODE)
                while block := content.read(_BLOCK_BYTES):
                    written.write(block)


def read_members(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return the content of small members, by name."""
    found = {}
    with _open(path) as tar:
        for member in tar:
            if member.name in names and (content := tar.extractfile(member)):
                found[member.name] = content.read()
    return found


class _Digesting(io.RawIOBase):
    """Passes on so many bytes of a file, and makes their digest."""

    def __init__(self, content: IO[bytes], size: int) -> None:
        self.digest = hashlib.sha256()
        self._content, self._left = content, size

    def read(self, size: int = -1) -> bytes:
        block = self._content.read(min(size if size >= 0 else self._left, self._left))
        block += b"\0" * (min(size, self._left) - len(block)) if size > 0 else b""  # it shrank
        self._left -= len(block)
        self.digest.update(block)
        return block


@contextmanager
def _open(path: Path) -> Iterator[tarfile.TarFile]:
    if not path.is_file():
        raise MatchaError(
            f"there is no file {path}",
            hint="Name the file that `matcha backup` has written.",
            exit_code=ExitCode.USAGE,
        )
    try:
        with explain_os_errors("read", path), tarfile.open(path, "r|gz") as tar:
            yield tar
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise _damaged(path, str(error) or "it ends too soon") from error
    except TypeError as error:  # tarfile's own, where the header of gzip is cut off
        raise _damaged(path, "it ends too soon") from error


def _parse(path: Path, content: bytes) -> Manifest:
    try:
        table = json.loads(content)
        if table["format"] != _FORMAT:
            raise ValueError
        version = int(table["version"])
        if version <= VERSION:
            files = {str(name): (int(one[0]), str(one[1])) for name, one in table["files"].items()}
            return Manifest(dict(table["facts"]), files)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _damaged(path, "its manifest cannot be read") from error
    raise MatchaError(
        f"{path} was written by a newer matcha-tui (version {version} of the format)",
        hint="Upgrade: pip install --upgrade matcha-tui",
    )


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _damaged(path: Path, how: str) -> MatchaError:
    return MatchaError(f"{path} is damaged: {how}", hint="Nothing was touched. Use another backup.")
