"""Values as they travel between Terraform and a provider: msgpack, or JSON from a state file.

In here a resource is a dict of plain Python values, with `UNKNOWN` wherever Terraform will know
more later. A value of dynamic type is ``{"type": ..., "value": ...}``, as in a state file.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import msgpack
from tf.gen import tfplugin_pb2 as messages

from tests.simulator.schema import Block, Nested

Body = dict[str, Any]


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


def unpack(message: Any, block: Block) -> Body | None:
    """Read a value that Terraform sent.

    Args:
        message: The ``DynamicValue``.
        block: The shape of what it holds.

    Returns:
        The resource, or ``None`` for one that there is not.
    """
    if message.json:
        return conform(json.loads(message.json), block)
    value: Body | None = msgpack.unpackb(
        message.msgpack, ext_hook=_unpack_unknown, strict_map_key=False
    )
    if value is not None:
        for name in _dynamic_names(block):
            if isinstance(value.get(name), list):
                type_, inner = value[name]
                value[name] = {"type": json.loads(type_), "value": inner}
    return value


def pack(value: Body | None, block: Block) -> Any:
    """Write a value for Terraform, as a ``DynamicValue``."""
    if value is not None:
        value = dict(value)
        for name in _dynamic_names(block):
            if isinstance(value.get(name), dict):
                given = value[name]
                value[name] = [json.dumps(given["type"]).encode(), given["value"]]
    return messages.DynamicValue(msgpack=msgpack.packb(value, default=_pack_unknown))


def conform(value: Body | None, block: Block) -> Body | None:
    """Give a resource from a file exactly the attributes and blocks of its shape.

    What it lacks becomes null or empty, and what the shape does not have is dropped.
    """
    if value is None:
        return None
    conformed: Body = {}
    for name, attribute in block.attributes.items():
        given = value.get(name)
        conformed[name] = _conform_each(given, attribute.nested) if attribute.nested else given
    for name, nested in block.blocks.items():
        given = value.get(name)
        conformed[name] = nested.empty if given is None else _conform_each(given, nested)
    return conformed


def _conform_each(value: Any, nested: Nested) -> Any:
    return change_each(value, nested, lambda _, body: conform(body, nested.block))


def change_each(value: Any, nested: Nested, change: Callable[[Any, Body], Any]) -> Any:
    """Put something else in the place of each of some nested blocks or objects.

    Args:
        value: All of them; null and `UNKNOWN` stay.
        nested: How they are nested.
        change: Takes where one stands (an index, a key, or ``None``) and it; gives the new one.

    Returns:
        All the new ones, nested in the same way.
    """
    if value is None or value is UNKNOWN:
        return value
    if nested.nesting in ("list", "set"):
        return [
            body if body is UNKNOWN or body is None else change(index, body)
            for index, body in enumerate(value)
        ]
    if nested.nesting == "map":
        return {key: change(key, body) for key, body in value.items()}
    return change(None, value)


def _dynamic_names(block: Block) -> list[str]:
    return [name for name, given in block.attributes.items() if given.type == "dynamic"]


def _unpack_unknown(code: int, data: bytes) -> _Unknown:
    """All of Terraform's extension types are unknown values, some with what is known of them."""
    return UNKNOWN


def _pack_unknown(value: object) -> Any:
    if value is UNKNOWN:
        return msgpack.ExtType(0, b"\x00")
    raise TypeError(f"{value!r} has no place in a message")
