"""Says in plain words what an error means, and what to do about it."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from matcha_tui.errors import MatchaError
from matcha_tui.terraform.event_kinds import Diagnostic

_RESOURCE = "explanations.toml"
# How reading a table of somebody else's may end.
_FAULTS = (OSError, ImportError, LookupError, TypeError, ValueError, AttributeError, re.error)
_LONGEST_SUMMARY = 500
_PROVISIONER_SUMMARY = "local-exec provisioner error"
_PROGRAM_ENDED = re.compile(
    r"': (?P<end>exit status \d+|signal: [\w ]+)\. Output: (?P<output>.*)", re.DOTALL
)
# The services and the worker say what is wrong in a sentence of their own.
_OWN_PREFIX = "matcha: "
_ERROR_LINE = re.compile(r"\s*(?:error|fatal)\b|\S.*\berror:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an error means for the user.

    Attributes:
        meaning: One sentence.
        next_step: What to do about it.
    """

    meaning: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Explanations:
    """What errors mean, by a table of rules: the first whose pattern is found counts.

    The table is the file ``explanations.toml`` of a package, read when it is first asked::

        [[explanation]]
        pattern = "no room in rack (?P<rack>[a-z]+)"
        meaning = "The rack {rack} is full."
        next = "Choose another rack, then run the same command again."
        example = "creating node: no room in rack b"

    Patterns ignore case. What a named group has found may be used in ``meaning`` and
    ``next``; ``example`` is for whoever reads or tests the table.

    Attributes:
        package: The package that has it: ``lab_target``.
    """

    package: str

    def explain(self, text: str) -> Explanation | None:
        """Explain an error, if the table knows it.

        Raises:
            MatchaError: If the table is faulty.
        """
        for rule in _read_rules(self.package):
            if found := rule.pattern.search(text):
                words = {name: value or "" for name, value in found.groupdict().items()}
                return Explanation(rule.meaning.format_map(words), rule.next_step.format_map(words))
        return None

    def check(self) -> None:
        """Read the table.

        Raises:
            MatchaError: If it is faulty.
        """
        _read_rules(self.package)


GENERAL = Explanations(__package__)
"""What may go wrong wherever a stack is built."""


def explain(text: str, particular: Explanations | None = None) -> Explanation | None:
    """Explain an error, if it is a known one.

    Args:
        text: A diagnostic's summary and detail, or a line of a program.
        particular: The target's own table, which is asked before the general one.
    """
    found = particular.explain(text) if particular else None
    return found or GENERAL.explain(text)


def explain_diagnostic(
    diagnostic: Diagnostic, particular: Explanations | None = None
) -> Explanation | None:
    """Explain a diagnostic by its text; that of a program by its one meaningful line first.

    What one of our own programs says has its explanation in it, and gets no other.

    Args:
        diagnostic: An error.
        particular: The target's own table, which is asked before the general one.
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

    Args:
        diagnostic: An error or a warning.

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
        # What it had printed by then was no complaint.
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


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    meaning: str
    next_step: str


@cache
def _read_rules(package: str) -> tuple[_Rule, ...]:
    try:
        content = files(package).joinpath(_RESOURCE).read_text("utf-8")
        return tuple(_read_rule(row) for row in tomllib.loads(content)["explanation"])
    except _FAULTS as error:
        raise MatchaError(
            f"{_RESOURCE} of {package} is no table of explanations: {error}",
            hint="Upgrade the package that brings it.",
        ) from error


def _read_rule(row: dict[str, str]) -> _Rule:
    pattern = re.compile(row["pattern"], re.IGNORECASE)
    for sentence in (row["meaning"], row["next"]):
        sentence.format_map(dict.fromkeys(pattern.groupindex, ""))
    return _Rule(pattern, row["meaning"], row["next"])
