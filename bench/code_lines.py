"""Counts the package's lines by room: ``python -m bench.code_lines [FOLDER ...]``.

Code proper is what is left without blank lines, comments, docstrings and imports. A folder
is a checkout; of several the totals are shown side by side, as of before and after::

    git worktree add /tmp/before v0.1.0
    python -m bench.code_lines /tmp/before .
"""

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

_PACKAGE = "matcha_tui"
_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


@dataclass(frozen=True, slots=True)
class Count:
    """What one file or room has.

    Attributes:
        files: How many files.
        lines: All of their lines.
        code: Code proper.
        docstrings: Lines of docstrings.
        imports: Lines of imports.
    """

    files: int = 0
    lines: int = 0
    code: int = 0
    docstrings: int = 0
    imports: int = 0

    def __add__(self, other: "Count") -> "Count":
        """Return both together."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Count(*(one + another for one, another in pairs))


def main(folders: list[str]) -> None:
    """Print a table of the rooms, and one of the totals where there are several folders."""
    counts = {folder: count_rooms(Path(folder)) for folder in folders or ["."]}
    rooms = sorted({room for found in counts.values() for room in found})
    for folder, found in counts.items():
        print(f"{folder:<22} {'files':>6} {'lines':>7} {'code':>7} {'docs':>7} {'imports':>8}")
        for room in rooms:
            _print_row(room, found.get(room, Count()))
        _print_row("all", sum(found.values(), Count()))
        print()


def count_rooms(checkout: Path) -> dict[str, Count]:
    """Count each folder of the package; what lies at its top is one room.

    Args:
        checkout: The folder that holds the package.
    """
    package = checkout / _PACKAGE
    rooms: dict[str, Count] = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts[:-1]
        room = "/".join(parts[:2]) or "."
        rooms[room] = rooms.get(room, Count()) + count_source(path.read_text("utf-8"))
    return rooms


def count_source(source: str) -> Count:
    """Count one file.

    Args:
        source: Its text.
    """
    tree = ast.parse(source)
    docstrings = set(_docstring_lines(tree))
    imports = set(_import_lines(tree))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    return Count(
        files=1,
        lines=len(source.splitlines()),
        code=len(code - docstrings - imports),
        docstrings=len(docstrings),
        imports=len(imports),
    )


def _docstring_lines(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of every text that is a statement: of a module, a class, a variable."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _import_lines(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _print_row(name: str, count: Count) -> None:
    print(
        f"{name:<22} {count.files:>6} {count.lines:>7} {count.code:>7} {count.docstrings:>7}"
        f" {count.imports:>8}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
