"""What the documentation names is there, and what is generated of it is right."""

import re
import tomllib
from pathlib import Path

import pytest

from docs.generate import draw_architecture, find_imports, read_floors, write_command_reference
from matcha_tui.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda path: str(path))
_NAMED = re.compile(r"`((?:matcha_tui|terraform_modules|tests|bench|docs|screenshots)/[\w./-]*)`")
_LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)[^)]*\)")
_GENERATED = {"reference/commands.md", "contribute/architecture.svg"}


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_path_that_a_page_names_exists(page: Path):
    named = _NAMED.findall(page.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_link_leads_somewhere(page: Path):
    docs = ROOT / "docs"
    for link in _LINK.findall(page.read_text("utf-8")):
        target = (page.parent / link).resolve()
        if target.is_relative_to(docs):
            name = str(target.relative_to(docs))
            if name in _GENERATED or name.startswith("screenshots/"):
                target = ROOT / name if name.startswith("screenshots/") else docs
        assert target.exists(), link


def test_every_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert str(page.relative_to(ROOT / "docs")) in navigation


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_the_command_reference_has_every_command():
    reference = write_command_reference()
    for name in COMMANDS:
        assert f"## matcha {name}\n" in reference
    assert "`--keep-data`" in reference


def test_the_drawing_shows_every_room_and_no_import_upwards():
    floors = read_floors()
    height = {room: row for row, floor in enumerate(floors) for room in floor}
    drawing = draw_architecture()
    for room in height:
        assert f">{room}</text>" in drawing
    assert find_imports()
    assert all(height[source] < height[target] for source, target in find_imports())


def test_the_map_of_the_code_names_every_room():
    code_map = (ROOT / "docs/contribute/code-map.md").read_text("utf-8")
    rooms = [path.parent.name for path in (ROOT / "matcha_tui").glob("*/__init__.py")]
    assert len(rooms) > 8
    assert [room for room in rooms if f"matcha_tui/{room}/" not in code_map] == []


def test_the_documented_keys_of_a_module_are_those_that_are_read():
    page = (ROOT / "docs/reference/module-toml.md").read_text("utf-8")
    for definition in (ROOT / "terraform_modules").rglob("module.toml"):
        for key in tomllib.loads(definition.read_text("utf-8")):
            assert f"`{key}`" in page or f"`[{key}]`" in page or f"`[[{key}]]`" in page, key
