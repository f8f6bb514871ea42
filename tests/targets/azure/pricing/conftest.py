"""What tests of prices share: a played price list and a fixed present."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.targets.azure.pricing.price_server import PlayedList, play_price_list


@pytest.fixture
def price_list() -> Iterator[PlayedList]:
    with play_price_list() as played:
        yield played


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC)
