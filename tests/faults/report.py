"""What the test of a fault reports of it, for the table in the documentation.

A test is marked ``@pytest.mark.fault(GROUP, FAULT)`` and ends with a report, once all that it
tries has gone well. `tests.faults.table` makes a page of all reports.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[2] / ".cache/faults"
"""One file a test that has reported, newer ones in the place of older ones."""

NOTHING = "nothing"

_CHANGING = (
    (r"\S*/pytest-of-[^/\s]+/pytest-\d+/[^/\s]+/", "…/"),
    (r"\S*/\.matcha/", ".matcha/"),
    (r"\S*/matcha-[^/\s]+/", "…/"),
    (r"\b(pid|process|port) \d+", r"\1 N"),
    (r"\d{8}T\d{6}-(\w+)", r"RUN-\1"),
    (r"number \d+ \(serial \d+, kept [^)]*\)", "number N (serial N, kept TIME)"),
    (r"\[\d\d/\w{3}/\d{4} [\d:]+\]", "[TIME]"),
    (r"\b(listening on|port is) \d+", r"\1 PORT"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?", "TIME"),
    (r"\S+ on \S+ \(pid N\)", "USER on HOST (pid N)"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
)


@dataclass(frozen=True, slots=True)
class FaultReport:
    """A row of the table, as one test found it.

    Attributes:
        group: Under which heading.
        fault: What happens.
        said: What the user reads; empty where nothing has to be said.
        lost: What is gone for good.
        next_step: What carries on.
    """

    group: str
    fault: str
    said: str
    lost: str
    next_step: str


class Fault:
    """Takes one test's report."""

    def __init__(self, group: str, fault: str, test: str) -> None:
        self._group, self._fault, self._test = group, fault, test

    def report(self, said: str, next_step: str, lost: str = NOTHING) -> None:
        """Write down what was found; the last that a test does."""
        report = FaultReport(self._group, self._fault, said, lost, next_step)
        RESULTS.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(self._test.encode()).hexdigest()[:16]
        (RESULTS / f"{name}.json").write_text(json.dumps(asdict(report)))


@pytest.fixture
def fault(request: pytest.FixtureRequest) -> Fault:
    """Takes the report of a test that is marked as one of a fault."""
    mark = request.node.get_closest_marker("fault")
    assert mark is not None, "give the test its row: @pytest.mark.fault(GROUP, FAULT)"
    group, name = mark.args
    return Fault(group, name, request.node.nodeid)


def read_reports() -> Iterator[FaultReport]:
    """Yield every report that there is, without what is another in each run."""
    for path in sorted(RESULTS.glob("*.json")):
        found = json.loads(path.read_text())
        yield FaultReport(**found | {"said": _steady(found["said"])})


def error_of(stderr: str) -> str:
    """Return the last error that a command has printed, with its hint."""
    found = re.findall(r"^matcha: (.*(?:\n  .*)*)", stderr, re.MULTILINE)
    assert found, stderr
    message, *hint = str(found[-1]).split("\n  ")
    return f"{message.rstrip('.')}. {' '.join(hint)}".strip()


def _steady(text: str) -> str:
    """Return a text without what is another in each run."""
    for pattern, instead in _CHANGING:
        text = re.sub(pattern, instead, text)
    return text
