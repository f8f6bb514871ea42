"""The log pane keeps up with a flood, and keeps still for a reader."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from matcha_tui.theme import OTHERS
from matcha_tui.widgets.log_pane import LogLine, LogPane
from matcha_tui.widgets.log_view import LogView
from tests.screens.keyboard import until_still


class CountingPane(LogPane):
    drawn = 0

    def render_line(self, y: int) -> Strip:
        self.drawn += 1
        return super().render_line(y)


class PaneApp(App[None]):
    def __init__(self, maximum_lines: int = 10_000) -> None:
        super().__init__()
        self.animation_level = "none"
        self.pane = CountingPane(maximum_lines=maximum_lines)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return OTHERS

    def compose(self) -> ComposeResult:
        yield self.pane


def numbered(first: int, count: int) -> list[LogLine]:
    return [LogLine(f"line {number}") for number in range(first, first + count)]


def visible(pane: LogPane) -> list[str]:
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


async def test_it_follows_the_end():
    app = PaneApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.pane.write_lines(numbered(0, 500))
        await until_still(pilot)
        assert visible(app.pane)[-1] == "line 499"


async def test_scrolling_up_freezes_it_and_counts_what_comes():
    app = PaneApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.pane.focus()
        app.pane.write_lines(numbered(0, 500))
        await until_still(pilot)
        await pilot.press("pageup")
        await until_still(pilot)
        read = visible(app.pane)
        app.pane.write_lines(numbered(500, 3))
        await until_still(pilot)
        assert visible(app.pane) == read
        assert app.pane.border_subtitle == "▼ 3 new lines · End"


async def test_end_follows_again():
    app = PaneApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.pane.focus()
        app.pane.write_lines(numbered(0, 500))
        await until_still(pilot)
        await pilot.press("home")
        app.pane.write_lines(numbered(500, 10))
        await pilot.press("end")
        await until_still(pilot)
        app.pane.write_lines(numbered(510, 10))
        await until_still(pilot)
        assert visible(app.pane)[-1] == "line 519"
        assert app.pane.unread == 0


async def test_what_is_read_stays_in_place_when_the_oldest_lines_go():
    app = PaneApp(maximum_lines=100)
    async with app.run_test(size=(40, 12)) as pilot:
        app.pane.write_lines(numbered(0, 100))
        await until_still(pilot)
        app.pane.scroll_to(y=50, animate=False)
        await until_still(pilot)
        read = visible(app.pane)
        app.pane.write_lines(numbered(100, 20))
        await until_still(pilot)
        assert visible(app.pane) == read
        app.pane.write_lines(numbered(120, 130))  # twice as many are held while somebody reads
        await until_still(pilot)
        assert visible(app.pane) == read
        assert len(app.pane.lines) == 200
        app.pane.follow = True
        await until_still(pilot)
        assert [app.pane.lines[0].text, len(app.pane.lines)] == ["line 150", 100]


async def test_a_flood_draws_frames_and_not_lines():
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_still(pilot)
        app.pane.drawn = 0
        for batch in range(20):
            app.pane.write_lines(numbered(batch * 5_000, 5_000))
            await pilot.pause()
        await until_still(pilot)
        assert visible(app.pane)[-1] == "line 99999"
        assert len(app.pane.lines) == 10_000
        assert app.pane.drawn <= 30 * 24  # a screenful a batch, whatever the batch holds


@pytest.mark.parametrize("text", ["[bold red]no[/]", "[link=x]y", "a\\[b", "日本語 ok", ""])
async def test_markup_is_shown_as_it_is(text):
    app = PaneApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.pane.write_lines([LogLine(text, "error")])
        await until_still(pilot)
        assert visible(app.pane)[0] == text


async def test_long_lines_are_reached_by_scrolling_sideways():
    app = PaneApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.pane.write_lines([LogLine("x" * 200 + "the end")])
        await until_still(pilot)
        app.pane.scroll_to(x=200, animate=False)
        await until_still(pilot)
        assert "the end" in visible(app.pane)[0]


class ViewApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"
        self.saved = ""
        self.older_asked = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return OTHERS

    def compose(self) -> ComposeResult:
        yield LogView()

    @on(LogPane.SaveAsked)
    def keep(self, event: LogPane.SaveAsked) -> None:
        self.saved = event.text

    @on(LogPane.OlderAsked)
    def count(self) -> None:
        self.older_asked += 1

    @property
    def pane(self) -> LogPane:
        return self.query_one(LogPane)

    @property
    def told(self) -> str:
        return self.pane.border_subtitle or ""


@asynccontextmanager
async def viewing(lines: list[LogLine]) -> AsyncIterator[tuple[ViewApp, Pilot[None]]]:
    app = ViewApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.pane.focus()
        app.pane.write_lines(lines)
        await until_still(pilot)
        yield app, pilot


async def test_a_search_goes_from_find_to_find():
    async with viewing(numbered(0, 500)) as (app, pilot):
        await pilot.press("slash", *"ne 42")
        await until_still(pilot)
        assert app.told.startswith("'ne 42' 11 of 11 · n N")
        assert "line 429" in visible(app.pane)
        await pilot.press("enter", "n")  # after the last comes the first
        await until_still(pilot)
        assert "line 42" in visible(app.pane)
        await pilot.press("n", "n", "N")
        await until_still(pilot)
        assert app.told.startswith("'ne 42' 2 of 11")
        assert "line 420" in visible(app.pane)
        app.pane.write_lines([LogLine("line 42 again")])
        assert app.told.startswith("'ne 42' 2 of 12")
        await pilot.press("slash", "escape")
        await until_still(pilot)
        assert "ne 42" not in app.told


async def test_errors_alone_the_first_error_and_times():
    lines = [LogLine(f"line {number}", time="12:00:00") for number in range(100)]
    lines[50] = LogLine("it broke", "error", time="12:03:11")
    async with viewing(lines) as (app, pilot):
        await pilot.press("E")
        await until_still(pilot)
        assert "it broke" in visible(app.pane)
        await pilot.press("e", "t")
        await until_still(pilot)
        assert visible(app.pane)[0] == "12:03:11 it broke"
        assert visible(app.pane)[1] == ""
        await pilot.press("e")
        await until_still(pilot)
        assert "12:00:00 line 51" in visible(app.pane)


async def test_long_lines_are_wrapped_and_cut_again():
    async with viewing([LogLine("x" * 50 + " the end")]) as (app, pilot):
        await pilot.press("z")
        await until_still(pilot)
        assert visible(app.pane)[1].endswith(" the end")
        await pilot.press("z")
        await until_still(pilot)
        assert visible(app.pane)[1] == ""


async def test_what_is_seen_is_copied_and_all_is_saved():
    async with viewing(numbered(0, 50)) as (app, pilot):
        await pilot.press("y")
        assert app.clipboard.splitlines() == visible(app.pane)
        await pilot.press("S")
        await until_still(pilot)
        assert app.saved.splitlines() == [f"line {number}" for number in range(50)]


async def test_one_component_is_shown_alone():
    lines = [LogLine(f"{owner} {number}", owner=owner) for number in range(9) for owner in "ab"]
    async with viewing(lines) as (app, pilot):
        app.pane.show_only("b")
        await until_still(pilot)
        assert "b 8" in visible(app.pane)
        assert "b" in app.told
        assert not [line for line in visible(app.pane) if line.startswith("a")]


async def test_one_line_is_copied_and_then_a_range():
    async with viewing(numbered(0, 50)) as (app, pilot):
        await pilot.press("m", "k", "y")
        assert app.clipboard == "line 48"
        assert "copied 1 line" in app.told
        await pilot.press("m", "up", "m", "pageup", "down")
        await until_still(pilot)
        assert "lines · y copies" in app.told
        await pilot.press("y")
        copied = app.clipboard.splitlines()
        assert copied == [f"line {number}" for number in range(50 - len(copied) - 1, 49)]
        assert len(copied) > 5
        await pilot.press("m", "home", "m", "end", "y")
        assert app.clipboard.splitlines() == [f"line {number}" for number in range(50)]
        await pilot.press("m", "escape", "y")
        await until_still(pilot)
        assert app.clipboard.splitlines() == visible(app.pane)


async def test_scrolling_sideways_keeps_the_name_in_view():
    async with viewing([LogLine("tracker │ " + "x" * 60 + "the end")]) as (app, pilot):
        app.pane.scroll_to(x=40, animate=False)
        await until_still(pilot)
        assert visible(app.pane)[0].startswith("tracker │ xx")
        assert visible(app.pane)[0].endswith("the end")


async def test_at_the_oldest_line_older_ones_are_asked_for_and_what_is_read_stays():
    async with viewing(numbered(100, 50)) as (app, pilot):
        app.pane.has_older = True
        await pilot.press("g", "k")
        await until_still(pilot)
        assert app.older_asked
        app.pane.prepend_lines(numbered(0, 100))
        await until_still(pilot)
        assert visible(app.pane)[0] == "line 100"
        await pilot.press("k")
        await until_still(pilot)
        assert visible(app.pane)[0] == "line 99"
        await pilot.press("end")
        await until_still(pilot)
        assert visible(app.pane)[-1] == "line 149"


async def test_what_is_folded_is_shown_on_request():
    lines = [LogLine("resolved"), LogLine(" + click==8", "package"), LogLine("init", "detail")]
    async with viewing(lines) as (app, pilot):
        assert visible(app.pane)[1] == " + click==8"
        await pilot.press("x")
        await until_still(pilot)
        assert visible(app.pane)[:2] == ["resolved", ""]
