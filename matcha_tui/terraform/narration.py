"""Tells a run's events in human lines, for the log pane and the command line."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from matcha_tui.terraform.diagnostics import summarise
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
    ResourceDrifted,
    ResourceFailed,
    ResourceFinished,
    ResourceStarted,
    RunFinished,
    RunLost,
    RunState,
    Severity,
    StepFinished,
    StepSkipped,
    StepStarted,
)

_LONGEST_TEXT = 2_000
_ADDRESS_PART = re.compile(r'(?:[^.\["]|\[[^\]"]*\]|\["(?:[^"\\]|\\.)*"\])+')
_PLAIN_TYPE = "terraform_data"
_BOX = "╷│╵"
_BOILERPLATE = ('Executing: ["', "(output suppressed due to ")
# Said once for whatever a cancelled run leaves undone.
_HALTED_SUMMARY = "execution halted"
_NOISE = (
    "refresh_start",
    "refresh_complete",
    "provision_start",
    "provision_complete",
    "provision_errored",
    "outputs",
)
_REPEATED_CODES = ("output_init_success_cli_message", "output_init_success_cli_cloud_message")
_BEGUN = {
    Action.CREATE: "creating",
    Action.UPDATE: "updating",
    Action.DELETE: "destroying",
    Action.REPLACE: "replacing",
    Action.READ: "reading",
}
_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.DELETE: "destroyed",
    Action.REPLACE: "replaced",
    Action.READ: "read",
}


class Level(StrEnum):
    """What kind of line it is; ``detail`` is for those who want to see everything."""

    DETAIL = "detail"
    INFO = "info"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Narration:
    """One line about an event.

    Attributes:
        text: The line, at most 2,000 characters.
        level: What kind of line it is.
        address: The resource it is about, where it is about one.
    """

    text: str
    level: Level = Level.INFO
    address: str | None = None


def narrate(event: Event) -> Narration | None:
    """Tell an event in one line.

    Returns:
        The line, or ``None`` for what is only noise.
    """
    tell = _RENDERERS.get(type(event))
    told: Narration | None = tell(event) if tell else None
    if told is None or len(told.text) <= _LONGEST_TEXT:
        return told
    return Narration(told.text[: _LONGEST_TEXT - 1] + "…", told.level, told.address)


@lru_cache(maxsize=4096)
def short_address(address: str) -> str:
    """A resource's address as people would say it.

    ``module.experiment_tracker.module.service.terraform_data.environment`` becomes
    ``experiment_tracker environment``.
    """
    parts = _ADDRESS_PART.findall(address)
    module = ""
    while len(parts) >= 2 and parts[0] == "module":
        module = module or parts[1]
        parts = parts[2:]
    if len(parts) == 3 and parts[0] in ("data", "ephemeral"):
        parts = parts[1:]
    if len(parts) == 2:
        kind, name = parts
        # The provider's name says nothing beside the type's own.
        kind = "" if kind == _PLAIN_TYPE else kind.partition("_")[2] or kind
        parts = [word for word in (kind, name) if word]
    words = [word for word in (module, *parts) if word]
    return " ".join(dict.fromkeys(words)) or address


@lru_cache(maxsize=4096)
def short_module(address: str) -> str:
    """The module a resource is in, or else its short address."""
    parts = _ADDRESS_PART.findall(address)
    is_in_module = len(parts) >= 2 and parts[0] == "module"
    return parts[1] if is_in_module else short_address(address)


def _resource_started(event: ResourceStarted) -> Narration:
    doing = _BEGUN.get(event.action, "working")
    return Narration(f"{short_address(event.address)}: {doing}", address=event.address)


def _resource_finished(event: ResourceFinished) -> Narration:
    text = f"{short_address(event.address)}: {_DONE.get(event.action, 'done')}"
    if event.elapsed_seconds >= 1:
        text += f" in {event.elapsed_seconds} s"
    return Narration(text, Level.GOOD, event.address)


def _resource_failed(event: ResourceFailed) -> Narration:
    done = _DONE.get(event.action, "done")
    text = f"{short_address(event.address)}: could not be {done}"
    return Narration(text, Level.ERROR, event.address)


def _provision_output(event: ProvisionOutput) -> Narration | None:
    if not event.output.strip() or event.output.startswith(_BOILERPLATE):
        return None
    return Narration(f"{short_module(event.address)} │ {event.output}", address=event.address)


def _planned_change(event: PlannedChange) -> Narration:
    text = f"{short_address(event.address)}: will be {_DONE.get(event.action, 'changed')}"
    return Narration(text, Level.DETAIL, event.address)


def _resource_drifted(event: ResourceDrifted) -> Narration:
    text = f"{short_address(event.address)}: was changed outside Terraform"
    return Narration(text, Level.WARNING, event.address)


def _change_summary(event: ChangeSummary) -> Narration:
    counts = f"{event.add} to add, {event.change} to change, {event.destroy} to destroy"
    if event.operation == "plan":
        # A plan that fails says 0, 0, 0 before its error: no reason to reassure anybody.
        is_empty = not (event.add or event.change or event.destroy)
        return Narration(f"Plan: {counts}", Level.DETAIL if is_empty else Level.INFO)
    done = f"{event.add} added, {event.change} changed, {event.destroy} destroyed"
    return Narration(f"Resources: {done}")


def _diagnostic(event: Diagnostic) -> Narration:
    if event.summary == _HALTED_SUMMARY:
        return Narration(event.summary, Level.DETAIL, event.address)
    level = Level.ERROR if event.severity is Severity.ERROR else Level.WARNING
    where = f"{short_address(event.address)}: " if event.address else ""
    return Narration(where + summarise(event), level, event.address)


def _plain_line(event: PlainLine) -> Narration | None:
    text = event.text.strip(_BOX + " \t")
    if not text:
        return None
    if text.startswith("Error: "):
        return Narration(text.removeprefix("Error: "), Level.ERROR)
    is_boxed = event.text.startswith(tuple(_BOX)) or text.endswith("the CLI configuration:")
    return Narration(text, Level.DETAIL) if is_boxed else Narration(event.text)


def _log_message(event: LogMessage) -> Narration | None:
    if event.kind in _NOISE or event.code in _REPEATED_CODES:
        return None
    return Narration(event.message, Level.DETAIL)


def _run_finished(event: RunFinished) -> Narration:
    if event.state is RunState.DONE:
        return Narration("Done", Level.GOOD)
    if event.state is RunState.CANCELLED:
        return Narration("Cancelled", Level.WARNING)
    return Narration(f"Failed with exit code {event.exit_code}", Level.ERROR)


def _run_lost(_event: RunLost) -> Narration:
    text = "The outcome is unknown: the process that watched Terraform was killed"
    return Narration(text, Level.ERROR)


def _cancel_requested(event: CancelRequested) -> Narration:
    if event.forced:
        return Narration("Stopping at once, as asked; resources may be lost", Level.WARNING)
    return Narration("Cancelling: Terraform ends what it has begun", Level.WARNING)


def _step_finished(event: StepFinished) -> Narration | None:
    if event.exit_code == 0:
        return None
    text = f"{event.title} ended with exit code {event.exit_code}"
    return Narration(text, Level.DETAIL)


_RENDERERS: dict[type[Event], Callable[[Any], Narration | None]] = {
    ResourceStarted: _resource_started,
    ResourceFinished: _resource_finished,
    ResourceFailed: _resource_failed,
    ProvisionOutput: _provision_output,
    PlannedChange: _planned_change,
    ResourceDrifted: _resource_drifted,
    ChangeSummary: _change_summary,
    Diagnostic: _diagnostic,
    PlainLine: _plain_line,
    LogMessage: _log_message,
    RunFinished: _run_finished,
    CancelRequested: _cancel_requested,
    StepStarted: lambda event: Narration(event.title),
    StepFinished: _step_finished,
    StepSkipped: lambda event: Narration(f"{event.title} is skipped", Level.DETAIL),
    RunLost: _run_lost,
}
