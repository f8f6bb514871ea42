"""The target that the documentation shows works as it stands there."""

import re
from pathlib import Path

import pytest

from tests.third_target.installing import install, matcha_with

PAGE = Path(__file__).parents[2] / "docs/contribute/target.md"
_FILE = re.compile(r"^`(shed-target/\S+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_target_that_the_page_shows_is_installed_built_and_destroyed(tmp_path):
    files = _FILE.findall(PAGE.read_text())
    assert len(files) == 4
    for name, text in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    site = install(tmp_path / "shed-target", tmp_path)
    command = matcha_with(site, tmp_path / "project")
    place = tmp_path / "shed"
    built = command("provision", "--yes", "--target", "shed", "--set", f"place={place}")
    assert built.returncode == 0, built.stderr
    assert command("status").returncode == 0
    assert command.get("experiment-tracker", "path") == f"{place}/diary"
    (place / "diary").unlink()
    assert "its file is gone" in command("status").stdout
    assert command("destroy", "--yes").returncode == 0
    assert list(place.iterdir()) == []
