"""Deletes the runs that are history nobody needs any more, so that their folder stays small."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from matcha_tui.system.files import directory_size
from matcha_tui.terraform.folder import DESCRIPTION, Run, is_live, list_runs


@dataclass(frozen=True, slots=True)
class Limits:
    """How much history is kept; a run beyond any of these goes.

    Attributes:
        runs: How many runs.
        age: How old the oldest may be.
        size: How many bytes the kept ones may have together.
    """

    runs: int = 100
    age: timedelta = timedelta(days=90)
    size: int = 200_000_000


LIMITS = Limits()


def prune_runs(new: Run, limits: Limits = LIMITS) -> None:
    """Delete what is beyond the limits of the runs that were made before a new one.

    Whatever the limits, these stay: the last run of each kind before the new one, which
    say how the last change ended; one that is under way; one whose files the new run
    uses, as the plan that it applies. A file that cannot be deleted is left for the next time.
    """
    earlier = [run for run in list_runs(new.directory.parent) if run.id != new.id]
    kept = set(_needed(new, earlier))
    size = 0
    for number, run in enumerate(earlier, start=2):
        size += directory_size(run.directory)
        is_beyond = (
            number > limits.runs or new.created - run.created > limits.age or size > limits.size
        )
        if is_beyond and run.id not in kept and not is_live(run):
            _delete(run.directory)


def _needed(new: Run, earlier: Sequence[Run]) -> Iterator[str]:
    last_of_kinds: set[str] = set()
    words = [word for step in new.steps for word in step.command]
    for run in earlier:  # newest first
        if run.kind not in last_of_kinds or any(f"{run.directory}/" in word for word in words):
            yield run.id
        last_of_kinds.add(run.kind)


def _delete(directory: Path) -> None:
    """Delete a run's folder; its description goes last, so that what is left is found again."""
    description = directory / DESCRIPTION
    with suppress(OSError):
        others = [path for path in directory.iterdir() if path != description]
        for path in others:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()
        if list(directory.iterdir()) == [description]:
            description.unlink()
            directory.rmdir()
