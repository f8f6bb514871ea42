"""What Azure's screens look like, in a small terminal and in a large one."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.screens.account import AccountScreen
from matcha_tui.screens.device_code import DeviceCodeScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.region import RegionScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.stack import StackScreen
from tests.screens import recorded
from tests.screens.cloudy import CHOSEN, MIXED, CloudySession, signed_in
from tests.screens.keyboard import until_seen
from tests.screens.looks import LARGE, SMALL, settle, steady


def chosen(**facts: Any) -> CloudySession:
    session = CloudySession(recorded.planned(), settings=dict(CHOSEN))
    session.signed_in = signed_in()
    for name, value in facts.items():
        setattr(session, name, value)
    return session


def checked() -> CloudySession:
    session = chosen()
    session.deployment.checked = MIXED
    return session


def signed_out() -> CloudySession:
    return chosen(
        signed_in=None,
        sign_ins=[
            MatchaError(
                "nobody is signed in to the Azure CLI", hint="Run `az login`, then try again."
            )
        ],
    )


Make = Callable[[], CloudySession]
Open = Callable[[CloudySession], Screen[Any]]
CASES: dict[str, tuple[Make, Open, tuple[str, ...]]] = {
    "stack": (chosen, StackScreen, ()),
    "modules": (chosen, ModulesScreen, ("down", "down", "down", "space")),
    "account": (chosen, AccountScreen, ()),
    "account_signed_out": (signed_out, AccountScreen, ()),
    "region": (chosen, RegionScreen, ("f4",)),
    "region_offline": (lambda: chosen(online=False), RegionScreen, ("e", "u", "r", "o", "down")),
    "settings": (chosen, SettingsScreen, ()),
    "review_cost": (checked, ReviewScreen, ()),
    "review_checks": (checked, ReviewScreen, ("2",)),
    "review_plan": (checked, ReviewScreen, ("3",)),
}
SAME_IN_LARGE = ("review_checks", "review_plan")


@pytest.mark.parametrize(
    ("case", "size"),
    [(case, SMALL) for case in CASES]
    + [
        pytest.param(case, LARGE, marks=pytest.mark.slow)
        for case in CASES
        if case not in SAME_IN_LARGE
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
def test_the_screen_looks_as_it_did(case, size, snap_compare):
    make_session, make_screen, keys = CASES[case]
    session = make_session()
    app = steady(MatchaApp(session))

    async def open_screen(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.app.push_screen(make_screen(session))
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=open_screen)


def test_the_device_code_looks_as_it_did(snap_compare):
    session = chosen()
    app = steady(MatchaApp(session))

    async def open_dialog(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.app.push_screen(DeviceCodeScreen(session, ""))
        await until_seen(pilot, "WXYZ9876")

    assert snap_compare(app, terminal_size=SMALL, run_before=open_dialog)
