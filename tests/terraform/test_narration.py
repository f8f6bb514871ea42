"""Events are told in lines that people understand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.terraform.events import (
    Action,
    CancelRequested,
    ChangeSummary,
    Diagnostic,
    Event,
    LogMessage,
    PlainLine,
    PlannedChange,
    ProvisionOutput,
    ResourceFailed,
    ResourceFinished,
    ResourceProgressed,
    ResourceStarted,
    RunFinished,
    RunLost,
    RunState,
    Severity,
    StepFinished,
    StepStarted,
)
from matcha_tui.terraform.narration import Level, narrate, short_address

ADDRESS = "module.experiment_tracker.module.service.terraform_data.environment"


@pytest.mark.parametrize(
    ("address", "short"),
    [
        (ADDRESS, "experiment_tracker environment"),
        ("terraform_data.a", "a"),
        ("terraform_data.a[0]", "a[0]"),
        ('module.m["x.y"].terraform_data.b["k.[z]"]', 'm["x.y"] b["k.[z]"]'),
        ("module.platform.azurerm_kubernetes_cluster.main", "platform kubernetes_cluster main"),
        ("data.azurerm_client_config.current", "client_config current"),
        ("module.mlflow.helm_release.mlflow", "mlflow release"),
        ("strange", "strange"),
        ("", ""),
    ],
)
def test_an_address_is_said_shortly(address: str, short: str) -> None:
    assert short_address(address) == short


@given(st.text('module.ab[]"\\0', max_size=40))
def test_any_address_can_be_said(address: str) -> None:
    assert short_address(address) or not address


def finished(seconds: int) -> ResourceFinished:
    return ResourceFinished(address=ADDRESS, action=Action.CREATE, elapsed_seconds=seconds)


@pytest.mark.parametrize(
    ("event", "text", "level"),
    [
        (
            ResourceStarted(address=ADDRESS, action=Action.CREATE),
            "experiment_tracker environment: creating",
            Level.INFO,
        ),
        (finished(11), "experiment_tracker environment: created in 11 s", Level.GOOD),
        (finished(0), "experiment_tracker environment: created", Level.GOOD),
        (
            ResourceFailed(address=ADDRESS, action=Action.DELETE, elapsed_seconds=1),
            "experiment_tracker environment: could not be destroyed",
            Level.ERROR,
        ),
        (
            ProvisionOutput(address=ADDRESS, output="Resolved 87 packages"),
            "experiment_tracker │ Resolved 87 packages",
            Level.INFO,
        ),
        (
            ChangeSummary(operation="plan", add=3, change=0, destroy=1),
            "Plan: 3 to add, 0 to change, 1 to destroy",
            Level.INFO,
        ),
        (
            Diagnostic(severity=Severity.WARNING, summary="Deprecated", address="terraform_data.a"),
            "a: Deprecated",
            Level.WARNING,
        ),
        (PlainLine(text="rm: no"), "rm: no", Level.INFO),
        (PlainLine(text="│ Error: no such output"), "no such output", Level.ERROR),
        (PlainLine(text="│ The file does not exist."), "The file does not exist.", Level.DETAIL),
        (StepStarted(name="plan", layer="services"), "services: plan", Level.INFO),
        (StepStarted(name="forget", layer=""), "forget", Level.INFO),
        (RunFinished(state=RunState.DONE, exit_code=0), "Done", Level.GOOD),
        (RunFinished(state=RunState.FAILED, exit_code=1), "Failed with exit code 1", Level.ERROR),
        (RunFinished(state=RunState.CANCELLED, exit_code=1), "Cancelled", Level.WARNING),
    ],
)
def test_an_event_is_told_in_one_line(event: Event, text: str, level: Level) -> None:
    told = narrate(event)
    assert told is not None
    assert (told.text, told.level) == (text, level)


@pytest.mark.parametrize(
    "event",
    [
        *(LogMessage(message="said", kind=kind) for kind in ("refresh_start", "provision_start")),
        LogMessage(message="Outputs: 3", kind="outputs"),
        ProvisionOutput(address=ADDRESS, output=" "),
        ResourceProgressed(address=ADDRESS, action=Action.CREATE, elapsed_seconds=10),
        LogMessage(message="You may now begin", code="output_init_success_cli_message"),
        ProvisionOutput(address=ADDRESS, output='Executing: ["/bin/sh" "-c" "true"]'),
        StepFinished(name="plan", layer="services", exit_code=0),
        PlainLine(text="╷"),
    ],
)
def test_noise_is_left_out(event: Event) -> None:
    assert narrate(event) is None


@pytest.mark.parametrize(
    "event",
    [
        PlannedChange(address=ADDRESS, action=Action.CREATE),
        ChangeSummary(operation="plan", add=0, change=0, destroy=0),
        LogMessage(message="Initializing the backend..."),
        Diagnostic(severity=Severity.ERROR, summary="execution halted"),
    ],
)
def test_boilerplate_is_only_a_detail(event: Event) -> None:
    told = narrate(event)
    assert told is not None
    assert told.level is Level.DETAIL


def test_a_forced_cancel_and_a_lost_run_are_no_small_matter() -> None:
    forced, lost = narrate(CancelRequested(forced=True)), narrate(RunLost())
    assert forced is not None
    assert forced.level is Level.WARNING
    assert lost is not None
    assert lost.level is Level.ERROR


def test_a_line_without_end_is_cut() -> None:
    told = narrate(PlainLine(text="x" * 1_000_000))
    assert told is not None
    assert len(told.text) == 2_000
