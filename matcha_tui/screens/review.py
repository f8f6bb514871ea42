"""The last step before a build: what is built, where, and Terraform's own plan of it."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from matcha_tui.deployment import Consent
from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.outcome import tell_outcome
from matcha_tui.screens.session import Session
from matcha_tui.stack.catalog import MODULE_TYPES, Flavor
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import initial_progress
from matcha_tui.terraform.progress import RunProgress
from matcha_tui.widgets.banner import Banner
from matcha_tui.widgets.cost_table import CostRow, CostTable
from matcha_tui.widgets.plan_tree import PlanSummary, PlanTree

_FREE = "free"


class ReviewScreen(WizardScreen):
    """Nothing is built before somebody has seen this and agreed."""

    STEP = "review"
    CSS_PATH = "review.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,p",
            "forward",
            "Provision",
            id="review.provision",
            tooltip="Build exactly what this plan says",
            priority=True,
        ),
        Binding("r", "replan", "Plan again", id="review.replan", tooltip="Make a new plan"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._reviewed: Run | None = None
        self._is_busy = False

    def compose_body(self) -> ComposeResult:
        """Put the stack beside the plan, or above it where there is less room."""
        with Container(id="columns"):
            with Vertical(id="what") as what:
                what.border_title = "Stack"
                yield CostTable(self._costs())
                yield Static("", id="where")
            with Vertical(id="plan") as plan:
                plan.border_title = "Terraform's plan"
                yield PlanSummary()
                yield Banner()
                yield PlanTree()

    def on_mount(self) -> None:
        """Begin at once."""
        self.begin()

    def begin(self) -> None:
        """Plan; that takes about a second."""
        self._show_where("looking …")
        self.query_one(PlanTree).focus()
        self.make_plan()

    def action_replan(self) -> None:
        """Make a new plan."""
        if not self._is_busy:
            self.make_plan()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done yet."""
        if action == "forward":
            return True if self._reviewed and not self._is_busy else None
        if action == "replan":
            return None if self._is_busy else True
        return True

    def action_forward(self) -> None:
        """Build what was reviewed."""
        if self._reviewed and not self._is_busy:
            self.build(self._reviewed)

    def action_back(self) -> None:
        """Go back; a plan that is still being made ends."""
        self.app.run_worker(self.session.drop_plan(), exit_on_error=False)
        super().action_back()

    @work(group="review")
    async def make_plan(self) -> None:
        """Have Terraform plan, and show what it says."""
        self.end_if_left()
        self._set_busy(True)
        self._reviewed = None
        summary = self.query_one(PlanSummary)
        self.query_one(Banner).news = None
        summary.show_words("Planning …")
        try:
            engine = await self.attempt(self.session.deployment.engine())
            self._show_where(engine.label if engine else "none")
            run = await self.attempt(self.session.plan()) if engine else None
            if run is None:
                summary.show_words("✗ There is no plan. Press r to try again.", "$error")
                return
            progress = initial_progress(run)
            async for events in self.session.deployment.follow(run):
                self.end_if_left()
                progress = progress.apply_all(events)
                if step := progress.current_step:
                    summary.show_words(f"Planning: {step.name} …")
            previews = await self.attempt(self.session.deployment.describe_previews(progress))
            self.end_if_left()
            self._show_plan(run, progress, previews or "")
        finally:
            self._set_busy(False)

    @work(group="review")
    async def build(self, reviewed: Run) -> None:
        """Start the provision, and watch it."""
        from matcha_tui.screens.monitor import MonitorScreen

        self._set_busy(True)
        try:
            run = await self.attempt(self.session.deployment.start_provision(Consent(reviewed)))
        finally:
            self._set_busy(False)
        if run is not None:
            self._reviewed = None
            self.app.push_screen(MonitorScreen(self.session, run))

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        self.refresh_bindings()

    def _show_plan(self, run: Run, progress: RunProgress, previews: str) -> None:
        summary = self.query_one(PlanSummary)
        if progress.state is RunState.DONE and progress.planned is not None:
            self._reviewed = run
            summary.show_counts(progress.planned, previews)
            self.query_one(PlanTree).show_plan(progress)
        else:
            summary.show_words("")
            self.query_one(Banner).news = tell_outcome(run, progress)

    def _show_where(self, engine: str) -> None:
        project = self.session.deployment.project
        lines = [
            ("Cost", "nothing to pay"),
            ("Target", self.target_title()),
            ("Folder", project.workspace.shown),
            ("Engine", engine),
        ]
        self.query_one("#where", Static).update(
            Content("\n").join(
                Content.assemble((f"{name:<8}", "$quiet"), value) for name, value in lines
            )
        )

    def _flavors(self) -> tuple[Flavor, ...]:
        catalog, draft = self.session.deployment.project.catalog, self.session.draft
        return tuple(
            flavor
            for flavor in catalog.flavors
            if flavor.target == draft.target
            and (flavor.module_type, flavor.name) in draft.stack.modules
        )

    def _costs(self) -> tuple[CostRow, ...]:
        return tuple(
            CostRow(MODULE_TYPES[flavor.module_type], flavor.title, _FREE)
            for flavor in self._flavors()
        )
