"""What changes a project: plan, build and destroy.

Everything that changes the project holds its lock; a run keeps it until it ends,
even after the face that started it is gone.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import matcha_tui
from matcha_tui.autostart import disable_command, find_autostart
from matcha_tui.choosing import save_config
from matcha_tui.clients.tools import disconnect_command
from matcha_tui.data_choice import DataChoice
from matcha_tui.deployed import (
    find_difference,
    growing_values,
    read_decision,
    refresh,
    require_destroyable,
    spec_of,
    target_of,
)
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.foreign_code import composed_digests, require_known, require_own_folder
from matcha_tui.new_run import create_for, start_locked
from matcha_tui.project.decide import Decision
from matcha_tui.project.history import RunKind
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.record import LayerRecord, Record, stamp, write_record
from matcha_tui.project.recording import propose_record
from matcha_tui.project.recovery import has_errored, recovery_command
from matcha_tui.project.staging import (
    begin_next,
    discard_next,
    finish_moving,
    record_plan,
    refuse_outdated,
    store_decisions,
)
from matcha_tui.project.state import read_state
from matcha_tui.project.workspace import (
    Workspace,
    keep_reserve,
    refuse_unprintable_path,
    release_reserve,
)
from matcha_tui.selection import Project
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.stack import check_complete
from matcha_tui.targets.base import ModuleValues, StackSpec
from matcha_tui.targets.composition import compose_layer, is_composed, modules_digest
from matcha_tui.targets.importing import (
    ImportCandidate,
    find_import_candidates,
    write_import_blocks,
)
from matcha_tui.targets.plan_check import Approved, approved_by, leave_approved
from matcha_tui.targets.registry import TARGETS
from matcha_tui.targets.steps import (
    Work,
    apply_steps,
    destroy_steps,
    plan_steps,
    provision_steps,
)
from matcha_tui.terraform.engine import CHOICE_VARIABLE, Engine
from matcha_tui.terraform.folder import Run, Step, is_live, list_runs
from matcha_tui.terraform.following import read_progress


@dataclass(frozen=True, slots=True)
class Consent:
    """What the user has agreed to, of a provision.

    Attributes:
        reviewed: A finished plan run that was shown: exactly what it planned is done.
            Without one, the run plans by itself.
        import_existing: Whether to import what the last provision met that exists already.
        allow_destroy: Whether plans that nobody has seen may destroy and replace.
        delete_data: Whether what modules hold that a live change removes is deleted.
    """

    reviewed: Run | None = None
    import_existing: bool = False
    allow_destroy: bool = False
    delete_data: bool = False


def plan(project: Project, engine: Engine) -> Run:
    """Start a run that finds out what a provision would do; nothing that is deployed changes.

    Args:
        project: What to build.
        engine: What runs it.

    Returns:
        The started run; `follow` it.

    Raises:
        MatchaError: If the stack cannot be built, the user has not agreed to what it runs, or
            the project is locked.
    """
    check_buildable(project)
    require_known(project)
    _refuse_older_engine(project, engine)
    with hold_lock(project.workspace, RunKind.PLAN) as lock:
        work = _prepare(project, engine)
        run = create_for(project, RunKind.PLAN, work, lambda run: plan_steps(work, run))
        record_plan(project.workspace, project.target.layers, run.id)
        return start_locked(project.target.name, run, project.spec, lock)


def provision(project: Project, engine: Engine, consent: Consent = Consent()) -> Run:
    """Start a run that builds the stack, or repairs it.

    A plan that was reviewed before there was a place for the shared state is made anew.

    Args:
        project: What to build.
        engine: What runs it.
        consent: What the user has agreed to.

    Returns:
        The started run; `follow` it.

    Raises:
        MatchaError: If the stack cannot be built, the user has not agreed to what it runs,
            what was reviewed is out of date, or the project is locked.
    """
    check_buildable(project)
    require_known(project)
    _refuse_older_engine(project, engine)
    prepared = _settle_folders(_create_backend(project))
    reviewed = consent.reviewed
    candidates = importable(prepared) if consent.import_existing else ()
    going = _find_going(prepared, consent)
    recovers = prepared.config.state and any(
        has_errored(prepared.workspace, layer) for layer in prepared.target.layers
    )
    if prepared.config.state != project.config.state or candidates or going or recovers:
        reviewed = None
    with hold_lock(prepared.workspace, RunKind.PROVISION) as lock:
        keep_reserve(prepared.workspace)
        if reviewed is None:
            work = _prepare(prepared, engine, candidates)
        else:
            check_buildable(prepared)
            refuse_outdated(prepared.workspace, prepared.target.layers[0], reviewed.id)
            work = _work(prepared, engine)
        work = replace(
            work,
            checks_plans=_checks_plans(prepared, consent),
            going=going,
            deletes_data=consent.delete_data,
            recoveries=_recoveries(prepared, work, read_decision(prepared)),
        )

        def steps(run: Path) -> list[Step]:
            if reviewed is None:
                return provision_steps(work, run)
            return apply_steps(work, run, reviewed.directory)

        run = create_for(prepared, RunKind.PROVISION, work, steps)
        leave_approved(run.directory, _approved(consent))
        propose_record(run.directory, _proposed(prepared, engine))
        return start_locked(prepared.target.name, run, prepared.spec, lock)


def destroy(project: Project, engine: Engine, data: DataChoice = DataChoice.KEEP_LASTING) -> Run:
    """Start a run that takes everything down again, with what built it.

    Args:
        project: Whose deployment, on whatever target it is.
        engine: What runs it.
        data: What becomes of the data.

    Returns:
        The started run; `follow` it.

    Raises:
        MatchaError: If nothing is deployed or the project is locked.
    """
    require_own_folder(project.workspace)
    _refresh(project)
    target = target_of(require_destroyable(project))
    if data is DataChoice.KEEP and not target.keeps_data:
        raise MatchaError(
            f"on {target.title} a destroy keeps no data",
            hint="Copy what you want to keep, then leave out --keep-data.",
            exit_code=ExitCode.USAGE,
        )
    release_reserve(project.workspace)
    with hold_lock(project.workspace, RunKind.DESTROY) as lock:
        record = require_destroyable(project)
        if not target.clean_up:
            _refuse_older_engine(project, engine)
        spec = spec_of(project, record)
        _restore_roots(project, spec)
        work = Work(
            project.workspace,
            engine,
            target,
            is_shared=bool(record.backend),
            afterwards=_afterwards(project.workspace),
        )
        work = replace(work, recoveries=_recoveries(project, work, read_decision(project)))
        run = create_for(project, RunKind.DESTROY, work, lambda run: destroy_steps(work, run))
        write_record(project.workspace, stamp(record, run.id))
        return start_locked(target.name, run, spec, lock, data)


def recomposed(project: Project) -> tuple[Flavor, ...]:
    """Return the modules that a destroy has to take from the catalog again.

    Those that what is deployed was built with are where they were, but on a colleague's machine.
    """
    record = read_decision(project).record
    if record is None or all(is_composed(project.workspace.layer(name)) for name in record.layers):
        return ()
    return tuple(spec_of(project, record).flavors)


def check_buildable(project: Project) -> None:
    """Refuse what cannot be built here, before anything is asked or changed.

    Raises:
        MatchaError: If the stack is not whole, or what is deployed contradicts it.
    """
    refuse_unprintable_path(project.workspace)
    check_complete(project.catalog, project.stack, project.target.name)
    refusal = read_decision(project).build
    if refusal is not None and project.config.state:
        _refresh(project)  # what is known here may have changed meanwhile
        refusal = read_decision(project).build
    if refusal is not None:
        raise refusal.error()


def importable(project: Project) -> tuple[ImportCandidate, ...]:
    """Return what the last provision met that exists already, to be imported.

    Raises:
        MatchaError: If it met nothing of the kind.
    """
    provisions = (run for run in list_runs(project.workspace.runs) if run.kind == RunKind.PROVISION)
    last = next(provisions, None)
    found = find_import_candidates(read_progress(last)) if last else ()
    if not found:
        raise MatchaError(
            "the last provision met nothing that exists already, so there is nothing to import",
            hint="Leave out --import.",
            exit_code=ExitCode.REFUSED,
        )
    return found


def live_run(project: Project) -> Run | None:
    """Return the run that is under way in this project, to attach to it."""
    return next((run for run in list_runs(project.workspace.runs) if is_live(run)), None)


def _refresh(project: Project) -> None:
    """Learn what colleagues have done, if that can be learnt.

    There may be no place for the state yet, or no right to it: the run makes both, and
    says what it cannot.
    """
    with suppress(MatchaError):
        refresh(project)


def _prepare(
    project: Project, engine: Engine, candidates: tuple[ImportCandidate, ...] = ()
) -> Work:
    """Compose the next root of each layer; the project's lock is held."""
    workspace, target = project.workspace, project.target
    _refresh(project)
    check_buildable(project)
    decision = read_decision(project)
    repairs = target.repairs(workspace, decision.record.modules) if decision.record else ()
    values = target.resolve(project.spec)
    for layer in target.layers:
        folder = begin_next(workspace, layer)
        compose_layer(project.spec, project.catalog, target, layer, values, folder)
        write_import_blocks(folder, [item for item in candidates if item.layer == layer])
    # One layer keeps them for all: they are settled when the first is applied.
    store_decisions(workspace.next_layer(target.layers[0]), target.decisions(project.spec, values))
    return _work(project, engine, repairs)


def _recoveries(project: Project, work: Work, decision: Decision) -> dict[str, tuple[str, ...]]:
    """Return what puts the states right before a run does anything else: layer to command."""
    found = {}
    layers = decision.record.layers if decision.record else {}
    for layer in work.target.layers:
        lineage = layers[layer].lineage if layer in layers else ""
        engine = work.engine.command if work.is_shared else ()
        if layer in decision.unusable:
            act = "set-aside"
        elif has_errored(project.workspace, layer):
            act = "push" if work.is_shared else "put-back"
        else:
            continue
        found[layer] = recovery_command(act, project.workspace, layer, lineage, engine)
    return found


def _refuse_older_engine(project: Project, engine: Engine) -> None:
    """Refuse to let a Terraform loose on the state of a later generation, which it may misread."""
    major, _ = engine.release
    for layer in read_decision(project).layers:
        wrote = read_state(project.workspace.layer(layer)).terraform
        if wrote.partition(".")[0].isdecimal() and int(wrote.partition(".")[0]) > major:
            raise MatchaError(
                f"Terraform {wrote} wrote the state of {layer}, and {engine.label} is older",
                hint=f"Choose one of its version or newer: --engine PATH, or {CHOICE_VARIABLE}."
                + (" Or end what runs: `matcha destroy`." if project.target.clean_up else ""),
                exit_code=ExitCode.REFUSED,
            )


def _work(project: Project, engine: Engine, repairs: tuple[str, ...] = ()) -> Work:
    is_shared = project.target.state is not None and bool(project.config.state)
    digests = composed_digests(project)
    return Work(project.workspace, engine, project.target, is_shared, repairs, digests=digests)


def _find_going(project: Project, consent: Consent) -> dict[str, dict[str, str]]:
    """Return what a live change removes: layer to module type to flavor.

    Raises:
        MatchaError: If it is lost with that, and nobody has agreed to it.
    """
    record = read_decision(project).record
    if record is None:
        return {}
    going = find_difference(project).going
    found: dict[str, dict[str, str]] = {}
    for flavor in spec_of(project, record).flavors:
        if flavor.module_type in going:
            found.setdefault(flavor.layer, {})[flavor.module_type] = flavor.name
    is_seen = consent.reviewed is not None or consent.allow_destroy
    if found and not project.target.replaces_freely and not is_seen:
        raise MatchaError(
            f"this removes {' and '.join(going)} with what is in it, and nobody has seen the plan",
            hint="Look at it with `matcha plan`, then give --allow-destroy.",
            exit_code=ExitCode.REFUSED,
        )
    return found


def _approved(consent: Consent) -> Approved:
    return approved_by(read_progress(consent.reviewed)) if consent.reviewed else {}


def _checks_plans(project: Project, consent: Consent) -> bool:
    return not (project.target.replaces_freely or consent.allow_destroy)


def _proposed(project: Project, engine: Engine) -> Record:
    """Return what is to be recorded of the stack that is about to be built."""
    workspace, target = project.workspace, project.target
    known = read_decision(project).record
    layers = {name: LayerRecord() for name in target.layers}
    return Record(
        target=target.name,
        modules=dict(project.stack.modules),
        settings={**growing_values(project.spec), **project.config.settings},
        fixed=target.fixed_values(project.config.settings),
        backend=dict(project.config.state),
        layers=layers | dict(known.layers if known else {}),
        digest=modules_digest(workspace.next_layer(target.layers[-1])),
        matcha=matcha_tui.__version__,
        engine=engine.label,
    )


def _afterwards(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Return what a destroy does last, so that nothing outside of the project knows of it."""
    commands = {"disconnect": disconnect_command(workspace)}
    if find_autostart(workspace):
        commands["end autostart"] = disable_command(workspace)
    return commands


def _create_backend(project: Project) -> Project:
    """Settle where the shared state will be, for this folder and for whoever clones it."""
    state = project.target.state
    location = dict(state.location(project.spec)) if state and not project.config.state else {}
    if not location:
        return project
    return save_config(project, replace(project.config, stack=project.stack, state=location))


def _settle_folders(project: Project) -> Project:
    """Write down where data is kept that outlives the deployment, for whoever clones it."""
    initial = project.target.initial_settings(project.spec)
    if not initial:
        return project
    settings = {**project.config.settings, **initial}
    return save_config(project, replace(project.config, stack=project.stack, settings=settings))


def _restore_roots(project: Project, spec: StackSpec) -> None:
    """Compose again what a destroy needs and is missing or damaged, as on a colleague's machine."""
    target = TARGETS[spec.config.target]
    values: ModuleValues | None = None
    for layer in target.layers:
        finish_moving(project.workspace, layer)
        discard_next(project.workspace, layer)
        folder = project.workspace.layer(layer)
        if not is_composed(folder):
            require_known(project, recomposed(project))
            values = values or target.resolve(spec)
            compose_layer(spec, project.catalog, target, layer, values, folder, keeps_modules=True)
