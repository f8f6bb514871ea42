"""What a live change would change, in people's terms."""

from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.stack.difference import StackDifference, compare

slots = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz"))
names = st.sampled_from(["a.port", "b.port", "prefix"])
settings = st.dictionaries(names, st.integers(0, 2))


def test_each_kind_of_change_is_a_line():
    found = compare(
        {"orchestrator": "zenml", "experiment_tracker": "mlflow", "deployer": "seldon"},
        {"experiment_tracker": "aim", "deployer": "seldon", "vector_database": "chroma"},
        {"deployer.http_port": 8080, "orchestrator.port": 1},
        {"deployer.http_port": 8090, "vector_database.port": 2},
    )
    assert [line.split() for line in found.lines] == [
        ["+", "vector_database", "chroma"],
        ["-", "orchestrator", "zenml"],
        ["~", "experiment_tracker", "mlflow", "->", "aim"],
        ["~", "deployer.http_port:", "8080", "->", "8090"],
    ]
    assert found.going == {"orchestrator": "zenml", "experiment_tracker": "mlflow"}
    assert found.changes_modules


def test_a_newer_version_is_an_upgrade_that_nobody_has_chosen():
    modules = {"orchestrator": "zenml", "experiment_tracker": "mlflow", "deployer": "seldon"}
    found = compare(
        modules,
        {**modules, "deployer": "own"},
        {},
        {},
        {"experiment_tracker": "3.11.1", "orchestrator": "0.98.0", "deployer": "1.7.1"},
        {"experiment_tracker": "3.17.2", "orchestrator": "0.98.0", "deployer": "2.0"},
    )
    assert [line.split() for line in found.lines] == [
        ["~", "deployer", "seldon", "->", "own"],
        ["^", "experiment_tracker", "mlflow", "3.11.1", "->", "3.17.2"],
    ]
    assert found.is_chosen
    assert not compare(modules, modules, {}, {}, {"deployer": "1"}, {"deployer": "2"}).is_chosen


@given(slots, slots, settings, settings)
def test_the_difference_leads_from_one_to_the_other(before, after, was, now):
    found = compare(before, after, was, now)
    made = {name: flavor for name, flavor in before.items() if name not in found.going}
    made |= dict(found.added) | {name: new for name, (_, new) in found.replaced.items()}
    assert made == after
    assert compare(after, after, now, now) == StackDifference()
