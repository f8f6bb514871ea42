"""A step of targets with regions: in which one, and what the stack costs in each."""

from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label, Static

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.ranking import RegionRow, filter_regions
from matcha_tui.pricing.report import money_span, origin
from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.session import Session
from matcha_tui.targets.findings import Finding, Verdict
from matcha_tui.widgets.duration import clock
from matcha_tui.widgets.region_table import RECOMMENDED, SORTS, RegionTable

_NOT_ASKED = "? Its checks: unknown until somebody is signed in; the review makes them."
_REST_SECONDS = 0.6  # how long the cursor rests on a region before it is asked about
_VERDICTS = {
    Verdict.PASSED: ("✓ ", "$success"),
    Verdict.FAILED: ("✗ ", "$error"),
    Verdict.UNVERIFIED: ("? ", "$quiet"),
}


class _FilterInput(Input):
    """What is typed here filters; what moves or decides is the table's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Continue", id="region.forward", tooltip="Take this region"),
        Binding("up", "screen.move('cursor_up')", show=False, id="region.up"),
        Binding("down", "screen.move('cursor_down')", show=False, id="region.down"),
        Binding("pageup", "screen.move('page_up')", show=False, id="region.page_up"),
        Binding("pagedown", "screen.move('page_down')", show=False, id="region.page_down"),
        Binding("ctrl+home", "screen.move('scroll_top')", show=False, id="region.top"),
        Binding("ctrl+end", "screen.move('scroll_bottom')", show=False, id="region.bottom"),
    ]


class RegionScreen(WizardScreen):
    """Every region with its cost; typing filters, moving chooses."""

    STEP = "region"
    CSS_PATH = "region.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "back",
            "Clear/Back",
            id="region.back",
            tooltip="Show all regions; when all are shown, go back; nothing is lost",
        ),
        Binding("f2", "sort", "Sort", id="region.sort", tooltip="Sort by the next column"),
        Binding("f3", "reverse", "Reverse", id="region.reverse", tooltip="Turn the order around"),
        Binding(
            "f4",
            "recommended",
            "Best",
            id="region.recommended",
            tooltip="Go to the region that is recommended",
        ),
        Binding(
            "f5",
            "refresh",
            "Ask again",
            id="region.refresh",
            tooltip="Ask for prices and quota again",
        ),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._rows: tuple[RegionRow, ...] = ()
        self._order, self._is_reversed = "cost", False
        self._asking_since: datetime | None = None
        self._fits: dict[str, tuple[Finding, ...]] = {}
        self._surveyed: dict[str, bool | None] = {}
        self._looked_at = ""

    def compose_body(self) -> ComposeResult:
        """Put the filter above the table, and what is known of one region below."""
        with Horizontal(id="search"):
            yield Label("Type to filter: ", classes="question")
            yield _FilterInput(
                self.session.region_filter,
                placeholder="a region, a country, a part of the world",
                id="filter",
                compact=True,
                select_on_focus=False,
            )
            yield Label("", id="count")
        yield RegionTable()
        yield Static("", id="detail")

    def on_mount(self) -> None:
        """Show what is known, and ask for what is new."""
        self.query_one(Input).focus()
        self.set_interval(1.0, self._show_detail)
        self.load()

    @work(exclusive=True, group="prices")
    async def load(self) -> None:
        """Show the prices that are here at once, then those of today."""
        self._asking_since = self.session.now()
        try:
            await self.attempt(self.session.find_prices(offline=True))
            self._take_rows()
            self.survey()
            await self.attempt(self.session.find_prices(offline=False))
        finally:
            self._asking_since = None
        self._take_rows()

    @work(exclusive=True, group="survey")
    async def survey(self) -> None:
        """Find out where the machines can be had, the cheapest regions first."""
        names = [row.region.name for row in self._rows]
        async with aclosing(self.session.survey(names)) as answers:
            try:
                async for fits in answers:
                    self.end_if_left()
                    self._surveyed |= fits
                    self._take_rows()
            except MatchaError as error:
                self.notify(error.message, severity="warning", markup=False)

    @work(exclusive=True, group="fits")
    async def check_region(self, name: str) -> None:
        """Find out whether sizes and quota suffice where the cursor rests."""
        if name in self._fits:
            return
        await self.session.rest(_REST_SECONDS)
        self.end_if_left()
        try:
            self._fits[name] = await self.session.check_region(name)
        except MatchaError as error:
            self._fits[name] = (Finding("sizes", Verdict.UNVERIFIED, error.message, ""),)
        self.end_if_left()
        self._take_rows()

    @on(Input.Changed)
    def filter(self, event: Input.Changed) -> None:
        """Show only the regions that what is typed finds."""
        self.session.region_filter = event.value
        self._fill()

    @on(RegionTable.Highlighted)
    def choose(self, event: RegionTable.Highlighted) -> None:
        """Take the region that the cursor was moved to."""
        self._take(event.name)
        self._show_detail()
        self._look_at(event.name)

    @on(RegionTable.SortWanted)
    def sort_by(self, event: RegionTable.SortWanted) -> None:
        """Sort by the column that was clicked; clicked again, turn it around."""
        self._is_reversed = not self._is_reversed if event.column == self._order else False
        self._order = event.column
        self._fill()

    def action_sort(self) -> None:
        """Sort by the next column."""
        columns = list(SORTS)
        self._order = columns[(columns.index(self._order) + 1) % len(columns)]
        self._is_reversed = False
        self._fill()

    def action_reverse(self) -> None:
        """Turn the order around."""
        self._is_reversed = not self._is_reversed
        self._fill()

    def action_back(self) -> None:
        """Show all regions again, or go back when they are shown."""
        if self.session.region_filter:
            self._clear()
        else:
            super().action_back()

    def _clear(self) -> None:
        self.query_one(Input).value = ""

    def action_recommended(self) -> None:
        """Go to the region that is recommended."""
        found = next((row.region.name for row in self._rows if row.recommended), "")
        if found:
            self._take(found)
            self._clear()
            self._fill()

    def action_refresh(self) -> None:
        """Ask for prices and quota again."""
        self._fits.clear()
        self._surveyed.clear()
        self._looked_at = ""
        self.load()

    def action_move(self, movement: str) -> None:
        """Move the table's cursor."""
        getattr(self.query_one(RegionTable), f"action_{movement}")()

    @on(Input.Submitted)
    def action_forward(self) -> None:
        """Go on with the region under the cursor."""
        name = self.query_one(RegionTable).highlighted
        if not name:
            self.notify("No region is called so; esc shows all.", severity="warning", markup=False)
            return
        self._take(name)
        self.go_on()

    def _take(self, name: str) -> None:
        setting = self.session.pricing.region_setting
        self.session.draft = self.session.draft.with_typed(setting, name)

    def _take_rows(self) -> None:
        self._rows = tuple(self._with_fits(row) for row in self.session.regions())
        self._fill()

    def _with_fits(self, row: RegionRow) -> RegionRow:
        found = self._fits.get(row.region.name)
        if not found:
            return replace(row, fits=self._surveyed.get(row.region.name))
        verdicts = {finding.verdict for finding in found}
        if Verdict.FAILED in verdicts:
            return replace(row, fits=False)
        return replace(row, fits=True if verdicts == {Verdict.PASSED} else None)

    def _fill(self) -> None:
        shown = filter_regions(self._rows, self.session.region_filter)
        recommended = next((row.region.name for row in self._rows if row.recommended), "")
        table = self.query_one(RegionTable)
        table.show_rows(
            shown,
            currency=self.session.prices.table.currency if self.session.prices else "",
            order=self._order,
            is_reversed=self._is_reversed,
            chosen=self.session.region or recommended,
        )
        count = f"{len(shown)} of {len(self._rows)}, by {SORTS[self._order][0]}"
        self.query_one("#count", Label).update(count if self._rows else "")
        self._show_detail()
        self._look_at(table.highlighted)

    def _look_at(self, name: str) -> None:
        """Ask about one region in detail, unless that is being asked."""
        if name and name != self._looked_at:
            self._looked_at = name
            self.check_region(name)

    def _show_detail(self) -> None:
        name = self.query_one(RegionTable).highlighted
        row = next((row for row in self._rows if row.region.name == name), None)
        lines = [*(self._describe(row) if row else self._describe_nothing()), self._origin(name)]
        self.query_one("#detail", Static).update(Content("\n").join(lines))

    def _describe_nothing(self) -> list[Content]:
        words = "No region is called so; esc shows all." if self._rows else "Reading the prices …"
        return [Content.styled(words, "$quiet")]

    def _describe(self, row: RegionRow) -> list[Content]:
        region, prices = row.region, self.session.prices
        facts = [region.geography, region.place]
        facts += [f"pairs with {region.pair}"] if region.pair else []
        lines = [
            Content.assemble(
                (region.display_name, "bold $primary"),
                (f"  {region.name}", "$foreground"),
                (f"  {' · '.join(facts)}", "$quiet"),
            )
        ]
        if prices and row.monthly:
            currency = prices.table.currency
            lines.append(
                Content.assemble(
                    (money_span(row.monthly, currency), "bold"),
                    (" a month, ", "$quiet"),
                    money_span(row.monthly.hourly, currency),
                    (" an hour", "$quiet"),
                    ("; ~ partly an estimate" if row.estimated else "", "$quiet"),
                )
            )
        else:
            lines.append(Content.styled("Not everything has a price here.", "$quiet"))
        if row.recommended:
            lines.append(Content.styled(f"{RECOMMENDED} Recommended: {row.reason}", "$accent"))
        lines.append(self._fit_line(region.name))
        return lines

    def _fit_line(self, name: str) -> Content:
        found = self._fits.get(name)
        if found is None:
            return Content.styled("? Its checks: asking …", "$quiet")
        if not found:
            return Content.styled(_NOT_ASKED, "$quiet")
        worst = next(v for v in _WORST_FIRST if any(item.verdict is v for item in found))
        mark, style = _VERDICTS[worst]
        told = [item.text for item in found if item.verdict is worst]
        return Content.styled(f"{mark}{'; '.join(dict.fromkeys(told))}", style)

    def _origin(self, name: str) -> Content:
        cost = self.session.cost(self.session.drafted, name) if name else None
        words = Content.styled(origin(cost) if cost else "", "$quiet")
        problem = self.session.prices.problem if self.session.prices else None
        if self._asking_since is not None:
            spent = clock(self.session.now() - self._asking_since)
            words = Content.assemble(
                (f"▸ Asking {self.session.target.title} for prices … {spent}  ", "$accent"), words
            )
        elif problem:
            words = Content.assemble((f"▲ Offline: {problem.message}. ", "$warning"), words)
        return words


_WORST_FIRST = (Verdict.FAILED, Verdict.UNVERIFIED, Verdict.PASSED)
