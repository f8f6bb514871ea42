"""Every line becomes an event, whatever is in it."""

import dataclasses
import json
from datetime import UTC, datetime

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
    ResourceFinished,
    ResourceStarted,
    RunFinished,
    RunState,
    Severity,
    parse_line,
)
from tests.system.test_plain_text import assert_harmless

TIME = "2026-11-23T01:05:07.198069Z"
WHEN = datetime(2026, 11, 23, 1, 5, 7, 198069, tzinfo=UTC)
KINDS = [
    "version", "planned_change", "resource_drift", "change_summary", "apply_start",
    "apply_progress", "apply_complete", "apply_errored", "provision_start", "provision_progress",
    "provision_complete", "provision_errored", "refresh_start", "refresh_complete",
    "state_lock_acquire", "state_lock_release", "diagnostic", "outputs", "run_started",
    "step_started", "step_finished", "step_skipped", "cancel_requested", "run_finished", "new",
]  # fmt: skip
FIELDS = [
    "@message", "@timestamp", "hook", "change", "changes", "resource", "addr", "action", "output",
    "outputs", "diagnostic", "summary", "detail", "severity", "range", "start", "line", "add",
    "elapsed_seconds", "terraform", "steps", "name", "layer", "exit_code", "state", "forced",
]  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=8,
)


def line(kind: str, **fields: object) -> bytes:
    return json.dumps({"@timestamp": TIME, "@message": "said", "type": kind} | fields).encode()


def hook(**fields: object) -> dict[str, object]:
    return {"resource": {"addr": "module.a.terraform_data.b[0]"}} | fields


@pytest.mark.parametrize(
    ("raw", "event"),
    [
        (
            line("planned_change", change=hook(action="replace")),
            PlannedChange(
                address="module.a.terraform_data.b[0]", action=Action.REPLACE, timestamp=WHEN
            ),
        ),
        (
            line("apply_start", hook=hook(action="create")),
            ResourceStarted(
                address="module.a.terraform_data.b[0]", action=Action.CREATE, timestamp=WHEN
            ),
        ),
        (
            line("apply_complete", hook=hook(action="delete", elapsed_seconds=11)),
            ResourceFinished(
                address="module.a.terraform_data.b[0]",
                action=Action.DELETE,
                elapsed_seconds=11,
                timestamp=WHEN,
            ),
        ),
        (
            line("provision_progress", hook=hook(output="\x1b[31mred\x1b[0m\tx")),
            ProvisionOutput(
                address="module.a.terraform_data.b[0]", output="red\tx", timestamp=WHEN
            ),
        ),
        (
            line("change_summary", changes={"operation": "plan", "add": 3, "remove": 1}),
            ChangeSummary(operation="plan", add=3, change=0, destroy=1, timestamp=WHEN),
        ),
        (
            line("outputs", outputs={"o": {"value": 1}}),  # it may be secret: only the message
            LogMessage(message="said", kind="outputs", timestamp=WHEN),
        ),
        (line("cancel_requested", forced=True), CancelRequested(forced=True, timestamp=WHEN)),
        (
            line("run_finished", state="cancelled", exit_code=1),
            RunFinished(state=RunState.CANCELLED, exit_code=1, timestamp=WHEN),
        ),
        (
            line("something_new"),
            LogMessage(message="said", kind="something_new", timestamp=WHEN),
        ),
        (b"plain text\r\n", PlainLine(text="plain text")),
        (b'["a", "list"]', PlainLine(text='["a", "list"]')),
        (b"\xff\xfe", PlainLine(text="\N{REPLACEMENT CHARACTER}" * 2)),
    ],
)
def test_a_known_line_becomes_its_event(raw: bytes, event: Event) -> None:
    assert parse_line(raw) == event


def test_a_diagnostic_says_what_and_where() -> None:
    raw = line(
        "diagnostic",
        diagnostic={
            "severity": "error",
            "summary": "local-exec provisioner error",
            "detail": "Error running command:\r\nno\x07 way",
            "address": "terraform_data.a",
            "range": {"filename": "main.tf", "start": {"line": 3}},
        },
    )
    assert parse_line(raw) == Diagnostic(
        severity=Severity.ERROR,
        summary="local-exec provisioner error",
        detail="Error running command:\nno way",
        address="terraform_data.a",
        filename="main.tf",
        line=3,
        timestamp=WHEN,
    )


def test_a_diagnostic_of_16_mib_is_read_whole() -> None:
    detail = "x" * (16 * 1024 * 1024 - 1024)
    raw = line("diagnostic", diagnostic={"severity": "error", "summary": "s", "detail": detail})
    event = parse_line(raw)
    assert isinstance(event, Diagnostic)
    assert len(event.detail) == len(detail)


def test_a_deep_nest_is_only_a_plain_line() -> None:
    assert isinstance(parse_line(b"[" * 200_000), PlainLine)


@given(st.binary(max_size=300))
def test_any_bytes_become_an_event(raw: bytes) -> None:
    assert_safe(parse_line(raw))


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_json_becomes_an_event(kind: str, fields: dict[str, object]) -> None:
    assert_safe(parse_line(json.dumps(fields | {"type": kind})))


def assert_safe(event: Event) -> None:
    for item in dataclasses.fields(event):
        value = getattr(event, item.name)
        if isinstance(value, str):
            assert_harmless(value.replace("\n", "") if item.name == "detail" else value)
