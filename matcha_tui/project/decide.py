"""What is deployed, and what may be done about it: one pure function, by a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.record import LayerRecord, LayerState, Record
from matcha_tui.project.state import NO_STATE, OWN_STATE, StateFacts, StateFault
from matcha_tui.stack.setting import SettingValue

_DESTROY_FIRST = "run `matcha destroy` first"


@dataclass(frozen=True, slots=True)
class Desired:
    """What ``matcha.toml`` asks for, as far as a deployment may contradict it.

    Attributes:
        target: Where.
        modules: Module type to flavor.
        fixed: What it says of the deployed target's settings that cannot change.
        growing: What it says of the settings that can only grow, by dotted name.
        backend: Where it says that the shared state is.
        agreed: The modules of the live change that somebody has agreed to, if any.
    """

    target: str
    modules: Mapping[str, str]
    fixed: Mapping[str, SettingValue] = field(default_factory=dict)
    growing: Mapping[str, SettingValue] = field(default_factory=dict)
    backend: Mapping[str, str] = field(default_factory=dict)
    agreed: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done, and what to do instead."""

    text: str
    hint: str

    def error(self) -> MatchaError:
        """Return it as an error with the exit code of a refusal."""
        return MatchaError(self.text, hint=self.hint, exit_code=ExitCode.REFUSED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is true, and what may be done.

    Attributes:
        record: What is deployed; ``None`` when nothing is.
        state: Of all layers together: whole only if each is.
        layers: Each layer's state in truth.
        is_trusted: Whether somebody can go by Terraform's state of every layer.
        unusable: The layers whose state is there, and cannot be used for anything.
        build: Why what is desired may not be planned, built or written down, if so.
        destroy: Why nothing may be destroyed, if so.
    """

    record: Record | None
    state: LayerState = LayerState.GONE
    layers: Mapping[str, LayerState] = field(default_factory=dict)
    is_trusted: bool = True
    unusable: frozenset[str] = frozenset()
    build: Refusal | None = None
    destroy: Refusal | None = None

    @property
    def is_deployed(self) -> bool:
        """Whether anything is there, or may be."""
        return self.record is not None


NOTHING_DEPLOYED = Refusal(
    "nothing is deployed in this folder",
    "Run `matcha provision`, or open the wizard: `matcha-tui`.",
)


def decide(
    record: Record | None,
    states: Mapping[str, StateFacts],
    desired: Desired,
    *,
    is_running: bool = False,
    cleans_up: bool = False,
) -> Decision:
    """Compare what was recorded, what Terraform knows and what is desired.

    First each layer. Lineage is the mark of a Terraform state; the record has that of the
    state that it was written for, or none where that had no resources. A state with a fault
    is damaged, of a newer format, or older than one that was kept.

    ===  ===================  =================  ==========================================
    row  the record says      Terraform's state  so the layer is
    ===  ===================  =================  ==========================================
     1   nothing, or gone     has nothing        gone
     2   nothing, or gone     has resources, or  partial: the state wins
                              a fault
     3   whole                has the lineage    whole
     4   whole, no lineage    any                whole: a layer may have no resources
     5   whole, a lineage     has nothing, or a  partial, and its state is lost or not to be
                              fault              gone by (row 13)
     6   whole or partial     another lineage    as recorded, and the state is foreign (12)
     7   partial              any other          partial; lost (13) where the record has a
                                                 lineage and the state has none
     8   applying, run lives  any                applying
     9   applying, run gone   any                partial: it was killed in mid-apply
    ===  ===================  =================  ==========================================

    Then what may be done. The first row that fits wins.

    ===  ========================================  ==========  ===========================
    row  if                                        build       destroy
    ===  ========================================  ==========  ===========================
    10   every layer is gone                       yes         refused: nothing is there
    11   a newer matcha-tui wrote the record       refused     refused
    12   a layer's state is foreign                refused     if the target also ends what
                                                               Terraform does not know of
    13   a layer's state is lost or has a fault    refused     likewise
    14   another target is desired                 refused     yes
    15   other modules are desired, and nobody     refused     yes
         agreed to change to them
    16   another place of the state is desired     refused     yes
    17   another value of a fixed setting is       refused     yes
    18   less of what can only grow is desired     refused     yes
    19   none of these                             yes         yes
    ===  ========================================  ==========  ===========================

    Returns:
        What is true, and what may be done.
    """
    if record is None:
        return Decision(None, destroy=NOTHING_DEPLOYED)
    layers = {
        name: _layer_state(
            record.layers.get(name, LayerRecord()), states.get(name, NO_STATE), is_running
        )
        for name in dict.fromkeys([*record.layers, *states])
    }
    if all(state is LayerState.GONE for state in layers.values()):
        return Decision(None, layers=layers, destroy=NOTHING_DEPLOYED)
    state = _together(layers)
    if record.is_newer:
        refusal = refuse_newer(record)
        return Decision(record, state, layers, build=refusal, destroy=refusal)
    foreign = {name for name in record.layers if _is_foreign(name, record, states)}
    faulty = {name for name in layers if _has_fault(name, layers, states)}
    lost = {name for name in record.layers if _is_lost(name, record, layers, states)}
    if untrusted := foreign or faulty or lost:
        name = next(layer for layer in layers if layer in untrusted)
        refusal = _refuse_state(name, record, states, cleans_up)
        return Decision(
            record,
            state,
            layers,
            is_trusted=False,
            unusable=frozenset(foreign | {one for one in faulty if not states[one].lineage}),
            build=refusal,
            destroy=None if cleans_up else refusal,
        )
    return Decision(record, state, layers, build=next(_contradictions(record, desired), None))


def refuse_newer(record: Record) -> Refusal:
    """Return why what a newer matcha-tui has built is left alone."""
    return Refusal(
        f"what is deployed was recorded by a newer matcha-tui ({record.matcha or 'unknown'})",
        "Upgrade: pip install --upgrade matcha-tui",
    )


def _layer_state(layer: LayerRecord, facts: StateFacts, is_running: bool) -> LayerState:
    match layer.state:
        case LayerState.GONE:
            return LayerState.PARTIAL if facts.has_resources or facts.fault else LayerState.GONE
        case LayerState.WHOLE if facts.fault or (layer.lineage and not facts.has_resources):
            return LayerState.PARTIAL
        case LayerState.APPLYING if not is_running:
            return LayerState.PARTIAL
    return layer.state


def _together(layers: Mapping[str, LayerState]) -> LayerState:
    found = set(layers.values())
    if LayerState.APPLYING in found:
        return LayerState.APPLYING
    return LayerState.WHOLE if found == {LayerState.WHOLE} else LayerState.PARTIAL


def _is_foreign(name: str, record: Record, states: Mapping[str, StateFacts]) -> bool:
    layer, facts = record.layers[name], states.get(name, NO_STATE)
    is_settled = layer.state in (LayerState.WHOLE, LayerState.PARTIAL)
    return is_settled and facts.has_resources and layer.lineage not in ("", facts.lineage)


def _has_fault(
    name: str, layers: Mapping[str, LayerState], states: Mapping[str, StateFacts]
) -> bool:
    return states.get(name, NO_STATE).fault is not None and layers[name] is not LayerState.APPLYING


def _is_lost(
    name: str,
    record: Record,
    layers: Mapping[str, LayerState],
    states: Mapping[str, StateFacts],
) -> bool:
    """Return whether a layer had a state, and has none now, or an empty one though it is whole."""
    recorded, facts = record.layers[name], states.get(name, NO_STATE)
    if not recorded.lineage or layers[name] in (LayerState.APPLYING, LayerState.GONE):
        return False
    return not facts.has_resources and (recorded.state is LayerState.WHOLE or not facts.lineage)


def _refuse_state(
    layer: str, record: Record, states: Mapping[str, StateFacts], cleans_up: bool
) -> Refusal:
    """Say what is wrong with a state, and every way out that there is."""
    facts, own = states.get(layer, NO_STATE), f".matcha/infrastructure/{layer}/{OWN_STATE}"
    if facts.fault:
        text = f"Terraform's state of {layer} {facts.fault}"
    elif facts.has_resources:
        text = f"Terraform's state of {layer} is another one than that of what was built here"
    else:
        text = f"{layer} was built here, and Terraform's state of it is lost"
    ways = []
    if record.backend:
        where = ", ".join(f"{name} {value}" for name, value in record.backend.items())
        ways.append(f"Restore {layer}.tfstate from one of its versions where it is kept: {where}")
    elif facts.remedy:
        ways.append(facts.remedy)
    if facts.fault is StateFault.OLDER:
        ways.append(f"`matcha state restore {own}` goes on from the older one")
    if cleans_up:
        ways.append("`matcha destroy` ends what runs without it, and a provision builds it anew")
    if not ways:
        ways.append("`matcha state restore FILE` puts back a copy of your own: none was kept here")
    return Refusal(text, "; or ".join(ways) + ".")


def _contradictions(record: Record, desired: Desired) -> Iterator[Refusal]:
    """Find what of the desired stack a deployment refuses, the most telling first."""
    if desired.target != record.target:
        yield Refusal(
            f"a stack is deployed on the target {record.target}, and matcha.toml would have it on "
            f"{desired.target}",
            f"Keep the target {record.target}, or {_DESTROY_FIRST}.",
        )
    is_agreed = desired.agreed is not None and dict(desired.agreed) == dict(desired.modules)
    if dict(desired.modules) != dict(record.modules) and not is_agreed:
        yield Refusal(
            "the stack cannot be changed while one is deployed",
            "Run `matcha destroy` first; `--keep-data` keeps what the services hold. Or change it "
            "live, and the other modules stay as they are: the same command with --live.",
        )
    if dict(desired.backend) != dict(record.backend):
        yield Refusal(
            "matcha.toml names another place for the shared state than the deployment has",
            f"Put its [state] back as it was, or {_DESTROY_FIRST}.",
        )
    for name in sorted(set(record.fixed).intersection(desired.fixed)):
        fixed, asked = record.fixed[name], desired.fixed[name]
        if fixed != asked:
            yield Refusal(
                f"{name} cannot be changed while a stack is deployed: it is {_shown(fixed)}, and "
                f"would be {_shown(asked)}",
                f"Set it back, or {_DESTROY_FIRST}.",
            )
    for name, wanted in desired.growing.items():
        was = record.settings.get(name)
        if isinstance(was, int) and isinstance(wanted, int) and wanted < was:
            yield Refusal(
                f"{name} is {was} in what is deployed, and cannot be lowered to {wanted}",
                f"Set it to {was} or more, or {_DESTROY_FIRST}.",
            )


def _shown(value: SettingValue) -> str:
    return "not set" if value == "" else f"{value!r}"
