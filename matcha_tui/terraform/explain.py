"""Says in plain words what an error means, by tables of what is known."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from matcha_tui.errors import MatchaError

_RESOURCE = "explanations.toml"
# How reading a table of somebody else's may end.
_FAULTS = (OSError, ImportError, LookupError, TypeError, ValueError, AttributeError, re.error)


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
        """Explain an error, if the table knows it."""
        for rule in _read_rules(self.package):
            if found := rule.pattern.search(text):
                words = {name: value or "" for name, value in found.groupdict().items()}
                return Explanation(rule.meaning.format_map(words), rule.next_step.format_map(words))
        return None

    def check(self) -> None:
        """Read the table."""
        _read_rules(self.package)


GENERAL = Explanations(__package__)
"""What may go wrong wherever a stack is built."""


def explain(text: str, particular: Explanations | None = None) -> Explanation | None:
    """Explain an error, if it is a known one."""
    found = particular.explain(text) if particular else None
    return found or GENERAL.explain(text)


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    meaning: str
    next_step: str


@cache
def _read_rules(package: str) -> tuple[_Rule, ...]:
    from importlib.resources import files  # few runs fail, and it takes longer than the rest

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
