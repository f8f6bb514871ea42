"""What is checked before a stack is built, and what came of it so far."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Label

from matcha_tui.targets.findings import Finding, Verdict

_MARKS = {
    Verdict.PASSED: ("✓", "$success"),
    Verdict.FAILED: ("✗", "bold $error"),
    Verdict.UNVERIFIED: ("?", "$warning"),
}


class CheckLine(Horizontal):
    """One check: its name, then what was found, or how long it has been asked."""

    DEFAULT_CSS = """
    CheckLine {
        height: auto;
        .mark { width: 2; }
        .name { width: 18; color: $quiet; }
        .found { width: 1fr; height: auto; }
    }
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name_of_check = name
        # A clock or a quick answer may come before this is mounted.
        self._mark = Label("·", classes="mark")
        self._found = Label("", classes="found")

    def compose(self) -> ComposeResult:
        """Begin with a check that nobody has made yet."""
        yield self._mark
        yield Label(self._name_of_check, classes="name", markup=False)
        yield self._found

    def show_asking(self, spent: str) -> None:
        """Say that it is being made."""
        self._show(
            Content.styled("▸", "bold $accent"), Content.styled(f"asking … {spent}", "$quiet")
        )

    def show_finding(self, finding: Finding) -> None:
        """Return what was found, and what to do about it."""
        mark, style = _MARKS[finding.verdict]
        found = Content(finding.text)
        if finding.verdict is not Verdict.PASSED:
            found = Content.assemble((f"{finding.verdict.value}: ", style), found)
        if finding.hint:
            found = Content.assemble(found, (f"\n› {finding.hint}", "$foreground"))
        if finding.fix:
            found = Content.assemble(found, (f"\n› f: {finding.fix.label}", "bold $accent"))
        self._show(Content.styled(mark, style), found)

    def _show(self, mark: Content, found: Content) -> None:
        self._mark.update(mark)
        self._found.update(found)


class CheckList(Vertical):
    """Takes names, then findings one by one."""

    DEFAULT_CSS = """
    CheckList { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[CheckLine] = []
        self.findings: dict[int, Finding] = {}

    async def begin(self, names: Sequence[str]) -> None:
        """Show what is to be checked."""
        self.findings = {}
        await self.remove_children()
        self._lines = [CheckLine(name) for name in names]
        await self.mount_all(self._lines)

    def show_asking(self, spent: str) -> None:
        """Return how long the checks that are not done have been asked."""
        for position, line in enumerate(self._lines):
            if position not in self.findings:
                line.show_asking(spent)

    def show_finding(self, position: int, finding: Finding) -> None:
        """Show what one check found."""
        self.findings[position] = finding
        self._lines[position].show_finding(finding)

    @property
    def is_done(self) -> bool:
        """Whether every check has been made."""
        return len(self.findings) == len(self._lines)

    def of(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Return the findings that came to one answer, in the order of the checks."""
        found = (self.findings[position] for position in sorted(self.findings))
        return tuple(finding for finding in found if finding.verdict is verdict)
