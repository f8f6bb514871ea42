"""Asks Azure's retail price list, which needs no account.

- One question a SKU, for every region at once: never one a region.
- It loads ``azure.core``; import this only when prices are to be fetched.
- Whatever the list does, the caller gets prices or one sentence within a deadline.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from matcha_tui.targets.azure.pricing.entries import (
    HINT,
    PriceEntry,
    malformed,
    read_entry,
    select_prices,
)
from matcha_tui.targets.azure.pricing.sku import Sku

_MOST_PAGES = 100
_AT_ONCE = 4
_FIRST_ERROR = 300  # a redirect is not followed: it could lead anywhere
_NO_SECOND_TRY = {"retry_connect": 0, "retry_read": 0}  # where nobody answers

_Answers = SimpleQueue[tuple[str, dict[str, Price] | MatchaError]]


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """Whom to ask for prices, and how long."""

    url: str  # the list's address
    currency: str  # in which to answer: `EUR`
    environment: Mapping[str, str]  # says which certificates are trusted
    # Of one request.
    timeouts: Timeouts = field(default_factory=lambda: Timeouts(read=10.0, longest_pause=20.0))
    seconds: float = 60.0  # how long everything may take


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking."""

    # SKU to region to price, of those SKUs that were answered.
    prices: Mapping[str, Mapping[str, Price]]
    problem: MatchaError | None  # what went wrong with the first of the others, if any


def fetch_prices(question: PriceQuestion, skus: Sequence[Sku], now: datetime) -> Fetched:
    """Ask for the prices of SKUs in every region."""
    options = connection_options(question.timeouts, question.environment) | _NO_SECOND_TRY
    waiting, answers = iter(skus), _Answers()

    def keep_asking() -> None:
        """Ask for one SKU after another, and for none any more once nobody can be reached."""
        with Connection(question.url, options) as connection:
            for sku in waiting:
                try:
                    entries = _entries(connection, question.currency, sku)
                    answers.put((sku.name, select_prices(sku, entries, now)))
                except AzureRequestError as error:
                    problem = _explain(error)
                    rest = [sku] if error.status else [sku, *waiting]
                    for other in rest:
                        answers.put((other.name, problem))
                except MatchaError as error:
                    answers.put((sku.name, error))

    end = time.monotonic() + question.seconds
    for _ in skus[:_AT_ONCE]:  # daemons, for they may wait longer than anybody
        threading.Thread(target=keep_asking, daemon=True).start()
    prices: dict[str, Mapping[str, Price]] = {}
    problem: MatchaError | None = None
    for _ in skus:
        try:
            name, answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            late = MatchaError("Azure's price list takes too long to answer", hint=HINT)
            return Fetched(prices, problem or late)
        if isinstance(answer, MatchaError):
            problem = problem or answer
        else:
            prices[name] = answer
    return Fetched(prices, problem)


def _entries(connection: Connection, currency: str, sku: Sku) -> Iterator[PriceEntry]:
    """Read page after page; of a page's link only what is behind the ? counts, not whose it is."""
    asked = {"currencyCode": f"'{currency}'", "$filter": sku.filter}
    query, seen = asked, list[dict[str, str]]()
    while query not in seen and len(seen) < _MOST_PAGES:
        seen.append(query)
        response = connection.send("GET", "", query=query)
        if response.status_code >= _FIRST_ERROR:
            raise _refused(response.status_code)
        page = _read_page(response.content)
        for item in page["Items"]:
            entry = read_entry(item)
            if entry.currency != currency:
                raise malformed(f"prices in {entry.currency!r} instead of {currency}")
            yield entry
        link = page.get("NextPageLink")
        if not link:
            return
        query = {**dict(parse_qsl(urlsplit(str(link)).query)), **asked}
    raise malformed("pages without an end")


def _read_page(body: bytes) -> dict[str, Any]:
    try:
        page = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise malformed("what is no JSON") from error
    if not isinstance(page, dict) or not isinstance(page.get("Items"), list):
        raise malformed("no list of Items")
    return page


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _explain(error: AzureRequestError) -> MatchaError:
    if error.status is not None:
        return _refused(error.status)
    return MatchaError(f"Azure's price list: {error.message}", hint=f"{error.hint} {HINT}")


def _refused(status: int) -> MatchaError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return MatchaError("Azure's price list has too many questions to answer", hint=HINT)
    return MatchaError(f"Azure's price list answers with an error (HTTP {status})", hint=HINT)
