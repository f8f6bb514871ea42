"""Waits for what may take long, without holding up the event loop or the program's end.

`asyncio.to_thread` would: when a program ends, asyncio waits for its threads, and one
that waits for a cloud may take a minute.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


async def in_background(function: Callable[[], Answer]) -> Answer:
    """Call a function in a thread of its own, which ends with the process.

    Returns:
        What it returns; what it raises is raised here.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def deliver(settle: Callable[[Any], None], result: object) -> None:
        if not future.done():  # nobody waits any more
            settle(result)

    def call() -> None:
        settle: Callable[[Any], None]
        result: object
        try:
            settle, result = future.set_result, function()
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is awaited
            settle, result = future.set_exception, error
        with suppress(RuntimeError):  # the program was left, and its loop is closed
            loop.call_soon_threadsafe(deliver, settle, result)

    threading.Thread(target=call, daemon=True).start()
    return await future


def on_this_loop(function: Callable[Arguments, object]) -> Callable[Arguments, None]:
    """Return what another thread may call to have a function called on this event loop."""
    loop = asyncio.get_running_loop()

    def tell(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        with suppress(RuntimeError):  # the program was left, and its loop is closed
            loop.call_soon_threadsafe(partial(function, *args, **kwargs))

    return tell
