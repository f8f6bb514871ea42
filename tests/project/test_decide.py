"""The two tables of `decide`, row by row, and what holds of all that they can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import ExitCode
from matcha_tui.project.decide import Decision, Desired, decide
from matcha_tui.project.record import VERSION, LayerRecord, LayerState, Record
from matcha_tui.project.state import NO_STATE, StateFacts, StateFault

APPLYING, WHOLE, PARTIAL, GONE = (
    LayerState.APPLYING,
    LayerState.WHOLE,
    LayerState.PARTIAL,
    LayerState.GONE,
)
OURS, OTHERS = "lineage of ours", "lineage of another"
EMPTY = StateFacts(has_resources=False, lineage=OURS)
FULL = StateFacts(has_resources=True, lineage=OURS)
DAMAGED = StateFacts(has_resources=False, fault=StateFault.DAMAGED)
NEWER = StateFacts(has_resources=False, fault=StateFault.NEWER)
OLDER = StateFacts(has_resources=True, lineage=OURS, fault=StateFault.OLDER)
FOREIGN = StateFacts(has_resources=True, lineage=OTHERS)
MODULES = {"data_version_control": "dvc"}
BUILT = Record(
    target="azure",
    modules=MODULES,
    settings={"vector_database.storage_gb": 64},
    fixed={"prefix": "tea"},
    backend={"account": "teastate"},
    layers={"platform": LayerRecord(WHOLE, OURS)},
)
SAME = Desired("azure", MODULES, {"prefix": "tea"}, {}, {"account": "teastate"})


def recorded(state: LayerState, lineage: str = OURS) -> Record:
    """Return a record of one layer."""
    return replace(BUILT, layers={"platform": LayerRecord(state, lineage)})


LAYERS = [
    (1, None, NO_STATE, False, GONE),
    (1, LayerRecord(GONE), NO_STATE, False, GONE),
    (1, LayerRecord(GONE), EMPTY, False, GONE),
    (2, None, FULL, False, PARTIAL),
    (2, LayerRecord(GONE), FULL, False, PARTIAL),
    (2, LayerRecord(GONE), DAMAGED, False, PARTIAL),
    (5, LayerRecord(WHOLE, OURS), DAMAGED, False, PARTIAL),
    (5, LayerRecord(WHOLE), OLDER, False, PARTIAL),
    (8, LayerRecord(APPLYING, OURS), DAMAGED, True, APPLYING),
    (3, LayerRecord(WHOLE, OURS), FULL, False, WHOLE),
    (4, LayerRecord(WHOLE), NO_STATE, False, WHOLE),
    (4, LayerRecord(WHOLE), EMPTY, False, WHOLE),
    (4, LayerRecord(WHOLE), FULL, False, WHOLE),
    (5, LayerRecord(WHOLE, OURS), NO_STATE, False, PARTIAL),
    (5, LayerRecord(WHOLE, OURS), EMPTY, False, PARTIAL),
    (6, LayerRecord(WHOLE, OURS), FOREIGN, False, WHOLE),
    (6, LayerRecord(PARTIAL, OURS), FOREIGN, False, PARTIAL),
    (7, LayerRecord(PARTIAL), NO_STATE, False, PARTIAL),
    (7, LayerRecord(PARTIAL), FULL, False, PARTIAL),
    (7, LayerRecord(PARTIAL, OURS), FULL, False, PARTIAL),
    (7, LayerRecord(PARTIAL, OURS), EMPTY, False, PARTIAL),
    (8, LayerRecord(APPLYING), NO_STATE, True, APPLYING),
    (8, LayerRecord(APPLYING, OURS), FULL, True, APPLYING),
    (8, LayerRecord(APPLYING, OURS), FOREIGN, True, APPLYING),
    (9, LayerRecord(APPLYING), NO_STATE, False, PARTIAL),
    (9, LayerRecord(APPLYING, OURS), FULL, False, PARTIAL),
    (9, LayerRecord(APPLYING, OURS), FOREIGN, False, PARTIAL),
]


def row(value: object) -> str | None:
    """Name a case by its row."""
    return f"row {value}" if type(value) is int else None


@pytest.mark.parametrize(("number", "layer", "state", "is_running", "expected"), LAYERS, ids=row)
def test_what_a_layer_is(
    number: int,
    layer: LayerRecord | None,
    state: StateFacts,
    is_running: bool,
    expected: LayerState,
):
    record = replace(BUILT, layers={"platform": layer} if layer else {})
    decision = decide(record, {"platform": state}, SAME, is_running=is_running)
    assert decision.layers["platform"] is expected, f"row {number}"
    assert decision.is_deployed is (expected is not GONE)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table of what may be done."""

    row: int
    record: Record | None = BUILT
    states: Mapping[str, StateFacts] = field(default_factory=lambda: {"platform": FULL})
    desired: Desired = SAME
    cleans_up: bool = False
    build: str = ""
    destroy: str = ""


ALL = [
    Case(10, None, {}, destroy="nothing is deployed"),
    Case(10, recorded(GONE, ""), {}, destroy="nothing is deployed"),
    Case(10, recorded(GONE), {}, replace(SAME, target="local"), destroy="nothing is deployed"),
    Case(
        11,
        replace(BUILT, version=VERSION + 1, matcha="9.1"),
        build="newer",
        destroy="matcha-tui (9.1",
    ),
    Case(
        11, replace(BUILT, version=VERSION + 1), {}, cleans_up=True, build="newer", destroy="newer"
    ),
    Case(12, BUILT, {"platform": FOREIGN}, build="platform is another", destroy="is another"),
    Case(12, recorded(PARTIAL), {"platform": FOREIGN}, build="is another", destroy="is another"),
    Case(12, BUILT, {"platform": FOREIGN}, cleans_up=True, build="another"),
    Case(13, BUILT, {}, build="state of it is lost", destroy="state of it is lost"),
    Case(13, BUILT, {"platform": EMPTY}, build="is lost", destroy="is lost"),
    Case(13, BUILT, {}, cleans_up=True, build="is lost"),
    Case(13, recorded(PARTIAL), {}, build="is lost", destroy="is lost"),
    Case(13, recorded(APPLYING), {}, build="is lost", destroy="is lost"),
    *(
        Case(13, record, {"platform": facts}, cleans_up=cleans_up, build=text, destroy=destroy)
        for facts, text in (
            (DAMAGED, "state of platform is damaged"),
            (NEWER, "newer format than"),
            (OLDER, "older than one that was kept"),
        )
        for cleans_up, destroy in ((False, text), (True, ""))
        for record in (BUILT, recorded(PARTIAL), recorded(APPLYING), recorded(GONE, ""))
    ),
    Case(14, desired=replace(SAME, target="local"), build="deployed on the target azure"),
    Case(15, desired=replace(SAME, modules={}), build="stack cannot be changed"),
    Case(15, desired=replace(SAME, modules={"data_version_control": "lakefs"}), build="the stack"),
    Case(16, desired=replace(SAME, backend={}), build="another place for the shared state"),
    Case(16, desired=replace(SAME, backend={"account": "coffee"}), build="another place"),
    Case(17, desired=replace(SAME, fixed={"prefix": "coffee"}), build="prefix cannot be changed"),
    Case(17, desired=replace(SAME, fixed={"prefix": ""}), build="would be not set"),
    Case(
        17,
        recorded(APPLYING),
        desired=replace(SAME, fixed={"prefix": ""}),
        build="prefix cannot be changed",
    ),
    Case(
        18,
        desired=replace(SAME, growing={"vector_database.storage_gb": 63}),
        build="is 64 in what is deployed, and cannot be lowered to 63",
    ),
    Case(19),
    Case(19, desired=replace(SAME, fixed={**SAME.fixed, "zone": "of a later matcha"})),
    Case(19, desired=replace(SAME, fixed={})),
    Case(19, desired=replace(SAME, growing={"vector_database.storage_gb": 64})),
    Case(19, desired=replace(SAME, growing={"vector_database.storage_gb": 65})),
    Case(19, desired=replace(SAME, growing={"orchestrator.storage_gb": 1})),
    Case(19, recorded(WHOLE, ""), {}),
    Case(19, recorded(APPLYING, ""), {}),
    Case(19, recorded(APPLYING), {"platform": EMPTY}),
    Case(19, recorded(PARTIAL, ""), {}),
]


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"row {case.row}")
def test_what_may_be_done(case: Case):
    decision = decide(case.record, case.states, case.desired, cleans_up=case.cleans_up)
    for refusal, text in ((decision.build, case.build), (decision.destroy, case.destroy)):
        if not text:
            assert refusal is None
            continue
        assert refusal is not None
        assert text in refusal.text
        error = refusal.error()
        assert error.exit_code is ExitCode.REFUSED
        assert error.hint


def test_the_first_row_that_fits_wins():
    contrary = Desired("local", {}, {"prefix": "coffee"}, {"vector_database.storage_gb": 1}, {})
    said = []
    for record, states in (
        (replace(BUILT, version=VERSION + 1), {"platform": FOREIGN}),
        (BUILT, {"platform": FOREIGN}),
        (BUILT, {}),
        (BUILT, {"platform": FULL}),
    ):
        build = decide(record, states, contrary).build
        assert build is not None
        said.append(build.text)
    assert [text.split()[-1] for text in said] == ["(unknown)", "here", "lost", "local"]


def test_one_row_takes_the_place_of_the_one_before_it():
    desired = Desired("local", {}, {"prefix": "coffee"}, {"vector_database.storage_gb": 1}, {})
    said = []
    for name in ("target", "modules", "backend", "fixed", "growing"):
        build = decide(BUILT, {"platform": FULL}, desired).build
        assert build is not None
        said.append(build.text)
        desired = replace(desired, **{name: getattr(SAME, name)})
    assert len(set(said)) == 5
    assert decide(BUILT, {"platform": FULL}, desired).build is None


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((WHOLE, WHOLE), WHOLE),
        ((WHOLE, GONE), PARTIAL),
        ((WHOLE, PARTIAL), PARTIAL),
        ((PARTIAL, GONE), PARTIAL),
        ((WHOLE, APPLYING), APPLYING),
        ((APPLYING, GONE), APPLYING),
        ((GONE, GONE), GONE),
    ],
    ids=str,
)
def test_all_layers_together(states: tuple[LayerState, LayerState], expected: LayerState):
    layers = dict(zip(("foundation", "platform"), map(LayerRecord, states), strict=True))
    assert decide(replace(BUILT, layers=layers), {}, SAME, is_running=True).state is expected


names = st.sampled_from(["foundation", "platform"])
texts = st.dictionaries(st.sampled_from(["one", "other"]), st.sampled_from(["a", "b"]), max_size=2)
lineages = st.sampled_from(["", OURS, OTHERS])
records = st.builds(
    Record,
    target=st.sampled_from(["local", "azure"]),
    modules=texts,
    fixed=texts,
    backend=texts,
    layers=st.dictionaries(names, st.builds(LayerRecord, st.sampled_from(LayerState), lineages)),
    version=st.sampled_from([VERSION, VERSION, VERSION + 1]),
)
sound = st.builds(StateFacts, st.booleans(), lineages)
states = st.dictionaries(names, sound | st.sampled_from([DAMAGED, NEWER, OLDER]))
wanted = st.builds(
    Desired, target=st.sampled_from(["local", "azure"]), modules=texts, fixed=texts, backend=texts
)


def is_foreign(record: Record, found: Mapping[str, StateFacts]) -> bool:
    return any(
        layer.state in (WHOLE, PARTIAL)
        and layer.lineage
        and name in found
        and found[name].has_resources
        and found[name].lineage != layer.lineage
        for name, layer in record.layers.items()
    )


def is_lost(record: Record, found: Mapping[str, StateFacts]) -> bool:
    def lost(layer: LayerRecord, facts: StateFacts) -> bool:
        is_expected = layer.state is WHOLE or (layer.state is not GONE and not facts.lineage)
        return bool(layer.lineage) and is_expected and not facts.has_resources

    has_fault = any(facts.fault for facts in found.values())
    return has_fault or any(
        lost(layer, found.get(name, NO_STATE)) for name, layer in record.layers.items()
    )


def ask(
    record: Record, found: Mapping[str, StateFacts], desired: Desired, *, cleans_up: bool
) -> Decision:
    return decide(record, found, desired, cleans_up=cleans_up)


@given(records, states, wanted, st.booleans())
def test_nothing_is_built_that_contradicts_what_is_deployed(
    record: Record, found: dict[str, StateFacts], desired: Desired, cleans_up: bool
):
    decision = ask(record, found, desired, cleans_up=cleans_up)
    differs = any(
        dict(getattr(record, name)) != dict(getattr(desired, name))
        for name in ("modules", "backend")
    ) or any(desired.fixed.get(name, value) != value for name, value in record.fixed.items())
    if decision.is_deployed and (differs or record.target != desired.target):
        assert decision.build is not None
    if not decision.is_deployed:
        assert decision.build is None


@given(records, states, wanted, st.booleans())
def test_what_is_deployed_and_trusted_can_be_destroyed(
    record: Record, found: dict[str, StateFacts], desired: Desired, cleans_up: bool
):
    decision = ask(record, found, desired, cleans_up=cleans_up)
    is_trusted = not (is_foreign(record, found) or is_lost(record, found))
    if decision.is_deployed and not record.is_newer and (cleans_up or is_trusted):
        assert decision.destroy is None
        assert decision.is_trusted is is_trusted
    else:
        assert decision.destroy is not None


@given(records, states, wanted, st.booleans())
def test_whatever_terraform_has_is_deployed(
    record: Record, found: dict[str, StateFacts], desired: Desired, cleans_up: bool
):
    decision = ask(record, found, desired, cleans_up=cleans_up)
    if any(facts.has_resources or facts.fault for facts in found.values()):
        assert decision.is_deployed
    assert decision.is_deployed is (decision.state is not GONE)
