"""``matcha get`` and ``version``: look, and change nothing; no lock is waited for."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import click

from matcha_tui import __version__
from matcha_tui.commands.opening import open_project
from matcha_tui.commands.quoting import quote
from matcha_tui.deployment import resources
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.masking import MASK, mask_secrets
from matcha_tui.stack.catalog import unknown
from matcha_tui.terraform.engine import find_engine
from matcha_tui.terraform.plain_text import escape_line

Value = TypeVar("Value")


@click.command(epilog="Example: matcha get experiment-tracker tracking-url --output json")
@click.argument("resource", required=False)
@click.argument("property_name", metavar="[PROPERTY]", required=False)
@click.option(
    "--output",
    "form",
    type=click.Choice(["text", "json", "yaml", "env", "raw"]),
    default="text",
    show_default=True,
)
@click.option("--show-sensitive", is_flag=True, help="Print secrets instead of a mask.")
def get(resource: str | None, property_name: str | None, form: str, show_sensitive: bool) -> None:
    """Print what the deployed stack gives: everything, one RESOURCE, or one PROPERTY of it."""
    project = open_project(Path.cwd())
    found = resources(project)
    if resource is not None:
        found = {resource: _pick(found, resource, "deployed resource")}
    if resource is not None and property_name is not None:
        value = _pick(found[resource], property_name, f"property of {resource}")
        found = {resource: {property_name: value}}
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


def _pick(found: Mapping[str, Value], name: str, what: str) -> Value:
    if name not in found:
        raise unknown(what, name, found)
    return found[name]


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
