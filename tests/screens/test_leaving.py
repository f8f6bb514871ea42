"""A screen's worker that wakes up while the app ends touches nothing that is gone by then."""

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.widgets import Label

from matcha_tui.app import MatchaApp
from matcha_tui.screens.base import MatchaScreen
from tests.screens.frozen import FrozenSession


class Answering(Label):
    """Its end brings the answer that the screen waits for."""

    def __init__(self, answer: asyncio.Future[str]) -> None:
        super().__init__("waiting")
        self.answer = answer

    async def on_unmount(self) -> None:
        self.answer.set_result("late")
        for _ in range(5):  # the worker has its turn before the screen's own end
            await asyncio.sleep(0)


class Waiting(MatchaScreen):
    """Waits for an answer, and shows it."""

    def __init__(self, session: FrozenSession) -> None:
        super().__init__(session)
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.shown: list[str] = []

    def compose_body(self) -> ComposeResult:
        yield Answering(self.answer)

    def on_mount(self) -> None:
        self.wait()

    @work
    async def wait(self) -> None:
        answer = await self.attempt(self.answer)
        self.shown.append(str(answer))


async def test_an_answer_that_comes_while_the_app_ends_is_not_shown():
    session = FrozenSession()
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        screen = Waiting(session)
        await pilot.app.push_screen(screen)
        await pilot.pause()
    assert screen.answer.done()
    assert screen.shown == []
