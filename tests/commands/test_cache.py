"""The environment store as its users see it: what is there, who uses it, what goes."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui.services.store import discard
from tests.command_line import Matcha
from tests.commands.test_module import EXAMPLES

STACK = (
    'paths.modules = ["./my_modules"]\n[stack]\nname = "custom"\n'
    'modules = { data_version_control = "file_server" }\n'
)


@pytest.fixture
def own(matcha: Matcha, tmp_path: Path) -> Iterator[Matcha]:
    """A project with a small server that needs an environment, in a cache of its own."""
    shutil.copytree(EXAMPLES, matcha.folder / "my_modules")
    (matcha.folder / "matcha.toml").write_text(STACK)
    cache = tmp_path / "cache"
    yield replace(matcha, environment=matcha.environment | {"XDG_CACHE_HOME": str(cache)})
    matcha.clean_up()
    discard(cache)


def listed(matcha: Matcha) -> list[dict[str, object]]:
    answer = matcha("cache", "list", "--output", "json")
    assert answer.returncode == 0, answer.stderr
    found: list[dict[str, object]] = json.loads(answer.stdout)["environments"]
    return found


@pytest.mark.slow
def test_an_environment_from_its_making_to_its_end(own: Matcha, tmp_path: Path):
    assert "There is no environment in " in own("cache", "list").stderr
    provision = own("provision", "--yes", "--trust-modules")
    assert provision.returncode == 0, provision.stderr
    (entry,) = listed(own)
    environment = Path(str(entry["path"]))
    assert environment.parent == tmp_path / "cache/matcha-tui/environments"
    assert entry["projects"] == [str(own.folder)]
    assert entry["flavor"] == "file_server"
    assert entry["running"] is True
    assert str(own.folder) in own("cache", "list").stdout
    assert "nothing is removed" in own("cache", "prune", "--yes").stderr

    # Without its link the project does not count, and yet its server runs from it.
    link = own.folder / ".matcha/services/file_server/environment"
    link.unlink()
    assert "nothing is removed" in own("cache", "prune", "--yes").stderr
    assert environment.is_dir()
    repaired = own("provision", "--yes")
    assert repaired.returncode == 0, repaired.stderr
    assert link.resolve() == environment

    # Deleted by hand under a server that runs: the next provision makes it again.
    discard(environment)
    repaired = own("provision", "--yes")
    assert repaired.returncode == 0, repaired.stderr
    assert "making its environment" in repaired.stderr
    assert (environment / "bin/python").exists()
    assert own("status").returncode == 0

    destroy = own("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    assert "its environment" not in destroy.stderr
    assert listed(own)[0]["projects"] == []
    refused = own("cache", "prune")
    assert refused.returncode == 2
    assert "Run `matcha cache prune --yes`." in refused.stderr
    leftover = environment.parent / ".making" / f"{environment.name}.abc"
    leftover.mkdir()
    removed = own("cache", "prune", "--yes", "--output", "json")
    assert removed.returncode == 0, removed.stderr
    assert [item["path"] for item in json.loads(removed.stdout)["removed"]] == [str(environment)]
    assert listed(own) == []
    assert not environment.exists()
    assert not leftover.exists()
    assert list((environment.parent / ".bytecode").iterdir()) == []


@pytest.mark.slow
def test_kept_data_keeps_its_environment_and_a_project_that_is_gone_does_not(own: Matcha):
    assert own("provision", "--yes", "--trust-modules").returncode == 0
    assert own("destroy", "--yes", "--keep-data").returncode == 0
    assert "nothing is removed" in own("cache", "prune", "--yes").stderr
    shutil.rmtree(own.folder / ".matcha")
    assert own("cache", "prune", "--yes").stdout.startswith("file_server-")


@pytest.mark.slow
def test_one_that_a_process_of_the_users_runs_from_stays(own: Matcha):
    assert own("provision", "--yes", "--trust-modules").returncode == 0
    (entry,) = listed(own)
    python = Path(str(entry["path"]), "bin/python")
    with subprocess.Popen([python, "-c", "input()"], stdin=subprocess.PIPE) as process:
        try:
            assert own("destroy", "--yes").returncode == 0
            assert listed(own)[0]["running"] is True
            assert "nothing is removed" in own("cache", "prune", "--yes").stderr
        finally:
            process.kill()
    assert own("cache", "prune", "--yes").stdout == f"{entry['name']}\n"
