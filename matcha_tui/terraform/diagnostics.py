"""What a diagnostic comes to: one line of it, and what it means."""

import re

from matcha_tui.terraform.events import Diagnostic
from matcha_tui.terraform.explain import Explanation, Explanations, explain

_LONGEST_SUMMARY = 500
_PROVISIONER_SUMMARY = "local-exec provisioner error"
_PROGRAM_ENDED = re.compile(
    r"': (?P<end>exit status \d+|signal: [\w ]+)\. Output: (?P<output>.*)", re.DOTALL
)
# The services and the worker say what is wrong in a sentence of their own.
_OWN_PREFIX = "matcha: "
_ERROR_LINE = re.compile(r"\s*(?:error|fatal)\b|\S.*\berror:", re.IGNORECASE)


def explain_diagnostic(
    diagnostic: Diagnostic, particular: Explanations | None = None
) -> Explanation | None:
    """Explain a diagnostic by its text; that of a program by its one meaningful line first.

    What one of our own programs says has its explanation in it, and gets no other.
    """
    found = _PROGRAM_ENDED.search(diagnostic.detail)
    if found and _own_sentence(found["output"]):
        return None
    line = summarise(diagnostic) if diagnostic.summary == _PROVISIONER_SUMMARY else ""
    whole = f"{diagnostic.summary}\n{diagnostic.detail}"
    return explain(line, particular) or explain(whole, particular)


def summarise(diagnostic: Diagnostic) -> str:
    """A diagnostic's one meaningful line.

    A failed program is reported by Terraform as boilerplate around the command's
    text and all of its output; of that, only the line that says why is of use.

    Returns:
        One line of at most 500 characters.
    """
    if diagnostic.summary == _PROVISIONER_SUMMARY:
        line = _failed_program(diagnostic.detail)
    else:
        detail = diagnostic.detail.strip().split("\n", maxsplit=1)[0].strip()
        summary = " ".join(diagnostic.summary.split())  # some providers' have several lines
        line = ": ".join(filter(None, (summary, detail)))
    is_short = len(line) <= _LONGEST_SUMMARY
    return line if is_short else line[: _LONGEST_SUMMARY - 1] + "…"


def _failed_program(detail: str) -> str:
    found = _PROGRAM_ENDED.search(detail)
    if not found:
        return detail.strip().split("\n", maxsplit=1)[0] or _PROVISIONER_SUMMARY
    if found["end"].startswith("signal"):
        # What it had printed by then was no error.
        return f"the program was ended by a {found['end']}"
    lines = [line.rstrip() for line in found["output"].split("\n") if line.strip()]
    if own := _own_sentence(found["output"]):
        return own
    if any(line.startswith("Traceback (most recent call last)") for line in lines):
        return lines[-1].strip()
    for line in lines:
        if _ERROR_LINE.match(line) or explain(line):
            return line.strip()
    return lines[-1].strip() if lines else f"the program ended with {found['end']}"


def _own_sentence(output: str) -> str | None:
    lines = [line.strip() for line in output.split("\n")]
    own = [line for line in lines if line.startswith(_OWN_PREFIX)]
    return own[-1].removeprefix(_OWN_PREFIX) if own else None
