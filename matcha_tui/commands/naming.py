"""What a word on the command line names in this project, and what completes one."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from matcha_tui.deployed import deployed_intent
from matcha_tui.errors import MatchaError
from matcha_tui.guess import find_name, fold_name
from matcha_tui.selection import Project, open_project
from matcha_tui.stack.aliases import Names, make_names
from matcha_tui.stack.catalog import MODULE_TYPES

Resources = Mapping[str, Mapping[str, str]]
Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def resource_names(project: Project, shown: Collection[str], what: str) -> Names:
    """Return what resources of the deployed stack are called.

    Args:
        project: Whose deployment.
        shown: The resources that can be named.
        what: What a word should name, for the refusal of one that does not.
    """
    flavors = [item for item in deployed_intent(project).flavors if item.resource in shown]
    return make_names(what, shown, flavors, lambda flavor: flavor.resource)


def find_resource(
    project: Project, found: Resources, word: str, property_name: str | None = None
) -> str:
    """Return the resource that is meant; where a word can mean two, the one with the property.

    Raises:
        MatchaError: If nothing deployed is called so.
    """
    names = resource_names(project, found, "deployed resource")
    if property_name is None:
        return names.find(word)
    return names.find(word, lambda meant: find_name(property_name, found[meant]) is not None)


def type_names(project: Project) -> Names:
    """Return what the slots of a stack are called."""
    flavors = project.catalog.flavors
    return make_names("module type", MODULE_TYPES, flavors, lambda flavor: flavor.module_type)


def owner_names(project: Project, target: str) -> Names:
    """Return what the owners of settings are called: a flavor is one if the stack may have it.

    Args:
        project: Its stack's own flavors are the only ones in their slots.
        target: Where it is to be built.
    """
    chosen = dict(project.stack.modules)
    flavors = [
        flavor
        for flavor in project.catalog.flavors
        if flavor.target == target and chosen.get(flavor.module_type, flavor.name) == flavor.name
    ]
    return make_names("module type", MODULE_TYPES, flavors, lambda flavor: flavor.module_type)


def component_names(project: Project) -> Names:
    """Return what the deployed flavors are called."""
    return make_names(
        "run and no component", (), deployed_intent(project).flavors, lambda flavor: flavor.name
    )


def completing(words: Callable[[Project, Mapping[str, Any]], Iterable[str]]) -> Complete:
    """Make what completes an argument; where the project cannot be read, nothing does.

    Args:
        words: Lists what can be typed, given the project and what was typed before.
    """

    def complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        try:
            project = open_project(Path.cwd(), context.params.get("target"))
            offered = list(words(project, context.params))
        except (MatchaError, OSError):
            return []
        return [word for word in offered if fold_name(word).startswith(fold_name(begun))]

    return complete
