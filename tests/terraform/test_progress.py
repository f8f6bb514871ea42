"""A run's progress is what its events say, and nothing else."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.terraform.events import (
    Action,
    CancelRequested,
    ChangeSummary,
    Diagnostic,
    Event,
    PlainLine,
    PlannedChange,
    ProvisionOutput,
    ResourceFailed,
    ResourceFinished,
    ResourceStarted,
    RunFinished,
    RunLost,
    RunStarted,
    RunState,
    Severity,
    StepFinished,
    StepSkipped,
    StepStarted,
)
from matcha_tui.terraform.progress import PlanCounts, ResourceState, RunProgress, StepState

START = datetime(2026, 11, 23, tzinfo=UTC)
STEPS = (("plan", "services"), ("apply", "services"))
ADDRESS = "module.m.terraform_data.a"
KEY = ("services", ADDRESS)


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def begun(step: str = "apply", layer: str = "services") -> RunProgress:
    return RunProgress.waiting(STEPS).apply_all(
        [
            RunStarted(steps=STEPS, timestamp=at(0)),
            StepStarted(name=step, layer=layer, timestamp=at(1)),
        ]
    )


def error(summary: str, detail: str = "") -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, summary=summary, detail=detail, timestamp=at(9))


def failed_step(code: int = 1) -> StepFinished:
    return StepFinished(name="apply", layer="services", exit_code=code, timestamp=at(9))


def test_before_its_first_event_everything_waits() -> None:
    progress = RunProgress.waiting(STEPS)
    assert progress.state is RunState.WAITING
    assert [step.state for step in progress.steps] == [StepState.WAITING] * 2
    assert progress.elapsed(at(0)) is None


def test_a_run_knows_its_steps_from_its_events_alone() -> None:
    progress = RunProgress().apply(RunStarted(steps=STEPS, timestamp=at(0)))
    assert [(step.name, step.layer) for step in progress.steps] == list(STEPS)


def test_a_planned_resource_is_known_before_it_starts() -> None:
    progress = begun().apply(PlannedChange(address=ADDRESS, action=Action.CREATE))
    assert progress.resources[KEY].state is ResourceState.WAITING
    assert progress.resources[KEY].elapsed(at(5)) is None


def test_a_resource_runs_and_is_done_by_its_events_times() -> None:
    progress = begun().apply_all(
        [
            PlannedChange(address=ADDRESS, action=Action.CREATE),
            ResourceStarted(address=ADDRESS, action=Action.CREATE, timestamp=at(2)),
        ]
    )
    assert progress.resources[KEY].state is ResourceState.RUNNING
    assert progress.resources[KEY].elapsed(at(5)) == timedelta(seconds=3)
    progress = progress.apply(finished(Action.CREATE, 7))
    assert progress.resources[KEY].state is ResourceState.DONE
    assert progress.resources[KEY].elapsed(at(60)) == timedelta(seconds=5)
    assert progress.done == PlanCounts(add=1)
    assert progress.finished_resources == 1


def test_a_replaced_resource_is_one_row_until_both_halves_are_done() -> None:
    progress = begun().apply_all(
        [
            PlannedChange(address=ADDRESS, action=Action.REPLACE),
            ResourceStarted(address=ADDRESS, action=Action.DELETE, timestamp=at(2)),
            finished(Action.DELETE, 3),
        ]
    )
    assert progress.resources[KEY].state is ResourceState.RUNNING
    progress = progress.apply_all(
        [
            ResourceStarted(address=ADDRESS, action=Action.CREATE, timestamp=at(3)),
            finished(Action.CREATE, 6),
        ]
    )
    (row,) = progress.resources.values()
    assert (row.state, row.action) == (ResourceState.DONE, Action.REPLACE)
    assert row.elapsed(at(60)) == timedelta(seconds=4)
    assert progress.done == PlanCounts(add=1, destroy=1)


def test_the_same_address_in_two_layers_is_two_resources() -> None:
    started = ResourceStarted(address=ADDRESS, action=Action.CREATE, timestamp=at(2))
    progress = begun().apply_all(
        [
            started,
            StepFinished(name="apply", layer="services", exit_code=0),
            StepStarted(name="apply", layer="platform"),
            started,
        ]
    )
    assert list(progress.resources) == [KEY, ("platform", ADDRESS)]


def test_the_last_line_of_a_program_is_its_resources() -> None:
    lines = [ProvisionOutput(address=ADDRESS, output=f"line {n}") for n in range(20_000)]
    boilerplate = ProvisionOutput(address=ADDRESS, output='Executing: ["/bin/sh" "-c" "x"]')
    progress = begun().apply(ResourceStarted(address=ADDRESS, action=Action.CREATE))
    progress = progress.apply_all([*lines, boilerplate])
    assert progress.resources[KEY].last_output == "line 19999"


def test_only_the_exit_code_makes_a_step_done() -> None:
    progress = begun().apply(PlainLine(text="Apply complete!"))
    assert progress.steps[1].state is StepState.RUNNING
    assert progress.apply(failed_step(0)).steps[1].state is StepState.DONE
    assert progress.apply(failed_step(1)).steps[1].state is StepState.FAILED


def test_a_failing_plan_says_nothing_about_what_it_would_change() -> None:
    empty = ChangeSummary(operation="plan", add=0, change=0, destroy=0)
    progress = begun("plan").apply_all(
        [empty, error("no"), StepFinished(name="plan", layer="services", exit_code=1)]
    )
    assert progress.planned is None


def test_a_plan_that_changes_nothing_says_so() -> None:
    empty = ChangeSummary(operation="plan", add=0, change=0, destroy=0)
    progress = begun("plan").apply_all(
        [empty, StepFinished(name="plan", layer="services", exit_code=0)]
    )
    assert progress.planned == PlanCounts()


def test_the_plans_of_all_layers_add_up() -> None:
    plan = ChangeSummary(operation="plan", add=2, change=0, destroy=1)
    other = ChangeSummary(operation="plan", add=1, change=1, destroy=0)
    progress = begun("plan").apply_all([plan, StepStarted(name="plan", layer="platform"), other])
    assert progress.planned == PlanCounts(add=3, change=1, destroy=1)


def test_the_first_error_is_its_meaningful_line() -> None:
    first = error(
        "local-exec provisioner error",
        "Error running command 'x': exit status 1. Output: hello\nmatcha: port 5000 is taken\n",
    )
    progress = begun().apply_all([first, error("another"), failed_step()])
    assert progress.first_error == "port 5000 is taken"
    assert [found.summary for found in progress.errors] == [first.summary, "another"]


def test_a_repeated_warning_is_kept_once() -> None:
    warning = Diagnostic(severity=Severity.WARNING, summary="deprecated")
    progress = begun().apply(warning).apply_all([warning, warning])
    assert progress.warnings == (warning,)
    assert progress.first_error is None


def test_a_heading_above_the_errors_is_no_error_itself() -> None:
    heading = "Terraform encountered problems during initialisation, described below."
    progress = begun().apply_all(
        [
            Diagnostic(severity=Severity.ERROR, summary=heading),
            Diagnostic(severity=Severity.ERROR, summary="Missing name for resource"),
        ]
    )
    assert progress.first_error == "Missing name for resource"
    assert len(progress.errors) == 1


def test_a_program_without_diagnostics_is_believed_its_last_line() -> None:
    progress = begun().apply_all(
        [
            PlainLine(text="There are some problems with the CLI configuration:"),
            PlainLine(text="│ The CLI configuration file does not exist."),
            PlainLine(text="rm: cannot remove 'x'"),
            failed_step(),
        ]
    )
    assert progress.first_error == "rm: cannot remove 'x'"


def test_a_boxed_error_is_believed_first() -> None:
    lines = ["╷", '│ Error: Output "x" not found', "│ More about it", "╵"]
    progress = begun().apply_all([*(PlainLine(text=line) for line in lines), failed_step()])
    assert progress.first_error == 'Error: Output "x" not found'


def test_a_silent_failure_names_its_step() -> None:
    assert begun().apply(failed_step(3)).first_error == "services: apply ended with exit code 3"


def test_what_goes_wrong_after_a_cancel_is_no_first_error() -> None:
    progress = begun().apply(CancelRequested(forced=False, timestamp=at(5)))
    assert progress.state is RunState.CANCELLING
    progress = progress.apply_all([error("execution halted"), failed_step()])
    assert progress.first_error is None
    assert progress.errors


def test_the_end_of_a_run_is_the_end_of_everything() -> None:
    progress = begun("plan").apply_all(
        [
            ResourceStarted(address=ADDRESS, action=Action.CREATE, timestamp=at(2)),
            StepFinished(name="plan", layer="services", exit_code=1, timestamp=at(4)),
            StepSkipped(name="apply", layer="services"),
            RunFinished(state=RunState.FAILED, exit_code=1, timestamp=at(5)),
        ]
    )
    assert progress.state is RunState.FAILED
    assert progress.state.is_final
    assert progress.exit_code == 1
    assert [step.state for step in progress.steps] == [StepState.FAILED, StepState.SKIPPED]
    assert progress.resources[KEY].state is ResourceState.FAILED
    assert progress.elapsed(at(60)) == timedelta(seconds=5)


def test_a_failed_resource_stays_failed() -> None:
    failed = ResourceFailed(
        address=ADDRESS, action=Action.CREATE, elapsed_seconds=1, timestamp=at(3)
    )
    progress = begun().apply_all(
        [ResourceStarted(address=ADDRESS, action=Action.CREATE, timestamp=at(2)), failed]
    )
    assert progress.resources[KEY].state is ResourceState.FAILED
    assert progress.done == PlanCounts()


def test_a_lost_run_says_that_its_outcome_is_unknown() -> None:
    progress = begun().apply(RunLost())
    assert progress.state is RunState.LOST
    assert "the outcome is unknown" in (progress.first_error or "")
    assert progress.steps[1].state is StepState.LOST
    assert progress.finished == at(1)


ADDRESSES = st.sampled_from([ADDRESS, "terraform_data.b"])
ACTIONS = st.sampled_from(list(Action))
LAYERS = st.sampled_from(["services", "platform"])
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(PlannedChange, address=ADDRESSES, action=ACTIONS),
    st.builds(ResourceStarted, address=ADDRESSES, action=ACTIONS),
    st.builds(ResourceFinished, address=ADDRESSES, action=ACTIONS, elapsed_seconds=st.just(1)),
    st.builds(ResourceFailed, address=ADDRESSES, action=ACTIONS, elapsed_seconds=st.just(1)),
    st.builds(ProvisionOutput, address=ADDRESSES, output=st.sampled_from(["a", "b"])),
    st.builds(StepStarted, name=st.just("apply"), layer=LAYERS),
    st.builds(StepFinished, name=st.just("apply"), layer=LAYERS, exit_code=st.integers(0, 1)),
    st.builds(StepSkipped, name=st.just("apply"), layer=LAYERS),
    st.builds(PlainLine, text=st.sampled_from(["a", "│ Error: b", ""])),
    st.builds(CancelRequested, forced=st.booleans()),
    st.builds(RunFinished, state=st.just(RunState.DONE), exit_code=st.just(0)),
    st.builds(RunLost),
    st.builds(
        ChangeSummary,
        operation=st.sampled_from(["plan", "apply"]),
        add=st.integers(0, 1),
        change=st.just(0),
        destroy=st.just(0),
    ),
)


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_how_events_are_batched_changes_nothing(events: list[Event], cut: int) -> None:
    at_once = begun().apply_all(events)
    assert begun().apply_all(events[:cut]).apply_all(events[cut:]) == at_once
    one_by_one = begun()
    for event in events:
        one_by_one = one_by_one.apply(event)
    assert one_by_one == at_once


def finished(action: Action, second: int) -> ResourceFinished:
    return ResourceFinished(address=ADDRESS, action=action, elapsed_seconds=1, timestamp=at(second))
