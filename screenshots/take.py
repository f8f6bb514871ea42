"""Takes the pictures: ``python -m screenshots.take`` builds a real stack and destroys it again.

The project lies in a temporary folder; secrets stay masked, as the app shows them,
and what names the user's home is written as ``~``. ``cast.svg`` plays the way from the first
screen to what the stack gives, the run at half its length.
"""

import asyncio
import html
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from matcha_tui import Deployment
from matcha_tui.app import MatchaApp
from matcha_tui.deployed import is_deployed
from matcha_tui.screens.component_log import ComponentLogScreen
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.stack import StackScreen
from matcha_tui.selection import open_project
from matcha_tui.terraform.progress import RunProgress
from screenshots.cast import Frame, animate

PICTURES = Path(__file__).parent
SIZE = (110, 32)
PROJECT = "iris-demo"
_DEADLINE_SECONDS = 600.0
_STILL_SECONDS = 1.8
_SAMPLE_SECONDS = 1.0
_LEAST_PART = 4  # shorter beginnings of a path give nothing away
_TEXT = re.compile(r'textLength="([\d.]+)"([^>]*)>([^<]*)<')


def main() -> None:
    """Take every picture."""
    parent = Path(tempfile.mkdtemp(prefix="matcha-pictures-"))
    folder = parent / PROJECT
    folder.mkdir()
    try:
        asyncio.run(_take_all(folder))
    finally:
        asyncio.run(_destroy(folder))
        shutil.rmtree(parent)


async def _take_all(folder: Path) -> None:
    app = MatchaApp(Session(Deployment(folder)))
    frames: list[Frame] = []
    async with app.run_test(size=SIZE) as pilot:
        await _until_on(pilot, HomeScreen)
        await _until(pilot, lambda: app.screen.query_one("#welcome").display)
        frames += [await _take(pilot, folder, "welcome")]
        await pilot.press("enter")
        await _until_on(pilot, StackScreen)
        await pilot.press("l")
        frames += [await _take(pilot, folder, "stack")]
        for name, screen in (("modules", ModulesScreen), ("settings", SettingsScreen)):
            await pilot.press("enter")
            await _until_on(pilot, screen)
            frames += [await _take(pilot, folder, name)]
        await pilot.press("enter")
        await _until_on(pilot, ReviewScreen)
        await _until(pilot, lambda: app.screen.check_action("forward", ()) is True)
        frames += [await _take(pilot, folder, "review")]
        await pilot.press("enter")
        sampling = asyncio.create_task(_sample(pilot, folder, frames))
        await _watch(pilot, folder, "monitor")
        sampling.cancel()
        frames += [_picture(pilot, folder)]
        await pilot.press("enter")
        await _until_on(pilot, ResourcesScreen)
        await _until(pilot, lambda: bool(app.screen.query_one("DataTable").row_count))  # type: ignore[attr-defined]
        await pilot.press(*["down"] * 3)
        await pilot.pause(2)
        frames += [await _take(pilot, folder, "resources")]
        (PICTURES / "cast.svg").write_text(animate(frames), encoding="utf-8")
        await pilot.press("escape")
        await _until_on(pilot, HomeScreen)
        await pilot.pause(2)
        await pilot.press("down")
        await pilot.pause(2)
        await _take(pilot, folder, "home")
        await pilot.press("l")
        await _until_on(pilot, ComponentLogScreen)
        await pilot.pause(1)
        await pilot.press("slash", *"http")
        await _take(pilot, folder, "log")
        await pilot.press("escape", "escape")
        await _until_on(pilot, HomeScreen)
        await pilot.press("question_mark")
        await _take(pilot, folder, "keys")
        await pilot.press("escape", "d")
        await _until_on(pilot, DestroyScreen)
        await pilot.pause(1)
        await _take(pilot, folder, "destroy")
        await pilot.press(*("minus" if key == "-" else key for key in PROJECT), "enter")
        await _watch(pilot, folder, "destroying")


async def _watch(pilot: Pilot[None], folder: Path, name: str) -> None:
    """Take a run half way, and at its end."""
    await _until_on(pilot, MonitorScreen)
    monitor = pilot.app.screen
    assert isinstance(monitor, MonitorScreen)  # noqa: S101 - for the type checker

    def is_half_way() -> bool:
        progress: RunProgress = monitor.progress
        return progress.state.is_final or progress.finished_resources > len(progress.resources) / 2

    await _until(pilot, is_half_way)
    await pilot.pause(1)
    await _take(pilot, folder, name)
    await _until(pilot, lambda: monitor.progress.state.is_final)
    await _take(pilot, folder, f"{name}-done")


async def _until(pilot: Pilot[None], is_true: Callable[[], bool]) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _DEADLINE_SECONDS
    while not is_true():
        if loop.time() > deadline:
            raise TimeoutError(f"the screen {pilot.app.screen} did not come to its point")
        await pilot.pause(0.05)


async def _until_on(pilot: Pilot[None], screen: type) -> None:
    await _until(pilot, lambda: isinstance(pilot.app.screen, screen))
    await pilot.pause()


async def _sample(pilot: Pilot[None], folder: Path, frames: list[Frame]) -> None:
    """Take the run as it goes, to be shown twice as fast."""
    while True:
        frames.append(replace(_picture(pilot, folder), seconds=_SAMPLE_SECONDS / 2))
        await asyncio.sleep(_SAMPLE_SECONDS)


async def _take(pilot: Pilot[None], folder: Path, name: str) -> Frame:
    await pilot.pause(0.2)
    frame = _picture(pilot, folder)
    (PICTURES / f"{name}.svg").write_text(frame.picture, encoding="utf-8")
    sys.stderr.write(f"{name}.svg\n")
    return frame


def _picture(pilot: Pilot[None], folder: Path) -> Frame:
    """Return the screen as it is, without what names this machine's user."""
    picture = pilot.app.export_screenshot(title="matcha-tui")
    places = {folder: f"~/{PROJECT}", PICTURES.parent: "~/matcha-tui", Path.home(): "~"}
    for private, public in ((str(path), shown) for path, shown in places.items()):
        picture = _replace(picture, private, public)
    return Frame(picture, _STILL_SECONDS)


def _replace(picture: str, private: str, public: str) -> str:
    """Replace a path in the picture's texts, and keep each letter as wide as it was."""

    def mend(found: re.Match[str]) -> str:
        length, rest, text = found.groups()
        new = text.replace(private, public)
        for cut in range(len(private) - 1, _LEAST_PART, -1):
            if new.endswith(private[:cut]):  # the pane's edge cut the path off
                new = f"{new[:-cut]}~…"
                break
        if new == text:
            return found[0]
        scale = len(html.unescape(new)) / len(html.unescape(text))
        return f'textLength="{float(length) * scale:.1f}"{rest}>{new}<'

    return _TEXT.sub(mend, picture)


async def _destroy(folder: Path) -> None:
    """Take down what a failure left."""
    if is_deployed(open_project(folder)):
        async for _progress in Deployment(folder).destroy():
            pass


if __name__ == "__main__":
    main()
