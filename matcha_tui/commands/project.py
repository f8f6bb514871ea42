"""Opens the project that a command works on; what a word names in it, and what completes one."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from matcha_tui import selection
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import find_name, fold_name
from matcha_tui.project.state import Resources
from matcha_tui.selection import Project
from matcha_tui.stack.aliases import Aliases, make_aliases
from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.terraform.folder import Run

_SUGGESTED_RUNS = 5


def open_project(folder: Path, target: str | None = None, *, every_target: bool = False) -> Project:
    """Open a project, and say on stderr what of its modules and targets is left out, and why."""
    project = selection.open_project(folder, target, every_target=every_target)
    for fault in project.catalog.faults:
        click.echo(f"matcha: warning: {fault.message}", err=True)
    return project


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


def find_run(known: Mapping[str, Run], wanted: str | None) -> Run | None:
    """Return the run that a word names, by its id or how that begins; the newest for no word.

    Args:
        known: Id to run, newest first.
        wanted: What was typed.
    """
    if wanted is None:
        return next(iter(known.values()), None)
    matching = [name for name in known if wanted and name.startswith(wanted)]
    if wanted in known or len(matching) == 1:
        return known[wanted if wanted in known else matching[0]]
    if matching:
        raise MatchaError(
            f"{wanted!r} is how {len(matching)} runs begin",
            hint=f"Say which: {', '.join(matching[:_SUGGESTED_RUNS])}.",
            exit_code=ExitCode.USAGE,
        )
    return None


def completing(words: Callable[[Project, Mapping[str, Any]], Iterable[str]]) -> Complete:
    """Make what completes an argument; where the project cannot be read, nothing does."""

    def complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        try:
            project = selection.open_project(Path.cwd(), context.params.get("target"))
            offered = list(words(project, context.params))
        except (MatchaError, OSError):
            return []
        return [word for word in offered if fold_name(word).startswith(fold_name(begun))]

    return complete


def resource_names(project: Project, shown: Collection[str], what: str) -> Aliases:
    """Return what resources of the deployed stack are called."""
    from matcha_tui.deployed import deployed_spec  # which no command needs that only chooses

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
    from matcha_tui.deployed import deployed_spec

    return make_aliases(
        "run and no component", (), deployed_spec(project).flavors, lambda flavor: flavor.name
    )
