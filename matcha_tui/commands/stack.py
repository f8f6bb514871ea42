"""``matcha stack``: choose what is built."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from matcha_tui.commands.options import output_option
from matcha_tui.commands.project import completing, open_project, type_names
from matcha_tui.selection import Project
from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.stack.stack import (
    DEFAULT_PRESET,
    Stack,
    add_module,
    format_lacking,
    preset_stack,
    remove_module,
)

_VERSION = 1


def _flavors(project: Project, typed: Mapping[str, Any]) -> tuple[str, ...]:
    return project.catalog.names(type_names(project).find(typed["module_type"]))


@click.group(epilog="Example: matcha stack set llm")
def stack() -> None:
    """Choose what is built."""


@stack.command(epilog="Example: matcha stack show --output json")
@output_option()
def show(form: str) -> None:
    """Print the stack: each module type and its flavor."""
    project = open_project(Path.cwd())
    if form == "text":
        _print_stack(project.stack)
        return
    document = {
        "version": _VERSION,
        "name": project.stack.name,
        "target": project.target.name,
        "modules": dict(project.stack.modules),
    }
    click.echo(json.dumps(document, indent=2))


_live_option = click.option(
    "--live", is_flag=True, help="Change what is deployed: the next provision applies it."
)


@stack.command("set", epilog="Example: matcha stack set llm")
@click.argument("name", default=DEFAULT_PRESET)
@_live_option
def set_(name: str, live: bool) -> None:
    """Take one of the presets: NAME is default, as when it is left out, or llm."""
    project = open_project(Path.cwd())
    chosen = preset_stack(project.catalog, name, project.config.target)
    changed = _save(project, chosen, live)
    click.echo(f"The stack is {chosen.name}.", err=True)
    if sentence := format_lacking(project.catalog, chosen, project.config.target):
        click.echo(sentence, err=True)
    _print_cost(project, changed)
    _print_stack(chosen)
    _print_pending(changed, live)


@stack.command(epilog="Example: matcha stack add experiment_tracker mlflow")
@click.argument("module_type", shell_complete=completing(lambda *_: MODULE_TYPES))
@click.argument("flavor", shell_complete=completing(_flavors))
@_live_option
def add(module_type: str, flavor: str, live: bool) -> None:
    """Fill the slot MODULE_TYPE with FLAVOR."""
    project = open_project(Path.cwd())
    module_type, flavor = project.catalog.choose(type_names(project).find(module_type), flavor)
    changed = add_module(project.catalog, project.stack, module_type, flavor)
    _change(project, changed, f"{flavor} is the stack's {module_type} already", live)


@stack.command(epilog="Example: matcha stack remove orchestrator")
@click.argument(
    "module_type",
    shell_complete=completing(lambda project, _typed: dict(project.stack.modules)),
)
@_live_option
def remove(module_type: str, live: bool) -> None:
    """Empty the slot MODULE_TYPE."""
    project = open_project(Path.cwd())
    module_type = type_names(project).find(module_type)
    changed = remove_module(project.catalog, project.stack, module_type)
    _change(project, changed, f"The stack has no {module_type}", live)


@stack.command(epilog="Example: matcha stack reset")
def reset() -> None:
    """Drop a live change that was not applied yet: the stack is again what is deployed."""
    from matcha_tui.choosing import reset_stack

    project = reset_stack(open_project(Path.cwd()))
    click.echo(f"The stack is {project.stack.name} again, as it is deployed.", err=True)
    _print_stack(project.stack)


@stack.command("list", epilog="Example: matcha stack list")
def list_() -> None:
    """Print the presets, and every module that a stack can have."""
    project = open_project(Path.cwd(), every_target=True)
    catalog, target = project.catalog, project.config.target
    for preset in catalog.presets.values():
        modules = ", ".join(preset.on(target).values()) or f"nothing on the target {target}"
        click.echo(f"{preset.name:<10} {preset.description}")
        click.echo(f"{'':<10} {modules}")
    click.echo()
    width = max(len(flavor.name) for flavor in catalog.flavors)
    for flavor in catalog.flavors:
        click.echo(f"{flavor.module_type:<21} {flavor.name:<{width}} {flavor.description}")
        click.echo(f"{'':<21} {'':<{width}} on {flavor.target}; licence: {flavor.licence}")


def _change(project: Project, changed: Stack, unchanged: str, live: bool) -> None:
    after = project
    if changed == project.stack:
        click.echo(f"{unchanged}; nothing changed.", err=True)
    else:
        after = _save(project, changed, live)
        click.echo(f"The stack is now {changed.name}.", err=True)
        _print_cost(project, after)
    _print_stack(changed)
    _print_pending(after, live)


def _save(project: Project, chosen: Stack, live: bool) -> Project:
    from matcha_tui.choosing import change_stack  # it looks at what is deployed; `show` does not

    return change_stack(project, chosen, live=live)


def _print_pending(project: Project, live: bool) -> None:
    """Say what a live change waits for."""
    if not live:
        return
    from matcha_tui.deployed import find_difference, format_pending

    if sentence := format_pending(find_difference(project)):
        click.echo(sentence, err=True)


def _print_cost(before: Project, after: Project) -> None:
    """Say what the change does to a month's cost, where there is one and the region is known."""
    pricing = after.target.pricing
    if pricing is None or (pricing.region_setting and not pricing.region(after.spec)):
        return
    from matcha_tui.pricing.report import format_change  # most stacks cost nothing

    was, now = (
        pricing.estimate(project.spec, pricing.load(project.spec, offline=True))
        for project in (before, after)
    )
    click.echo(format_change(was, now), err=True)


def _print_stack(shown: Stack) -> None:
    click.echo(shown.name)
    flavors = dict(shown.modules)
    for module_type in MODULE_TYPES:
        if module_type in flavors:
            click.echo(f"  {module_type:<21} {flavors[module_type]}")
