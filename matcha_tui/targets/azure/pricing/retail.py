"""Asks Azure's retail price list, which needs no account.

- One question a SKU, for every region at once: never one a region.
- It loads ``azure.core``; import this only when prices are to be fetched.
- Whatever the list does, the caller gets prices or one sentence within a deadline.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from queue import Empty, SimpleQueue
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.price import Price
from matcha_tui.targets.azure.cloud.connection import Connection, Timeouts, connection_options
from matcha_tui.targets.azure.cloud.failures import AzureRequestError
from matcha_tui.targets.azure.pricing.entry import PriceEntry, read_entry
from matcha_tui.targets.azure.pricing.selection import select_prices
from matcha_tui.targets.azure.pricing.sku import Sku

_HINT = "The prices that come with matcha are used until it answers again."
_MOST_PAGES = 100
_AT_ONCE = 4
_FIRST_ERROR = 300  # a redirect is not followed: it could lead anywhere

_Answers = SimpleQueue[tuple[str, dict[str, Price] | MatchaError]]


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """Whom to ask for prices, and how long.

    Attributes:
        url: The list's address.
        currency: In which to answer: ``EUR``.
        options: From `connection_options`.
        seconds: How long everything may take.
    """

    url: str
    currency: str
    options: Mapping[str, Any]
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking.

    Attributes:
        prices: SKU to region to price, of those SKUs that were answered.
        problem: What went wrong with the first of the others, if any.
    """

    prices: Mapping[str, Mapping[str, Price]]
    problem: MatchaError | None


def make_question(
    url: str, currency: str, environment: Mapping[str, str], timeouts: Timeouts | None = None
) -> PriceQuestion:
    """Return how the price list is asked: without a second try where nobody answers."""
    timeouts = timeouts or Timeouts(read=10.0, longest_pause=20.0)
    options = connection_options(timeouts, environment)
    return PriceQuestion(url, currency, {**options, "retry_connect": 0, "retry_read": 0})


def fetch_prices(question: PriceQuestion, skus: Sequence[Sku], now: datetime) -> Fetched:
    """Ask for the prices of SKUs in every region."""
    end = time.monotonic() + question.seconds
    waiting = deque(skus)
    answers: _Answers = SimpleQueue()
    for _ in range(min(_AT_ONCE, len(skus))):  # daemons, for they may wait longer than anybody
        asking = (question, waiting, answers, now)
        threading.Thread(target=_keep_asking, args=asking, daemon=True).start()
    prices: dict[str, Mapping[str, Price]] = {}
    problem: MatchaError | None = None
    for _ in skus:
        try:
            name, answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            return Fetched(prices, problem or _too_slow())
        if isinstance(answer, MatchaError):
            problem = problem or answer
        else:
            prices[name] = answer
    return Fetched(prices, problem)


def _keep_asking(
    question: PriceQuestion, waiting: deque[Sku], answers: _Answers, now: datetime
) -> None:
    """Ask for one SKU after another, and for none any more once nobody can be reached."""
    with Connection(question.url, question.options) as connection:
        while sku := _next(waiting):
            try:
                entries = _entries(connection, question, sku)
                answers.put((sku.name, select_prices(sku, entries, now)))
            except AzureRequestError as error:
                problem = _explain(error)
                answers.put((sku.name, problem))
                while error.status is None and (other := _next(waiting)):
                    answers.put((other.name, problem))
            except MatchaError as error:
                answers.put((sku.name, error))


def _next(waiting: deque[Sku]) -> Sku | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _entries(connection: Connection, question: PriceQuestion, sku: Sku) -> Iterator[PriceEntry]:
    """Read page after page; of a page's link only what is behind the ? counts, not whose it is."""
    asked = {"currencyCode": f"'{question.currency}'", "$filter": sku.filter}
    query = asked
    seen: set[tuple[tuple[str, str], ...]] = set()
    while (key := tuple(sorted(query.items()))) not in seen and len(seen) < _MOST_PAGES:
        seen.add(key)
        response = connection.send("GET", "", query=query)
        if response.status_code >= _FIRST_ERROR:
            raise _refused(response.status_code)
        page = _read_page(response.content)
        for item in page["Items"]:
            entry = read_entry(item)
            if entry.currency != question.currency:
                raise _malformed(f"prices in {entry.currency!r} instead of {question.currency}")
            yield entry
        link = page.get("NextPageLink")
        if not link:
            return
        query = {**dict(parse_qsl(urlsplit(str(link)).query)), **asked}
    raise _malformed("pages without an end")


def _read_page(body: bytes) -> dict[str, Any]:
    try:
        page = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _malformed("what is no JSON") from error
    if not isinstance(page, dict) or not isinstance(page.get("Items"), list):
        raise _malformed("no list of Items")
    return page


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _explain(error: AzureRequestError) -> MatchaError:
    if error.status is not None:
        return _refused(error.status)
    return MatchaError(f"Azure's price list: {error.message}", hint=f"{error.hint} {_HINT}")


def _refused(status: int) -> MatchaError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return MatchaError("Azure's price list has too many questions to answer", hint=_HINT)
    return MatchaError(f"Azure's price list answers with an error (HTTP {status})", hint=_HINT)


def _too_slow() -> MatchaError:
    return MatchaError("Azure's price list takes too long to answer", hint=_HINT)


def _malformed(what: str) -> MatchaError:
    return MatchaError(f"Azure's price list answered with {what}", hint=_HINT)
