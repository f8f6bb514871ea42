"""One archive about a run for a bug report, without the project's secrets.

It is made in memory, opened again and searched for every known secret, and written only then.
"""

import io
import json
import os
import platform
import tarfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import matcha_tui
from matcha_tui.errors import MatchaError
from matcha_tui.known_secrets import known_secrets
from matcha_tui.preflight import list_checks, run_checks
from matcha_tui.project.workspace import Workspace
from matcha_tui.selection import Project
from matcha_tui.system.files import PRIVATE_FILE_MODE, write_atomically
from matcha_tui.system.redaction import REMOVED, Redaction
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import DESCRIPTION, EVENTS, Run
from matcha_tui.terraform.following import read_events, read_progress
from matcha_tui.terraform.narration import narrate
from matcha_tui.terraform.outcome import find_failure

_LARGEST_BYTES = 8 * 1024 * 1024
_MOST_LINES = 20_000
_CRASHES = 3
_RESULT = "result.json"

_Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BugReport:
    """What was written.

    Attributes:
        file: The archive.
        members: Name of each file in it to what it is.
        removed: In how many places a secret was taken out.
    """

    file: Path
    members: Mapping[str, str]
    removed: int


def write_report(
    workspace: Workspace, project: Project | None, run: Run, fault: str, tell: _Tell
) -> BugReport:
    """Write the archive into the project's folder.

    Args:
        workspace: The project's files.
        project: The same as it was read; ``None`` where it cannot be.
        run: What it is about.
        fault: Why the project cannot be read; empty where it can.
        tell: Called with what is done, a line at a time.

    Raises:
        MatchaError: If it cannot be written, or would have held a secret.
    """
    redaction = Redaction(known_secrets(workspace, project, os.environ))
    tell(f"Taking out what is secret; {len(redaction.secrets)} values are known to be ...")
    members, removed = {}, 0
    for name, (title, content) in _collect(workspace, project, run, fault, tell).items():
        lines, counts = [], 0
        for line in content.splitlines():
            clean, count = redaction.remove(line)
            lines.append(clean)
            counts += count
        members[name] = (title, "\n".join([*lines, ""]))
        removed += counts
    now = datetime.now(UTC)
    archive = _pack(members, now)
    _check(archive, redaction)
    file = workspace.project / f"matcha-report-{run.id}-{now.astimezone():%Y%m%d-%H%M%S}.tar.gz"
    write_atomically(file, archive)
    return BugReport(file, {name: title for name, (title, _) in members.items()}, removed)


def _collect(
    workspace: Workspace, project: Project | None, run: Run, fault: str, tell: _Tell
) -> dict[str, tuple[str, str]]:
    """Return name of each file to what it is and its content."""
    found = {
        "versions.json": ("versions and system", _versions(run)),
        "summary.txt": ("how the run went, and its plan", _summary(run)),
        "log.txt": ("what the run said", _log(run)),
        f"run/{DESCRIPTION}": ("what the run was to do", _text(run.directory / DESCRIPTION)),
        f"run/{_RESULT}": ("how the run ended", _text(run.directory / _RESULT)),
        f"run/{EVENTS}": ("the run's events", _text(run.directory / EVENTS)),
        "matcha.toml": ("what is chosen", _text(workspace.config_file)),
        "deployment.json": ("what is deployed", _text(workspace.record_file)),
    }
    for path in sorted(workspace.directory.glob("crash-*.txt"))[-_CRASHES:]:
        found[path.name] = ("an error that matcha did not expect", _text(path))
    if project is None:
        found["doctor.json"] = ("why the project cannot be read", json.dumps({"error": fault}))
    else:
        tell("Checking what a provision needs ...")
        found["doctor.json"] = ("what matcha doctor finds", _findings(project))
    return {name: (title, content) for name, (title, content) in found.items() if content}


def _versions(run: Run) -> str:
    facts = {
        "matcha": matcha_tui.__version__,
        "engine": run.engine,
        "python": platform.python_version(),
        "system": platform.platform(),
        "run": run.id,
        "target": run.details.get("target"),
        "stack": run.details.get("stack"),
    }
    return json.dumps(facts, indent=2)


def _summary(run: Run) -> str:
    progress = read_progress(run)
    lines = [f"{run.kind} {run.id}: {progress.state}, exit code {progress.exit_code}"]
    if planned := progress.planned:
        counts = f"{planned.add} to add, {planned.change} to change, {planned.destroy} to destroy"
        lines.append(f"plan: {counts}; {progress.done.total} done")
    if progress.state is RunState.FAILED:
        failure = find_failure(progress, explanations_of(run))
        lines.append(f"error: {failure.reason}")
        if failure.explanation:
            lines.append(f"meaning: {failure.explanation.meaning}")
            lines.append(f"next step: {failure.explanation.next_step}")
    lines += [f"step: {step.layer} {step.name}: {step.state}" for step in progress.steps]
    lines += [
        f"resource: {one.layer} {one.address}: {one.action}, {one.state}"
        for one in progress.resources.values()
    ]
    return "\n".join(lines)


def _log(run: Run) -> str:
    told = (narrate(event) for events in read_events(run) for event in events)
    lines = deque((line.text for line in told if line), maxlen=_MOST_LINES)
    return "\n".join(lines)


def _text(path: Path) -> str:
    """Return a file's content, or of a large one its end; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            left_out = max(0, file.seek(0, os.SEEK_END) - _LARGEST_BYTES)
            file.seek(left_out)
            if left_out:
                file.readline()
            content = file.read().decode(errors="replace")
    except OSError:
        return ""
    return f"({left_out} bytes before this are left out)\n{content}" if left_out else content


def _findings(project: Project) -> str:
    try:
        found = run_checks(list_checks(project))
    except MatchaError as error:
        return json.dumps({"error": error.message, "hint": error.hint})
    rows = [
        {"name": one.name, "verdict": one.verdict, "text": one.text, "hint": one.hint}
        for one in found
    ]
    return json.dumps(rows, indent=2)


def _pack(members: Mapping[str, tuple[str, str]], now: datetime) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, (_, content) in members.items():
            encoded = content.encode(errors="replace")
            member = tarfile.TarInfo(f"matcha-report/{name}")
            member.size, member.mode = len(encoded), PRIVATE_FILE_MODE
            member.mtime = int(now.timestamp())
            tar.addfile(member, io.BytesIO(encoded))
    return packed.getvalue()


def _check(archive: bytes, redaction: Redaction) -> None:
    """Refuse an archive that has a known secret in it, in whatever form."""
    for name, line in _lines_in(archive):
        if redaction.is_in(line.replace(REMOVED, "")):
            raise MatchaError(
                f"the report was not written: a secret was left in its {name}",
                hint="That is a fault of matcha: please report it, without that file.",
            )


def _lines_in(archive: bytes) -> Iterator[tuple[str, str]]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None  # noqa: S101 - all are plain files
            for line in content.read().decode().splitlines():
                yield member.name, line
