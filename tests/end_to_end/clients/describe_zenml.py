"""Prints the active ZenML stack: its name, and its components by type."""

import json

from zenml.client import Client

stack = Client().active_stack_model
components = {kind.value: items[0].flavor_name for kind, items in stack.components.items()}
print(json.dumps([stack.name, components]))
