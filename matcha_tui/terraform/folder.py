"""A run's folder on disk: what was asked for, and how it ended."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically
from matcha_tui.system.locks import is_locked
from matcha_tui.terraform.events import RunState

DESCRIPTION = "run.json"
EVENTS = "events.jsonl"
LOCK = "live.lock"
PROCESSES = "processes.json"
RUN_CODE = "MATCHA_RUN_CODE"
"""In the environment of each step: the exit code of the run so far."""
_RESULT = "result.json"


class When(StrEnum):
    """On what condition a step of a run is carried out."""

    ALL_WELL = "all well"
    AFTER_FAILURE = "after a failure"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Step:
    """One program of a run.

    Attributes:
        name: What it does, e.g. ``plan``.
        layer: The layer it does it to.
        command: The program and its arguments; never a secret among them.
        directory: Where it is run.
        output: Takes its stdout, which then stays out of the run's events: for
            what may hold secrets. Written whole, 0600, and only on success.
        when: The condition. A step that comes after a failure makes good for it when
            it succeeds, and the run goes on; one that always comes does so after a
            cancel, too, unless nothing has succeeded in its layer.
    """

    name: str
    layer: str
    command: tuple[str, ...]
    directory: Path
    output: Path | None = None
    when: When = When.ALL_WELL


@dataclass(frozen=True, slots=True)
class Run:
    """One plan, apply or destroy.

    Attributes:
        directory: Its folder.
        id: Its name; later runs sort after earlier ones.
        kind: What it does, e.g. ``provision``.
        engine: What does it, as `Engine.label` has it.
        steps: Its programs, in order.
        created: When it was made.
        expected_seconds: How long it takes, roughly.
        details: Whatever its maker wants to find again.
    """

    directory: Path
    id: str
    kind: str
    engine: str
    steps: tuple[Step, ...]
    created: datetime
    expected_seconds: float | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended, by its worker's record."""

    state: RunState
    exit_code: int
    finished: datetime


def create_run(
    runs_directory: Path,
    *,
    kind: str,
    engine: str,
    steps: Callable[[Path], Sequence[Step]],
    expected_seconds: float | None = None,
    details: Mapping[str, str] | None = None,
) -> Run:
    """Make a run's folder, without starting it.

    Args:
        runs_directory: Where runs are kept.
        kind: What it does, e.g. ``provision``; part of its id.
        engine: What does it, as `Engine.label` has it.
        steps: Gives the steps, from the run's folder (for the plan file).
        expected_seconds: How long it takes, roughly.
        details: Whatever its maker wants to find again; no secrets.

    Returns:
        The run.

    Raises:
        MatchaError: If the folder cannot be written.
    """
    created = datetime.now(UTC)
    directory = _new_directory(make_private_directory(runs_directory.absolute()), kind, created)
    run = Run(
        directory=directory,
        id=directory.name,
        kind=kind,
        engine=engine,
        steps=tuple(steps(directory)),
        created=created,
        expected_seconds=expected_seconds,
        details=dict(details or {}),
    )
    write_atomically(directory / DESCRIPTION, json.dumps(_description(run), indent=2) + "\n")
    return run


def read_run(directory: Path) -> Run:
    """Read a run's folder.

    Raises:
        MatchaError: If it isn't one.
    """
    path = directory.absolute() / DESCRIPTION
    with explain_os_errors("read", path):
        content = path.read_bytes()
    try:
        return _run(path.parent, json.loads(content))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MatchaError(
            f"{path} does not describe a run", hint="Remove that folder; it is only history."
        ) from error


def list_runs(runs_directory: Path) -> tuple[Run, ...]:
    """All runs, newest first; a folder that cannot be read is left out."""
    runs = []
    for path in runs_directory.glob(f"*/{DESCRIPTION}"):
        try:
            runs.append(read_run(path.parent))
        except MatchaError:
            continue
    return tuple(sorted(runs, key=lambda run: (run.created, run.id), reverse=True))


def is_live(run: Run) -> bool:
    """Whether the run's worker, or Terraform itself, is still at it."""
    return is_locked(run.directory / LOCK)


def was_started(run: Run) -> bool:
    """Whether anybody ever started it."""
    return (run.directory / EVENTS).exists()


def read_result(run: Run) -> RunResult | None:
    """How the run ended; ``None`` while it hasn't, and when nobody was left to say."""
    try:
        record = json.loads((run.directory / _RESULT).read_bytes())
        state, code = RunState(record["state"]), int(record["exit_code"])
        return RunResult(state, code, datetime.fromisoformat(record["finished"]))
    except (OSError, KeyError, TypeError, ValueError):
        return None


def write_result(directory: Path, state: RunState, exit_code: int) -> None:
    """Record how a run ended; the worker's last word.

    Raises:
        MatchaError: If it cannot be written.
    """
    finished = datetime.now(UTC).isoformat()
    record = {"state": state.value, "exit_code": exit_code, "finished": finished}
    write_atomically(directory / _RESULT, json.dumps(record) + "\n")


def _new_directory(runs_directory: Path, kind: str, created: datetime) -> Path:
    base = f"{created:%Y%m%dT%H%M%S}-{kind}"
    number = 1
    while True:
        path = runs_directory / (base if number == 1 else f"{base}-{number}")
        with explain_os_errors("create", path):
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                number += 1
                continue
        return path


def _description(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "kind": run.kind,
        "engine": run.engine,
        "created": run.created.isoformat(),
        "expected_seconds": run.expected_seconds,
        "details": dict(run.details),
        "steps": [
            {
                "name": step.name,
                "layer": step.layer,
                "command": list(step.command),
                "directory": str(step.directory),
                "output": str(step.output) if step.output else None,
                "when": step.when.value,
            }
            for step in run.steps
        ],
    }


def _run(directory: Path, description: Any) -> Run:
    seconds = description["expected_seconds"]
    return Run(
        directory=directory,
        id=directory.name,
        kind=str(description["kind"]),
        engine=str(description["engine"]),
        steps=tuple(_step(step) for step in description["steps"]),
        created=datetime.fromisoformat(description["created"]),
        expected_seconds=None if seconds is None else float(seconds),
        details={str(name): str(value) for name, value in description["details"].items()},
    )


def _step(description: Any) -> Step:
    output = description["output"]
    return Step(
        name=str(description["name"]),
        layer=str(description["layer"]),
        command=tuple(str(word) for word in description["command"]),
        directory=Path(description["directory"]),
        output=Path(output) if output else None,
        when=When(description.get("when", When.ALL_WELL)),
    )
