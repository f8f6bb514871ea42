"""How a command that runs Terraform reports: in lines for people, or one JSON object a line.

Narration goes to stderr in either form; stdout has only data.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

from matcha_tui.commands.following import follow_to_end, show_plainly
from matcha_tui.commands.run_objects import (
    JsonObject,
    event_objects,
    result_object,
    started_object,
)
from matcha_tui.deployed import MASK
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.streams import OutputError
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.events import Event
from matcha_tui.terraform.explain import Explanations
from matcha_tui.terraform.folder import Run, is_live
from matcha_tui.terraform.following import initial_progress
from matcha_tui.terraform.progress import RunProgress


class Report:
    """What a command says on stdout, in the form of text."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    def follow(self, run: Run) -> RunProgress:
        """Show a run until it has ended, and return how; Ctrl-C cancels it."""
        return follow_to_end(run)

    def detach(self, run: Run) -> None:
        """Tell of a run that goes on by itself."""
        click.echo(run.id)
        print_how_to_follow(run)

    def print_text(self, text: str) -> None:
        """Print what was found out, for people."""
        click.echo(text)

    def print_resources(self, resources: Mapping[str, Mapping[str, str]]) -> None:
        """Print what the stack gives, secrets being masked, and so left out."""
        for resource, properties in resources.items():
            for name, value in properties.items():
                if value != MASK:
                    click.echo(f"{resource:<22} {name:<16} {value}")


class JsonReport(Report):
    """The same as JSON; its result is printed when the command ends, however it ends."""

    def __init__(self, operation: str) -> None:
        super().__init__(operation)
        self._run: Run | None = None
        self._progress: RunProgress | None = None
        self._explanations: Explanations | None = None
        self._resources: Mapping[str, Mapping[str, str]] = {}

    def follow(self, run: Run) -> RunProgress:
        """Print a run's events until it has ended, and return how; Ctrl-C cancels it."""
        self._begin(run)
        self._progress = follow_to_end(run, self._show)
        return self._progress

    def detach(self, run: Run) -> None:
        """Tell of a run that goes on by itself."""
        self._begin(run)
        print_how_to_follow(run)

    def print_text(self, text: str) -> None:
        """Print nothing: the objects have said it."""

    def print_resources(self, resources: Mapping[str, Mapping[str, str]]) -> None:
        """Keep what the stack gives for the result."""
        self._resources = resources

    def finish(self, error: MatchaError | None) -> None:
        """Print the result."""
        _print(result_object(self.operation, self._run, self._progress, error, self._resources))

    def lose(self, error: OutputError) -> None:
        """Say how to go on watching a run whose objects can no longer be printed."""
        if error.sentence and self._run is not None and is_live(self._run):
            print_how_to_follow(self._run)

    def _begin(self, run: Run) -> None:
        self._run, self._progress = run, initial_progress(run)
        self._explanations = explanations_of(run)
        _print(started_object(run))

    def _show(self, events: Sequence[Event], progress: RunProgress) -> None:
        show_plainly(events, progress)
        assert self._progress is not None  # noqa: S101 - for the type checker
        for event in events:
            before, self._progress = self._progress, self._progress.apply(event)
            for item in event_objects(event, before, self._progress, self._explanations):
                _print(item)


@contextmanager
def reporting(form: str, operation: str) -> Iterator[Report]:
    """Report in one of the forms; JSON always ends with a result."""
    if form == "text":
        yield Report(operation)
        return
    report = JsonReport(operation)
    try:
        yield report
    except MatchaError as error:
        report.finish(error)
        raise
    except (click.Abort, KeyboardInterrupt):
        report.finish(MatchaError("it was interrupted", exit_code=ExitCode.CANCELLED))
        raise
    except OutputError as error:
        report.lose(error)
        raise
    report.finish(None)


def print_how_to_follow(run: Run) -> None:
    """Say on stderr how to watch a run, and how to end it."""
    click.echo(
        f"The {run.kind} goes on by itself. Watch it: matcha logs {run.id} --follow; "
        "end it: matcha cancel",
        err=True,
    )


def _print(item: JsonObject) -> None:
    click.echo(json.dumps(item))
