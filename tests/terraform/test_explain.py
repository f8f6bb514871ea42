"""Errors are explained by tables: what they mean and what to do."""

import inspect
import re
import textwrap
import uuid
from importlib.resources import files
from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.local.target import LOCAL
from matcha_tui.terraform.explain import (
    GENERAL,
    Explanations,
    explain,
)
from tests.explanations import read_rows


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full."),
        ("mlflow: port 5000 is taken by x", "Another program already listens on port 5000."),
        ("[Errno 98] Address already in use", "Another program already listens on a port"),
        ("chroma was not healthy within 60 s: no", "chroma was started, but doesn't answer"),
        ("zenml ended while it was starting", "zenml was started, and ended by itself"),
        ("error: Failed to fetch: `http://x`", "A server that is needed cannot be reached"),
        ("dns error: failed to lookup address information", "A host's name cannot be resolved"),
        ("Could not connect, are you offline?", "A server that is needed cannot be reached"),
        ("Saved plan is stale", "The plan is out of date"),
        ('Failed to load "p" as a plan file', "The plan cannot be used"),
        ("Error acquiring the state lock", "Another Terraform is at work"),
        ("open /x: permission denied", "A file or folder could not be used"),
        ("sh: 1: python3.11: not found", "A program that is needed to install"),
        ("No module named 'matcha_tui'", "The Python that runs the services"),
    ],
)
def test_a_known_error_is_explained(text: str, meaning: str) -> None:
    explanation = explain(text, LOCAL.explanations)
    assert explanation is not None
    assert explanation.meaning.startswith(meaning)
    assert explanation.next_step


def test_an_unknown_error_is_left_alone() -> None:
    assert explain("Something that nobody has ever seen") is None


TABLES = {"general": GENERAL, "azure": AZURE.explanations, "local": LOCAL.explanations}
ROWS = [(name, row) for name, table in TABLES.items() for row in read_rows(table)]


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_every_row_is_whole_and_explains_its_example(name: str, row: dict[str, str]) -> None:
    assert row.keys() == {"pattern", "meaning", "next", "example"}
    assert row["meaning"].endswith(".")
    is_command = re.search(r"matcha |errored\.tfstate|\{command\}|kubectl ", row["next"])
    assert row["next"].endswith((".", ")")) or is_command
    first = next(
        found
        for found in read_rows(TABLES[name])
        if re.search(found["pattern"], row["example"], re.IGNORECASE)
    )
    assert first == row, "a row before it takes its example"
    explanation = explain(row["example"], TABLES[name])
    assert explanation is not None
    assert explanation.meaning.startswith(row["meaning"].partition("{")[0])
    assert not re.search(r" [.,:]|\(\)|  |\{", f"{explanation.meaning} {explanation.next_step}")


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_no_other_table_takes_its_example(name: str, row: dict[str, str]) -> None:
    said = explain(row["example"], TABLES[name])
    assert said is not None
    others = [other for other in TABLES if other != name]
    if name != "general":  # the general table is asked last
        others.remove("general")
    for other in others:
        found = TABLES[other].explain(row["example"])
        assert found is None or found.meaning == said.meaning, f"{other} explains it, too"


@pytest.mark.parametrize("name", TABLES)
def test_no_cause_is_in_a_table_twice(name: str) -> None:
    for key in ("pattern", "meaning"):
        said = [row[key] for row in read_rows(TABLES[name])]
        assert len(set(said)) == len(said)


def test_what_is_general_names_no_target() -> None:
    for path in files("matcha_tui.terraform").iterdir():
        if path.name.endswith((".py", ".toml")):
            assert "azure" not in path.read_text("utf-8").casefold()
    assert explain("AADSTS700082: The refresh token has expired") is None


def test_a_targets_own_table_is_asked_first() -> None:
    text = "Lock Info:\n  ID: 1\n  Operation: plan\n  Who: ada@tea\n  Created: 2026-11-22 10:28:43"
    particular, general = explain(text, AZURE.explanations), explain(text)
    assert particular is not None
    assert particular.meaning.startswith("ada@tea has been at work")
    assert general is not None
    assert general.meaning.startswith("Another Terraform is at work")
    assert explain("No space left on device", AZURE.explanations) == explain("disk quota exceeded")


@pytest.mark.parametrize(
    "content",
    [
        None,
        "explanation = 1",
        "[[explanation]]\npattern = 'x'",
        "[[explanation]]\npattern = '('\nmeaning = ''\nnext = ''",
        "[[explanation]]\npattern = 'x'\nmeaning = '{nobody}'\nnext = ''",
        "[[explanation]]\npattern = 'x'\nmeaning = '{}'\nnext = ''",
        "[[explanation",
    ],
)
def test_a_faulty_table_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    name = f"lab_table_{uuid.uuid4().hex}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    if content is not None:
        (tmp_path / name / "explanations.toml").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MatchaError, match=rf"explanations.toml of {name} is no table"):
        Explanations(name).check()


def test_the_example_of_its_docstring_is_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = inspect.getdoc(Explanations) or ""
    table = shown[shown.index("[[explanation]]") : shown.index("\nPatterns ignore case")]
    (tmp_path / "lab_target_shown").mkdir()
    (tmp_path / "lab_target_shown/__init__.py").touch()
    (tmp_path / "lab_target_shown/explanations.toml").write_text(textwrap.dedent(table))
    monkeypatch.syspath_prepend(tmp_path)
    explanation = explain("creating node: no room in rack b", Explanations("lab_target_shown"))
    assert explanation is not None
    assert explanation.meaning == "The rack b is full."


def test_a_line_of_60_000_characters_is_looked_at_in_no_time():
    assert explain("x" * 60_000) is None
    found = explain(f"{'x' * 60_000}\nno space left on device")
    assert found is not None
