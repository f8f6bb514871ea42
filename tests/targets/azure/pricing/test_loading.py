from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.pricing.price import Prices, PriceSource
from matcha_tui.targets.azure.pricing.loading import load_prices
from matcha_tui.targets.price_cache import PriceCache, read_cache, store_prices
from tests.targets.azure.pricing.price_server import Answer, PlayedList

SKUS = ("Standard_D4s_v5", "P10", "AKS Free", "nobody knows this")
DOWN = "http://127.0.0.1:1/"


@pytest.fixture
def environment(price_list: PlayedList, tmp_path: Path) -> dict[str, str]:
    return {"MATCHA_PRICES_URL": price_list.url, "XDG_CACHE_HOME": str(tmp_path)}


def origin_of(prices: Prices, sku: str, region: str) -> tuple[PriceSource, date | None] | None:
    price = prices.table.price(sku, region)
    return None if price is None else (price.source, price.as_of)


def test_live_prices_are_dated_and_stand_before_the_snapshot(
    environment: dict[str, str], now: datetime
):
    prices = load_prices(SKUS, "USD", environment, now=now)
    assert prices.problem is None
    live = (PriceSource.LIVE, date(2026, 11, 22))
    assert origin_of(prices, "Standard_D4s_v5", "eastus") == live
    assert origin_of(prices, "P10", "westeurope") == live
    assert origin_of(prices, "AKS Free", "westeurope") == (PriceSource.FREE, None)
    assert origin_of(prices, "E6", "westeurope") == (PriceSource.SNAPSHOT, date(2026, 9, 23))
    assert origin_of(prices, "nobody knows this", "westeurope") is None


def test_a_region_that_the_live_list_lacks_has_no_price(environment: dict[str, str], now: datetime):
    prices = load_prices(SKUS, "USD", environment, now=now)
    assert origin_of(prices, "Standard_D4s_v5", "uksouth") is None
    mysql = load_prices(["MySQL Flexible B1ms"], "USD", environment, now=now)
    assert origin_of(mysql, "MySQL Flexible B1ms", "northeurope") is None


def test_prices_are_asked_for_once_a_week(
    environment: dict[str, str], price_list: PlayedList, now: datetime
):
    load_prices(SKUS, "USD", environment, now=now)
    asked = len(price_list.asked)
    almost = load_prices(SKUS, "USD", environment, now=now + timedelta(days=6, hours=23))
    assert len(price_list.asked) == asked
    assert origin_of(almost, "P10", "eastus") == (PriceSource.LIVE, date(2026, 11, 22))
    load_prices(SKUS, "USD", environment, now=now + timedelta(days=7))
    assert len(price_list.asked) == 2 * asked


def test_only_what_is_missing_is_asked_for(
    environment: dict[str, str], price_list: PlayedList, now: datetime
):
    load_prices(["P10"], "USD", environment, now=now)
    price_list.asked.clear()
    load_prices(["P10", "E6"], "USD", environment, now=now)
    assert {"E6 LRS Disk" in asked for asked in price_list.asked} == {True}


def test_what_the_list_does_not_know_is_not_asked_for_again(
    environment: dict[str, str], price_list: PlayedList, now: datetime
):
    for _ in range(2):
        prices = load_prices(["Standard_D8s_v5"], "USD", environment, now=now)
    assert len(price_list.asked) == 1
    assert origin_of(prices, "Standard_D8s_v5", "eastus") == (
        PriceSource.SNAPSHOT,
        date(2026, 6, 18),
    )


def test_without_the_list_the_snapshot_with_its_dates_is_used(tmp_path: Path, now: datetime):
    environment = {"MATCHA_PRICES_URL": DOWN, "XDG_CACHE_HOME": str(tmp_path)}
    prices = load_prices(SKUS, "USD", environment, now=now)
    assert prices.problem is not None
    assert "cannot be reached" in prices.problem.message
    snapshot = (PriceSource.SNAPSHOT, date(2026, 6, 18))
    assert origin_of(prices, "Standard_D4s_v5", "westeurope") == snapshot


def test_offline_nobody_is_asked(
    environment: dict[str, str], price_list: PlayedList, now: datetime
):
    prices = load_prices(SKUS, "USD", environment, offline=True, now=now)
    assert not price_list.asked
    assert prices.problem is None
    assert origin_of(prices, "P10", "westeurope") == (PriceSource.SNAPSHOT, date(2026, 9, 23))


def test_currencies_are_never_mixed(
    environment: dict[str, str], price_list: PlayedList, now: datetime
):
    prices = load_prices(["P10"], "EUR", environment, now=now)
    assert prices.table.currency == "EUR"
    assert origin_of(prices, "P10", "westeurope") == (PriceSource.LIVE, now.date())
    assert origin_of(prices, "E6", "westeurope") is None
    price_list.always = Answer(status=400)
    dollars = load_prices(["P10"], "CHF", environment, now=now)
    assert dollars.table.currency == "USD"
    assert dollars.problem is not None


def test_the_cache_is_the_users_alone(environment: dict[str, str], tmp_path: Path, now: datetime):
    load_prices(["P10"], "USD", environment, now=now)
    file = tmp_path / "matcha-tui" / "prices" / "USD.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_the_prices_of_another_list_do_not_count(
    environment: dict[str, str], price_list: PlayedList, now: datetime
):
    load_prices(["P10"], "USD", {**environment, "MATCHA_PRICES_URL": price_list.url}, now=now)
    elsewhere = {**environment, "MATCHA_PRICES_URL": DOWN}
    assert load_prices(["P10"], "USD", elsewhere, now=now).problem is not None


def test_a_cache_that_cannot_be_written_is_said_and_costs_no_price(
    environment: dict[str, str], tmp_path: Path, now: datetime
):
    (tmp_path / "matcha-tui").write_text("in the way")
    prices = load_prices(["P10"], "USD", environment, now=now)
    assert origin_of(prices, "P10", "westeurope") == (PriceSource.LIVE, now.date())
    assert prices.problem is not None
    assert "cannot create" in prices.problem.message


FAULTY = [
    "",
    "{",
    "[]",
    "null",
    '{"url": "u"}',
    '{"url": "u", "skus": []}',
    '{"url": "u", "skus": {"P10": {}}}',
    '{"url": "u", "skus": {"P10": {"fetched": "2026-11-22", "regions": {}}}}',
    '{"url": "u", "skus": {"P10": {"fetched": "2026-11-22T12:00:00+00:00", "regions": '
    '{"eastus": ["fortnight", [["0", "1"]]]}}}}',
    '{"url": "u", "skus": {"P10": {"fetched": "2026-11-22T12:00:00+00:00", "regions": '
    '{"eastus": ["month", []]}}}}',
    '{"url": "u", "skus": {"P10": {"fetched": "2026-11-22T12:00:00+00:00", "regions": '
    '{"eastus": ["month", [["0", "NaN"]]]}}}}',
    "[" * 100_000,
]


@pytest.mark.parametrize("content", FAULTY)
def test_a_faulty_cache_is_thrown_away(tmp_path: Path, content: str, now: datetime):
    cache = PriceCache(tmp_path / "USD.json", "u")
    cache.path.write_text(content)
    assert read_cache(cache, now) == {}
    assert not cache.path.exists()
    store_prices(cache, {"P10": {}}, now)
    assert read_cache(cache, now) == {"P10": {}}


@given(st.binary(max_size=300))
def test_no_cache_is_too_faulty(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    cache = PriceCache(tmp_path_factory.mktemp("cache") / "USD.json", "u")
    cache.path.write_bytes(content)
    assert read_cache(cache, datetime(2026, 11, 22, tzinfo=UTC)) == {}


def test_a_cache_from_the_future_does_not_count(tmp_path: Path, now: datetime):
    cache = PriceCache(tmp_path / "USD.json", "u")
    store_prices(cache, {"P10": {}}, now + timedelta(days=30))
    assert read_cache(cache, now) == {}
