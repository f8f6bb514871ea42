"""Does something once, however many threads want its result."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from matcha_tui.errors import MatchaError
from matcha_tui.targets.findings import Unverified

T = TypeVar("T")


class Once(Generic[T]):
    """Something that is done when it is first asked for; a failure is kept as well."""

    def __init__(self, do: Callable[[], T]) -> None:
        self._do = do
        self._lock = threading.Lock()
        self._outcome: Future[T] = Future()

    def __call__(self) -> T:
        """Return the result, or raise what was raised."""
        with self._lock:
            if not self._outcome.done():
                try:
                    self._outcome.set_result(self._do())
                except (MatchaError, Unverified) as error:
                    self._outcome.set_exception(error)
        return self._outcome.result()
