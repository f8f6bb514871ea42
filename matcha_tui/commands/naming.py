"""What a word on the command line names in this project, and what completes one."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from matcha_tui.errors import MatchaError
from matcha_tui.guess import fold_name
from matcha_tui.selection import Project, open_project
from matcha_tui.stack.aliases import Aliases, make_aliases
from matcha_tui.stack.catalog import MODULE_TYPES

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def type_names(project: Project) -> Aliases:
    """Return what the slots of a stack are called."""
    flavors = project.catalog.flavors
    return make_aliases("module type", MODULE_TYPES, flavors, lambda flavor: flavor.module_type)


def owner_names(project: Project, target: str) -> Aliases:
    """Return what the owners of settings are called: a flavor is one if the stack may have it."""
    chosen = dict(project.stack.modules)
    flavors = [
        flavor
        for flavor in project.catalog.flavors
        if flavor.target == target and chosen.get(flavor.module_type, flavor.name) == flavor.name
    ]
    return make_aliases("module type", MODULE_TYPES, flavors, lambda flavor: flavor.module_type)


def completing(words: Callable[[Project, Mapping[str, Any]], Iterable[str]]) -> Complete:
    """Make what completes an argument; where the project cannot be read, nothing does."""

    def complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        try:
            project = open_project(Path.cwd(), context.params.get("target"))
            offered = list(words(project, context.params))
        except (MatchaError, OSError):
            return []
        return [word for word in offered if fold_name(word).startswith(fold_name(begun))]

    return complete
