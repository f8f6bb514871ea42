"""Asks Azure's retail price list, which needs no account.

- One question a SKU, for every region at once: never one a region.
- It loads ``requests``; import this only when prices are to be fetched.
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
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from queue import Empty, SimpleQueue
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.price import Price
from matcha_tui.targets.azure.pricing.entry import PriceEntry, read_entry
from matcha_tui.targets.azure.pricing.price_list import PriceList
from matcha_tui.targets.azure.pricing.selection import select_prices
from matcha_tui.targets.azure.pricing.sku import Sku

_HINT = "The prices that come with matcha are used until it answers again."
_TRIES = 4
_LONGEST_WAIT = 20.0
_MOST_PAGES = 100
_LARGEST_ANSWER = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_AT_ONCE = 4
_BUSY = (429, 500, 502, 503, 504)

_Answers = SimpleQueue[tuple[str, dict[str, Price] | MatchaError]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking.

    Attributes:
        prices: SKU to region to price, of those SKUs that were answered.
        problem: What went wrong with the first of the others, if any.
    """

    prices: Mapping[str, Mapping[str, Price]]
    problem: MatchaError | None


def fetch_prices(price_list: PriceList, skus: Sequence[Sku], now: datetime) -> Fetched:
    """Ask for the prices of SKUs in every region.

    Args:
        price_list: Whom to ask.
        skus: What to ask for.
        now: The time at which the prices must count, with its time zone.
    """
    end = time.monotonic() + price_list.deadline
    waiting = deque(skus)
    answers: _Answers = SimpleQueue()
    for _ in range(min(_AT_ONCE, len(skus))):  # daemons, for they may wait longer than anybody
        asking = (price_list, waiting, answers, now, end)
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
    price_list: PriceList, waiting: deque[Sku], answers: _Answers, now: datetime, end: float
) -> None:
    """Ask for one SKU after another, and for none any more once nobody can be reached."""
    with requests.Session() as session:
        while sku := _next(waiting):
            try:
                entries = _entries(session, price_list, sku, end)
                answers.put((sku.name, select_prices(sku, entries, now)))
            except MatchaError as error:
                answers.put((sku.name, error))
                while isinstance(error.__cause__, OSError) and (other := _next(waiting)):
                    answers.put((other.name, error))


def _next(waiting: deque[Sku]) -> Sku | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _entries(
    session: requests.Session, price_list: PriceList, sku: Sku, end: float
) -> Iterator[PriceEntry]:
    """Read page after page; of a page's link only what is behind the ? counts, not whose it is."""
    question = {"currencyCode": f"'{price_list.currency}'", "$filter": sku.filter}
    query = urlencode(question)
    asked: set[str] = set()
    while query not in asked and len(asked) < _MOST_PAGES:
        asked.add(query)
        page = _read_page(_get(session, price_list, query, end))
        for item in page["Items"]:
            entry = read_entry(item)
            if entry.currency != price_list.currency:
                raise _malformed(f"prices in {entry.currency!r} instead of {price_list.currency}")
            yield entry
        link = page.get("NextPageLink")
        if not link:
            return
        query = urlencode({**dict(parse_qsl(urlsplit(str(link)).query)), **question})
    raise _malformed("pages without an end")


def _get(session: requests.Session, price_list: PriceList, query: str, end: float) -> bytes:
    """Ask once, and again while the list says that it is busy."""
    for tried in range(1, _TRIES + 1):
        try:
            status, wait, body = _ask(session, price_list, query, end)
        except (
            OSError
        ) as error:  # what requests raises is one, and so is a missing certificate file
            raise _unreachable(price_list, error) from error
        if status == HTTPStatus.OK:
            return body
        if status not in _BUSY or tried == _TRIES:
            raise _refused(status)
        pause = min(wait if wait is not None else 2.0 ** (tried - 1), _LONGEST_WAIT)
        if time.monotonic() + pause > end:
            raise _refused(status)
        time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _ask(
    session: requests.Session, price_list: PriceList, query: str, end: float
) -> tuple[int, float | None, bytes]:
    """Return the status, the seconds to wait before asking again, and the body."""
    left = end - time.monotonic()
    if left <= 0:
        raise _too_slow()
    with session.get(
        f"{price_list.url}?{query}",
        timeout=min(price_list.timeout, left),
        verify=price_list.certificates or True,  # of the session, it would lose to a variable
        allow_redirects=False,
        stream=True,
    ) as response:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if time.monotonic() > end:
                raise _too_slow()
            if len(body) > _LARGEST_ANSWER:
                raise _malformed("more than it should")
        return response.status_code, _seconds(response.headers.get("Retry-After")), bytes(body)


def _seconds(retry_after: str | None) -> float | None:
    """Read a Retry-After, which is a number of seconds or, rarely, a date."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


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


def _unreachable(price_list: PriceList, error: OSError) -> MatchaError:
    host = _host(price_list.url)
    if isinstance(error, requests.exceptions.SSLError):
        return MatchaError(
            f"{host} is not trusted: its certificate could not be verified",
            hint="Behind a company's proxy, name its certificates with SSL_CERT_FILE.",
        )
    if isinstance(error, requests.exceptions.Timeout):
        return MatchaError(f"Azure's price list at {host} does not answer", hint=_HINT)
    return MatchaError(f"Azure's price list at {host} cannot be reached", hint=_HINT)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _refused(status: int) -> MatchaError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return MatchaError("Azure's price list has too many questions to answer", hint=_HINT)
    return MatchaError(f"Azure's price list answers with an error (HTTP {status})", hint=_HINT)


def _too_slow() -> MatchaError:
    return MatchaError("Azure's price list takes too long to answer", hint=_HINT)


def _malformed(what: str) -> MatchaError:
    return MatchaError(f"Azure's price list answered with {what}", hint=_HINT)
