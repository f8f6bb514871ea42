import json
import socket
import time
from datetime import datetime
from pathlib import Path

import pytest

from matcha_tui.targets.azure.cloud.connection import Timeouts
from matcha_tui.targets.azure.pricing.loading import load_prices
from matcha_tui.targets.azure.pricing.retail import (
    Fetched,
    PriceQuestion,
    fetch_prices,
)
from matcha_tui.targets.azure.pricing.sku import Sku, find_sku
from tests.azure_cloud.certificates import make_certificates
from tests.targets.azure.pricing.price_server import (
    ENTRIES,
    Answer,
    PlayedList,
    play_price_list,
)

NODE = "Standard_D4s_v5"
LOAD_BALANCER = "Load Balancer Standard (Included LB Rules and Outbound Rules (first 5 rules))"
BUSY = Answer(status=429, headers=(("Retry-After", "0"),))
SILENCE = Answer(delay=600)


def known(*names: str) -> list[Sku]:
    skus = [find_sku(name) for name in names]
    return [sku for sku in skus if sku is not None]


def patient(url: str, *, timeout: float = 5, deadline: float = 20) -> PriceQuestion:
    timeouts = Timeouts(connect=timeout, read=timeout, backoff=0, longest_pause=20)
    return PriceQuestion(url, "USD", {}, timeouts, deadline)


def ask(played: PlayedList, now: datetime, *names: str) -> Fetched:
    return fetch_prices(patient(played.url), known(*(names or (NODE,))), now)


def problem_of(fetched: Fetched) -> str:
    assert not fetched.prices
    assert fetched.problem is not None
    assert fetched.problem.hint
    return fetched.problem.message


def test_every_region_comes_in_one_chain_of_pages(price_list: PlayedList, now: datetime):
    fetched = ask(price_list, now)
    assert fetched.problem is None
    assert set(fetched.prices[NODE]) == {"westeurope", "eastus", "northeurope"}
    assert set(price_list.asked) == {
        f"serviceName eq 'Virtual Machines' and armSkuName eq '{NODE}' "
        "and priceType eq 'Consumption'"
    }
    assert len(price_list.asked) == 5  # 21 entries of consumption, 5 a page


def test_what_counts_everywhere_has_no_region(price_list: PlayedList, now: datetime):
    fetched = ask(price_list, now, LOAD_BALANCER)
    assert [str(price.tiers[0].price) for price in fetched.prices[LOAD_BALANCER].values()] == [
        "0.025"
    ]
    assert list(fetched.prices[LOAD_BALANCER]) == ["*"]


def test_a_busy_list_is_asked_again(price_list: PlayedList, now: datetime):
    price_list.instead.extend([BUSY, Answer(status=503, headers=(("Retry-After", "0"),)), BUSY])
    assert NODE in ask(price_list, now).prices


def test_a_list_that_stays_busy_is_left_alone_after_four_tries(
    price_list: PlayedList, now: datetime
):
    price_list.always = BUSY
    assert problem_of(ask(price_list, now)) == "Azure's price list has too many questions to answer"
    assert len(price_list.asked) == 4


def test_a_wait_beyond_the_deadline_is_not_begun(price_list: PlayedList, now: datetime):
    price_list.always = Answer(status=429, headers=(("Retry-After", "86400"),))
    started = time.monotonic()
    fetched = fetch_prices(patient(price_list.url, deadline=15), known(NODE), now)
    assert "too many questions" in problem_of(fetched)
    assert time.monotonic() - started < 15  # the pause alone would take 20 seconds


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(status=400), "Azure's price list answers with an error (HTTP 400)"),
        (Answer(status=302), "Azure's price list answers with an error (HTTP 302)"),
        (
            Answer(status=500, headers=(("Retry-After", "0"),)),
            "Azure's price list answers with an error (HTTP 500)",
        ),
        (Answer(body=b""), "Azure's price list answered with what is no JSON"),
        (Answer(body=b"<html>"), "Azure's price list answered with what is no JSON"),
        (Answer(body=b"\xff\xfe{"), "Azure's price list answered with what is no JSON"),
        (Answer(body=b"[" * 100_000), "Azure's price list answered with what is no JSON"),
        (Answer(body=b"[]"), "Azure's price list answered with no list of Items"),
        (Answer(body=b'{"Items": {}}'), "Azure's price list answered with no list of Items"),
        (
            Answer(body=b'{"Items": [1]}'),
            "Azure's price list answered with an entry that is no object",
        ),
        (
            Answer(body=b'{"Items": [{"retailPrice": NaN}]}'),
            "Azure's price list answered with what is no JSON",
        ),
        (
            Answer(body=json.dumps({"Items": [{**ENTRIES[0], "currencyCode": "EUR"}]}).encode()),
            "Azure's price list answered with prices in 'EUR' instead of USD",
        ),
        (
            Answer(body=b'{"Items": [], "NextPageLink": "https://x/?$skip=1"}'),
            "Azure's price list answered with pages without an end",
        ),
    ],
)
def test_whatever_else_it_answers_comes_to_one_sentence(
    price_list: PlayedList, now: datetime, answer: Answer, sentence: str
):
    price_list.always = answer
    assert problem_of(ask(price_list, now)) == sentence


def test_a_list_that_says_nothing_is_given_up(price_list: PlayedList, now: datetime):
    price_list.always = SILENCE
    fetched = fetch_prices(patient(price_list.url, timeout=0.2), known(NODE), now)
    said = problem_of(fetched)
    assert said.startswith(f"Azure's price list: GET {price_list.url}: ")
    assert "there was no answer in time" in said


def test_a_list_that_answers_a_letter_at_a_time_is_given_up(price_list: PlayedList, now: datetime):
    price_list.always = Answer(body=b"[" * 100_000, trickle=0.02)
    fetched = fetch_prices(patient(price_list.url, deadline=0.4), known(NODE), now)
    assert problem_of(fetched) == "Azure's price list takes too long to answer"


def test_who_cannot_be_reached_is_not_asked_for_the_rest(price_list: PlayedList, now: datetime):
    price_list.always = SILENCE
    names = ("P4", "P6", "P10", "E4", "E6", "E10", "ACR Basic", "AKS Standard")
    fetched = fetch_prices(patient(price_list.url, timeout=0.2), known(*names), now)
    assert "there was no answer in time" in problem_of(fetched)
    assert len(price_list.asked) <= 4  # as many as are asked for at once


def test_a_list_that_is_not_there_is_named(now: datetime):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    fetched = fetch_prices(patient(url), known(NODE), now)
    assert f"GET {url}: " in problem_of(fetched)


@pytest.mark.parametrize("url", ["nonsense", "http://", "http://[", "ftp://127.0.0.1/"])
def test_an_address_that_is_none_is_one_sentence_too(url: str, now: datetime):
    said = problem_of(fetch_prices(patient(url), known(NODE), now))
    assert said.startswith(f"Azure's price list: GET {url}: ")


def test_what_was_answered_counts_though_something_else_was_not(
    price_list: PlayedList, now: datetime
):
    price_list.instead.append(Answer(status=400))
    fetched = ask(price_list, now, NODE, "P10")
    assert len(fetched.prices) == 1
    assert fetched.problem is not None


def test_a_file_of_authorities_that_is_not_there_is_one_sentence(
    tmp_path: Path, price_list: PlayedList, now: datetime
):
    environment = {
        "MATCHA_PRICES_URL": price_list.url,
        "XDG_CACHE_HOME": str(tmp_path),
        "SSL_CERT_FILE": "/nowhere/authorities.pem",
    }
    prices = load_prices(["P10"], "USD", environment, now=now)
    assert prices.problem is not None
    assert "SSL_CERT_FILE is /nowhere/authorities.pem" in prices.problem.message
    assert prices.table.price("P10", "westeurope")
    assert price_list.asked == []


def test_the_authorities_of_the_environment_are_trusted(tmp_path: Path, now: datetime):
    certificates = make_certificates(tmp_path, "127.0.0.1")
    with play_price_list(certificates) as played:
        environment = {"MATCHA_PRICES_URL": played.url, "XDG_CACHE_HOME": str(tmp_path)}
        refused = load_prices(["P10"], "USD", environment, now=now).problem
        assert refused is not None
        assert "certificate is not trusted" in refused.message
        trusting = {**environment, "SSL_CERT_FILE": str(certificates.authority)}
        assert load_prices(["P10"], "USD", trusting, now=now).problem is None
