"""Every flavor's lock is one of what its module.toml says, with hashes and without a host."""

import re
from pathlib import Path

import pytest
from packaging.markers import default_environment

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import LOCK, Server, read_definition
from matcha_tui.services.package_lock import check_lock, read_lock, write_lock
from tests.services.tiny_index import TinyIndex

MODULES = Path(__file__).parents[2] / "terraform_modules/local/services"
FOLDERS = sorted(path.parent for path in MODULES.glob("*/*/module.toml"))
PLATFORMS = [
    {"sys_platform": system, "platform_system": name, "platform_machine": machine}
    for system, name in (("linux", "Linux"), ("darwin", "Darwin"))
    for machine in ("x86_64", "arm64" if system == "darwin" else "aarch64")
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_flavor_with_packages_has_a_lock_of_them(folder: Path) -> None:
    definition = read_definition(folder / "module.toml")
    server = definition.server
    assert bool(definition.lock) is bool(server and server.packages)
    if server is None or not server.packages:
        return
    check_lock(folder / LOCK, server.packages)  # it has hashes for each, too
    text = (folder / LOCK).read_text()
    assert not re.search(r"://|^ *-(?!-hash=)|^--(?!hash=)", text, re.MULTILINE)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_on_each_python_and_platform_a_package_has_one_version(folder: Path, python: str) -> None:
    if not (folder / LOCK).exists():
        return
    for platform in PLATFORMS:
        environment: dict[str, str] = {
            **{name: str(value) for name, value in default_environment().items()},
            **platform,
            "python_version": python,
            "python_full_version": f"{python}.0",
        }
        for name, pins in read_lock(folder / LOCK).items():
            here = [pin for pin in pins if not pin.marker or pin.marker.evaluate(environment)]
            assert len(here) <= 1, (name, platform)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not have it"),
        ("tiny-thing==1.1 \\\n    --hash=sha256:00\n", "has 1.1"),
        ("tiny-thing==1.0\n", ":1: a package without hashes"),
        ("tiny-thing==1.0\nother==1 \\\n    --hash=sha256:00\n", ":1: a package without hashes"),
        ("tiny-thing>=1.0 \\\n    --hash=sha256:00\n", ":1: tiny-thing has no single version"),
        ("--index-url x\n", ":1: not a package"),
    ],
)
def test_what_is_no_lock_of_the_packages_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / LOCK).write_text(text)
    with pytest.raises(MatchaError) as refused:
        check_lock(tmp_path / LOCK, ["tiny-thing==1.0"])
    assert says in refused.value.message
    assert f"matcha module lock {tmp_path}" in str(refused.value.hint)


def test_a_lock_is_made_from_the_users_index_and_does_not_name_it(
    index: TinyIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    server = Server(("tiny-thing>=0.5",), ("x",), {}, (), 1, 0)
    assert write_lock(tmp_path, server) == 1
    (pin,) = read_lock(tmp_path / LOCK)["tiny-thing"]
    assert str(pin.specifier) == "==1.0"
    assert index.digest in (tmp_path / LOCK).read_text()
    assert "://" not in (tmp_path / LOCK).read_text()
    assert str(tmp_path) not in (tmp_path / LOCK).read_text()
