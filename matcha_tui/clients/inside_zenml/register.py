"""Registers a stack with a ZenML server: run by a Python that has ZenML, and by no other.

It takes the connection from ZenML's own variables and the stack from ``MATCHA_ZENML_STACK``,
which holds secrets and is therefore no argument; its last line is a JSON list of what it changed.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

_NAME = "matcha"


def main() -> None:
    """Register what is missing, change what differs, and print what was done."""
    from zenml.client import Client
    from zenml.enums import StackComponentType
    from zenml.utils import source_utils

    # It would import from the project's folder first whatever a component is made of.
    source_utils.set_custom_source_root(str(Path(__file__).parent))
    sys.excepthook = _print_in_one_line  # instead of ZenML's, which fills a screen
    client = Client()
    wanted = json.loads(os.environ.pop("MATCHA_ZENML_STACK"))
    components = [(StackComponentType(name), *one) for name, one in wanted["components"].items()]
    if wanted["needs_integrations"] and (missing := _missing_integrations(client, components)):
        sys.exit(f"install what this stack needs: zenml integration install {' '.join(missing)}")
    changes = []
    for name, values in wanted["secrets"].items():
        if change := _keep_secret(client, name, values):
            changes.append(f"{change} the secret {name}")
    registered = {}
    for kind, flavor, settings in components:
        component, change = _register(client, kind, flavor, settings)
        registered[kind] = component.id
        if change:
            changes.append(f"{change} the {flavor} {_spell(kind)}")
    if change := _register_stack(client, registered):
        changes.append(f"{change} the stack {_NAME}")
    if client.active_stack_model.name != _NAME:
        client.activate_stack(_NAME)
        changes.append("made it the active one")
    sys.stdout.write("\n" + json.dumps(changes) + "\n")


def _missing_integrations(client: Any, components: Any) -> list[str]:
    """Return the integrations without which a component can be registered, but not used."""
    found = (client.get_flavor_by_name_and_type(flavor, kind) for kind, flavor, _ in components)
    return sorted({str(flavor.integration) for flavor in found if not _is_usable(flavor)})


def _is_usable(flavor: Any) -> bool:
    from zenml.stack.flavor import Flavor

    try:
        return Flavor.from_model(flavor).implementation_class is not None
    except ImportError:
        return False


def _keep_secret(client: Any, name: str, values: Any) -> str:
    exactly = {"allow_partial_name_match": False, "allow_partial_id_match": False}
    try:
        found = client.get_secret(name, private=False, **exactly)
    except KeyError:
        client.create_secret(name, values)
        return "registered"
    if values.items() <= found.secret_values.items():
        return ""
    client.update_secret(found.id, add_or_update_values=values)
    return "changed"


def _register(client: Any, kind: Any, flavor: str, settings: Any) -> Any:
    found = client.list_stack_components(name=_NAME, type=kind).items
    if not found:
        made = client.create_stack_component(_NAME, flavor, kind, settings)
        return made, "registered"
    present = found[0]
    if present.flavor_name != flavor:
        sys.exit(
            f"its {_spell(kind)} {_NAME} is of the flavor {present.flavor_name}, not {flavor}; "
            "give it another name, then run `matcha connect` again"
        )
    if present.configuration == settings:
        return present, ""
    dropped = dict.fromkeys(present.configuration)  # what is None is taken away
    changed = client.update_stack_component(_NAME, kind, configuration={**dropped, **settings})
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


def _spell(kind: Any) -> str:
    return str(kind.value).replace("_", " ")


def _print_in_one_line(kind: Any, error: Any, trace: Any) -> None:
    sys.stderr.write("\n" + (" ".join(str(error).split()) or kind.__name__) + "\n")


if __name__ == "__main__":
    main()
