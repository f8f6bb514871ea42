"""Writes what the documentation says of the code: the commands, and a drawing of the rooms."""

import tomllib
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

import click
import grimp

from matcha_tui.cli import matcha

_PACKAGE = "matcha_tui"
_BOX_HEIGHT, _ROW_HEIGHT, _GAP, _LETTER = 30, 62, 18, 7.4
_WIDTH = 480


def write_command_reference() -> str:
    """Return the page of all commands with their options, in Markdown."""
    parts = [
        "# Commands",
        "Every command takes `--help`. Names of modules, flavors and resources count in any case, "
        "with `-` or `_`.",
    ]
    for path, command in _commands(matcha, "matcha"):
        parts += [f"## {path}", _usage(path, command), _help(command), _options(command)]
    return "\n\n".join(part for part in parts if part) + "\n"


def draw_architecture() -> str:
    """Return the rooms as an SVG picture: a row a floor, an arrow an import.

    The floors are those of the import contract in pyproject.toml; what a room reaches
    through another one has no arrow of its own.
    """
    floors = read_floors()
    boxes = _place(floors)
    height = len(floors) * _ROW_HEIGHT + 20
    lines = [_arrow(boxes[source], boxes[target]) for source, target in sorted(find_imports())]
    rooms = [_box(name, *place) for name, place in boxes.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="monospace" font-size="12">\n'
        '<rect width="100%" height="100%" fill="#ffffff"/>\n'
        + "\n".join([*lines, *rooms])
        + "\n</svg>\n"
    )


def read_floors() -> list[list[str]]:
    """Return the rooms of each floor, the highest first."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    contracts = tomllib.loads(project.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[room.strip().partition(".")[2] for room in layer.split("|")] for layer in layers]


def find_imports() -> set[tuple[str, str]]:
    """Return which room imports which, without what another import implies."""
    graph = grimp.build_graph(_PACKAGE, exclude_type_checking_imports=True)
    rooms = {room for floor in read_floors() for room in floor}
    for room in rooms:
        graph.squash_module(f"{_PACKAGE}.{room}")
    direct = {
        room: {
            name.partition(".")[2]
            for name in graph.find_modules_directly_imported_by(f"{_PACKAGE}.{room}")
            if name.partition(".")[2] in rooms
        }
        for room in rooms
    }
    return {
        (source, target)
        for source, targets in direct.items()
        for target in targets
        if not any(_reaches(direct, other, target) for other in targets - {target})
    }


def _reaches(direct: Mapping[str, set[str]], source: str, target: str) -> bool:
    return target in direct[source] or any(
        _reaches(direct, other, target) for other in direct[source]
    )


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")


def _usage(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    return f"```\n{' '.join([path, *command.collect_usage_pieces(context)])}\n```"


def _help(command: click.Command) -> str:
    text = (command.help or "").partition("\f")[0]
    example = f"\n\n{command.epilog}" if command.epilog else ""
    return escape(text.replace("\b", "").strip() + example, quote=False)


def _options(command: click.Command) -> str:
    rows = [
        record
        for parameter in command.params
        if (record := parameter.get_help_record(click.Context(command))) and record[1]
    ]
    if not rows:
        return ""
    table = ["| option | what it does |", "|---|---|"]
    return "\n".join([*table, *(f"| `{_cell(name)}` | {_cell(text)} |" for name, text in rows)])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _place(floors: list[list[str]]) -> dict[str, tuple[float, float, float]]:
    """Return left edge, top and width of each room's box."""
    places: dict[str, tuple[float, float, float]] = {}
    for row, floor in enumerate(floors):
        widths = [len(name) * _LETTER + 20 for name in floor]
        left = (_WIDTH - sum(widths) - _GAP * (len(floor) - 1)) / 2
        for name, width in zip(floor, widths, strict=True):
            places[name] = (left, 10 + row * _ROW_HEIGHT, width)
            left += width + _GAP
    return places


def _box(name: str, left: float, top: float, width: float) -> str:
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{_BOX_HEIGHT}" rx="5" '
        'fill="#e8f5e9" stroke="#2e7d32"/>'
        f'<text x="{left + width / 2:.0f}" y="{top + 20:.0f}" text-anchor="middle">{name}</text>'
    )


def _arrow(source: tuple[float, float, float], target: tuple[float, float, float]) -> str:
    x1, y1 = source[0] + source[2] / 2, source[1] + _BOX_HEIGHT
    x2, y2 = target[0] + target[2] / 2, target[1]
    bend = (y2 - y1) / 2
    return (
        f'<path d="M{x1:.0f},{y1:.0f} C{x1:.0f},{y1 + bend:.0f} {x2:.0f},{y2 - bend:.0f} '
        f'{x2:.0f},{y2:.0f}" fill="none" stroke="#7a8a7a"/>'
    )
