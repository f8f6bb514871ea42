"""Drives the app as a user does: press a key, look, wait until it is there."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

DEADLINE_SECONDS = 60.0

_STILL_PAUSES = 3
_MOST_PAUSES = 10


async def until(
    pilot: Pilot[None], is_true: Callable[[], bool], seconds: float = DEADLINE_SECONDS
) -> None:
    """Wait until something is true, or fail."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not is_true():
        assert loop.time() < deadline, f"still not so after {seconds} s:\n{seen(pilot)}"
        await pilot.pause(0.02)


async def until_on(pilot: Pilot[None], screen: type[Screen[Any]]) -> None:
    """Wait until a screen is open."""
    await until(pilot, lambda: isinstance(pilot.app.screen, screen))
    await until_still(pilot)


async def until_seen(pilot: Pilot[None], words: str) -> None:
    """Wait until some words are on the screen, and what comes with them."""
    await until(pilot, lambda: words in seen(pilot))
    await until_still(pilot)


async def until_gone(pilot: Pilot[None], words: str) -> None:
    """Wait until some words are no longer on the screen."""
    await until(pilot, lambda: words not in seen(pilot))


async def until_still(pilot: Pilot[None]) -> None:
    """Wait until the screen stays as it is, or has a clock on it.

    A pause alone may end too soon: on a busy machine an app that waits for its turn
    looks like one that has nothing to do.
    """
    looks = [seen(pilot)]
    while len(looks) < _MOST_PAUSES:
        if len(looks) >= _STILL_PAUSES and len(set(looks[-_STILL_PAUSES:])) == 1:
            return
        await pilot.pause()
        looks.append(seen(pilot))


def seen(pilot: Pilot[None]) -> str:
    """All the text that is on the screen."""
    compositor = pilot.app.screen._compositor
    return "\n".join(strip.text.rstrip() for strip in compositor.render_strips())


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type a text, key by key."""
    await pilot.press(
        *("underscore" if key == "_" else "minus" if key == "-" else key for key in text)
    )
