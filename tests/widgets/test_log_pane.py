"""The log pane keeps up with a flood, and keeps still for a reader."""

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from matcha_tui.theme import OTHERS
from matcha_tui.widgets.log_pane import LogLine, LogPane
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
        assert len(app.pane.lines) == 100


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
