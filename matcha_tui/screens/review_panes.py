"""The panes of the review: what is built and for how much, the checks, and the plan."""

from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from matcha_tui.pricing.difference import compare
from matcha_tui.pricing.estimate import Estimate
from matcha_tui.pricing.report import origin
from matcha_tui.screens.cost_format import format_difference
from matcha_tui.screens.session import Session
from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.targets.findings import Verdict
from matcha_tui.terraform.progress import PlanCounts
from matcha_tui.widgets.banner import Banner
from matcha_tui.widgets.check_list import CheckList
from matcha_tui.widgets.cost_sheet import CostSheet
from matcha_tui.widgets.cost_table import CostRow, CostTable
from matcha_tui.widgets.duration import clock
from matcha_tui.widgets.plan_tree import PlanTree, PlanView

_VERDICT_WORDS = {
    Verdict.PASSED: ("✓ {} passed", "$success"),
    Verdict.FAILED: ("✗ {} failed", "bold $error"),
    Verdict.UNVERIFIED: ("? {} could not be verified", "$warning"),
}


class StackPane(Vertical):
    """What is built, where there is nothing to pay."""

    def __init__(self, session: Session) -> None:
        super().__init__(id="what")
        self._session = session
        self.border_title = "Stack"

    def compose(self) -> ComposeResult:
        """Put the modules above where they are built."""
        project = self._session.drafted
        yield CostTable(
            tuple(
                CostRow(MODULE_TYPES[flavor.module_type], flavor.title, "free")
                for flavor in project.catalog.flavors
                if flavor.target == project.target.name
                and (flavor.module_type, flavor.name) in project.stack.modules
            )
        )
        yield Static("", id="where")

    def show_where(self, engine: str) -> None:
        """Show where it is built, and by which engine."""
        self.query_one("#where", Static).update(
            _in_columns(
                {
                    "Cost": "nothing to pay",
                    "Target": self._session.target.title,
                    "Folder": self._session.deployment.project.workspace.shown,
                    "Engine": engine,
                }
            )
        )


class CostPane(VerticalScroll):
    """Who builds, who pays, and how much."""

    def __init__(self, session: Session) -> None:
        super().__init__(id="cost")
        self._session = session
        self._before = session.deployment.project
        self.border_title = "1 Cost"
        self.cost: Estimate | None = None

    def compose(self) -> ComposeResult:
        """Put the sheet between who pays it and where its prices come from."""
        yield Static("", id="where")
        yield CostSheet()
        yield Static("", id="origin")

    def show_where(self, engine: str) -> None:
        """Show who builds, where, and by which engine."""
        session, lines = self._session, {}
        if session.target.identity is not None:
            user = session.signed_in
            builds = f"{user.name}, by {user.source}" if user else "nobody is signed in here"
            lines = {"Builds": builds, "Pays": session.subscription or "nobody yet"}
        if session.pricing.region_setting:
            lines["Region"] = session.region or "none yet"
        lines |= {"Folder": session.deployment.project.workspace.shown, "Engine": engine}
        self.query_one("#where", Static).update(_in_columns(lines))

    def show_cost(self, cost: Estimate | None) -> None:
        """Show what it costs, what that changes, and how old the prices are."""
        self.cost = self.query_one(CostSheet).cost = cost
        if cost is None:
            return
        session = self._session
        lines = [Content.styled(self._machines(), "$quiet")]
        before = session.cost(self._before)
        if before and self._before.config != session.drafted.config and self._has_region(before):
            is_deployed = session.deployment.overview.deployed
            whose = "what is deployed" if is_deployed else "your last choice"
            change = format_difference(compare(before, cost))
            lines.append(Content.assemble((f"Against {whose}: ", "$quiet"), change))
        if session.prices and (problem := session.prices.problem):
            lines.append(Content.styled(f"▲ Offline: {problem.message}.", "$warning"))
        lines.append(Content.styled(origin(cost), "$quiet"))
        self.query_one("#origin", Static).update(Content("\n").join(lines))

    def exceeded_limit(self) -> str:
        """Say by how much it may cost more than its user wants to spend."""
        if self.cost is None:
            return ""
        return self._session.pricing.exceeded_limit(self._session.drafted.spec, self.cost)

    def _has_region(self, cost: Estimate) -> bool:
        return bool(cost.region) or not self._session.pricing.region_setting

    def _machines(self) -> str:
        words = "~ marks an estimate. Taxes and discounts aside."
        if counts := self._session.pricing.machines(self._session.drafted.spec):
            least, most = counts
            plural = "" if least == 1 else "s"
            return f"With {least} machine{plural} at least, {most} at most. {words}"
        return words


class ChecksPane(VerticalScroll):
    """The checks before a provision, and what each found so far."""

    def __init__(self) -> None:
        super().__init__(id="checks")
        self.border_title = "2 Checks"
        self.list = CheckList()
        self.running_since: datetime | None = None

    def compose(self) -> ComposeResult:
        """Show the checks only."""
        yield self.list

    def show_clock(self, now: datetime) -> None:
        """Show how long the checks that are not done have been running."""
        if self.running_since is not None:
            self.list.show_asking(clock(now - self.running_since))

    def sum_up(self) -> list[Content]:
        """Return how many checks came to which verdict, and whether some are running."""
        parts = [
            Content.styled(words.format(len(found)), style)
            for verdict, (words, style) in _VERDICT_WORDS.items()
            if (found := self.list.of(verdict))
        ]
        if self.running_since is not None:
            parts.append(Content.styled("▸ checking …", "$accent"))
        return parts


class PlanPane(Vertical):
    """Terraform's plan, or why there is none."""

    def __init__(self, title: str) -> None:
        super().__init__(id="plan")
        self.border_title = title

    def compose(self) -> ComposeResult:
        """Put what the plan comes to above its resources."""
        yield PlanSummary()
        yield Banner()
        yield PlanView()

    @on(PlanTree.Searched)
    def show_found(self, event: PlanTree.Searched) -> None:
        """Say how much of what is searched for is found."""
        self.border_subtitle = event.words


class PlanSummary(Widget):
    """How much would be added, changed and destroyed, and what of it is only a preview."""

    DEFAULT_CSS = """
    PlanSummary { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._line = Content("")

    def show_counts(self, counts: PlanCounts, previews: str = "") -> None:
        """Return what a plan counts up to, and what of it is planned again later."""
        if not counts.total:
            self._show(Content.styled("✓ Nothing to change: all is as it should be", "$success"))
            return
        self._show(
            Content.assemble(
                ("Plan: ", "bold"),
                (f"{counts.add} to add", "$success" if counts.add else "$quiet"),
                (", ", "$quiet"),
                (f"{counts.change} to change", "$warning" if counts.change else "$quiet"),
                (", ", "$quiet"),
                (f"{counts.destroy} to destroy", "$error" if counts.destroy else "$quiet"),
                (f"\n{previews}" if previews else "", "$quiet"),
            )
        )

    def show_words(self, words: str, style: str = "$accent") -> None:
        """Say something else in its place."""
        self._show(Content.styled(words, style))

    def render(self) -> Content:
        """Draw it."""
        return self._line

    def _show(self, line: Content) -> None:
        self._line = line
        self.refresh(layout=True)


def _in_columns(lines: dict[str, str]) -> Content:
    return Content("\n").join(
        Content.assemble((f"{name:<8}", "$quiet"), value) for name, value in lines.items()
    )
