"""A first install without a network: told clearly, and taken up again."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import Matcha

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

STACK = (
    'version = 1\n[stack]\nname = "custom"\n[stack.modules]\n'
    'data_version_control = "dvc"\nvector_database = "chroma"\n'
)
NOBODY = "http://127.0.0.1:9/simple"  # the discard port: nothing listens there


def test_it_names_the_package_keeps_what_was_done_and_goes_on_later(matcha: Matcha, tmp_path: Path):
    (matcha.folder / "matcha.toml").write_text(STACK)
    # The store and uv's cache are empty at first.
    new = {"XDG_CACHE_HOME": str(tmp_path), "UV_CACHE_DIR": str(tmp_path / "uv")}
    nobody = {"UV_DEFAULT_INDEX": NOBODY, "UV_HTTP_RETRIES": "0"}
    offline = replace(matcha, environment=matcha.environment | new | nobody)
    failed = offline("provision", "--yes")
    assert failed.returncode == 1
    # Which package of the lock is asked for first is uv's own choice.
    sentence = r"cannot install [\w.-]+ for chroma: the package index cannot be reached"
    assert re.search(sentence, failed.stderr)
    assert "Traceback" not in failed.stderr
    assert "healthy" in matcha("status").stdout  # DVC's folder is there already
    kept = Path(matcha.environment["XDG_DATA_HOME"]) / "matcha-tui/dvc"
    (folder,) = kept.glob(f"{matcha.folder.name}-*")
    (folder / "files").mkdir()

    resumed = matcha("provision", "--yes")
    assert resumed.returncode == 0, resumed.stderr
    assert matcha("status").returncode == 0
    assert (folder / "files").exists()
