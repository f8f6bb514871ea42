"""Waits for what may take long, without holding up the event loop or the program's end.

`asyncio.to_thread` would: when a program ends, asyncio waits for its threads, and one
that waits for a cloud may take a minute.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

Answer = TypeVar("Answer")
Item = TypeVar("Item")
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


async def from_thread(read: Callable[[], Iterator[Item]]) -> AsyncIterator[list[Item]]:
    """Yield what an iterator gives, in batches, while a thread of its own waits for it.

    Whoever stops iterating lets the thread end with the next item; so an iterator that may
    wait for long gives an empty item now and then.
    """
    loop = asyncio.get_running_loop()
    arriving: asyncio.Queue[Item | Exception | None] = asyncio.Queue()
    is_wanted = threading.Event()
    is_wanted.set()

    def deliver(item: Item | Exception | None) -> None:
        with suppress(RuntimeError):  # the program was left, and its loop is closed
            loop.call_soon_threadsafe(arriving.put_nowait, item)

    def pump() -> None:
        try:
            for item in read():
                if not is_wanted.is_set():
                    return
                deliver(item)
        except Exception as error:  # noqa: BLE001 - it is raised where the items are awaited
            deliver(error)
        else:
            deliver(None)

    threading.Thread(target=pump, daemon=True).start()
    try:
        while True:
            batch = [await arriving.get()]
            while not arriving.empty():
                batch.append(arriving.get_nowait())
            items = [one for one in batch if one is not None and not isinstance(one, Exception)]
            if items:
                yield items
            for one in batch:
                if isinstance(one, Exception):
                    raise one
            if None in batch:
                return
    finally:
        is_wanted.clear()


def on_this_loop(function: Callable[Arguments, object]) -> Callable[Arguments, None]:
    """Return what another thread may call to have a function called on this event loop."""
    loop = asyncio.get_running_loop()

    def tell(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        with suppress(RuntimeError):  # the program was left, and its loop is closed
            loop.call_soon_threadsafe(partial(function, *args, **kwargs))

    return tell
