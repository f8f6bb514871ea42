"""``matcha ls``: every deployment of yours on this machine."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from matcha_tui.commands.options import check_answers, narrate, need_terminal, output_option
from matcha_tui.deployments import (
    DeploymentState,
    FoundDeployment,
    end_lost,
    list_deployments,
)
from matcha_tui.errors import ExitCode
from matcha_tui.system.plain_text import escape_line
from matcha_tui.widgets.duration import ago

_VERSION = 1
_MEGABYTE = 1024 * 1024


@click.command(epilog="Example: matcha ls --output json")
@output_option()
@click.option(
    "--end-lost",
    "ends_lost",
    is_flag=True,
    help="End what runs of deployments whose folder knows nothing of them any more.",
)
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal is.")
@click.pass_context
def ls(context: click.Context, form: str, ends_lost: bool, yes: bool) -> None:
    """List every stack of yours on this machine: folder, state, memory, ports, age.

    Exit 1 if one is not well, or has lost its folder.
    """
    if ends_lost:
        check_answers("ls --end-lost", yes, form, detach=False)
    found = list_deployments()
    if ends_lost:
        _end(found, yes)
        found = list_deployments()
    if form == "json":
        rows = [_document(item) for item in found]
        click.echo(json.dumps({"version": _VERSION, "deployments": rows}, indent=2))
    elif not found:
        click.echo("Nothing of yours is deployed on this machine.", err=True)
    else:
        click.echo("\n".join(_lines(found)))
    well = (DeploymentState.UP, DeploymentState.STOPPED)
    if any(item.state not in well for item in found):
        context.exit(ExitCode.FAILED)


def _end(found: Sequence[FoundDeployment], yes: bool) -> None:
    lost = [item for item in found if item.state is DeploymentState.LOST and item.running]
    if not lost:
        click.echo("No deployment has lost its folder while it runs.", err=True)
        return
    if not yes:
        need_terminal("ls --end-lost")
        click.echo("\n".join(_lines(lost)), err=True)
        click.confirm("End what runs of these? Their data is gone already.", abort=True, err=True)
    for item in lost:
        end_lost(item)
        narrate(f"{item.entry.folder}: ended {', '.join(item.running)}")


def _lines(found: Sequence[FoundDeployment]) -> list[str]:
    now = datetime.now(UTC)
    rows = [
        (
            str(item.entry.folder),
            item.entry.target,
            item.state.value,
            _memory(item),
            " ".join(map(str, _ports(item))),
            ago(datetime.fromisoformat(item.entry.changed), now),
            item.detail,
        )
        for item in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = []
    for *cells, detail in rows:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        lines.append(escape_line("  ".join([*padded, detail])).rstrip())
    return lines


def _memory(item: FoundDeployment) -> str:
    known = [one.memory_bytes for one in (item.health or {}).values() if one.memory_bytes]
    return f"{sum(known) / _MEGABYTE:.0f} M" if known else "-"


def _ports(item: FoundDeployment) -> list[int]:
    places = (one.url.rpartition(":")[2] for one in (item.health or {}).values() if one.url)
    return sorted(int(port) for port in places if port.isdecimal())


def _document(item: FoundDeployment) -> dict[str, Any]:
    return {
        "folder": str(item.entry.folder),
        "target": item.entry.target,
        "modules": dict(item.entry.modules),
        "state": item.state,
        "detail": item.detail,
        "ports": _ports(item),
        "memory_bytes": sum(one.memory_bytes or 0 for one in (item.health or {}).values()),
        "changed": item.entry.changed,
        "running": list(item.running),
    }
