"""The real providers' schemas, as the simulator works with them and as Terraform is told them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tf.gen import tfplugin_pb2 as messages

SCHEMAS = Path(__file__).parent / "schemas"
_WRITE_ONLY_ON_THE_WIRE = b"\x58\x01"  # field 11, which the stubs do not know yet


@dataclass(frozen=True, slots=True)
class Nested:
    """Blocks, or objects in an attribute, of one shape.

    Attributes:
        nesting: ``single``, ``group``, ``list``, ``set`` or ``map``.
        block: The shape of each.
        minimum: The fewest there may be.
        maximum: The most there may be; 0 for any number.
    """

    nesting: str
    block: "Block"
    minimum: int = 0
    maximum: int = 0

    @property
    def empty(self) -> Any:
        """What stands in a value where there is none of them."""
        return {"list": [], "set": [], "map": {}}.get(self.nesting)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: either of a plain `type` (in Terraform's JSON form) or `nested`."""

    flags: str
    type: Any = None
    nested: Nested | None = None

    @property
    def computed(self) -> bool:
        """Whether the provider may give its value."""
        return "C" in self.flags

    @property
    def configurable(self) -> bool:
        """Whether a configuration may give its value."""
        return "O" in self.flags or "R" in self.flags

    @property
    def write_only(self) -> bool:
        """Whether its value is never kept."""
        return "W" in self.flags


@dataclass(frozen=True, slots=True)
class Block:
    """What a resource, or a block in it, consists of."""

    attributes: Mapping[str, Attribute]
    blocks: Mapping[str, Nested] = field(default_factory=dict)
    version: int = 0


class ProviderSchema:
    """One provider's table, each of its types read when it is asked for."""

    def __init__(self, name: str) -> None:
        self._table = json.loads((SCHEMAS / f"{name}.json").read_text())
        self._read: dict[tuple[str, str], Block] = {}

    @property
    def version(self) -> str:
        """The version of the real provider that the table was taken from."""
        return str(self._table["version"])

    @cached_property
    def provider(self) -> Block:
        """The shape of the provider's own configuration."""
        return _block(self._table["provider"])

    @property
    def type_names(self) -> frozenset[str]:
        """All resource types and data sources."""
        return frozenset([*self._table["resources"], *self._table["data_sources"]])

    def resource(self, type_name: str) -> Block:
        """The shape of a resource type."""
        return self._of("resources", type_name)

    def data_source(self, type_name: str) -> Block:
        """The shape of a data source."""
        return self._of("data_sources", type_name)

    def _of(self, section: str, type_name: str) -> Block:
        if (section, type_name) not in self._read:
            self._read[section, type_name] = _block(self._table[section][type_name])
        return self._read[section, type_name]

    def message(self) -> Any:
        """The whole table as the answer to ``GetProviderSchema``."""
        return messages.GetProviderSchema.Response(
            server_capabilities=messages.ServerCapabilities(get_provider_schema_optional=True),
            provider=_schema_message(self.provider),
            resource_schemas={
                name: _schema_message(self.resource(name)) for name in self._table["resources"]
            },
            data_source_schemas={
                name: _schema_message(self.data_source(name))
                for name in self._table["data_sources"]
            },
        )


def _block(table: dict[str, Any]) -> Block:
    return Block(
        attributes={name: _attribute(given) for name, given in table["attributes"].items()},
        blocks={name: _nested(given) for name, given in table.get("blocks", {}).items()},
        version=table.get("version", 0),
    )


def _nested(table: dict[str, Any]) -> Nested:
    return Nested(table["nesting"], _block(table), table.get("min", 0), table.get("max", 0))


def _attribute(given: list[Any]) -> Attribute:
    flags, shape = given
    if isinstance(shape, dict):
        return Attribute(flags, nested=_nested(shape))
    return Attribute(flags, type=shape)


def _schema_message(block: Block) -> Any:
    return messages.Schema(version=block.version, block=_block_message(block))


def _block_message(block: Block) -> Any:
    return messages.Schema.Block(
        attributes=[_attribute_message(name, given) for name, given in block.attributes.items()],
        block_types=[
            messages.Schema.NestedBlock(
                type_name=name,
                block=_block_message(nested.block),
                nesting=messages.Schema.NestedBlock.NestingMode.Value(nested.nesting.upper()),
                min_items=nested.minimum,
                max_items=nested.maximum,
            )
            for name, nested in block.blocks.items()
        ],
    )


def _attribute_message(name: str, attribute: Attribute) -> Any:
    message = messages.Schema.Attribute(
        name=name,
        required="R" in attribute.flags,
        optional="O" in attribute.flags,
        computed="C" in attribute.flags,
        sensitive="S" in attribute.flags,
    )
    if attribute.nested is None:
        message.type = json.dumps(attribute.type).encode()
    else:
        nested = attribute.nested
        message.nested_type.CopyFrom(
            messages.Schema.Object(
                nesting=messages.Schema.Object.NestingMode.Value(nested.nesting.upper()),
                attributes=[
                    _attribute_message(inner, given)
                    for inner, given in nested.block.attributes.items()
                ],
            )
        )
    if attribute.write_only:
        message.MergeFromString(_WRITE_ONLY_ON_THE_WIRE)
    return message
