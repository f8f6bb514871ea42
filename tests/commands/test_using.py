"""A deployed stack put to use: matcha connect, matcha open."""

import pytest

from tests.command_line import Matcha


def test_connect_says_what_each_step_did(deployed: Matcha):
    answer = deployed("connect")
    assert answer.returncode == 0, answer.stderr
    assert [line.split()[:2] for line in answer.stdout.splitlines()] == [
        [".env", "done"],
        ["dvc", "skipped"],
        ["zenml", "skipped"],
        ["client", "skipped"],
    ]
    remote = deployed.get("data-version-control", "remote-url")
    assert f"DVC_REMOTE_URL={remote}" in (deployed.folder / ".env").read_text()


@pytest.mark.parametrize("resource", ["data-version-control", "cloud", "no-such"])
def test_what_has_no_page_is_not_opened(deployed: Matcha, resource: str):
    answer = deployed("open", resource)
    assert answer.returncode == 2
    assert f"{resource!r} is no resource with a page" in answer.stderr


@pytest.mark.parametrize("line", ["connect", "open experiment-tracker"])
def test_both_need_a_deployment(matcha: Matcha, line: str):
    answer = matcha(*line.split())
    assert answer.returncode == 3
    assert "nothing is deployed" in answer.stderr
