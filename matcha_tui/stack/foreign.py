"""A module that does not come with matcha: what its folder is, and what it would run or install.

Nothing of it is executed for that: its files are read, and its Terraform is scanned.
"""

import hashlib
import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.hcl_blocks import HclBlock, read_blocks
from matcha_tui.system.files import explain_os_errors

NOT_COPIED = (".*", "__pycache__")
"""What of a module's folder is left behind when it is built, and so does not count."""

_LONGEST = 160
_BUILT_IN = "terraform"


@dataclass(frozen=True, slots=True)
class ForeignModule:
    """A flavor from a folder of the user's, or of whoever made what the user has cloned.

    Attributes:
        module_type: The slot that it fills.
        flavor: Its name.
        folder: Where it lies.
        digest: Of every file in it.
        effects: What it would run, fetch or install, a line each.
    """

    module_type: str
    flavor: str
    folder: Path
    digest: str
    effects: tuple[str, ...]

    @property
    def title(self) -> str:
        """Type and name in one."""
        return f"{self.module_type} {self.flavor}"


def inspect_module(flavor: Flavor) -> ForeignModule:
    """Look at a module's folder.

    Raises:
        MatchaError: If it holds a link that leads out of it, or cannot be read.
    """
    refuse_links(flavor.folder)
    effects = (*_terraform_effects(flavor), *_definition_effects(flavor))
    return ForeignModule(
        flavor.module_type,
        flavor.name,
        flavor.folder,
        folder_digest(flavor.folder),
        tuple(dict.fromkeys(effects)),
    )


def folder_digest(folder: Path) -> str:
    """Return the digest of every file in a folder that is copied when it is built."""
    digest = hashlib.sha256()
    with explain_os_errors("read", folder):
        for path in sorted(_files(folder)):
            digest.update(os.fsencode(path.relative_to(folder)) + b"\0")
            with open(path, "rb") as file:  # noqa: PTH123 - an audit sees who has opened it
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def refuse_links(folder: Path) -> None:
    """Refuse what a copy of a folder would take from elsewhere, or would wait for."""
    inside = folder.resolve()
    for parent, names, files in os.walk(folder):
        names[:] = [name for name in names if _counts(name)]
        for name in (*names, *filter(_counts, files)):
            path = Path(parent, name)
            is_folder_link = path.is_symlink() and (name in names or path.is_dir())
            leads_out = path.is_symlink() and not path.resolve().is_relative_to(inside)
            if is_folder_link or leads_out:
                raise _refused(path, "is a link to a folder" if is_folder_link else "leads out")
            if not (path.is_dir() or path.is_file()):
                raise _refused(path, "is no file")


def _files(folder: Path) -> Iterator[Path]:
    for parent, names, files in os.walk(folder):
        names[:] = [name for name in names if _counts(name)]
        yield from (Path(parent, name) for name in files if _counts(name))


def _counts(name: str) -> bool:
    return not any(fnmatch(name, pattern) for pattern in NOT_COPIED)


def _refused(path: Path, why: str) -> MatchaError:
    return MatchaError(
        f"{path} {why}: what a module is made of must lie in its own folder",
        hint="Put a copy of the file there instead.",
        exit_code=ExitCode.REFUSED,
    )


def _terraform_effects(flavor: Flavor) -> Iterator[str]:
    providers: dict[str, None] = {}
    for block in read_blocks(flavor.folder):
        outer = block.parents[0] if block.parents else None
        if block.type == "provisioner":
            yield _provisioner(block)
        elif block.type == "data" and block.labels[:1] == ("external",) and not outer:
            yield f"runs a program whenever it is planned: data.{block.name}"
        elif block.type == "module" and not outer:
            yield from _module_source(flavor, block)
        elif outer and any(one.type == "required_providers" for one in block.parents):
            providers |= dict.fromkeys([block.texts.get("source", "")])
        if block.type in ("resource", "data") and not outer and block.labels:
            providers |= dict.fromkeys([block.labels[0].partition("_")[0]])
    named = sorted(name for name in providers if name and name != _BUILT_IN)
    sources = {name.rpartition("/")[2] for name in named if "/" in name}
    for name in named:
        if "/" in name or name not in sources:
            yield f"installs and runs the provider {name}"


def _provisioner(block: HclBlock) -> str:
    kind = block.labels[0] if block.labels else "provisioner"
    owner = block.parents[0].name if block.parents else ""
    command = block.texts.get("command") or block.texts.get("inline") or block.texts.get("script")
    said = f": {_shorten(command)}" if command else ""
    return f"runs {kind} of {owner}{said}"


def _module_source(flavor: Flavor, block: HclBlock) -> Iterator[str]:
    source = block.texts.get("source", "")
    if not source.startswith(("./", "../")):
        yield f"fetches the module {_shorten(source) or block.name}"
        return
    place = posixpath.normpath(
        posixpath.join(flavor.layer, flavor.module_type, flavor.name, source)
    )
    if place.startswith(".."):
        raise MatchaError(
            f"{flavor.folder}: the module {block.name} is taken from {source}, which lies outside",
            hint="Put it into the flavor's own folder.",
            exit_code=ExitCode.REFUSED,
        )


def _definition_effects(flavor: Flavor) -> Iterator[str]:
    service = flavor.definition.content.get("service")
    if isinstance(service, dict):
        if packages := _words(service.get("packages")):
            yield f"installs Python packages: {_shorten(', '.join(packages))}"
        for key, moment in (("command", "runs"), ("migrate", "runs to upgrade its data")):
            if words := _words(service.get(key)):
                yield f"{moment}: {_shorten(' '.join(words))}"
    if flavor.verify:
        yield f"runs when it is verified: {flavor.verify}"
    if flavor.client:
        yield f"installs to verify it: {_shorten(', '.join(flavor.client.packages))}"


def _words(value: object) -> Sequence[str]:
    return [str(word) for word in value] if isinstance(value, list) else ()


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
