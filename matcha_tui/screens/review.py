"""The last step before a build: what it costs, what speaks against it, and Terraform's plan."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from matcha_tui.deployment import Consent
from matcha_tui.errors import MatchaError
from matcha_tui.foreign_code import UnknownCode
from matcha_tui.pricing.report import money_span
from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.outcome import format_outcome
from matcha_tui.screens.review_panes import ChecksPane, CostPane, PlanPane, PlanSummary, StackPane
from matcha_tui.screens.session import Session
from matcha_tui.screens.trust import TrustScreen
from matcha_tui.targets.findings import Finding, Fix, Verdict
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import initial_progress
from matcha_tui.terraform.progress import RunProgress
from matcha_tui.widgets.banner import Banner
from matcha_tui.widgets.duration import clock
from matcha_tui.widgets.plan_tree import PlanTree

_PANES = ("cost", "checks", "plan")
_PAID_ONLY = ("pane", "fix")


class ReviewScreen(WizardScreen):
    """Nothing is built before somebody has seen this and agreed.

    On a target that costs money there are three panes, side by side or one at a time,
    below a line that sums them up; elsewhere the stack stands beside the plan.
    """

    STEP = "review"
    CSS_PATH = "review.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,p",
            "forward",
            "Provision",
            id="review.provision",
            tooltip="Build exactly what this plan says",
        ),
        Binding("r", "replan", "Plan again", id="review.replan", tooltip="Make a new plan"),
        Binding("1", "pane('cost')", "Cost", id="review.cost", tooltip="Show what it costs"),
        Binding("2", "pane('checks')", "Checks", id="review.checks", tooltip="Show the checks"),
        Binding("3", "pane('plan')", "Plan", id="review.plan", tooltip="Show Terraform's plan"),
        Binding(
            "f",
            "fix",
            "Fix",
            id="review.fix",
            tooltip="Do at once what can be done about the checks that failed",
        ),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._is_paid = session.target.pricing is not None
        self._cost = CostPane(session) if self._is_paid else None
        self._checks = ChecksPane()
        self._reviewed: Run | None = None
        self._is_planning = False
        self._fixing, self._fixing_since = "", session.now()

    def compose_body(self) -> ComposeResult:
        """Put the panes side by side, or above each other where there is less room."""
        self.set_class(self._is_paid, "-paid")
        if self._cost is None:
            with Container(id="columns"):
                yield StackPane(self.session)
                yield PlanPane("Terraform's plan")
        else:
            yield Static("", id="summary")
            with Container(id="columns"):
                yield self._cost
                yield self._checks
                yield PlanPane("3 Terraform's plan")

    def on_mount(self) -> None:
        """Make the plan at once and, where they matter, look for prices and run the checks."""
        self._show_where("looking …")
        self.make_plan()
        if self._is_paid:
            self.action_pane("cost")
            self.set_interval(1.0, self._show_clock)
            self.load_prices()
            self.check()
        else:
            self.query_one(PlanTree).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done yet, and offer only what there is."""
        if action in _PAID_ONLY and not self._is_paid:
            return False
        if action == "forward":
            return True if self._can_build() else None
        if action == "replan":
            return None if self._is_planning else True
        if action == "fix":
            return bool(self._fixes()) and not self._fixing
        return True

    def action_pane(self, name: str) -> None:
        """Show one of the panes where there is room for one only, and give it the keys."""
        for pane in _PANES:
            self.set_class(pane == name, f"-{pane}")
        self.query_one(PlanTree if name == "plan" else f"#{name}").focus()

    def action_replan(self) -> None:
        """Make the plan and the checks anew."""
        if not self._is_planning:
            self.make_plan()
            if self._is_paid:
                self.check()

    def action_forward(self) -> None:
        """Build what was reviewed, unless there is something to ask first."""
        if self._can_build():
            self.ask_and_build()

    def action_back(self) -> None:
        """Go back; a plan that is still being made ends."""
        self.app.run_worker(self.session.drop_plan(), exit_on_error=False)
        super().action_back()

    @work(group="review")
    async def make_plan(self) -> None:
        """Have Terraform plan, and show what it says."""
        self.end_if_left()
        self._set_planning(True)
        self._reviewed = None
        summary = self.query_one(PlanSummary)
        self.query_one(Banner).message = None
        summary.show_words("Planning …")
        try:
            if not await self._is_agreed():
                summary.show_words("✗ Nothing was run. Press r to be asked again.", "$error")
                return
            engine = await self.attempt(self.session.deployment.engine())
            self._show_where(engine.label if engine else "none")
            run = await self.attempt(self.session.plan()) if engine else None
            await self.attempt(self.session.deployment.refresh())
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
            self._set_planning(False)
        if self._reviewed is run:
            await self._show_attributes(run, progress)

    async def _is_agreed(self) -> bool:
        """Ask about code of others, unless there is none, or the user has agreed to it."""
        unknown = await self.attempt(self.session.unknown_code())
        if not unknown:
            return unknown is not None
        if not await self.app.push_screen_wait(TrustScreen(unknown)):
            return False
        return await self.attempt(self._agree(unknown)) is True

    async def _agree(self, unknown: UnknownCode) -> bool:
        await self.session.deployment.agree(unknown)
        return True

    @work(exclusive=True, group="prices")
    async def load_prices(self) -> None:
        """Show the prices that are here, then those of today."""
        for offline in (True, False):
            await self.attempt(self.session.find_prices(offline=offline))
            if self._cost is not None:
                self._cost.show_cost(self.session.cost(self.session.drafted))
            self._show_summary()

    @work(exclusive=True, group="checks")
    async def check(self) -> None:
        """Run every check, side by side, and show each finding as it comes."""
        pane = self._checks
        pane.running_since = self.session.now()
        try:
            checks = await self.attempt(self.session.deployment.checks(self.session.drafted.config))
            if checks is None:
                return
            await pane.list.begin([check.name for check in checks])
            self.end_if_left()
            self._show_clock()
            await self.attempt(self.session.deployment.run_checks(checks, self._show_finding))
        finally:
            pane.running_since = None
        self._show_summary()

    @work(exclusive=True, group="ask")
    async def ask_and_build(self) -> None:
        """Ask about all that speaks against it, a yes each; then start, and watch it."""
        from matcha_tui.screens.monitor import MonitorScreen

        for question in self._questions():
            if not await self.app.push_screen_wait(question):
                return
        self.end_if_left()
        if self._reviewed is None or self._is_planning:
            return
        self._set_planning(True)
        try:
            consent = Consent(self._reviewed)
            run = await self.attempt(self.session.deployment.start_provision(consent))
        finally:
            self._set_planning(False)
        if run is not None:
            self._reviewed = None
            self.app.push_screen(MonitorScreen(self.session, run))

    @work(exclusive=True, group="fix")
    async def action_fix(self) -> None:
        """Do what can be done about the checks that failed, after a yes; then check again."""
        remedies = self._fixes()
        question = Confirm(
            "Do this now?",
            "\n".join(f"{fix.label}." for fix in remedies),
            yes="Do it",
            no="Leave it",
        )
        if not remedies or not await self.app.push_screen_wait(question):
            return
        for fix in remedies:
            self._fixing, self._fixing_since = fix.label, self.session.now()
            self._show_clock()
            self.refresh_bindings()
            done = await self.attempt(self.session.deployment.fix_finding(fix))
            if done:
                self.notify(done, markup=False)
        self._fixing = ""
        self.check()

    def _can_build(self) -> bool:
        return self._reviewed is not None and not self._is_planning

    def _fixes(self) -> tuple[Fix, ...]:
        failed = self._checks.list.of(Verdict.FAILED)
        return tuple(finding.fix for finding in failed if finding.fix)

    def _questions(self) -> list[Confirm]:
        questions = self._questions_of_change()
        if self._cost is None:
            return questions
        if failed := self._checks.list.of(Verdict.FAILED):
            lines = "\n".join(f"✗ {finding.name}: {finding.text}" for finding in failed)
            reason = f"This will most likely fail:\n{lines}"
            questions.append(Confirm("Build anyway?", reason, yes="Build", no="Back"))
        elif not self._checks.list.is_done:
            question = "Build before the checks are done?"
            reason = "Nobody knows yet whether it can come to a good end."
            questions.append(Confirm(question, reason, yes="Build", no="Wait"))
        if exceeded := self._cost.exceeded_limit():
            question = "Spend more than your limit?"
            questions.append(Confirm(question, f"{exceeded}.", yes="Build", no="Back"))
        return questions

    def _questions_of_change(self) -> list[Confirm]:
        """Ask before a live change takes modules away."""
        going = self.session.deployment.overview.going
        if not going:
            return []
        keeps = self.session.target.keeps_data
        fate = "Its data stays, and is there when it comes back." if keeps else "Its data is lost."
        question = f"Take out {' and '.join(going.values())}?"
        return [Confirm(question, f"{fate} The other modules run on.", yes="Take out", no="Back")]

    def _set_planning(self, is_planning: bool) -> None:
        self._is_planning = is_planning
        self.refresh_bindings()
        self._show_summary()

    def _show_where(self, engine: str) -> None:
        (self._cost or self.query_one(StackPane)).show_where(engine)

    def _show_plan(self, run: Run, progress: RunProgress, previews: str) -> None:
        summary = self.query_one(PlanSummary)
        if progress.state is RunState.DONE and progress.planned is not None:
            self._reviewed = run
            summary.show_counts(progress.planned, previews)
            self.query_one(PlanTree).show_plan(progress)
        else:
            summary.show_words("")
            self.query_one(Banner).message = format_outcome(run, progress)

    async def _show_attributes(self, run: Run, progress: RunProgress) -> None:
        """Show what differs of each resource; nothing waits for that."""
        try:
            planned = await self.session.deployment.planned(run)
        except MatchaError as error:
            self.end_if_left()
            if self.app.screen is self:  # else the plan is being built already, and used up
                self.show_error(error)
            return
        self.end_if_left()
        if self._reviewed is run:
            known = {(one.layer, one.address): one for one in planned}
            self.query_one(PlanTree).show_plan(progress, known)

    def _show_finding(self, position: int, finding: Finding) -> None:
        if self._checks.is_attached:
            self._checks.list.show_finding(position, finding)
            self._show_summary()
            self.refresh_bindings()

    def _show_clock(self) -> None:
        self._checks.show_clock(self.session.now())
        self._show_summary()

    def _show_summary(self) -> None:
        """Sum the panes up; an answer may come when the line is gone already."""
        for summary in self.query("#summary").results(Static):
            summary.update(Content("\n").join([self._sum_up_cost(), self._sum_up_rest()]))

    def _sum_up_cost(self) -> Content:
        if self._cost is None or (cost := self._cost.cost) is None:
            return Content.styled("Reading the prices …", "$quiet")
        return Content.assemble(
            ("About ", "$quiet"),
            (money_span(cost.monthly, cost.currency), "bold $accent"),
            (" a month", "$quiet"),
            ("  ▲ above your limit" if self._cost.exceeded_limit() else "", "bold $warning"),
        )

    def _sum_up_rest(self) -> Content:
        if self._fixing:
            spent = clock(self.session.now() - self._fixing_since)
            return Content.styled(f"▸ {self._fixing} … {spent}", "bold $accent")
        parts = self._checks.sum_up()
        if self._is_planning:
            parts.append(Content.styled("▸ planning …", "$accent"))
        elif self._reviewed:
            parts.append(Content.styled("✓ planned", "$success"))
        else:
            parts.append(Content.styled("✗ no plan", "$error"))
        return Content.styled(" · ", "$border").join(parts)
