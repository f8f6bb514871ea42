"""``matcha verify``: use what is deployed as its users will, and say whether that works."""

import json
from pathlib import Path

import click

from matcha_tui.commands.doctor import finding_as_json, in_order
from matcha_tui.commands.opening import open_project
from matcha_tui.commands.options import narrate, output_option
from matcha_tui.errors import ExitCode
from matcha_tui.preflight import run_checks
from matcha_tui.targets.findings import Verdict
from matcha_tui.verify import list_proofs, prepare_clients


@click.command(epilog="Example: matcha verify --output json")
@output_option()
@click.pass_context
def verify(context: click.Context, form: str) -> None:
    """Use every component through its own client, and remove every trace; exit 1 if one fails.

    A run is logged, a file pushed and pulled, a model served, a collection searched. The first
    time, the client packages are installed into an environment of their own.
    """
    project = open_project(Path.cwd())
    python = prepare_clients(project, narrate)
    proofs = list_proofs(project, python)
    report = in_order() if form == "text" else lambda _position, _finding: None
    findings = run_checks(proofs, report)
    if form == "json":
        click.echo(json.dumps([finding_as_json(finding) for finding in findings], indent=2))
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        context.exit(ExitCode.FAILED)
