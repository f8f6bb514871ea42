"""Every region with what a stack costs there."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from rich.text import Text
from textual import events, on
from textual.message import Message
from textual.widgets import DataTable

from matcha_tui.pricing.estimate import Span
from matcha_tui.pricing.ranking import RegionRow
from matcha_tui.widgets.theme_colour import theme_colour

RECOMMENDED = "★"
_WIDE = 100
_TITLES = {
    "name": "Region",
    "geography": "Geography",
    "zones": "Zones",
    "cost": "{} a month",
    "difference": "More",
    "fits": "Fits",
}
_NARROW = {"name": 22, "geography": 11, "zones": 6, "cost": 13, "difference": 10, "fits": 4}
_SPACIOUS = {"name": 26, "geography": 24, "zones": 6, "cost": 16, "difference": 16, "fits": 9}
_FITS = {
    True: ("✓", "yes", "success"),
    None: ("?", "unknown", "quiet"),
    False: ("✗", "no", "error"),
}
_DASH = "\N{EN DASH}"
_NO_PRICE = "no price"

SORTS: dict[str, tuple[str, Callable[[RegionRow], Any]]] = {
    "cost": ("cost", lambda row: _known_first(row.monthly)),
    "name": ("name", lambda row: row.region.display_name),
    "geography": ("geography", lambda row: (row.region.geography, row.region.display_name)),
    "zones": ("zones", lambda row: (-row.region.zones, _known_first(row.monthly))),
    "difference": ("difference", lambda row: _known_first(row.above_cheapest)),
    "fits": ("fit", lambda row: (list(_FITS).index(row.fits), _known_first(row.monthly))),
}
"""By which columns the table can be sorted: what that is called, and what is compared."""


class RegionTable(DataTable[Text]):
    """Takes rows and an order; says which region the cursor is on, and which header was clicked.

    Its columns keep their widths, and a row's cells are made once: filling it again
    with other rows costs a few milliseconds.
    """

    can_focus = False  # the keys are the filter's
    DEFAULT_CSS = """
    RegionTable {
        height: 1fr;
        overflow-x: hidden;
        background: $background;
        scrollbar-size-vertical: 1;
        & > .datatable--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
    }
    """
    COLUMNS: ClassVar[tuple[str, ...]] = tuple(_TITLES)

    class Highlighted(Message):
        """The user has moved the cursor to another region."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class SortWanted(Message):
        """A column's header was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)
        self._rows: tuple[RegionRow, ...] = ()
        self._made: dict[RegionRow, tuple[Text, ...]] = {}
        self._is_wide = False

    def on_mount(self) -> None:
        """Make the columns once, with widths that stay."""
        for key, title in _TITLES.items():
            self.add_column(title.format("").strip(), key=key, width=_NARROW[key])
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._make_anew())

    @property
    def highlighted(self) -> str:
        """The region that the cursor is on; empty when there is none."""
        row = self.cursor_row
        return self._rows[row].region.name if 0 <= row < len(self._rows) else ""

    def show_rows(
        self,
        rows: Iterable[RegionRow],
        *,
        currency: str,
        order: str,
        is_reversed: bool,
        chosen: str,
    ) -> None:
        """Show some regions; the cursor goes to the one that is chosen, or to the first."""
        self._rows = tuple(sorted(rows, key=SORTS[order][1], reverse=is_reversed))
        with self.prevent(DataTable.RowHighlighted):
            self.clear()
            for row in self._rows:
                self.add_row(*self._cells(row), key=row.region.name)
            names = [row.region.name for row in self._rows]
            self.move_cursor(row=names.index(chosen) if chosen in names else 0)
        arrow = "▼" if is_reversed else "▲"
        for key, title in _TITLES.items():
            label = title.format(currency).strip()
            label = label if key != "name" else f"  {label}"
            label = f"{label} {arrow}" if key == order else label
            self.columns[self._column_key(key)].label = Text(label)

    def on_resize(self, event: events.Resize) -> None:
        """Say more where there is more room."""
        is_wide = event.size.width >= _WIDE
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            for key, width in (_SPACIOUS if is_wide else _NARROW).items():
                self.columns[self._column_key(key)].width = width
            self._make_anew()
        self.call_after_refresh(self.move_cursor, row=self.cursor_row)  # keep it in view

    @on(DataTable.RowHighlighted)
    def _post_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        if self._rows:
            self.post_message(self.Highlighted(self.highlighted))

    @on(DataTable.HeaderSelected)
    def _post_clicked(self, event: DataTable.HeaderSelected) -> None:
        event.stop()
        self.post_message(self.SortWanted(str(event.column_key.value)))

    def _column_key(self, name: str) -> Any:
        return next(key for key in self.columns if key.value == name)

    def _make_anew(self) -> None:
        self._made.clear()
        for row in self._rows:
            for column, cell in zip(self.columns, self._cells(row), strict=True):
                self.update_cell(row.region.name, column, cell, update_width=False)

    def _cells(self, row: RegionRow) -> tuple[Text, ...]:
        if row not in self._made:
            self._made[row] = self._make(row)
        return self._made[row]

    def _make(self, row: RegionRow) -> tuple[Text, ...]:
        quiet, accent = (theme_colour(self.app, name) for name in ("quiet", "accent"))
        mark = RECOMMENDED if row.recommended else " "
        symbol, word, colour = _FITS[row.fits]
        region = row.region
        return (
            _one_line(f"{mark} {region.display_name}", f"bold {accent}" if row.recommended else ""),
            _one_line(region.geography, quiet),
            Text(str(region.zones) if region.zones else "none", "" if region.zones else quiet),
            Text(_cost(row), "" if row.monthly else quiet),
            Text(_difference(row.above_cheapest), quiet),
            Text(f"{symbol} {word}" if self._is_wide else symbol, theme_colour(self.app, colour)),
        )


def _known_first(span: Span | None) -> tuple[bool, Any, Any]:
    return (True, 0, 0) if span is None else (False, span.at_least, span.at_most)


def _one_line(words: str, style: str) -> Text:
    return Text(words, style, no_wrap=True, overflow="ellipsis")


def _cost(row: RegionRow) -> str:
    if row.monthly is None:
        return _NO_PRICE
    return f"{'~' if row.estimated else ''}{_whole(row.monthly)}"


def _difference(span: Span | None) -> str:
    if span is None:
        return ""
    if not span.at_least and not span.at_most:
        return "cheapest"
    return f"+{_whole(span)}"


def _whole(span: Span) -> str:
    low, high = f"{span.at_least:,.0f}", f"{span.at_most:,.0f}"
    return low if low == high else f"{low}{_DASH}{high}"
