"""Tables that say how the real providers behave, where their schemas do not."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Read one of the tables, e.g. ``computed``."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def of_type(name: str, type_name: str) -> dict[str, Any]:
    """What a table says of a resource type, over what it says of the type's provider."""
    content = table(name)
    provider = type_name.split("_", 1)[0]
    return {**content.get(provider, {}), **content.get(type_name, {})}
