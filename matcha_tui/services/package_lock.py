"""A flavor's lock: every package that it installs, with version and hashes, in one file.

It lies beside module.toml as `requirements.lock`, holds for each Python and platform that
services run on, and names no index: so an install is the same next year, from any index.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import LOCK, Server
from matcha_tui.services.index import compile_with_uv, uv_environment
from matcha_tui.system.files import explain_os_errors, write_atomically

_OLDEST_PYTHON = "3.11"
_COMPILE = (
    *("--no-sources", "--universal"),
    *("--python-version", _OLDEST_PYTHON, "--generate-hashes", "--upgrade"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header"),
)
_HEADER = "# Made from module.toml by: matcha module lock DIR\n"
_HOW = "Make it anew: matcha module lock {folder}"


def write_lock(folder: Path, server: Server) -> int:
    """Choose the newest versions that fit a flavor's packages, and write its lock.

    Returns:
        How many packages are in it.
    """
    wanted = "\n".join(server.packages)
    lock = compile_with_uv(folder.name, _COMPILE, wanted, uv_environment(os.environ))
    write_atomically(folder / LOCK, _HEADER + lock, mode=0o644)
    return len(read_lock(folder / LOCK))


def read_lock(path: Path) -> dict[str, list[Requirement]]:
    """Read a lock: a package's name to its pins, several where they depend on the platform."""
    with explain_os_errors("read", path):
        lines = path.read_text(encoding="utf-8").splitlines()
    pins: dict[str, list[Requirement]] = {}
    hashes = 1
    for number, line in enumerate(lines, start=1):
        text = line.removesuffix("\\").strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("--hash="):
            hashes += 1
            continue
        if not hashes:
            raise _faulty(path, number - 1, "a package without hashes")
        hashes = 0
        pin = _read_pin(path, number, text)
        pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    if not hashes:
        raise _faulty(path, len(lines), "a package without hashes")
    return pins


def check_lock(path: Path, packages: Sequence[str]) -> None:
    """Check that a lock is one of what a flavor installs."""
    pins = read_lock(path)
    for text in packages:
        try:
            wanted = Requirement(text)
        except InvalidRequirement as error:
            raise MatchaError(
                f"{path.with_name('module.toml')}: service.packages has {text!r}: {error}",
                hint="Write it as pip does, such as chromadb==1.5.9.",
            ) from error
        found = pins.get(canonicalize_name(wanted.name), [])
        versions = [next(iter(pin.specifier)).version for pin in found]
        if not found or not all(wanted.specifier.contains(v, prereleases=True) for v in versions):
            has = f"has {' and '.join(versions)}" if found else "does not have it"
            raise MatchaError(
                f"module.toml wants {text}, and {path} {has}", hint=_HOW.format(folder=path.parent)
            )


def _read_pin(path: Path, number: int, text: str) -> Requirement:
    try:
        pin = Requirement(text)
    except InvalidRequirement as error:
        raise _faulty(path, number, f"not a package: {error}") from error
    if [specifier.operator for specifier in pin.specifier] != ["=="] or pin.url:
        raise _faulty(path, number, f"{pin.name} has no single version")
    return pin


def _faulty(path: Path, number: int, what: str) -> MatchaError:
    return MatchaError(f"{path}:{number}: {what}", hint=_HOW.format(folder=path.parent))
