"""What is true of a project right now, and what its deployed stack gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from matcha_tui import deployed
from matcha_tui.deployment import live_run
from matcha_tui.project.decide import Decision
from matcha_tui.project.history import LastRun, RunRecord, last_change, run_records
from matcha_tui.project.record import LayerState
from matcha_tui.selection import Project
from matcha_tui.stack.stack import Stack, name_stack
from matcha_tui.targets.base import Target
from matcha_tui.terraform.folder import Run

_RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """What is true of a project right now.

    Attributes:
        deployed: The stack that was built, or ``None``.
        live: The run that is under way, or ``None``.
        last: The last run that changed anything, or ``None``.
        target: Where it is deployed, or would be; ``None`` before anybody has looked.
        is_partial: Whether a run that did not finish has left only a part of it.
        trouble: Why nobody can go by Terraform's state of it, and what to do; mostly empty.
        pending: What is wanted and not applied yet, a line each.
        can_reset: Whether that can be dropped; an upgrade cannot.
        going: What that removes: module type to flavor.
        versions: Module type to the version of what is deployed, where that is known.
        runs: The last few of any kind, the newest first.
    """

    deployed: Stack | None = None
    live: Run | None = None
    last: LastRun | None = None
    target: Target | None = None
    is_partial: bool = False
    trouble: str = ""
    pending: tuple[str, ...] = ()
    can_reset: bool = False
    going: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[RunRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """One value that the deployed stack gives.

    Attributes:
        name: ``experiment-tracker``.
        property: ``tracking-url``.
        value: What it is, in clear.
        secret: Whether it is masked until somebody asks for it.
        help: What it is for.
    """

    name: str
    property: str
    value: str
    secret: bool = False
    help: str = ""


def read_overview(project: Project) -> Overview:
    """Look at what is deployed, what is running and what happened last.

    Raises:
        MatchaError: If the record or a state cannot be read.
    """
    live = live_run(project)
    decision = deployed.read_decision(project)
    record = decision.record
    difference = deployed.find_difference(project)
    return Overview(
        deployed=name_stack(project.catalog, record.modules) if record else None,
        live=live,
        last=last_change(project.workspace, ended_before=live),
        target=deployed.target_of(record) if record else project.target,
        is_partial=decision.state is LayerState.PARTIAL,
        trouble=_trouble(decision),
        pending=tuple(difference.lines),
        can_reset=difference.is_chosen,
        going=difference.going,
        versions=deployed.versions_of(project, record) if record else {},
        runs=run_records(project.workspace, _RUNS_SHOWN),
    )


def _trouble(decision: Decision) -> str:
    if decision.build is None or decision.is_trusted:
        return ""
    return f"{decision.build.text}. {decision.build.hint}"


def list_resources(project: Project) -> tuple[Resource, ...]:
    """Return every value that the deployed stack gives.

    Raises:
        MatchaError: If nothing is deployed.
    """
    secrets = deployed.secret_properties(project)
    helps = {
        (flavor.resource, item.name): item.help
        for flavor in project.catalog.flavors
        for item in flavor.properties
    }
    return tuple(
        Resource(name, key, value, (name, key) in secrets, helps.get((name, key), ""))
        for name, properties in deployed.resources(project).items()
        for key, value in properties.items()
    )
