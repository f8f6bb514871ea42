"""Drives the app as a user does: press a key, look, wait until it is there."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

DEADLINE_SECONDS = 30.0


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
    await pilot.pause()


async def until_seen(pilot: Pilot[None], words: str) -> None:
    """Wait until some words are on the screen."""
    await until(pilot, lambda: words in seen(pilot))


def seen(pilot: Pilot[None]) -> str:
    """All the text that is on the screen."""
    compositor = pilot.app.screen._compositor
    return "\n".join(strip.text.rstrip() for strip in compositor.render_strips())


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type a text, key by key."""
    await pilot.press(
        *("underscore" if key == "_" else "minus" if key == "-" else key for key in text)
    )
