"""Data sources: of the account, and of what is in the cluster."""

from typing import Any

from tests.simulator.cloud import key_of
from tests.simulator.filling import fill
from tests.simulator.objects import Objects
from tests.simulator.refusal import RefusedError
from tests.simulator.schema import Block
from tests.simulator.templates import Surroundings
from tests.simulator.values import UNKNOWN, Body, conform


def read_data_source(
    type_name: str, block: Block, config: Body, objects: Objects, surroundings: Surroundings
) -> Body:
    """Read one.

    Args:
        type_name: Its type.
        block: Its shape.
        config: How it is configured.
        objects: All objects.
        surroundings: The account.

    Raises:
        RefusedError: If it is about an object that does not exist.
    """
    asked = fill(type_name, block, _unknown(block, config), surroundings)
    if not type_name.startswith("kubernetes_"):
        return asked
    found = objects.get(key_of(type_name, asked))
    if found is not None:
        return conform(found["values"], block) or asked
    if type_name == "kubernetes_service_v1" and _has_release(objects, asked):
        return asked
    metadata = asked["metadata"][0]
    kind = type_name.removeprefix("kubernetes_").removesuffix("_v1")
    raise RefusedError(f'{kind}s "{metadata["name"]}" not found')


def _has_release(objects: Objects, asked: Body) -> bool:
    """Whether a chart, whose services are not looked into, may have brought it."""
    namespace: Any = asked["metadata"][0].get("namespace")
    return any(
        entry["type"] == "helm_release" and entry["values"]["namespace"] == namespace
        for entry in objects.values()
    )


def _unknown(block: Block, config: Body) -> Body:
    state = dict(config)
    for name, attribute in block.attributes.items():
        if attribute.computed and state[name] is None:
            state[name] = UNKNOWN
    for name, nested in block.blocks.items():
        if isinstance(state.get(name), list):
            state[name] = [_unknown(nested.block, body) for body in state[name]]
    return state
