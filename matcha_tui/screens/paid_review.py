"""The review of a stack that costs money: cost, checks and plan before anything is built."""

from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from matcha_tui.pricing.difference import compare
from matcha_tui.pricing.estimate import Estimate
from matcha_tui.pricing.report import money_span, origin
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.cost_words import tell_difference
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from matcha_tui.targets.findings import Finding, Remedy, Verdict
from matcha_tui.widgets.banner import Banner
from matcha_tui.widgets.check_list import CheckList
from matcha_tui.widgets.cost_sheet import CostSheet
from matcha_tui.widgets.duration import clock
from matcha_tui.widgets.plan_tree import PlanSummary, PlanTree

_PANES = ("cost", "checks", "plan")
_TOLD = {
    Verdict.PASSED: ("✓ {} passed", "$success"),
    Verdict.FAILED: ("✗ {} failed", "bold $error"),
    Verdict.UNVERIFIED: ("? {} could not be verified", "$warning"),
}
_NOBODY = "nobody is signed in here"


class PaidReviewScreen(ReviewScreen):
    """Three panes, side by side or one at a time, below a line that sums them up."""

    CSS_PATH = "paid_review.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
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
        self._engine = ""
        self._cost: Estimate | None = None
        self._before = session.deployment.project
        self._checking_since: datetime | None = None
        self._fixing, self._fixing_since = "", session.now()

    def compose_body(self) -> ComposeResult:
        """Put the summary above the three panes."""
        yield Static("", id="summary")
        with Container(id="columns"):
            with VerticalScroll(id="cost") as cost:
                cost.border_title = "1 Cost"
                yield Static("", id="where")
                yield CostSheet()
                yield Static("", id="origin")
            with VerticalScroll(id="checks") as checks:
                checks.border_title = "2 Checks"
                yield CheckList()
            with Vertical(id="plan") as plan:
                plan.border_title = "3 Terraform's plan"
                yield PlanSummary()
                yield Banner()
                yield PlanTree()

    def begin(self) -> None:
        """Look for prices, make the checks and the plan, all at once."""
        self.action_pane("cost")
        self._show_where("looking …")
        self.set_interval(1.0, self._show_clock)
        self.load_prices()
        self.check()
        self.make_plan()

    @work(exclusive=True, group="prices")
    async def load_prices(self) -> None:
        """Show the prices that are here, then those of today."""
        for offline in (True, False):
            await self.attempt(self.session.find_prices(offline=offline))
            self._cost = self.session.cost(self.session.drafted)
            self._show_cost()

    @work(exclusive=True, group="checks")
    async def check(self) -> None:
        """Make every check, side by side, and show each answer as it comes."""
        self._checking_since = self.session.now()
        check_list = self.query_one(CheckList)
        try:
            wanted = self.session.drafted.config
            checks = await self.attempt(self.session.deployment.checks(wanted))
            if checks is None:
                return
            await check_list.begin([check.name for check in checks])
            self.end_if_left()
            self._show_clock()
            await self.attempt(self.session.deployment.run_checks(checks, self._take_finding))
        finally:
            self._checking_since = None
        self._show_summary()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a fix only where there is one."""
        if action == "fix":
            return bool(self._remedies()) and not self._fixing
        return super().check_action(action, parameters)

    def action_pane(self, name: str) -> None:
        """Show one of the panes where there is room for one only, and give it the keys."""
        for pane in _PANES:
            self.set_class(pane == name, f"-{pane}")
        focus: VerticalScroll | PlanTree = self.query_one(PlanTree)
        if name != "plan":
            focus = self.query_one(f"#{name}", VerticalScroll)
        focus.focus()

    def action_replan(self) -> None:
        """Make the plan and the checks anew."""
        if not self._is_busy:
            self.make_plan()
            self.check()

    def action_forward(self) -> None:
        """Build what was reviewed, unless there is something to ask first."""
        if self._reviewed and not self._is_busy:
            self.ask_and_build()

    @work(exclusive=True, group="ask")
    async def ask_and_build(self) -> None:
        """Ask about all that speaks against it; each needs a yes of its own."""
        for question in self._questions():
            if not await self.app.push_screen_wait(question):
                return
        self.end_if_left()
        if self._reviewed and not self._is_busy:
            self.build(self._reviewed)

    @work(exclusive=True, group="fix")
    async def action_fix(self) -> None:
        """Do what can be done about the checks that failed, after a yes; then check again."""
        remedies = self._remedies()
        question = Confirm(
            "Do this now?",
            "\n".join(f"{remedy.label}." for remedy in remedies),
            yes="Do it",
            no="Leave it",
        )
        if not remedies or not await self.app.push_screen_wait(question):
            return
        for remedy in remedies:
            self._fixing, self._fixing_since = remedy.label, self.session.now()
            self._show_clock()
            self.refresh_bindings()
            done = await self.attempt(self.session.deployment.cure(remedy))
            if done:
                self.notify(done, markup=False)
        self._fixing = ""
        self.check()

    def _take_finding(self, position: int, finding: Finding) -> None:
        if not self._is_being_left():
            self.query_one(CheckList).show_finding(position, finding)
            self._show_summary()
            self.refresh_bindings()

    def _remedies(self) -> tuple[Remedy, ...]:
        failed = self.query_one(CheckList).of(Verdict.FAILED)
        return tuple(finding.remedy for finding in failed if finding.remedy)

    def _questions(self) -> list[Confirm]:
        questions = []
        check_list = self.query_one(CheckList)
        if failed := check_list.of(Verdict.FAILED):
            told = "\n".join(f"✗ {finding.name}: {finding.text}" for finding in failed)
            questions.append(
                Confirm(
                    "Build anyway?", f"This will most likely fail:\n{told}", yes="Build", no="Back"
                )
            )
        elif not check_list.is_done:
            questions.append(
                Confirm(
                    "Build before the checks are done?",
                    "Nobody knows yet whether it can come to a good end.",
                    yes="Build",
                    no="Wait",
                )
            )
        if exceeded := self._exceeded_limit():
            questions.append(
                Confirm("Spend more than your limit?", f"{exceeded}.", yes="Build", no="Back")
            )
        return questions

    def _set_busy(self, is_busy: bool) -> None:
        super()._set_busy(is_busy)
        self._show_summary()

    def _show_clock(self) -> None:
        if self._checking_since is not None and not self._is_being_left():
            spent = clock(self.session.now() - self._checking_since)
            self.query_one(CheckList).show_asking(spent)
        self._show_summary()

    def _show_where(self, engine: str) -> None:
        self._engine = engine
        lines = {
            **self._accounts(),
            **self._region(),
            "Folder": self.session.deployment.project.workspace.shown,
            "Engine": engine,
        }
        self.query_one("#where", Static).update(
            Content("\n").join(
                Content.assemble((f"{thing:<8}", "$quiet"), value) for thing, value in lines.items()
            )
        )

    def _accounts(self) -> dict[str, str]:
        """Say who builds and who pays, where somebody has to be signed in."""
        if self.session.target.identity is None:
            return {}
        signed_in = self.session.signed_in
        return {
            "Builds": f"{signed_in.name}, by {signed_in.source}" if signed_in else _NOBODY,
            "Pays": self.session.subscription or "nobody yet",
        }

    def _region(self) -> dict[str, str]:
        """Say where, if prices differ by region."""
        if not self.session.pricing.region_setting:
            return {}
        return {"Region": self.session.region or "none yet"}

    def _show_cost(self) -> None:
        self.query_one(CostSheet).cost = self._cost
        self._show_summary()
        if self._cost is None:
            return
        lines = [Content.styled(self._machines(), "$quiet")]
        before = self.session.cost(self._before)
        is_changed = self._before.config != self.session.drafted.config
        if before and is_changed and self._is_placed(before):
            change = tell_difference(compare(before, self._cost))
            whose = (
                "what is deployed"
                if self.session.deployment.overview.deployed
                else "your last choice"
            )
            lines.append(Content.assemble((f"Against {whose}: ", "$quiet"), change))
        problem = self.session.prices.problem if self.session.prices else None
        if problem:
            lines.append(Content.styled(f"▲ Offline: {problem.message}.", "$warning"))
        lines.append(Content.styled(origin(self._cost), "$quiet"))
        self.query_one("#origin", Static).update(Content("\n").join(lines))

    def _is_placed(self, cost: Estimate) -> bool:
        """Say whether a cost is one of a region, where prices differ by one."""
        return bool(cost.region) or not self.session.pricing.region_setting

    def _machines(self) -> str:
        words = "~ marks an estimate. Taxes and discounts aside."
        if counts := self.session.pricing.machines(self.session.drafted.intent):
            least, most = counts
            plural = "" if least == 1 else "s"
            return f"With {least} machine{plural} at least, {most} at most. {words}"
        return words

    def _exceeded_limit(self) -> str:
        """Say by how much it may cost more than its user wants to spend."""
        if self._cost is None:
            return ""
        return self.session.pricing.exceeded_limit(self.session.drafted.intent, self._cost)

    def _is_being_left(self) -> bool:
        """Say whether what an answer would be shown on is gone already."""
        return not self.query(CheckList) or not self.query("#summary")

    def _show_summary(self) -> None:
        if self._is_being_left():
            return
        self.query_one("#summary", Static).update(
            Content("\n").join([self._sum_up_cost(), self._sum_up_rest()])
        )

    def _sum_up_cost(self) -> Content:
        if self._cost is None:
            return Content.styled("Reading the prices …", "$quiet")
        exceeded = self._exceeded_limit()
        return Content.assemble(
            ("About ", "$quiet"),
            (money_span(self._cost.monthly, self._cost.currency), "bold $accent"),
            (" a month", "$quiet"),
            ("  ▲ above your limit" if exceeded else "", "bold $warning"),
        )

    def _sum_up_rest(self) -> Content:
        if self._fixing:
            spent = clock(self.session.now() - self._fixing_since)
            return Content.styled(f"▸ {self._fixing} … {spent}", "bold $accent")
        check_list = self.query_one(CheckList)
        parts = [
            Content.styled(words.format(len(found)), style)
            for verdict, (words, style) in _TOLD.items()
            if (found := check_list.of(verdict))
        ]
        if self._checking_since is not None:
            parts.append(Content.styled("▸ checking …", "$accent"))
        if self._is_busy:
            parts.append(Content.styled("▸ planning …", "$accent"))
        elif self._reviewed:
            parts.append(Content.styled("✓ planned", "$success"))
        else:
            parts.append(Content.styled("✗ no plan", "$error"))
        return Content.styled(" · ", "$border").join(parts)
