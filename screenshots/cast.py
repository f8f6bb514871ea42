"""Makes one animated picture of many still ones: an SVG that plays by itself, without a script.

Each row of the terminal is drawn once, however often and wherever it is shown; an animation
(SMIL, which browsers play in an ``<img>``, too) makes a row visible while a picture shows it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_ROW_HEIGHT = 24.4  # of Rich's SVG export, as are the patterns below
_FIRST_BASELINE = 20.0
_STYLE = re.compile(r"\.([\w-]+-r\d+) \{ ([^}]*?) \}")
_RECTANGLE = re.compile(r'<rect fill="([^"]*)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" [^>]*/>')
_TEXT = re.compile(r'<text class="([^"]*)" x="([\d.]+)" y="([\d.]+)"([^>]*>[^<]*</text>)')
_CLIP = re.compile(r' clip-path="[^"]*"')


@dataclass(frozen=True, slots=True)
class Frame:
    """One still picture.

    Attributes:
        picture: An SVG that Textual has exported.
        seconds: How long it is shown.
    """

    picture: str
    seconds: float


@dataclass(slots=True)
class _Cast:
    """What is drawn so far.

    Attributes:
        styles: Style to its class.
        rows: What a row shows to its id.
        shown: Row number and id to when it is shown: begin and end, in seconds.
        now: When the next frame begins.
    """

    styles: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    shown: dict[tuple[int, str], list[tuple[float, float]]] = field(default_factory=dict)
    now: float = 0.0


def animate(frames: Sequence[Frame]) -> str:
    """Return one SVG that shows pictures of the same size, one after the other, for ever.

    Args:
        frames: At least one.
    """
    cast = _Cast()
    for frame in frames:
        _add(cast, frame)
    head, _, rest = frames[0].picture.partition("<style>")
    _, _, body = rest.partition("</defs>")
    window, _, _ = body.partition('<g transform="translate(9, 41)"')
    window = re.sub(r'class="[\w-]+-title"', 'class="title"', window)
    styles = "\n".join(f".{name} {{ {style} }}" for style, name in cast.styles.items())
    drawn = "\n".join(f'<g id="{name}">{content}</g>' for content, name in cast.rows.items())
    uses = "\n".join(
        _use(row, name, spans, cast.now) for (row, name), spans in sorted(cast.shown.items())
    )
    return (
        f"{head}<style>\nrect {{ shape-rendering: crispEdges; }}\n"
        "text { font-family: Fira Code, monospace; font-size: 20px; }\n"
        f".title {{ font: bold 18px arial; }}\n{styles}\n</style>\n<defs>\n{drawn}\n</defs>{window}"
        f'<g transform="translate(9, 41)">\n{uses}\n</g>\n</svg>\n'
    )


def _add(cast: _Cast, frame: Frame) -> None:
    end = cast.now + frame.seconds
    for row, content in _read_rows(cast, frame.picture):
        name = cast.rows.setdefault(content, f"l{len(cast.rows)}")
        spans = cast.shown.setdefault((row, name), [])
        if spans and spans[-1][1] == cast.now:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((cast.now, end))
    cast.now = end


def _read_rows(cast: _Cast, picture: str) -> Iterator[tuple[int, str]]:
    """Yield each row's number, and what it shows as if it were the first."""
    styles = dict(_STYLE.findall(picture))
    _, _, body = picture.partition('<g transform="translate(9, 41)"')
    rows: dict[int, list[str]] = {}
    for colour, x, y, width in _RECTANGLE.findall(body):
        rows.setdefault(round(float(y) / _ROW_HEIGHT), []).append(f"{colour} {x} {width}")
    texts: dict[int, list[str]] = {}
    for style, x, y, rest in _TEXT.findall(body):
        row = round((float(y) - _FIRST_BASELINE) / _ROW_HEIGHT)
        name = cast.styles.setdefault(styles[style], f"r{len(cast.styles)}")
        drawn = f'<text class="{name}" x="{x}" y="{_FIRST_BASELINE:g}"{_CLIP.sub("", rest)}'
        texts.setdefault(row, []).append(drawn)
    for row, rectangles in rows.items():
        yield row, _join_rectangles(rectangles) + "".join(texts.get(row, []))


def _join_rectangles(rectangles: Sequence[str]) -> str:
    """Draw neighbours of one colour as one."""
    joined: list[tuple[str, float, float]] = []
    for colour, x, width in (rectangle.split() for rectangle in rectangles):
        end = float(x) + float(width)
        if joined and joined[-1][0] == colour:
            joined[-1] = (colour, joined[-1][1], end)
        else:
            joined.append((colour, float(x), end))
    return "".join(
        f'<rect fill="{colour}" x="{begin:.5g}" y="1.5" width="{end - begin:.5g}" height="24.65"/>'
        for colour, begin, end in joined
    )


def _use(row: int, name: str, spans: Sequence[tuple[float, float]], total: float) -> str:
    """Draw a row where it is, while it is shown."""
    place = f'<use href="#{name}" y="{row * _ROW_HEIGHT:.5g}"'
    if list(spans) == [(0.0, total)]:
        return f"{place}/>"
    values, times = ["hidden"], [0.0]
    for begin, end in spans:
        values += ["visible", "hidden"]
        times += [begin / total, end / total]
    if spans[0][0] == 0:
        values, times = values[1:], times[1:]
    if times[-1] >= 1:
        values, times = values[:-1], times[:-1]
    return (
        f'{place} visibility="hidden"><animate attributeName="visibility" calcMode="discrete"'
        f' values="{";".join(values)}" keyTimes="{";".join(f"{time:.5g}" for time in times)}"'
        f' dur="{total:.4g}s" repeatCount="indefinite"/></use>'
    )
