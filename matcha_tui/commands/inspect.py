"""``matcha get``, ``open`` and ``version``: look, and change nothing; no lock is waited for."""

import json
import platform
import webbrowser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from matcha_tui import __version__
from matcha_tui.clients.dotenv import quote
from matcha_tui.commands.project import completing, find_resource, open_project, resource_names
from matcha_tui.deployed import MASK, deployed_spec, mask_secrets, resources
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name
from matcha_tui.selection import Project
from matcha_tui.stack.aliases import Aliases
from matcha_tui.stack.usage import SNIPPETS, find_pages, find_snippets
from matcha_tui.system.plain_text import escape_line
from matcha_tui.terraform.engine import find_engine


def _properties(project: Project, typed: Mapping[str, Any]) -> Iterable[str]:
    found = resources(project)
    return found[find_resource(project, found, typed["resource"])]


@click.command(epilog="Example: matcha get experiment-tracker tracking-url --output json")
@click.argument(
    "resource",
    required=False,
    shell_complete=completing(
        lambda project, _typed: resource_names(project, resources(project), "").words
    ),
)
@click.argument(
    "property_name",
    metavar="[PROPERTY]",
    required=False,
    shell_complete=completing(_properties),
)
@click.option(
    "--output",
    "form",
    type=click.Choice(["text", "json", "yaml", "env", "raw"]),
    default="text",
    show_default=True,
)
@click.option("--show-sensitive", is_flag=True, help="Print secrets instead of a mask.")
@click.option(
    "--snippet",
    type=click.Choice(list(SNIPPETS)),
    help="Print instead how RESOURCE is used, with real values.",
)
def get(
    resource: str | None,
    property_name: str | None,
    form: str,
    show_sensitive: bool,
    snippet: str | None,
) -> None:
    """Print what the deployed stack gives: everything, one RESOURCE, or one PROPERTY of it.

    RESOURCE may be a module type or a flavor, too: experiment_tracker, mlflow.
    """
    project = open_project(Path.cwd())
    found = resources(project)
    if resource is not None:
        resource = find_resource(project, found, resource, property_name)
        found = {resource: found[resource]}
    if snippet is not None:
        click.echo(_find_snippet(project, found, resource, snippet), nl=False)
        return
    if resource is not None and property_name is not None:
        property_name = choose_name(f"property of {resource}", property_name, found[resource])
        found = {resource: {property_name: found[resource][property_name]}}
    if not show_sensitive:
        found = mask_secrets(project, found)
    if form == "raw":
        click.echo(_only_value(found, property_name))
        return
    click.echo(_render(found, form), nl=False)


@click.command(epilog="Example: matcha version")
def version() -> None:
    """Print the versions of matcha-tui, of its Terraform engine and of Python."""
    click.echo(f"matcha-tui {__version__}")
    click.echo(find_engine().label)
    click.echo(f"python {platform.python_version()}")


def _find_snippet(
    project: Project, found: Mapping[str, Mapping[str, str]], resource: str | None, language: str
) -> str:
    if resource is None:
        raise MatchaError(
            "--snippet is about one resource, and none was named",
            hint="Write: matcha get RESOURCE --snippet python",
            exit_code=ExitCode.USAGE,
        )
    for flavor in deployed_spec(project).flavors:
        if flavor.resource == resource:
            snippets = find_snippets(flavor, found[resource])
            if language in snippets:
                return snippets[language]
    raise MatchaError(
        f"{resource} has no snippet for {language}",
        hint=f"`matcha get {resource}` shows what it gives.",
        exit_code=ExitCode.USAGE,
    )


def _render(found: dict[str, dict[str, str]], form: str) -> str:
    if form == "json":
        return json.dumps(found, indent=2) + "\n"
    if form == "env":
        return _render_env(found)
    if form == "yaml":
        import yaml  # costs every other form 20 ms

        return str(yaml.safe_dump(found, sort_keys=False))
    lines = []
    for name, items in found.items():
        lines.append(name)
        lines += [f"  {key:<22} {escape_line(value)}" for key, value in items.items()]
    return "\n".join(lines) + "\n"


def _render_env(found: dict[str, dict[str, str]]) -> str:
    lines, left_out = [], []
    for resource, items in found.items():
        for key, value in items.items():
            name = f"MATCHA_{resource}_{key}".upper().replace("-", "_")
            if value == MASK:
                left_out.append(name)
            else:
                lines.append(f"{name}={quote(value)}\n")
    if left_out:
        click.echo(
            f"Left out, being secret: {', '.join(left_out)}. Use --show-sensitive.", err=True
        )
    return "".join(lines)


def _only_value(found: dict[str, dict[str, str]], property_name: str | None) -> str:
    if property_name is None:
        raise MatchaError(
            "--output raw prints one property's value, and none was named",
            hint="Write: matcha get RESOURCE PROPERTY --output raw",
            exit_code=ExitCode.USAGE,
        )
    (items,) = found.values()
    value = items[property_name]
    if value == MASK:
        raise MatchaError(
            f"{property_name} is secret, and a script would take the mask for its value",
            hint="Add --show-sensitive.",
            exit_code=ExitCode.USAGE,
        )
    return value


def _pages(project: Project) -> dict[str, str]:
    return find_pages(deployed_spec(project).flavors, resources(project))


def _names(project: Project) -> Aliases:
    return resource_names(project, _pages(project), "resource with a page of its own")


@click.command(epilog="Example: matcha open experiment-tracker")
@click.argument(
    "resource", shell_complete=completing(lambda project, _typed: _names(project).words)
)
def open(resource: str) -> None:  # noqa: A001 - as the command is called
    """Open the page of RESOURCE in the browser; where there is none, print its URL.

    RESOURCE may be a module type or a flavor, too: experiment_tracker, mlflow.
    """
    project = open_project(Path.cwd())
    pages = _pages(project)
    resource = _names(project).find(resource)
    if not webbrowser.open(pages[resource]):
        click.echo("There is no browser here; open this elsewhere on this machine:", err=True)
        click.echo(pages[resource])
