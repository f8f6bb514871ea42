"""Code of others is shown, and agreed to with a key, before the review plans."""

from pathlib import Path

import pytest

from matcha_tui.app import MatchaApp
from matcha_tui.foreign_code import UnknownCode
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.trust import TrustScreen
from matcha_tui.stack.foreign import ForeignModule
from tests.screens.frozen import FrozenSession
from tests.screens.keyboard import seen, until_on, until_seen

EFFECTS = (
    "runs local-exec of terraform_data.pot: [bold]boil[/bold] \x1b[31m",
    *(f"runs a{number}" for number in range(40)),
)
MODULE = ForeignModule("deployer", "teapot", Path("/clone/modules/teapot"), "d" * 64, EFFECTS)
UNKNOWN = UnknownCode((MODULE,), "is not yours")


class UnknownSession(FrozenSession):
    """One whose plan would run what nobody has agreed to."""

    agreed: UnknownCode = UnknownCode()

    async def unknown_code(self) -> UnknownCode:
        return UnknownCode() if self.agreed else UNKNOWN


@pytest.mark.slow
async def test_it_is_asked_at_80_by_24_and_can_be_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    session = UnknownSession()

    async def agree(unknown: UnknownCode) -> None:
        session.agreed = unknown

    monkeypatch.setattr(session.deployment, "agree", agree)
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(ReviewScreen(session))
        await until_on(pilot, TrustScreen)
        shown = seen(pilot)
        assert "deployer teapot in /clone/modules/teapot" in shown
        assert "digest dddddddddddddddd" in shown
        assert "[bold]boil[/bold] \\x1b[31m" in shown
        assert "Trust it (t)" in shown
        assert "t Trust it" in shown
        assert "n No" in shown
        await pilot.press(*["down"] * 40)
        await until_seen(pilot, "The folder .matcha is not yours")
        await pilot.press("n")
        await until_seen(pilot, "Nothing was run")
        await pilot.press("r")
        await until_on(pilot, TrustScreen)
        await pilot.press("t")
        await until_on(pilot, ReviewScreen)
        assert session.agreed == UNKNOWN
