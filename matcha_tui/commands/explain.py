"""``matcha explain``: what the errors in a log mean, and what to do about them."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from matcha_tui.commands.options import output_option
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.files import explain_os_errors
from matcha_tui.system.plain_text import escape_line
from matcha_tui.targets.registry import all_explanations
from matcha_tui.terraform.log_causes import KnownCause, find_causes

_VERSION = 1


@click.command(epilog="Example: terraform apply 2>&1 | matcha explain -")
@click.argument("file", type=click.Path(allow_dash=True))
@output_option()
@click.pass_context
def explain(context: click.Context, file: str, form: str) -> None:
    """Say what the errors in FILE mean, and what to do; - reads standard input.

    FILE is a log of any size: of a run (events.jsonl), of Terraform, of a CI system. Each known
    cause is printed once, with the first line that names it. Exit 1 if there is none.
    """
    causes = []
    with _opened(file) as log:
        for cause in find_causes(log, all_explanations()):
            causes.append(cause)
            if form == "text":
                _show(cause)
    if form == "json":
        document = {"version": _VERSION, "causes": [_document(cause) for cause in causes]}
        click.echo(json.dumps(document, indent=2))
    if not causes:
        click.echo("It says nothing that matcha knows the cause of.", err=True)
        context.exit(ExitCode.FAILED)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    path = Path(file)
    if path.is_dir():
        raise MatchaError(
            f"{escape_line(file)} is a folder, and no log",
            hint="Name a file: that of a run is .matcha/runs/RUN/events.jsonl.",
            exit_code=ExitCode.USAGE,
        )
    if not path.exists():
        raise MatchaError(
            f"there is no file {escape_line(file)}",
            hint="Name a log, or - for what another program prints.",
            exit_code=ExitCode.USAGE,
        )
    with explain_os_errors("read", path), path.open("rb") as log:
        yield log


def _show(cause: KnownCause) -> None:
    click.echo(f"line {cause.line}: {escape_line(cause.text)}")
    click.echo(f"  {escape_line(cause.explanation.meaning)}")
    click.echo(f"  {escape_line(cause.explanation.next_step)}")


def _document(cause: KnownCause) -> dict[str, str | int]:
    return {
        "line": cause.line,
        "text": cause.text,
        "meaning": cause.explanation.meaning,
        "next_step": cause.explanation.next_step,
    }
