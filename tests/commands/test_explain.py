"""``matcha explain``: the errors in a log, each with what to do."""

import io
import json
import sys

import pytest

from matcha_tui.terraform.explain import GENERAL
from tests.commands.in_process import MatchaHere
from tests.explanations import read_rows

LOG = """\
begins
OSError: [Errno 28] No space left on device
AADSTS50057: The user account is disabled.
"""


def test_a_log_is_explained_cause_by_cause(matcha_here: MatchaHere) -> None:
    (matcha_here.folder / "log").write_text(LOG)
    done = matcha_here("explain", "log")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "line 2: OSError: [Errno 28] No space left on device",
        "  The disk is full.",
        "  Free some space, then run the same command again; what is done already is kept.",
        "line 3: AADSTS50057: The user account is disabled.",
        "  Your account in this tenant is disabled.",
        "  Ask the administrators of your tenant to enable it, and name that code;"
        " or run `az login` with another account.",
    ]


def test_what_another_program_prints_is_read_and_given_as_json(
    matcha_here: MatchaHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOG.encode())))
    done = matcha_here("explain", "-", "--output", "json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["version"] == 1
    assert [cause["line"] for cause in document["causes"]] == [2, 3]
    assert set(document["causes"][0]) == {"line", "text", "meaning", "next_step"}


def test_a_log_that_says_nothing_known_is_said_so(matcha_here: MatchaHere) -> None:
    (matcha_here.folder / "log").write_text("all is well\n")
    done = matcha_here("explain", "log")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing that matcha knows" in done.stderr
    done = matcha_here("explain", "log", "--output", "json")
    assert (done.returncode, json.loads(done.stdout)["causes"]) == (1, [])


@pytest.mark.parametrize(("name", "said"), [("gone\x1b[2J", "there is no file"), (".", "a folder")])
def test_what_is_no_log_is_one_sentence(matcha_here: MatchaHere, name: str, said: str) -> None:
    done = matcha_here("explain", name)
    assert done.returncode == 2
    assert said in done.stderr
    assert "\x1b" not in done.stderr


def test_every_general_cause_is_found_wherever_it_is_from(matcha_here: MatchaHere) -> None:
    rows = read_rows(GENERAL)
    for row in rows:
        (matcha_here.folder / "log").write_text(row["example"].replace("\n", "\n  "))
        done = matcha_here("explain", "log")
        assert row["meaning"].partition("{")[0] in done.stdout, row["example"]
