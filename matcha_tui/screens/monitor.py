"""The fifth step: a run as it happens; watching changes nothing about it."""

import asyncio
import time
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message

from matcha_tui.data_choice import DataChoice
from matcha_tui.deployment import Consent
from matcha_tui.project.history import RunKind
from matcha_tui.screens.base import MatchaScreen
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.outcome import format_first_error, format_outcome
from matcha_tui.screens.run_log import RunLog
from matcha_tui.screens.session import Session
from matcha_tui.screens.wizard import BUILD, DONE, open_step, step_titles
from matcha_tui.targets.importing import ImportCandidate, find_import_candidates
from matcha_tui.targets.plan_check import was_refused
from matcha_tui.targets.registry import TARGETS
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import initial_progress
from matcha_tui.terraform.progress import ResourceState, RunProgress
from matcha_tui.widgets.banner import Banner
from matcha_tui.widgets.component import gather, short_name
from matcha_tui.widgets.log_pane import LogLine, LogPane
from matcha_tui.widgets.log_view import LogView
from matcha_tui.widgets.resource_tree import ResourceTree
from matcha_tui.widgets.run_bar import RunBar
from matcha_tui.widgets.step_line import StepLine

# What is read at once, so that a key never waits long: so many events, then a breath, and
# a frame is painted only so often.
_MOST_EVENTS = 200
_BREATH_SECONDS = 0.01
_FRAME_SECONDS = 0.1
_WORTH_TELLING = 2_000  # lines behind
_AGAIN = (RunState.FAILED, RunState.CANCELLED, RunState.LOST)


class MonitorScreen(MatchaScreen):
    """Follows a run from its first event, whoever started it and when."""

    CSS_PATH = "monitor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "finish", "Go on", id="monitor.finish", tooltip="To what was built, or home"
        ),
        Binding("r", "again", "Run again", id="monitor.again", tooltip="Run the same again"),
        Binding(
            "v",
            "review",
            "Review",
            id="monitor.review",
            tooltip="Make a new plan, and see there what it would destroy",
        ),
        Binding(
            "a",
            "import",
            "Import",
            id="monitor.import",
            tooltip="Import what exists already though Terraform does not know it, and go on",
        ),
        Binding(
            "c",
            "cancel",
            "Cancel",
            id="monitor.cancel",
            tooltip="Ask Terraform to stop; asked again, make it stop at once",
        ),
        Binding(
            "E",
            "first_error",
            "First error",
            id="monitor.error",
            tooltip="Go to the first error in the log",
        ),
        Binding(
            "tab",
            "switch",
            "Resources/log",
            show=False,
            id="monitor.switch",
            tooltip="Go to the resources, where a row selects its lines, or to the log",
        ),
        Binding("f", "freeze", "Freeze/follow", id="monitor.freeze", tooltip="Hold the log still"),
        Binding("l", "log", "Full log", id="monitor.log", tooltip="Give the log all the room"),
        Binding(
            "o",
            "component",
            "One component",
            show=False,
            id="monitor.component",
            tooltip="Show the log of one component after the other, then of all",
        ),
        Binding(
            "q",
            "leave",
            "Leave",
            id="monitor.leave",
            tooltip="Go home; the run goes on without you",
        ),
        Binding(
            "escape",
            "back",
            "Back",
            show=False,
            id="monitor.back",
            tooltip="Show the whole log again; then leave",
        ),
    ]

    class RunEnded(Message):
        """The run that is watched has ended, just now.

        Attributes:
            sentence: How, in plain text.
        """

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, session: Session, run: Run, *, data: DataChoice = DataChoice.KEEP) -> None:
        super().__init__(session)
        self._run = run
        self._data = data
        self._log = RunLog(run)
        self._behind = 0
        self._log_title = ""
        self.progress = initial_progress(run)

    def stack_name(self) -> str:
        """Return the stack that the run is about."""
        return self._run.details.get("stack", "")

    def compose_top(self) -> ComposeResult:
        """Show the wizard's steps, when this is one of them."""
        if self._run.kind == RunKind.PROVISION:
            target = TARGETS.get(
                self._run.details.get("target", ""), self.session.deployment.project.target
            )
            yield StepLine(BUILD, step_titles(target))

    def compose_body(self) -> ComposeResult:
        """Put the resources beside the log, or above it where there is less room."""
        with Vertical(id="top"):
            yield RunBar()
            yield Banner()
        with Container(id="panes"):
            with Vertical(id="resources") as resources:
                resources.border_title = "Resources"
                yield ResourceTree()
            yield LogView()

    def on_mount(self) -> None:
        """Follow the run, and move the clocks once a second."""
        self.set_interval(1.0, self.move_clocks)
        self.move_clocks()
        log = self.query_one(LogPane)
        log.action_fold()
        log.focus()
        self.query_one(RunBar).expected_seconds = self._run.expected_seconds
        self.follow_run()

    def move_clocks(self) -> None:
        """Show the time that goes by while nothing else happens."""
        if not self.progress.state.is_final:
            self.query_one(RunBar).now = self.query_one(ResourceTree).now = self.session.now()

    @work(exclusive=True, group="follow")
    async def follow_run(self) -> None:
        """Take in every event, a few at a time, and paint a frame now and then."""
        self.end_if_left()
        progress = initial_progress(self._run)
        self._show(progress, ())
        times = await self.session.expected_times(self._run)
        self.end_if_left()
        self.query_one(RunBar).times = self.query_one(ResourceTree).times = times
        log, waiting = self.query_one(LogPane), list[LogLine]()
        painted, was_live = 0.0, False
        async for batch in self.session.follow(self._run, _MOST_EVENTS, _FRAME_SECONDS):
            self.end_if_left()
            waiting += self._log.take(batch, log.next_number + len(waiting))
            progress = progress.apply_all(batch.events)
            self._behind = batch.behind
            if not batch.behind or time.monotonic() - painted > _FRAME_SECONDS:
                self._show(progress, waiting, is_news=was_live)
                waiting, painted = [], time.monotonic()
                was_live = was_live or not batch.behind
            if batch.behind:
                await asyncio.sleep(_BREATH_SECONDS)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        state = self.progress.state
        if action == "finish":
            return state is RunState.DONE
        if action == "review":
            return was_refused(self.progress)
        if action == "again":
            can_repeat = self._run.kind in (RunKind.PROVISION, RunKind.DESTROY)
            return state in _AGAIN and can_repeat and not was_refused(self.progress)
        if action == "import":
            return state in _AGAIN and bool(self._candidates())
        if action == "cancel":
            return not state.is_final
        if action == "first_error":
            return self._has_error
        return True

    @work(group="cancel", exclusive=True)
    async def action_cancel(self) -> None:
        """Ask first; then ask the run to stop, or make it."""
        kind = self._run.kind
        if self.progress.state is RunState.CANCELLING:
            question = Confirm(
                "Stop at once?",
                "Terraform is stopped in the middle of its work. What it was making may stay "
                "behind without its knowing.",
                yes="Stop at once",
                no="Let it end",
            )
            stop = self.session.deployment.force
        else:
            question = Confirm(
                f"Cancel this {kind}?",
                "Terraform ends what it has begun. What is done already is kept, and the next "
                "run goes on from there.",
                yes="Cancel it",
                no="Go on",
            )
            stop = self.session.deployment.cancel
        if await self.app.push_screen_wait(question) and not self.progress.state.is_final:
            await self.attempt(stop(self._run))

    @work(group="again", exclusive=True)
    async def action_again(self) -> None:
        """Run the same again, and follow that."""
        if self._run.kind == RunKind.DESTROY:
            run = await self.attempt(self.session.deployment.start_destroy(self._data))
        else:
            run = await self.attempt(self.session.deployment.start_provision())
        if run is not None:
            self._watch(run)

    @work(group="again", exclusive=True)
    async def action_import(self) -> None:
        """Import what is there already, after a yes, and go on."""
        candidates = self._candidates()
        names = "\n".join(f"- {short_name(item.address)}" for item in candidates)
        question = Confirm(
            "Import what exists already?",
            f"Terraform will manage these from now on, and a destroy deletes them:\n{names}",
            yes="Import",
            no="Leave it",
        )
        if await self.app.push_screen_wait(question):
            run = await self.attempt(
                self.session.deployment.start_provision(Consent(import_existing=True))
            )
            if run is not None:
                self._watch(run)

    def action_review(self) -> None:
        """Review a new plan: by now it shows what this run would have destroyed."""
        self.app.switch_screen(open_step(self.session, "review"))

    def action_finish(self) -> None:
        """Go on to what was built; when nothing was, home."""
        from matcha_tui.screens.resources import ResourcesScreen

        if self._run.kind == RunKind.PROVISION:
            self.app.switch_screen(ResourcesScreen(self.session))
        else:
            self.go_home()

    def action_leave(self) -> None:
        """Go home; the run goes on, as home says."""
        self.go_home()

    def action_back(self) -> None:
        """Show the whole log again where only a part is shown; else leave."""
        tree = self.query_one(ResourceTree)
        if tree.selected is None:
            self.action_leave()
        else:
            tree.action_deselect()

    def action_switch(self) -> None:
        """Go to the resources, or to the log."""
        tree, log = self.query_one(ResourceTree), self.query_one(LogPane)
        if self.focused is tree or self.has_class("-full-log"):
            log.focus()
        else:
            tree.focus()

    async def action_first_error(self) -> None:
        """Go to the first error, wherever it is."""
        log = self.query_one(LogPane)
        self.query_one(ResourceTree).selected = None
        log.show_all()
        while not log.go_to_first("error") and log.has_older:
            if not await self._read_older():
                break

    def action_freeze(self) -> None:
        """Hold the log still, or follow its end again."""
        log = self.query_one(LogPane)
        log.follow = not log.follow

    def action_component(self) -> None:
        """Show the log of the next component, and after the last that of all."""
        tree = self.query_one(ResourceTree)
        titles = ["", *(item.title for item in gather(self.progress.resources.values()))]
        shown = tree.selected[0] if tree.selected else ""
        place = titles.index(shown) if shown in titles else 0
        title = titles[(place + 1) % len(titles)]
        tree.selected = (title, "") if title else None

    def action_log(self) -> None:
        """Give the log all the room, or share it again."""
        self.toggle_class("-full-log")

    @on(ResourceTree.Selected)
    def show_selected(self, event: ResourceTree.Selected) -> None:
        """Show the lines of what is selected."""
        label = f"{event.owner} {event.title} · esc" if event.source else f"{event.owner} · esc"
        self.query_one(LogPane).show_only(
            event.owner, event.source, label=label if event.owner else ""
        )

    @on(LogPane.FollowChanged)
    def name_log(self) -> None:
        """Say in the log's title whether it stands still, and how far behind it is."""
        log = self.query_one(LogPane)
        title = "Log" if log.follow else "Log (frozen)"
        if self._behind >= _WORTH_TELLING:
            title += f" · about {self._behind:,} lines behind"
        if title != self._log_title:  # else each batch would draw the border anew
            self._log_title = log.border_title = title

    @on(LogPane.NoErrorShown)
    async def find_error(self) -> None:
        """Look for the first error where it is not shown."""
        if self._has_error:
            await self.action_first_error()

    @on(LogPane.OlderAsked)
    @work(group="older", exclusive=True)
    async def show_older(self) -> None:
        """Read lines from disk that the log holds no longer."""
        await self._read_older()

    async def _read_older(self) -> bool:
        log = self.query_one(LogPane)
        older = await self.attempt(self._log.read_older(log.first_number))
        if older:
            log.prepend_lines(older)
        log.has_older = self._log.has_older(log.first_number)
        return bool(older)

    @property
    def _has_error(self) -> bool:
        failed = (item.state is ResourceState.FAILED for item in self.progress.resources.values())
        return self.progress.first_error is not None or any(failed)

    def _candidates(self) -> tuple[ImportCandidate, ...]:
        return find_import_candidates(self.progress) if self._run.kind == RunKind.PROVISION else ()

    def _watch(self, run: Run) -> None:
        self._run = run
        self._log = RunLog(run)
        self.query_one(Banner).message = None
        self.query_one(ResourceTree).selected = None
        self.query_one(LogPane).clear()
        self.query_one(RunBar).expected_seconds = run.expected_seconds
        self.follow_run()

    def _show(
        self, progress: RunProgress, lines: Sequence[LogLine], *, is_news: bool = False
    ) -> None:
        changed, had_error = progress.state is not self.progress.state, self._has_error
        self.progress = progress
        self.query_one(ResourceTree).progress = progress
        self.query_one(RunBar).progress = progress
        log = self.query_one(LogPane)
        log.write_lines(lines)
        log.has_older = self._log.has_older(log.first_number)
        self.name_log()
        if changed and progress.state.is_final:
            self._show_end(is_news=is_news)
        elif not progress.state.is_final and had_error is not self._has_error:
            self.query_one(Banner).message = format_first_error(self._run, progress)
        if changed or had_error is not self._has_error:
            self.refresh_bindings()

    def _show_end(self, *, is_news: bool) -> None:
        message = format_outcome(self._run, self.progress, can_import=bool(self._candidates()))
        self.query_one(Banner).message = message
        if is_news:
            self.post_message(self.RunEnded(message.headline))
        for step_line in self.query(StepLine):
            step_line.current = DONE if self.progress.state is RunState.DONE else BUILD
