"""The fifth step: a run as it happens; watching changes nothing about it."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from matcha_tui.data_choice import DataChoice
from matcha_tui.deployment import Consent
from matcha_tui.project.history import RunKind
from matcha_tui.screens.base import MatchaScreen
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.outcome import format_outcome
from matcha_tui.screens.session import Session
from matcha_tui.screens.wizard import BUILD, DONE, open_step, step_titles
from matcha_tui.targets.importing import ImportCandidate, find_import_candidates
from matcha_tui.targets.plan_check import was_refused
from matcha_tui.targets.registry import TARGETS
from matcha_tui.terraform.events import Event, RunState, StepStarted
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import initial_progress
from matcha_tui.terraform.narration import narrate
from matcha_tui.terraform.progress import RunProgress
from matcha_tui.widgets.banner import Banner
from matcha_tui.widgets.component import gather, short_name, title_of
from matcha_tui.widgets.log_pane import LogLine, LogPane
from matcha_tui.widgets.log_view import LogView
from matcha_tui.widgets.resource_tree import ResourceTree
from matcha_tui.widgets.run_bar import RunBar
from matcha_tui.widgets.step_line import StepLine

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
            "q,escape",
            "leave",
            "Leave",
            id="monitor.leave",
            tooltip="Go home; the run goes on without you",
        ),
    ]

    def __init__(self, session: Session, run: Run, *, data: DataChoice = DataChoice.KEEP) -> None:
        super().__init__(session)
        self._run = run
        self._data = data
        self._shown = ""
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
        self.query_one(RunBar).expected_seconds = self._run.expected_seconds
        self.set_interval(1.0, self.move_clocks)
        self.move_clocks()
        self.query_one(LogPane).focus()
        self.follow_run()

    def move_clocks(self) -> None:
        """Show the time that goes by while nothing else happens."""
        if not self.progress.state.is_final:
            self.query_one(RunBar).now = self.query_one(ResourceTree).now = self.session.now()

    @work(exclusive=True, group="follow")
    async def follow_run(self) -> None:
        """Show every event, a batch at a time."""
        self.end_if_left()
        self._show(initial_progress(self._run), ())
        async for events in self.session.deployment.follow(self._run):
            self.end_if_left()
            self._show(self.progress.apply_all(events), events)

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
        """Go home; the run goes on."""
        if not self.progress.state.is_final:
            self.notify(f"The {self._run.kind} goes on. Press w to watch it again.", markup=False)
        self.go_home()

    def action_freeze(self) -> None:
        """Hold the log still, or follow its end again."""
        log = self.query_one(LogPane)
        log.follow = not log.follow

    def action_component(self) -> None:
        """Show the log of the next component, and after the last that of all."""
        titles = ["", *(item.title for item in gather(self.progress.resources.values()))]
        place = titles.index(self._shown) if self._shown in titles else 0
        self._shown = titles[(place + 1) % len(titles)]
        self.query_one(LogPane).show_owner(self._shown)

    def action_log(self) -> None:
        """Give the log all the room, or share it again."""
        self.toggle_class("-full-log")

    @on(LogPane.FollowChanged)
    def name_log(self, event: LogPane.FollowChanged) -> None:
        """Say in the log's title whether it stands still."""
        self.query_one(LogPane).border_title = "Log" if event.follow else "Log (frozen)"

    def _candidates(self) -> tuple[ImportCandidate, ...]:
        return find_import_candidates(self.progress) if self._run.kind == RunKind.PROVISION else ()

    def _watch(self, run: Run) -> None:
        self._run = run
        self.query_one(Banner).message = None
        self.query_one(LogPane).clear()
        self.query_one(RunBar).expected_seconds = run.expected_seconds
        self.follow_run()

    def _show(self, progress: RunProgress, events: Sequence[Event]) -> None:
        changed = progress.state is not self.progress.state
        self.progress = progress
        self.query_one(ResourceTree).progress = progress
        self.query_one(RunBar).progress = progress
        self.query_one(LogPane).write_lines(_lines(events))
        if changed and progress.state.is_final:
            self._show_end()
        if changed:
            self.refresh_bindings()

    def _show_end(self) -> None:
        if self.session.bell:
            self.app.bell()
        self.query_one(Banner).message = format_outcome(
            self._run, self.progress, can_import=bool(self._candidates())
        )
        for step_line in self.query(StepLine):
            step_line.current = DONE if self.progress.state is RunState.DONE else BUILD


def _lines(events: Sequence[Event]) -> list[LogLine]:
    lines = []
    for event in events:
        told = narrate(event)
        if told is not None:
            level = "step" if isinstance(event, StepStarted) else told.level
            when = f"{event.timestamp.astimezone():%H:%M:%S}" if event.timestamp else ""
            owner = title_of(told.address) if told.address else ""
            lines.append(LogLine(told.text, level, owner, when))
    return lines
