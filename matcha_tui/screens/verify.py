"""Every component is used as its users will, side by side, and says how that went."""

from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Label

from matcha_tui.screens.base import MatchaScreen
from matcha_tui.screens.session import Session
from matcha_tui.targets.findings import Verdict
from matcha_tui.widgets.check_list import CheckList
from matcha_tui.widgets.duration import clock


class VerifyScreen(MatchaScreen):
    """A line a component; what runs goes on if the screen is left, and removes its traces."""

    CSS_PATH = "verify.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v,r", "again", "Verify again", id="verify.again", tooltip="Try it all once more"),
        Binding("escape,q", "back", "Back", id="verify.back", tooltip="Go back; it ends by itself"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._since: datetime | None = None
        self._told = ""

    def compose_body(self) -> ComposeResult:
        """Put what it comes to above the components."""
        yield Label("", id="verdict", markup=False)
        with VerticalScroll(id="proofs"):
            yield CheckList()

    def on_mount(self) -> None:
        """Begin at once."""
        self.set_interval(1, self._show_clock)
        self.verify()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Begin again only when it has ended."""
        return self._since is None if action == "again" else True

    def action_again(self) -> None:
        """Try it all once more."""
        self.verify()

    def action_back(self) -> None:
        """Go back."""
        self.app.pop_screen()

    @work(exclusive=True, group="verify")
    async def verify(self) -> None:
        """Prepare the clients, then try everything side by side."""
        deployment, proofs = self.session.deployment, self.query_one(CheckList)
        self._since, self._told = self.session.now(), "Preparing the client packages"
        self.refresh_bindings()
        await proofs.begin([])
        self._show_clock()
        listed = await self.attempt(deployment.proofs(self._tell))
        if listed is None:
            self._since = None
            self._say("✗ Nothing was tried", "bold $error")
        else:
            self._told = "Using each component through its own client"
            await proofs.begin([check.name for check in listed])
            self._show_clock()
            await self.attempt(deployment.run_checks(listed, proofs.show_finding))
            self._since = None
            self._sum_up(proofs)
        self.refresh_bindings()

    def _tell(self, line: str) -> None:
        self._told = line
        self._show_clock()

    def _show_clock(self) -> None:
        if self._since is None:
            return
        spent = clock(self.session.now() - self._since)
        self.query_one(CheckList).show_asking(spent)
        self._say(f"◐ {self._told} … {spent}", "$accent")

    def _sum_up(self, proofs: CheckList) -> None:
        failed = proofs.of(Verdict.FAILED)
        if failed:
            names = ", ".join(finding.name for finding in failed)
            self._say(f"✗ Does not work: {names}", "bold $error")
        else:
            self._say("✓ Every component does its work", "bold $success")

    def _say(self, words: str, style: str) -> None:
        self.query_one("#verdict", Label).update(Content.styled(words, style))
