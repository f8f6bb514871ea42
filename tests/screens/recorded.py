"""Events as a run of the default stack gives them, at fixed times."""

from datetime import datetime, timedelta

from matcha_tui.terraform.events import (
    Action,
    ChangeSummary,
    Diagnostic,
    Event,
    LogMessage,
    PlannedChange,
    ProvisionOutput,
    ResourceFailed,
    ResourceFinished,
    ResourceStarted,
    RunFinished,
    RunStarted,
    RunState,
    Severity,
    StepFinished,
    StepSkipped,
    StepStarted,
)
from tests.screens.frozen import NOON

LAYER = "services"
SUPERVISOR = "module.supervisor.terraform_data.supervisor"


def storage(module: str) -> str:
    return f"module.{module}.module.storage.terraform_data.storage"


def environment(module: str) -> str:
    return f"module.{module}.module.service.terraform_data.environment"


def service(module: str) -> str:
    return f"module.{module}.module.service.terraform_data.service"


SERVERS = ("orchestrator", "experiment_tracker", "deployer")
ADDRESSES = (
    SUPERVISOR,
    *(make(module) for module in SERVERS for make in (storage, environment, service)),
    storage("data_version_control"),
)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def planned() -> list[Event]:
    return [
        RunStarted(steps=(("init", LAYER), ("plan", LAYER)), timestamp=at(0)),
        StepStarted(name="init", layer=LAYER, timestamp=at(0)),
        StepFinished(name="init", layer=LAYER, exit_code=0, timestamp=at(0.2)),
        StepStarted(name="plan", layer=LAYER, timestamp=at(0.2)),
        *(
            PlannedChange(address=address, action=Action.CREATE, timestamp=at(0.4))
            for address in ADDRESSES
        ),
        ChangeSummary(operation="plan", add=11, change=0, destroy=0, timestamp=at(0.5)),
        StepFinished(name="plan", layer=LAYER, exit_code=0, timestamp=at(0.6)),
        RunFinished(state=RunState.DONE, exit_code=0, timestamp=at(0.7)),
    ]


def failed_plan() -> list[Event]:
    return [
        RunStarted(steps=(("init", LAYER), ("plan", LAYER)), timestamp=at(0)),
        StepStarted(name="init", layer=LAYER, timestamp=at(0)),
        Diagnostic(
            severity=Severity.ERROR,
            summary="Failed to query available provider packages",
            detail="could not connect to the registry",
            timestamp=at(1),
        ),
        StepFinished(name="init", layer=LAYER, exit_code=1, timestamp=at(1)),
        StepSkipped(name="plan", layer=LAYER, timestamp=at(1)),
        RunFinished(state=RunState.FAILED, exit_code=1, timestamp=at(1)),
    ]


def building() -> list[Event]:
    """A provision that has come to its twelfth second."""
    create = Action.CREATE
    events: list[Event] = [
        RunStarted(steps=(("apply", LAYER), ("record", LAYER)), timestamp=at(0)),
        StepStarted(name="apply", layer=LAYER, timestamp=at(0)),
        LogMessage(message="Terraform 1.11.4", kind="version", timestamp=at(0)),
        *(PlannedChange(address=address, action=create, timestamp=at(0)) for address in ADDRESSES),
        ResourceStarted(address=SUPERVISOR, action=create, timestamp=at(0)),
        ProvisionOutput(address=SUPERVISOR, output="the supervisor is process 4711"),
        ResourceFinished(address=SUPERVISOR, action=create, elapsed_seconds=1, timestamp=at(1)),
    ]
    for module in (*SERVERS, "data_version_control"):
        events += [
            ResourceStarted(address=storage(module), action=create, timestamp=at(1)),
            ResourceFinished(
                address=storage(module), action=create, elapsed_seconds=0, timestamp=at(1)
            ),
        ]
    for number, module in enumerate(SERVERS):
        begun = ResourceStarted(address=environment(module), action=create, timestamp=at(1))
        events.append(begun)
        for package in ("click==8.3.1", "packaging==26.0", "pyyaml==6.0.3"):
            events.append(ProvisionOutput(address=environment(module), output=f" + {package}"))
        if number < 2:
            events.append(
                ResourceFinished(
                    address=environment(module),
                    action=create,
                    elapsed_seconds=3 + number,
                    timestamp=at(4 + number),
                )
            )
            events.append(
                ResourceStarted(address=service(module), action=create, timestamp=at(4 + number))
            )
    events.append(ProvisionOutput(address=service("orchestrator"), output="zenml: waiting, 5 s"))
    return events


def built() -> list[Event]:
    """The same provision, to its good end."""
    create = Action.CREATE
    return [
        *building(),
        ResourceFinished(
            address=environment("deployer"), action=create, elapsed_seconds=12, timestamp=at(13)
        ),
        ResourceStarted(address=service("deployer"), action=create, timestamp=at(13)),
        *(
            ResourceFinished(
                address=service(module), action=create, elapsed_seconds=9, timestamp=at(22)
            )
            for module in SERVERS
        ),
        ChangeSummary(operation="apply", add=11, change=0, destroy=0, timestamp=at(23)),
        StepFinished(name="apply", layer=LAYER, exit_code=0, timestamp=at(23)),
        StepStarted(name="record", layer=LAYER, timestamp=at(23)),
        StepFinished(name="record", layer=LAYER, exit_code=0, timestamp=at(24)),
        RunFinished(state=RunState.DONE, exit_code=0, timestamp=at(24)),
    ]


def broken() -> list[Event]:
    """The same provision, with a port that somebody else took meanwhile."""
    return [
        *building(),
        ResourceFailed(
            address=service("experiment_tracker"),
            action=Action.CREATE,
            elapsed_seconds=8,
            timestamp=at(13),
        ),
        Diagnostic(
            severity=Severity.ERROR,
            summary="mlflow cannot start",
            detail="port 5000 is in use",
            address=service("experiment_tracker"),
            timestamp=at(13),
        ),
        StepFinished(name="apply", layer=LAYER, exit_code=1, timestamp=at(14)),
        StepSkipped(name="record", layer=LAYER, timestamp=at(14)),
        RunFinished(state=RunState.FAILED, exit_code=1, timestamp=at(14)),
    ]
