from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.system.toml_file import read_toml
from matcha_tui.targets.azure.definition import (
    AzureDefinition,
    collect_needs,
    parse_azure_definition,
)

CATALOG = load_catalog()
WHOLE = """\
needs = ["gateway", "cluster"]

[[property]]
name = "url"
help = "Where."
secret = false

[[property]]
name = "token"
help = "What for."
secret = true

[health]
url = "{url}/health"
expect = "^ok$"
username = "url"
password = "token"
"""


def read(folder: Path, text: str) -> AzureDefinition:
    (folder / "module.toml").write_text(text)
    return parse_azure_definition(read_toml(folder / "module.toml"))


def test_a_definition_is_read(tmp_path: Path):
    definition = read(tmp_path, WHOLE)
    assert definition.needs == ("gateway", "cluster")
    assert definition.health is not None
    assert definition.health.filled({"url": "https://tea"}) == "https://tea/health"
    assert definition.health.filled({}) is None


def test_health_and_needs_can_be_left_out(tmp_path: Path):
    definition = read(tmp_path, 'title = "x"\n')
    assert (definition.needs, definition.health) == ((), None)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ('"gateway"', '"gatway"', 1, "needs", "names 'gatway', which is no such part"),
        ('["gateway", "cluster"]', '"cluster"', 1, "needs", ""),
        ("{url}/health", "{uri}/health", 14, "health.url", "names 'uri', which is no property"),
        ("^ok$", "(ok", 15, "health.expect", "is no regular expression"),
        ('username = "url"', 'username = "user"', 16, "health.username", "no property"),
        ('password = "token"', 'password = "secret"', 17, "health.password", "no property"),
        ("expect =", "expects =", 15, "health.expects", "not a key"),
        ('url = "{url}/health"\n', "", 13, "health.url", "is missing"),
    ],
)
def test_a_fault_is_named_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str, says: str
):
    assert old in WHOLE
    with pytest.raises(MatchaError) as caught:
        read(tmp_path, WHOLE.replace(old, new, 1))
    assert caught.value.message.startswith(f"{tmp_path / 'module.toml'}:{line}: {key} ")
    assert says in caught.value.message


def test_needs_are_those_of_all_flavors_in_one_order():
    def needs(*names: str) -> tuple[str, ...]:
        flavors = [flavor for flavor in CATALOG.flavors if flavor.target == "azure"]
        return collect_needs([flavor for flavor in flavors if flavor.name in names])

    assert needs("dvc") == ()
    assert needs("seldon", "dvc") == ("cluster", "gateway")
    assert needs("zenml", "dvc") == ("cluster", "gateway", "database")
