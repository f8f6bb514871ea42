"""Writes the page of faults from what their tests have reported: ``python -m tests.faults.table``.

Run the tests first: ``python -m pytest -m fault``.
"""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from tests.faults.report import FaultReport, read_reports

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/faults.md"
HEAD = """\
# What happens when things go wrong

Each row is a test with real Terraform or real processes: it brings about the fault, reads what is
said, and takes the next step. Where something is deployed, it sees that all that Terraform recorded
is there, and that nothing runs which `matcha ls` does not show.
The table is made from what these tests have found (`python -m tests.faults.table`).
"""
_NOTHING_SAID = "–"

Rows = Mapping[tuple[str, str], str]
"""Group and fault to the test file, in the order of the files."""


def declared_rows() -> Rows:
    """Return the rows that the marks of all tests name."""
    rows: dict[tuple[str, str], str] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "mark.fault(" not in path.read_text("utf-8"):
            continue
        place = path.relative_to(ROOT)
        module = import_module(".".join(place.with_suffix("").parts))
        for value in vars(module).values():
            if callable(value):
                rows |= {(str(group), str(name)): str(place) for group, name in _marks(value)}
    return rows


def write_page(rows: Rows, reports: list[FaultReport]) -> str:
    """Return the page in Markdown.

    Raises:
        SystemExit: If a row has no report.
    """
    missing = set(rows) - {(report.group, report.fault) for report in reports}
    if missing:
        names = "\n".join(f"  {rows[row]}: {row[1]}" for row in sorted(missing))
        sys.exit(f"no test has reported, so run them first (python -m pytest -m fault):\n{names}")
    parts = [HEAD]
    for group in sorted({group for group, _ in rows}):
        lines = ["| fault | what is said | what is lost | next step |", "|---|---|---|---|"]
        for row in sorted(row for row in rows if row[0] == group):
            found = [item for item in reports if (item.group, item.fault) == row]
            cells = [
                row[1],
                _join(item.said for item in found) or _NOTHING_SAID,
                _join(item.lost for item in found),
                _join(item.next_step for item in found),
            ]
            lines.append(f"| {' | '.join(map(_cell, cells))} |")
        parts.append(f"## {group}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def rows_of_page(text: str) -> set[tuple[str, str]]:
    """Return the group and fault of each row of a page."""
    found, group = set(), ""
    for line in text.splitlines():
        if line.startswith("## "):
            group = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith("| fault |"):
            fault = line.split(" | ")[0].removeprefix("| ")
            found.add((group, fault.replace("\\|", "|")))
    return found


def _marks(test: object) -> Iterator[tuple[str, ...]]:
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "fault":
            yield mark.args
        elif mark.name == "parametrize":
            for values in mark.args[1]:
                yield from (own.args for own in getattr(values, "marks", ()) if own.name == "fault")


def _join(texts: Iterator[str]) -> str:
    return "<br>".join(dict.fromkeys(text for text in texts if text))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(write_page(declared_rows(), list(read_reports())), "utf-8")


if __name__ == "__main__":
    main()
