"""``python -m tests.simulator.extract SCHEMAS NAME=VERSION...``: make the simulator's tables.

SCHEMAS is what ``terraform providers schema -json`` prints in a folder that requires the real
providers; each NAME that it has, with the VERSION it came from, becomes ``schemas/NAME.json``.
What the simulator has no use for (descriptions, deprecations) is left out.
"""

import argparse
import json
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parent / "schemas"
_FLAGS = {"required": "R", "optional": "O", "computed": "C", "sensitive": "S", "write_only": "W"}


def main() -> None:
    """Write one table a provider."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("schemas", type=Path)
    parser.add_argument("version", nargs="+", help="NAME=VERSION")
    arguments = parser.parse_args()
    providers = json.loads(arguments.schemas.read_text())["provider_schemas"]
    versions = dict(pair.split("=") for pair in arguments.version)
    for address, schemas in providers.items():
        name = address.rsplit("/", 1)[1]
        if name in versions:
            (SCHEMAS / f"{name}.json").write_text(_table(versions[name], schemas))


def _table(version: str, schemas: dict[str, Any]) -> str:
    """One resource type on each line, so that a difference can be read."""
    sections = [
        f'"version": {_line(version)}',
        f'"provider": {_line(_schema(schemas["provider"]))}',
    ]
    for title, key in (("resources", "resource_schemas"), ("data_sources", "data_source_schemas")):
        lines = [
            f"{_line(name)}: {_line(_schema(schema))}"
            for name, schema in sorted(schemas.get(key, {}).items())
        ]
        sections.append(f'"{title}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    return {"version": schema["version"], **_block(schema["block"])}


def _block(block: dict[str, Any]) -> dict[str, Any]:
    attributes = {name: _attribute(given) for name, given in block.get("attributes", {}).items()}
    blocks = {
        name: {
            "nesting": given["nesting_mode"],
            **_limits(given),
            **_block(given["block"]),
        }
        for name, given in block.get("block_types", {}).items()
    }
    return {"attributes": attributes} | ({"blocks": blocks} if blocks else {})


def _limits(nested: dict[str, Any]) -> dict[str, int]:
    return {
        short: nested[long]
        for long, short in (("min_items", "min"), ("max_items", "max"))
        if nested.get(long)
    }


def _attribute(attribute: dict[str, Any]) -> list[Any]:
    """Flags and type: ``["RS", "string"]``; a nested type is a block with its nesting."""
    flags = "".join(letter for name, letter in _FLAGS.items() if attribute.get(name))
    if "nested_type" not in attribute:
        return [flags, attribute["type"]]
    nested = attribute["nested_type"]
    return [flags, {"nesting": nested["nesting_mode"], **_block(nested)}]


if __name__ == "__main__":
    main()
