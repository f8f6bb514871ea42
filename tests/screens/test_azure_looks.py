"""What Azure's screens look like, in a small terminal and in a large one."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.preferences import Preferences
from matcha_tui.screens.account import AccountScreen
from matcha_tui.screens.device_code import DeviceCodeScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.region import RegionScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.stack import StackScreen
from tests.screens import recorded
from tests.screens.cloudy import CHOSEN, MIXED, CloudySession, signed_in
from tests.screens.keyboard import seen, until_seen
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
PICTURED = ("account", "region")


@pytest.mark.parametrize(
    "size", [SMALL, pytest.param(LARGE, marks=pytest.mark.slow)], ids=["80x24", "120x40"]
)
@pytest.mark.parametrize("case", PICTURED)
def test_the_screen_looks_as_it_did(case, size, snap_compare):
    assert is_as_pictured(case, snap_compare, size)


@pytest.mark.slow
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("case", PICTURED)
def test_the_screen_in_light_looks_as_it_did(case, size, snap_compare):
    assert is_as_pictured(case, snap_compare, size, theme="matcha-latte")


@pytest.mark.slow
@pytest.mark.parametrize("case", PICTURED)
def test_the_screen_without_colours_looks_as_it_did(case, snap_compare, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert is_as_pictured(case, snap_compare, SMALL)


def is_as_pictured(case: str, snap_compare: Any, size: tuple[int, int], theme: str = "") -> bool:
    make_session, make_screen, keys = CASES[case]
    session = make_session()
    app = steady(MatchaApp(session, Preferences(theme=theme)))
    run_before = opening(session, make_screen, keys)
    compared: bool = snap_compare(app, terminal_size=size, run_before=run_before)
    return compared


WORDS = {
    "stack": ("Azure", "▸ Stack"),
    "modules": ("▸ Modules", "Chroma", "a month"),
    "account_signed_out": (
        "○ Nobody is signed in",
        "✗ nobody is signed in to the Azure CLI",
        "Next: Run `az login`, then try again.",
        "▲ The subscription could not be verified. Enter goes on with it all the",
        "d Device code",
    ),
    "region_offline": (
        "euro",
        "17 of 58, by cost",
        "Austria East",
        "no price",
        "of 1 April 2026, which came with matcha.",
    ),
    "settings": ("▸ Settings", "subscription Research", "region westeurope", "Basics"),
    "review_cost": ("565.44", "809.26", "1 failed"),
    "review_checks": (
        "✗ 1 failed",
        "? 1 could not be verified",
        "› Run: az provider register --namespace",
        "› f: Register Microsoft.ContainerService",
        "› Press r to ask again.",
        "f Fix",
    ),
    "review_plan": (
        "11 to add",
        "platform is a preview, planned again once foundation is built",
        "+ create supervisor",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", WORDS)
async def test_the_screen_says_what_is_so_and_what_to_do(case):
    make_session, make_screen, keys = CASES[case]
    session = make_session()
    app = steady(MatchaApp(session))
    async with app.run_test(size=SMALL) as pilot:
        await opening(session, make_screen, keys)(pilot)
        shown = " ".join(seen(pilot).split())
        assert [words for words in WORDS[case] if words not in shown] == [], shown


async def test_the_device_code_is_shown_with_where_to_enter_it():
    session = chosen()
    app = steady(MatchaApp(session))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.app.push_screen(DeviceCodeScreen(session, ""))
        await until_seen(pilot, "WXYZ9876")
        assert "microsoft.com/devicelogin" in seen(pilot)


def opening(
    session: CloudySession, make_screen: Open, keys: tuple[str, ...]
) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def open_screen(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.app.push_screen(make_screen(session))
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)

    return open_screen
