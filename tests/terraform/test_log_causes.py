"""What is known of a log is found in it, whatever it is and whatever is in it."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.local.target import LOCAL
from matcha_tui.terraform.explain import Explanations
from matcha_tui.terraform.log_causes import KnownCause, find_causes

TABLES = [table for table in (LOCAL.explanations, AZURE.explanations) if table]
FULL = b"OSError: [Errno 28] No space left on device\n"
BOX = """\
\x1b[31m╷\x1b[0m\x1b[0m
\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[1mError acquiring the state lock\x1b[0m
│\x20
│ Error message: state blob is already locked
│ Lock Info:
│   ID:        8e1d
│   Path:      state/foundation.tfstate
│   Operation: OperationTypeApply
│   Who:       ada@laptop
│   Version:   1.11.4
│   Created:   2026-11-22 10:28:43.5 +0000 UTC
╵
"""


def causes(log: bytes | str, tables: list[Explanations] = TABLES) -> list[KnownCause]:
    return list(find_causes(io.BytesIO(log.encode() if isinstance(log, str) else log), tables))


def test_each_cause_is_told_once_with_its_first_line() -> None:
    log = b"starts\n" + FULL + b"goes on\nport 5000 is taken by x\n" + FULL
    found = causes(log)
    assert [(cause.line, cause.explanation.meaning) for cause in found] == [
        (2, "The disk is full."),
        (4, "Another program already listens on port 5000."),
    ]
    assert found[0].text == FULL.decode().strip()


@pytest.mark.parametrize("before", ["", "2026-11-22T10:28:43.1234567Z ", "deploy | "])
def test_what_terraform_draws_together_has_one_cause(before: str) -> None:
    two = "".join(f"{before}{line}\n" for line in (BOX + BOX.replace("ada", "eve")).splitlines())
    found = causes(two)
    meanings = [cause.explanation.meaning.partition(" has")[0] for cause in found]
    assert meanings == ["ada@laptop", "eve@laptop"]
    assert [cause.line for cause in found] == [5, 17]


def test_what_only_several_lines_say_counts_before_what_one_says() -> None:
    info = "ID: 1", "Operation: plan", "Who: ada@tea", "Created: 2026-11-22 10:28:43"
    log = "\n  ".join(("before\nLock Info:", *info))
    (found,) = causes(log)
    assert found.explanation.meaning.startswith("ada@tea has been at work")
    assert found.line == 2


def test_the_events_of_a_run_are_read_as_such() -> None:
    detail = (
        "Error running command 'python -m matcha_tui.services start': exit status 1. Output: x\n"
        "OSError: [Errno 28] No space left on device\n"
    )
    diagnostics = [
        {"severity": "warning", "summary": "Saved plan is stale", "detail": ""},
        {"severity": "error", "summary": "local-exec provisioner error", "detail": detail},
        {"severity": "error", "summary": "creating Flexible Server", "detail": "polling failed: "
         'Status: "ProvisionNotSupportedForRegion"'},
    ]  # fmt: skip
    lines = [json.dumps({"type": "version", "@message": "Terraform 1.11.4"})]
    lines += [json.dumps({"type": "diagnostic", "diagnostic": one}) for one in diagnostics]
    found = causes("\n".join(lines))
    assert [cause.line for cause in found] == [3, 4]
    assert found[0].explanation.meaning == "The disk is full."
    assert "may not create databases" in found[1].explanation.meaning


def test_nothing_of_it_reaches_the_terminal() -> None:
    hostile = (
        b"\x1b]0;owned\x07\x1b[2Jport 5000 is taken by \xff\xfe\x9b31m\r\x1b[1Aevil\xe2\x80\xae\n"
    )
    (found,) = causes(hostile)
    assert found.text.isprintable()
    assert "port 5000 is taken by" in found.text
    named = causes(
        b'A resource with the ID "/x\x1b[31m\x07y" already exists - to be managed via Terraform'
    )
    assert named[0].explanation.meaning.isprintable()


def test_a_cause_at_the_end_of_an_endless_line_is_found_and_quoted_in_short() -> None:
    (found,) = causes(b"x" * 1_000_000 + FULL + b"next\n")
    assert (found.line, found.explanation.meaning) == (1, "The disk is full.")
    assert len(found.text) < 400
    assert "No space left" in found.text


class _Endless(io.RawIOBase):
    """A log of many bytes that lie nowhere."""

    def __init__(self, blocks: int) -> None:
        self._blocks: Iterator[bytes] = iter([b"line of a log\n" * 50] * blocks + [FULL])

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        block = next(self._blocks, b"")
        buffer[: len(block)] = block
        return len(block)


def test_a_log_is_never_held_whole() -> None:
    causes(FULL)  # reads the tables
    tracemalloc.start()
    found = list(find_causes(io.BufferedReader(_Endless(60), 4096), TABLES))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[0].line == 3_001
    assert peak < 200_000
