"""Registers a stack with a ZenML server: run by a Python that has ZenML, and by no other.

It takes the connection from ZenML's own variables and the components from
``MATCHA_ZENML_STACK``; its last line is a JSON list of what it changed.
"""

import json
import os
import sys
from typing import Any

_NAME = "matcha"


def main() -> None:
    """Register what is missing, change what differs, and print what was done."""
    from zenml.client import Client
    from zenml.enums import StackComponentType

    sys.excepthook = _say_in_one_line  # instead of ZenML's, which fills a screen
    client = Client()
    changes = []
    components = {}
    for name, (flavor, settings) in json.loads(os.environ["MATCHA_ZENML_STACK"]).items():
        kind = StackComponentType(name)
        component, change = _register(client, kind, flavor, settings)
        components[kind] = component.id
        if change:
            changes.append(f"{change} the {flavor} {name.replace('_', ' ')}")
    if change := _register_stack(client, components):
        changes.append(f"{change} the stack {_NAME}")
    if client.active_stack_model.name != _NAME:
        client.activate_stack(_NAME)
        changes.append("made it the active one")
    sys.stdout.write("\n" + json.dumps(changes) + "\n")


def _register(client: Any, kind: Any, flavor: str, settings: Any) -> Any:
    found = client.list_stack_components(name=_NAME, type=kind).items
    if not found:
        made = client.create_stack_component(_NAME, flavor, kind, settings)
        return made, "registered"
    if found[0].configuration == settings:
        return found[0], ""
    changed = client.update_stack_component(_NAME, kind, configuration=settings)
    return changed, "changed"


def _register_stack(client: Any, components: Any) -> str:
    found = client.list_stacks(name=_NAME).items
    if not found:
        client.create_stack(_NAME, components)
        return "registered"
    present = {kind: [item.id for item in items] for kind, items in found[0].components.items()}
    if present == {kind: [component] for kind, component in components.items()}:
        return ""
    client.update_stack(
        _NAME, component_updates={kind: [component] for kind, component in components.items()}
    )
    return "changed"


def _say_in_one_line(kind: Any, error: Any, trace: Any) -> None:
    sys.stderr.write("\n" + (" ".join(str(error).split()) or kind.__name__) + "\n")


if __name__ == "__main__":
    main()
