"""The wizard's steps: their order on a target, what each is called, and which screen shows it."""

from importlib import import_module
from typing import TYPE_CHECKING

from textual.screen import Screen

from matcha_tui.errors import MatchaError
from matcha_tui.targets.base import Target

if TYPE_CHECKING:  # a session's screens import this
    from matcha_tui.screens.session import Session

BUILD, DONE = "Build", "Done"

_BEFORE, _AFTER = ("stack", "modules"), ("settings", "review")
# Named and not imported: each screen waits until it is opened.
_SCREENS = {
    "stack": "matcha_tui.screens.stack:StackScreen",
    "modules": "matcha_tui.screens.modules:ModulesScreen",
    "account": "matcha_tui.screens.account:AccountScreen",
    "region": "matcha_tui.screens.region:RegionScreen",
    "settings": "matcha_tui.screens.settings:SettingsScreen",
    "review": "matcha_tui.screens.review:ReviewScreen",
}


def step_title(step: str) -> str:
    """Return what a step is called: ``Account``."""
    return step[:1].upper() + step[1:]


def step_titles(target: Target) -> tuple[str, ...]:
    """Return what all steps to a stack on a target are called, the build and its end too."""
    return (*map(step_title, _steps(target)), BUILD, DONE)


def next_screen(session: "Session", step: str) -> Screen[None]:
    """Return the screen that follows a step."""
    steps = _steps(session.target)
    return open_step(session, steps[steps.index(step) + 1])


def open_step(session: "Session", step: str) -> Screen[None]:
    """Return the screen of a step."""
    target = session.target
    if step == "account" and target.identity is None:
        raise _faulty(target, step, "has no identity")
    if step == "region" and (target.pricing is None or not target.pricing.region_setting):
        raise _faulty(target, step, "has no prices that differ by region")
    if step in _SCREENS:
        return _make(step, session)
    if step in {setting.group for setting in target.settings}:
        return _make("settings", session, step)
    raise _faulty(target, step, "has no group of settings of that name")


def _steps(target: Target) -> tuple[str, ...]:
    return (*_BEFORE, *target.extra_steps, *_AFTER)


def _make(name: str, *arguments: object) -> Screen[None]:
    module, _, attribute = _SCREENS[name].partition(":")
    screen: Screen[None] = getattr(import_module(module), attribute)(*arguments)
    return screen


def _faulty(target: Target, step: str, reason: str) -> MatchaError:
    return MatchaError(
        f"the target {target.name!r} asks for the step {step!r} and {reason}",
        hint="Upgrade the package that brings the target, or choose another target.",
    )
