"""Requests that go wrong on demand."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.azure_cloud.messages import Answer, Request, refuse


@dataclass(slots=True)
class Fault:
    """What happens instead of an answer.

    Attributes:
        pattern: A regular expression that is searched in ``GET /subscriptions``.
        answer: What is answered instead; ``None`` for the right answer, but late or cut off.
        times: How often; ``None`` for always.
        skip: How many requests are let through before.
        hang: Whether nothing is answered at all until the server ends.
        cut_off: Whether half of the answer is missing.
    """

    pattern: str
    answer: Answer | None = None
    times: int | None = None
    skip: int = 0
    hang: bool = False
    cut_off: bool = False


@dataclass(slots=True)
class Faults:
    """The faults of one server, in the order in which they are looked at."""

    faults: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        pattern: str,
        status: int,
        code: str = "",
        message: str = "",
        *,
        times: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> None:
        """Have requests refused with Azure's error JSON, or with a body of one's own."""
        answer = refuse(status, code, message)
        content = answer.content if body is None else body
        self.faults.append(Fault(pattern, Answer(status, content, headers or {}), times))

    def hang(self, pattern: str, times: int | None = None) -> None:
        """Have requests never answered."""
        self.faults.append(Fault(pattern, times=times, hang=True))

    def cut_off(self, pattern: str, times: int | None = None) -> None:
        """Have answers end in the middle."""
        self.faults.append(Fault(pattern, times=times, cut_off=True))

    def clear(self) -> None:
        """Let everything go well again."""
        self.faults.clear()

    def find(self, request: Request) -> Fault | None:
        """The fault that a request meets; each call counts."""
        with self.lock:
            for fault in self.faults:
                if fault.times == 0 or not re.search(fault.pattern, request.line, re.IGNORECASE):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
