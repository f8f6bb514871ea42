"""``matcha cost`` as its users type it; offline, so that no price list is asked."""

import json
from pathlib import Path

import pytest

from tests.commands.in_process import MatchaHere

WEST_EUROPE = "cost --target azure --location westeurope --offline"


def test_this_machine_costs_nothing(matcha_here: MatchaHere):
    assert matcha_here("cost").stdout == "Nothing to pay on the target local.\n"
    found = json.loads(matcha_here(*["cost", "--output", "json"]).stdout)
    assert (found["month"]["at_most"], found["modules"]) == (0, [])


def test_every_module_and_the_total_are_told(matcha_here: MatchaHere):
    done = matcha_here(*WEST_EUROPE.split())
    assert done.returncode == 0
    assert "242.94 to 622.10 USD" in done.stdout
    assert "MySQL server" in done.stdout
    assert "(estimate)" in done.stdout
    assert "which came with matcha" in done.stderr


def test_json_has_the_same_total(matcha_here: MatchaHere):
    found = json.loads(matcha_here(*f"{WEST_EUROPE} --output json".split()).stdout)
    assert (round(found["month"]["at_least"], 2), found["currency"]) == (242.94, "USD")
    titles = [module["title"] for module in found["modules"]]
    assert titles[0] == "Cluster"
    assert {"ZenML", "MLflow", "DVC"} <= set(titles)


def test_regions_come_with_the_cheapest_first(matcha_here: MatchaHere):
    done = matcha_here(
        *["cost", "--target", "azure", "--by-region", "--offline", "--output", "json"]
    )
    rows = json.loads(done.stdout)["regions"]
    amounts = [row["month"]["at_least"] for row in rows if row["month"]]
    assert amounts == sorted(amounts)
    assert sum(row["recommended"] for row in rows) == 1
    assert len(rows) > 50


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("cost --target azure --offline", "location is not set, and prices differ by region"),
        ("cost --target azure --location westeuropa", "Did you mean 'westeurope'?"),
        ("cost --target moon", "'moon' is no target"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_do(
    matcha_here: MatchaHere, line: str, says: str
):
    done = matcha_here(*line.split())
    assert done.returncode == 2
    assert says in done.stderr


def test_a_change_of_the_stack_says_what_it_does_to_the_cost(matcha_here: MatchaHere):
    config = 'version = 1\ntarget = "azure"\n[settings]\nlocation = "westeurope"\n'
    (matcha_here.folder / "matcha.toml").write_text(config)
    said = matcha_here("stack", "set", "llm").stderr
    assert "It costs 245.34 to 624.50 USD a month (+2.40 USD)." in said
    said = matcha_here("stack", "remove", "data_version_control").stderr
    assert "a month (-1.96 USD)." in said


def test_a_stack_over_the_limit_is_not_built_unasked(
    matcha_here: MatchaHere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("MATCHA_PRICES_URL", "http://127.0.0.1:9/nothing")
    settings = "--set monthly_limit=300 --location westeurope"
    account = "--set subscription_id=11111111-2222-3333-4444-555555555555 --set state=local"
    line = f"provision --yes --target azure --no-preflight {settings} {account}"
    done = matcha_here(*line.split())
    assert done.returncode == 3
    assert "the stack costs 242.94 to 622.10 USD a month, and monthly_limit is 300" in done.stderr
    assert "--over-limit" in done.stderr
