"""A line of the list of checks takes clocks and answers at any moment."""

from textual.app import App

from matcha_tui.targets.findings import Finding, Verdict
from matcha_tui.theme import OTHERS
from matcha_tui.widgets.check_list import CheckLine
from tests.screens.keyboard import seen, until_still


class EmptyApp(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return OTHERS


async def test_a_clock_and_an_answer_may_come_before_the_line_is_mounted():
    app = EmptyApp()
    async with app.run_test(size=(60, 6)) as pilot:
        asked, answered = CheckLine("quota"), CheckLine("sizes")
        asked.show_asking("0:02")
        answered.show_finding(Finding("sizes", Verdict.PASSED, "all can be had"))
        await app.mount_all([asked, answered])
        await until_still(pilot)
        assert "asking … 0:02" in seen(pilot)
        assert "✓ sizes" in seen(pilot)
        assert "all can be had" in seen(pilot)
