"""What is deployed: read from its record, wherever ``matcha.toml`` points by now."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.project.config import Config
from matcha_tui.project.decide import NOTHING_DEPLOYED, Decision, Desired, decide, refuse_newer
from matcha_tui.project.kept_states import examine_state
from matcha_tui.project.live_change import read_agreed
from matcha_tui.project.record import LayerRecord, LayerState, Record, read_record
from matcha_tui.project.register import find_registered
from matcha_tui.project.state import OWN_STATE, SHARED_STATE, read_resources
from matcha_tui.selection import Project
from matcha_tui.stack.difference import StackDifference, compare
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.setting import SettingValue
from matcha_tui.stack.stack import name_stack
from matcha_tui.system.locks import is_locked
from matcha_tui.targets.base import ComponentHealth, StackSpec, StateLock, Target
from matcha_tui.targets.composition import composed_flavors
from matcha_tui.targets.parts import LogWindow
from matcha_tui.targets.registry import TARGETS, sound_targets
from matcha_tui.targets.unrecorded import find_unrecorded
from matcha_tui.terraform.folder import LOCK

MASK = "********"
"""Stands for a secret where values are shown."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What a destroy finds besides Terraform's resources, a line each.

    Attributes:
        data: What goes by default.
        lasting: What stays unless it is chosen to go.
    """

    data: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()


def read_decision(
    project: Project, wanted: Project | None = None, *, live: bool = False
) -> Decision:
    """Return what is deployed, and whether what is wanted may be built.

    Args:
        project: As it is.
        wanted: As it is to be; by default as it is.
        live: Whether a live change to the modules that are wanted is agreed to.
    """
    record, wanted = find_record(project), wanted or project
    if record is None or record.is_newer:  # its target may be one that nobody here knows
        return decide(record, {}, _desired(wanted, wanted.target, live))
    target = target_of(record)
    # What an older matcha did not know of had its default.
    record = replace(record, fixed={**target.fixed_values({}), **record.fixed})
    layers = dict.fromkeys([*record.layers, *target.layers])
    is_applying = any(layer.state is LayerState.APPLYING for layer in record.layers.values())
    return decide(
        record,
        {
            name: examine_state(
                project.workspace, name, record.layers.get(name, LayerRecord()).lineage
            )
            for name in layers
        },
        _desired(wanted, target, live),
        is_running=is_applying and is_locked(project.workspace.runs / record.run / LOCK),
        cleans_up=bool(target.clean_up),
    )


def find_record(project: Project) -> Record | None:
    """Return the record, or what would stand in it for a deployment that has none yet."""
    record = read_record(project.workspace)
    if record is not None and (record.is_newer or not record.is_gone):
        return record
    # An older matcha, which writes no record, may have built something since.
    found = find_unrecorded(project.target, project.spec)
    return found or _find_elsewhere(project) or record


def target_of(record: Record) -> Target:
    """Return where something is deployed."""
    if record.target in TARGETS:
        return TARGETS[record.target]
    if record.is_newer:
        raise refuse_newer(record).error()
    raise MatchaError(
        f"what is deployed here is on the target {record.target}, which is not installed",
        hint="Install the package that brings it.",
        exit_code=ExitCode.REFUSED,
    )


def is_deployed(project: Project) -> bool:
    """Return whether anything of the project is there, or may be."""
    return read_decision(project).is_deployed


def format_partial(decision: Decision, found: Mapping[str, ComponentHealth]) -> str:
    """Say what is wrong with what is deployed as a whole, and what can be done; or nothing."""
    if decision.build is not None and not decision.is_trusted:
        return f"What is deployed cannot be changed: {decision.build.text}. {decision.build.hint}"
    if decision.state is not LayerState.PARTIAL:
        return ""
    if decision.build is not None:
        return f"What is deployed is partial, and {decision.build.text}. {decision.build.hint}"
    return (
        f"Partly built: {format_count(found)}. The last run did not finish: `matcha provision` "
        "goes on, `matcha destroy` takes down what is there, `matcha logs` shows the run."
    )


def format_count(found: Mapping[str, ComponentHealth]) -> str:
    """Say how many of the components are there: ``3 of 5 components are up``."""
    up = sum(item.state.is_well for item in found.values())
    return f"{up} of {len(found)} component{'s are' if len(found) != 1 else ' is'} up"


def format_pending(difference: StackDifference) -> str:
    """Say what is wanted and not yet applied; empty when that is nothing."""
    if not difference.lines:
        return ""
    changes = "\n".join(f"  {line}" for line in difference.lines)
    if not difference.is_chosen:
        return f"Newer versions are there; `matcha provision` upgrades to them:\n{changes}"
    return f"Not applied yet; `matcha provision` does it, `matcha stack reset` drops it:\n{changes}"


def deployed_target(project: Project) -> Target:
    """Return where the stack is deployed, or would be when nothing is."""
    record = read_decision(project).record
    return target_of(record) if record else project.target


def deployed_spec(project: Project) -> StackSpec:
    """Return what was built, with the flavors as they were then.

    What is in the catalog by now may be faulty, or another version. When nothing is
    deployed, that is what would be built.
    """
    record = read_decision(project).record
    return spec_of(project, record) if record else project.spec


def spec_of(project: Project, record: Record) -> StackSpec:
    """Return what a record says was built."""
    config = Config(
        target=record.target,
        stack=name_stack(project.catalog, record.modules),
        settings={**record.settings, **record.fixed},
        module_paths=project.config.module_paths,
        state=record.backend,
    )
    flavors: dict[str, Flavor] = {}
    for layer in record.layers:
        found = composed_flavors(project.workspace.layer(layer), record.modules)
        flavors |= {flavor.module_type: flavor for flavor in found}
    for module_type, name in record.modules.items():
        if module_type not in flavors:  # a colleague built it
            with suppress(MatchaError):
                flavors[module_type] = project.catalog.find(record.target, module_type, name)
    ordered = [flavors[name] for name in record.modules if name in flavors]
    return StackSpec(project.workspace, ordered, config, is_deployed=True)


def find_forgotten(project: Project) -> Record | None:
    """Return what runs here though record and state are lost, as it would be recorded.

    Its processes are found by their marks, and its modules in the user's register.
    """
    entry = find_registered(project.workspace)
    target = TARGETS.get(entry.target) if entry else project.target
    running = target.find_lost(project.workspace) if target else ()
    if target is None or not running:
        return None
    known = {
        flavor.module_type: flavor.name
        for flavor in project.catalog.flavors
        if flavor.target == target.name and flavor.name in running
    }
    layers = dict.fromkeys(target.layers, LayerRecord(LayerState.PARTIAL))
    return Record(target.name, entry.modules if entry else known, layers=layers)


def require_deployment(project: Project) -> Record:
    """Return the record of what is deployed."""
    record = read_decision(project).record
    if record is not None:
        return record
    if forgotten := find_forgotten(project):
        what = ", ".join(forgotten.modules.values()) or "what was deployed"
        raise MatchaError(
            f"all that matcha knew of the deployment here is lost, and of it ({what}) processes "
            "still run",
            hint="`matcha destroy` ends them. If you have a copy of .matcha, put that back first.",
            exit_code=ExitCode.REFUSED,
        )
    raise NOTHING_DEPLOYED.error()


def require_destroyable(project: Project) -> Record:
    """Return the record of what is deployed, and may be destroyed."""
    decision = read_decision(project)
    if decision.record is None and (forgotten := find_forgotten(project)):
        return forgotten
    if decision.destroy is not None:
        raise decision.destroy.error()
    return require_deployment(project)


def refresh(project: Project) -> None:
    """Learn what colleagues have done, where the state is shared; this asks the network."""
    target, spec = deployed_target(project), deployed_spec(project)
    if target.state is not None and spec.config.state:
        target.state.fetch(spec)


def learn(project: Project) -> None:
    """Look whether colleagues have built what this folder knows nothing of."""
    if not is_deployed(project):
        refresh(project)


def resources(project: Project) -> dict[str, dict[str, str]]:
    """Return what the deployed stack gives: resource to property to value.

    Secrets are among the values; `secret_properties` names them.
    """
    found = read_resources(project.workspace.state_file)
    if found is None:
        learn(project)
        found = read_resources(project.workspace.state_file)
    if found is not None:
        return found
    require_deployment(project)
    raise MatchaError(
        "the last provision did not finish, so there is nothing to show yet",
        hint="Run `matcha provision`: it goes on from what is there.",
        exit_code=ExitCode.REFUSED,
    )


def usable_resources(project: Project) -> dict[str, dict[str, str]]:
    """Return what clients can use: what is deployed, or what lasts where nothing is."""
    if not is_deployed(project):
        lasting = project.target.lasting_resources(project.spec)
        if lasting:
            return {name: dict(properties) for name, properties in lasting.items()}
    return resources(project)


def secret_properties(project: Project) -> frozenset[tuple[str, str]]:
    """Return the pairs of resource and property that are shown masked.

    What was deployed counts as well: its module.toml may be gone or faulty by now.
    """
    return frozenset(
        (flavor.resource, item.name)
        for flavor in (*project.catalog.flavors, *deployed_spec(project).flavors)
        for item in flavor.properties
        if item.secret
    )


def mask_secrets(
    project: Project, found: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Return the same resources, with a mask in the place of each secret."""
    secret = secret_properties(project)
    return {
        resource: {
            name: MASK if (resource, name) in secret else value
            for name, value in properties.items()
        }
        for resource, properties in found.items()
    }


def health(project: Project) -> dict[str, ComponentHealth]:
    """Ask every deployed component how it is, side by side.

    Returns:
        Module type to what was found, in the order of the stack.
    """
    learn(project)
    record = require_deployment(project)
    asked = target_of(record).health(spec_of(project, record))
    found = {item.flavor: item for item in asked}
    return {
        module_type: found.get(
            flavor, ComponentHealth(flavor, HealthState.DOWN, "it was never started", "")
        )
        for module_type, flavor in name_stack(project.catalog, record.modules).modules
    }


def find_difference(project: Project) -> StackDifference:
    """Return what a provision would change of what is deployed; nothing where nothing is."""
    record = read_decision(project).record
    if record is None or record.target != project.target.name:
        return StackDifference()
    target, spec = project.target, spec_of(project, record)
    wanted = {(target.name, *pair) for pair in project.stack.modules}
    chosen = [
        flavor
        for flavor in project.catalog.flavors
        if (flavor.target, flavor.module_type, flavor.name) in wanted
    ]
    return compare(
        record.modules,
        dict(project.stack.modules),
        _settings_in(record, spec),
        project.config.settings,
        _versions_in(target, spec),
        {flavor.module_type: target.version(flavor) for flavor in chosen},
    )


def versions_of(project: Project, record: Record) -> dict[str, str]:
    """Return which version of its server each deployed module has, where that is known."""
    return _versions_in(target_of(record), spec_of(project, record))


def settings_of(project: Project, record: Record) -> dict[str, SettingValue]:
    """Return what was set of what is deployed, by dotted name; of a default nobody speaks."""
    return _settings_in(record, spec_of(project, record))


def _versions_in(target: Target, spec: StackSpec) -> dict[str, str]:
    return {
        flavor.module_type: target.deployed_version(spec.workspace, flavor)
        for flavor in spec.flavors
    }


def _settings_in(record: Record, spec: StackSpec) -> dict[str, SettingValue]:
    found = dict(record.settings)
    for flavor in spec.flavors:
        for setting in flavor.settings:
            dotted = f"{flavor.module_type}.{setting.name}"
            if setting.only_grows and found.get(dotted) == setting.default:
                del found[dotted]  # it is recorded for the day on which it is to grow
    return found


def leftovers(project: Project) -> Leftovers:
    """Return what there is besides Terraform's resources when the deployment is destroyed."""
    target, spec = deployed_target(project), deployed_spec(project)
    return Leftovers(target.leftovers(spec), target.lasting_data(spec))


def kubeconfig(project: Project) -> str:
    """Return how to reach the deployed cluster, as kubectl reads it; it holds a secret."""
    content = deployed_target(project).kubeconfig(project.workspace)
    if content is None:
        require_deployment(project)
        raise MatchaError(
            "what is deployed here has no Kubernetes cluster",
            hint="`matcha status` says what it has.",
            exit_code=ExitCode.REFUSED,
        )
    return content


def component_log(project: Project, flavor: str, window: LogWindow) -> Iterator[str]:
    """Yield what a deployed component has logged, in pieces of whole lines."""
    target = deployed_target(project)
    if target.logs is None:
        raise MatchaError(
            f"on {target.title} matcha does not know where {flavor} logs to",
            exit_code=ExitCode.REFUSED,
        )
    return target.logs.read(deployed_spec(project), flavor, window)


def shared_locks(project: Project) -> dict[str, StateLock]:
    """Return who holds the locks of the shared state: layer to lock."""
    target, spec = deployed_target(project), deployed_spec(project)
    if target.state is None or not spec.config.state:
        return {}
    found = {layer: target.state.find_lock(spec, layer) for layer in target.layers}
    return {layer: lock for layer, lock in found.items() if lock is not None}


def free_shared_lock(project: Project, layer: str, lock: StateLock) -> None:
    """Take away a lock of the shared state, unless it has changed hands meanwhile."""
    state = deployed_target(project).state
    if state is not None:
        state.free_lock(deployed_spec(project), layer, lock.lock_id)


def growing_values(spec: StackSpec) -> Mapping[str, int]:
    """Return the value of every setting that can only grow, by its dotted name."""
    found = {}
    for flavor in spec.flavors:
        for setting in flavor.settings:
            dotted = f"{flavor.module_type}.{setting.name}"
            value = spec.config.settings.get(dotted, setting.default)
            if setting.only_grows and isinstance(value, int):
                found[dotted] = value
    return found


def _desired(project: Project, deployed_on: Target, live: bool) -> Desired:
    config, modules = project.config, dict(project.stack.modules)
    try:
        growing = growing_values(project.spec)
    except MatchaError:  # a module that the target lacks; building it is refused for that
        growing = {}
    return Desired(
        target=config.target,
        modules=modules,
        fixed=deployed_on.fixed_values(config.settings),
        growing=growing,
        backend=dict(config.state),
        agreed=modules if live else read_agreed(project.workspace),
    )


def _find_elsewhere(project: Project) -> Record | None:
    """Look for a deployment on another target than ``matcha.toml`` names by now."""
    folders = project.workspace.infrastructure.glob("*")
    built = {
        folder.name
        for folder in folders
        if any((folder / name).exists() for name in (OWN_STATE, SHARED_STATE))
    }
    if not built.difference(project.target.layers):
        return None
    others = (target for target in sound_targets() if target.name != project.target.name)
    specs = (
        (target, replace(project.spec, config=replace(project.config, target=target.name)))
        for target in others
        if built.intersection(target.layers)
    )
    return next(filter(None, (find_unrecorded(*found) for found in specs)), None)
