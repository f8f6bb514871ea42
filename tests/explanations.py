"""The rows of a table of explanations, as they are written."""

import tomllib
from importlib.resources import files

from matcha_tui.terraform.explain import Explanations


def read_rows(explanations: Explanations) -> list[dict[str, str]]:
    """Return them in order."""
    table = files(explanations.package).joinpath("explanations.toml")
    rows: list[dict[str, str]] = tomllib.loads(table.read_text("utf-8"))["explanation"]
    return rows
