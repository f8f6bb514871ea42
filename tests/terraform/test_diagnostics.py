"""A diagnostic is said in one line, with what it means."""

import pytest

from matcha_tui.targets.local.target import LOCAL
from matcha_tui.terraform.diagnostics import explain_diagnostic, summarise
from matcha_tui.terraform.events import Diagnostic, Severity


def failed_program(output: str, command: str = "python -m x", end: str = "exit status 1") -> str:
    return f"Error running command '{command}': {end}. Output: {output}"


def diagnostic(detail: str, summary: str = "local-exec provisioner error") -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, summary=summary, detail=detail)


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("hello\nboo\n", "boo"),
        ("matcha: mlflow: port 5000 is taken\nmore\n", "mlflow: port 5000 is taken"),
        (
            "Using Python 3.11\n  error: Failed to fetch: `http://x`\n  Caused by: x\n  help: no\n",
            "error: Failed to fetch: `http://x`",
        ),
        ("error: No interpreter found\n  hint: install one\n", "error: No interpreter found"),
        (
            'Traceback (most recent call last):\n  File "x"\nModuleNotFoundError: no y\n',
            "ModuleNotFoundError: no y",
        ),
        ("", "the program ended with exit status 1"),
    ],
)
def test_of_a_failed_programs_output_the_meaningful_line_is_shown(output: str, line: str) -> None:
    assert summarise(diagnostic(failed_program(output))) == line


def test_a_command_of_many_lines_is_not_taken_for_output() -> None:
    detail = failed_program("really", command="if true\nthen echo 'error: no'\nfi")
    assert summarise(diagnostic(detail)) == "really"


def test_a_killed_program_is_said_to_be_killed() -> None:
    found = diagnostic(failed_program("all is well\n", end="signal: killed"))
    assert summarise(found) == "the program was ended by a signal: killed"


def test_any_other_diagnostic_is_its_summary_and_first_line() -> None:
    found = diagnostic("The given plan\nis old.", summary="Saved plan is stale")
    assert summarise(found) == "Saved plan is stale: The given plan"
    assert summarise(diagnostic("", summary="Only this")) == "Only this"


def test_a_summary_of_several_lines_becomes_one() -> None:
    summary = 'creating Cluster (Subscription: "1"\nCluster Name: "tea"): performing Create'
    assert summarise(diagnostic("", summary=summary)).split("): ")[0] == (
        'creating Cluster (Subscription: "1" Cluster Name: "tea"'
    )


def test_a_line_without_end_is_cut() -> None:
    assert len(summarise(diagnostic("", summary="x" * 10_000))) == 500


def test_the_meaningful_line_explains_before_the_rest_of_the_output() -> None:
    output = "error: address already in use\nwarning: permission denied\n"
    explanation = explain_diagnostic(diagnostic(failed_program(output)), LOCAL.explanations)
    assert explanation is not None
    assert "already listens on a port" in explanation.meaning


def test_a_sentence_of_our_own_needs_no_explanation() -> None:
    output = "warning: permission denied\nmatcha: mlflow: port 5000 is taken\n"
    assert explain_diagnostic(diagnostic(failed_program(output)), LOCAL.explanations) is None
