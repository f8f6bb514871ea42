"""The list of resources: what is running is always in view."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.terraform.events import Action
from matcha_tui.terraform.progress import ResourceProgress, ResourceState
from matcha_tui.widgets.component import gather, short_name
from matcha_tui.widgets.resource_tree import fitting_rows, rows_around

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
BUSY = (ResourceState.RUNNING, ResourceState.FAILED, ResourceState.STOPPED)
MODULES = ("orchestrator", "experiment_tracker", "deployer", "vector_database", "supervisor")


def resource(module: str, name: str, state: ResourceState) -> ResourceProgress:
    has_begun = state is not ResourceState.WAITING
    has_ended = state not in (ResourceState.WAITING, ResourceState.RUNNING)
    return ResourceProgress(
        "services",
        f"module.{module}.module.service.terraform_data.{name}",
        Action.CREATE,
        state,
        NOON if has_begun else None,
        NOON + timedelta(seconds=5) if has_ended else None,
    )


runs = st.lists(
    st.builds(
        resource,
        st.sampled_from(MODULES),
        st.sampled_from(["storage", "environment", "service", "volume"]),
        st.sampled_from(ResourceState),
    ),
    unique_by=lambda one: one.address,
)


@given(runs, st.integers(1, 30))
def test_rows_never_exceed_the_room(resources, height):
    assert len(fitting_rows(gather(resources), height, NOON)) <= height


@given(runs, st.integers(1, 30))
def test_running_rows_are_in_view_wherever_they_fit(resources, height):
    busy = [r for r in resources if r.state in BUSY]
    # A component counts as busy, too, when some of its resources are done and others wait.
    busy_components = [component for component in gather(resources) if component.state in BUSY]
    rows = fitting_rows(gather(resources), height, NOON)
    if len(busy) + len(busy_components) <= height:
        shown = [row.state for row in rows if not row.is_component]
        assert shown.count(ResourceState.RUNNING) == sum(
            r.state is ResourceState.RUNNING for r in busy
        )


def test_components_come_in_the_order_of_a_stack_and_what_all_share_comes_first():
    found = gather([resource(name, "service", ResourceState.DONE) for name in reversed(MODULES)])
    assert [component.title for component in found] == [
        "Supervisor",
        "Orchestrator",
        "Experiment tracker",
        "Deployer",
        "Vector database",
    ]


def test_an_address_is_shortened_to_what_tells_it_apart():
    assert short_name("module.deployer.module.service.terraform_data.environment") == "environment"
    assert short_name("module.x.azurerm_kubernetes_cluster.main") == "kubernetes_cluster.main"
    assert short_name("module.x.azurerm_kubernetes_cluster.this[0]") == "kubernetes_cluster"
    assert short_name("terraform_data.alone") == "alone"


@given(runs, st.integers(4, 30), st.integers(0, 200))
def test_the_selected_row_its_neighbours_and_what_runs_are_in_view(resources, height, place):
    rows = fitting_rows(gather(resources), 10_000, NOON)
    if not rows:
        return
    place %= len(rows)
    shown = rows_around(rows, rows[place].key, height)
    assert len(shown) == min(height, len(rows))
    assert [row for row in rows if row in shown] == shown  # in their order
    assert {row.key for row in rows[max(0, place - 1) : place + 2]} <= {row.key for row in shown}
    running = [row for row in rows if row.state in BUSY and not row.is_component]
    if len(running) <= height - 3:
        assert {row.key for row in running} <= {row.key for row in shown}
