"""What the modules set, as Terraform gave it to the helm provider, beside their charts' tables."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

CHARTS = {
    tomllib.loads(file.read_text())["release"]: file
    for file in (Path(__file__).parents[2] / "terraform_modules/azure").rglob("chart.toml")
}
SETTERS = ("set", "set_sensitive", "set_list")


def values_of(release: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a release's one text of values holds."""
    (text,) = release["values"]
    values: dict[str, Any] = yaml.safe_load(text)
    return values


def must_fit_their_charts(releases: Iterable[Mapping[str, Any]]) -> None:
    """See that every release is of the chart in its table, and sets the keys that it reads alone.

    A key that a chart does not know has no effect, and nothing says so.
    """
    for release in releases:
        table = tomllib.loads(CHARTS[release["name"]].read_text())
        for name in ("namespace", "chart", "version", "repository"):
            assert release[name] == table[name], (release["name"], name)
        for name in ("atomic", "cleanup_on_fail", "upgrade_install"):
            assert release[name] is True, (release["name"], name)
        written = keys_of(values_of(release))
        written |= {one["name"] for setter in SETTERS for one in release[setter] or ()}
        known = table["keys"]
        unknown = [key for key in written if not any(is_read(key, one) for one in known)]
        unused = [one for one in known if not any(is_read(key, one) for key in written)]
        assert (sorted(unknown), sorted(unused)) == ([], []), release["name"]


def keys_of(values: Mapping[str, Any], above: str = "") -> set[str]:
    """Return the dotted names of all that is set; a list is one value."""
    found = set()
    for name, value in values.items():
        key = f"{above}{name}"
        found |= keys_of(value, f"{key}.") if isinstance(value, dict) else {key}
    return found


def is_read(key: str, known: str) -> bool:
    """Say whether a table's entry stands for a key."""
    above, star, _ = known.rpartition(".*")
    return key.startswith(f"{above}.") if star else key == known
