"""What a word on the command line names of what is deployed."""

from collections.abc import Collection

from matcha_tui.deployed import deployed_spec
from matcha_tui.guess import find_name
from matcha_tui.project.state import Resources
from matcha_tui.selection import Project
from matcha_tui.stack.aliases import Aliases, make_aliases


def resource_names(project: Project, shown: Collection[str], what: str) -> Aliases:
    """Return what resources of the deployed stack are called."""
    flavors = [item for item in deployed_spec(project).flavors if item.resource in shown]
    return make_aliases(what, shown, flavors, lambda flavor: flavor.resource)


def find_resource(
    project: Project, found: Resources, word: str, property_name: str | None = None
) -> str:
    """Return the resource that is meant; where a word can mean two, the one with the property."""
    names = resource_names(project, found, "deployed resource")
    if property_name is None:
        return names.find(word)
    return names.find(word, lambda meant: find_name(property_name, found[meant]) is not None)


def component_names(project: Project) -> Aliases:
    """Return what the deployed flavors are called."""
    return make_aliases(
        "run and no component", (), deployed_spec(project).flavors, lambda flavor: flavor.name
    )
