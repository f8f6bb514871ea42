"""What makes a screen's picture the same every time."""

from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from tests.screens.keyboard import until_still

SMALL, LARGE = (80, 24), (120, 40)


def steady(app: MatchaApp) -> MatchaApp:
    """Without what moves by itself."""
    app.animation_level = "none"
    return app


async def settle(pilot: Pilot[None]) -> None:
    """Wait for the workers, hold the cursor still, and wait until nothing moves any more."""
    await pilot.app.workers.wait_for_complete()
    for field in pilot.app.screen.query("Input"):
        field.cursor_blink = False  # type: ignore[attr-defined]
    await until_still(pilot)
