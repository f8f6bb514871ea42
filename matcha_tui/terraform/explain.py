"""Says in plain words what an error means, by tables of what is known."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from matcha_tui.errors import MatchaError

_RESOURCE = "explanations.toml"
_SHORTEST_WORD = 3
_LONGEST_LINE, _MOST_LINES = 1_000, 50
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
class Cause:
    """What a text says that is known.

    Attributes:
        explanation: What it means.
        start: Where in the text it begins to say so.
        end: Where that ends.
    """

    explanation: Explanation
    start: int
    end: int


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
        cause = self.find(_clip(text))
        return cause.explanation if cause else None

    def find(self, text: str) -> Cause | None:
        """Explain an error, and say where in the text it is."""
        table, lowered = _read_table(self.package), text.lower()
        said = {word for word in table.words if word in lowered}
        for rule in table.rules if said else table.wordless:
            if rule.words and said.isdisjoint(rule.words):
                continue
            if found := rule.pattern.search(text):
                words = {name: value or "" for name, value in found.groupdict().items()}
                explanation = Explanation(
                    rule.meaning.format_map(words), rule.next_step.format_map(words)
                )
                return Cause(explanation, found.start(), found.end())
        return None

    def check(self) -> None:
        """Read the table."""
        _read_table(self.package)


GENERAL = Explanations(__package__)
"""What may go wrong wherever a stack is built."""


def explain(text: str, particular: Explanations | None = None) -> Explanation | None:
    """Explain an error, if it is a known one."""
    found = particular.explain(text) if particular else None
    return found or GENERAL.explain(text)


def _clip(text: str) -> str:
    """Return what is looked at: a pattern takes a minute for a line of 60,000 characters."""
    if len(text) <= _LONGEST_LINE:
        return text
    lines = [line[:_LONGEST_LINE] for line in text.split("\n")]
    if len(lines) > 2 * _MOST_LINES:
        lines = lines[:_MOST_LINES] + lines[-_MOST_LINES:]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row; where none of `words` is in a text, its pattern need not be tried, which is slow."""

    pattern: re.Pattern[str]
    words: frozenset[str]
    meaning: str
    next_step: str


@dataclass(frozen=True, slots=True)
class _Table:
    """All rows, those that are tried on any text, and the words of the others."""

    rules: tuple[_Rule, ...]
    wordless: tuple[_Rule, ...]
    words: frozenset[str]


@cache
def _read_table(package: str) -> _Table:
    from importlib.resources import files  # few runs fail, and it takes longer than the rest

    try:
        content = files(package).joinpath(_RESOURCE).read_text("utf-8")
        rules = tuple(_read_rule(row) for row in tomllib.loads(content)["explanation"])
    except _FAULTS as error:
        raise MatchaError(
            f"{_RESOURCE} of {package} is no table of explanations: {error}",
            hint="Upgrade the package that brings it.",
        ) from error
    words = frozenset().union(*(rule.words for rule in rules))
    return _Table(rules, tuple(rule for rule in rules if not rule.words), words)


def _read_rule(row: dict[str, str]) -> _Rule:
    pattern = re.compile(row["pattern"], re.IGNORECASE)
    for sentence in (row["meaning"], row["next"]):
        sentence.format_map(dict.fromkeys(pattern.groupindex, ""))
    return _Rule(pattern, _words_of(row["pattern"]), row["meaning"], row["next"])


def _words_of(pattern: str) -> frozenset[str]:
    """Return words of which a text has one where the pattern is found; none where unsure."""
    words, runs, run, depth, place = [], [""], "", 0, 0
    while place <= len(pattern):
        sign, after = pattern[place : place + 1], pattern[place + 1 : place + 2]
        place += 1
        is_plain = bool(sign) and sign not in "\\[]().^$?*+{}|"
        if sign == "\\":
            place += 1
            sign, is_plain = after, not after.isalnum()
        if is_plain:
            run += sign if depth == 0 else ""
            continue
        runs.append(run[:-1] if sign in ("?", "*", "{") else run)
        run = ""
        if sign == "[":
            place = _end_of_class(pattern, place)
        elif sign == "{":
            place = pattern.index("}", place) + 1
        elif sign in ("(", ")"):
            depth += 1 if sign == "(" else -1
        elif not sign or (sign == "|" and depth == 0):
            words.append(max(runs, key=len).lower())
            runs = [""]
    is_sure = min(map(len, words)) >= _SHORTEST_WORD
    return frozenset(words if is_sure else ())


def _end_of_class(pattern: str, place: int) -> int:
    """Return what follows the ``]`` of a class whose ``[`` is just before."""
    place += 1 if pattern[place] == "^" else 0
    place += 1  # a `]` at the beginning is one of its characters, or an escape begins
    place += 1 if pattern[place - 1] == "\\" else 0
    while pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place + 1
