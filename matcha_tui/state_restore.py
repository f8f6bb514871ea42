"""Which state of a project is put back, and by what right: the choice for `matcha state`."""

from dataclasses import dataclass
from pathlib import Path

from matcha_tui.deployed import find_record, read_decision
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import unknown
from matcha_tui.project.kept_states import (
    KeptState,
    examine_state,
    list_kept,
    newest_readable,
    put_back,
    read_restorable,
)
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.record import LayerRecord, LayerState, Record, stamp, write_record
from matcha_tui.project.state import StateFacts
from matcha_tui.selection import Project
from matcha_tui.targets.registry import TARGETS

_NAME_ONE = "To put one back all the same, name it; `matcha state list` lists them."


@dataclass(frozen=True, slots=True)
class Replacement:
    """One state that is to be put back.

    Attributes:
        layer: Whose.
        source: Its file.
        sentence: What is put back, and in the place of what.
        is_foreign: Whether it is of another deployment than what was built here.
    """

    layer: str
    source: Path
    sentence: str
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a state may be put back."""

    layer: str
    lineage: str
    facts: StateFacts
    is_needed: bool


def list_layers(project: Project) -> tuple[str, ...]:
    """Return the layers of what is deployed, or would be."""
    record = find_record(project)
    target = TARGETS[record.target] if record and record.target in TARGETS else project.target
    return tuple(dict.fromkeys([*(record.layers if record else ()), *target.layers]))


def kept_states(project: Project) -> tuple[KeptState, ...]:
    """Return every state that is kept, by layer, the newest first."""
    layers = list_layers(project)
    return tuple(item for layer in layers for item in list_kept(project.workspace, layer))


def find_replacements(
    project: Project, chosen: str | None = None, layer: str | None = None
) -> tuple[Replacement, ...]:
    """Return what would be put back.

    Args:
        project: Whose state.
        chosen: The number of a kept state, its file's name, or the path of another file; by
            default the newest that can be read, for each layer whose state cannot be gone by.
        layer: Which layer, where there are several.

    Returns:
        At least one.

    Raises:
        MatchaError: If there is no such state, or no reason to put one back.
    """
    layers = list_layers(project)
    if layer is not None and layer not in layers:
        raise unknown("layer", layer, layers)
    record = find_record(project)
    _refuse_shared(record)
    places = [_place(project, record, name) for name in ([layer] if layer else layers)]
    if chosen is None:
        return _choose_newest(project, places)
    if len(places) > 1:
        raise MatchaError(
            f"what is built here has {len(places)} states",
            hint=f"Say which is meant: --layer {' or --layer '.join(layers)}.",
            exit_code=ExitCode.USAGE,
        )
    return (_replacement(project, places[0], _find(project, places[0].layer, chosen)),)


def restore_states(
    project: Project, replacements: tuple[Replacement, ...], *, foreign: bool = False
) -> list[str]:
    """Put states back; what was there is kept or set aside, and never deleted.

    Args:
        project: Whose state.
        replacements: What `find_replacements` has returned.
        foreign: Whether one of another deployment may be put back; it is recorded then.

    Returns:
        What was done, a line each.

    Raises:
        MatchaError: If a run is under way, or one is of another deployment.
    """
    for item in replacements:
        if item.is_foreign and not foreign:
            raise MatchaError(
                f"{item.source} is a state of another deployment than what was built here",
                hint="Choose one of this deployment: `matcha state list`. With --foreign, what "
                "that state knows is taken for what is deployed.",
                exit_code=ExitCode.REFUSED,
            )
    lines = []
    with hold_lock(project.workspace, "state restore"):
        for item in replacements:
            serial, aside = put_back(project.workspace, item.layer, item.source)
            lines.append(f"{item.layer}: put back; its serial is now {serial}")
            if aside:
                lines.append(f"{item.layer}: what was there is kept in {aside}")
            if item.is_foreign:
                _record_foreign(project, item)
    return lines


def _place(project: Project, record: Record | None, layer: str) -> _Place:
    recorded = record.layers.get(layer, LayerRecord()) if record else LayerRecord()
    facts = examine_state(project.workspace, layer, recorded.lineage)
    lineage = recorded.lineage or facts.lineage
    is_lost = recorded.state is not LayerState.GONE and facts.lineage != lineage
    return _Place(layer, lineage, facts, bool(facts.fault) or is_lost)


def _choose_newest(project: Project, places: list[_Place]) -> tuple[Replacement, ...]:
    """Choose the newest readable state for each layer that needs one."""
    needed = [place for place in places if place.is_needed]
    if not needed:
        is_there = read_decision(project).is_deployed
        raise MatchaError(
            "Terraform's state is sound, and none that was kept is newer"
            if is_there
            else "nothing is deployed in this folder, so no state is missing",
            hint=_NAME_ONE,
            exit_code=ExitCode.REFUSED,
        )
    found = []
    for place in needed:
        newest = newest_readable(list_kept(project.workspace, place.layer, place.lineage))
        if newest is None:
            raise MatchaError(
                f"no state of {place.layer} was kept here that can be read",
                hint=f"{place.facts.remedy or '`matcha state restore FILE` puts back your own'}.",
                exit_code=ExitCode.REFUSED,
            )
        found.append(_replacement(project, place, newest.path))
    return tuple(found)


def _find(project: Project, layer: str, chosen: str) -> Path:
    """Return the file that is meant: a number, a kept file's name, or a path."""
    kept = list_kept(project.workspace, layer)
    for item in kept:
        if chosen in (str(item.number), item.path.name):
            return item.path
    path = project.workspace.project / Path(chosen).expanduser()
    if path.is_file():
        return path
    known = ", ".join(str(item.number) for item in kept) or "none"
    raise MatchaError(
        f"{chosen!r} is neither a state of {layer} that was kept nor a file",
        hint=f"Kept: {known}. `matcha state list` says more of them.",
        exit_code=ExitCode.USAGE,
    )


def _replacement(project: Project, place: _Place, source: Path) -> Replacement:
    facts, kept = read_restorable(source), list_kept(project.workspace, place.layer)
    what = next((item.sentence for item in kept if item.path == source), str(source))
    if place.facts.fault:
        instead = f"one that {place.facts.fault}"
    elif place.facts.lineage:
        instead = f"one with serial {place.facts.serial}"
    else:
        instead = "none"
    sentence = f"{place.layer}: {what}, with {facts.resources} resources, instead of {instead}"
    is_foreign = place.lineage not in ("", facts.lineage)
    return Replacement(place.layer, source, sentence, is_foreign)


def _record_foreign(project: Project, item: Replacement) -> None:
    """Have the record go by the state that was put back, whatever it said before."""
    record = find_record(project)
    if record is not None:
        layer = LayerRecord(LayerState.PARTIAL, read_restorable(item.source).lineage)
        write_record(project.workspace, stamp(record.with_layer(item.layer, layer), record.run))


def _refuse_shared(record: Record | None) -> None:
    if record is not None and record.backend:
        where = ", ".join(f"{name} {value}" for name, value in record.backend.items())
        raise MatchaError(
            "the state is shared, and every version of it is kept where it lies",
            hint=f"Make an earlier version of LAYER.tfstate the current one there: {where}.",
            exit_code=ExitCode.REFUSED,
        )
