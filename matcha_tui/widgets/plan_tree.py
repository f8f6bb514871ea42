"""What Terraform would do, by component."""

from rich.text import Text
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Tree

from matcha_tui.terraform.events import Action
from matcha_tui.terraform.progress import PlanCounts, RunProgress
from matcha_tui.widgets.component import gather, short_name
from matcha_tui.widgets.theme_colour import theme_colour

_MARKS = {
    Action.CREATE: ("+", "success"),
    Action.UPDATE: ("~", "warning"),
    Action.DELETE: ("-", "error"),
    Action.REPLACE: ("±", "warning"),
    Action.READ: ("<", "quiet"),
    Action.OTHER: ("?", "quiet"),
}


class PlanTree(Tree[None]):
    """Takes a plan's progress; its branches can be folded."""

    DEFAULT_CSS = """
    PlanTree {
        background: $background;
        height: 1fr;
        &:focus { background-tint: $background 0%; }
    }
    """

    def __init__(self) -> None:
        super().__init__("plan")
        self.show_root = False
        self.guide_depth = 3
        self._progress = RunProgress()

    def on_mount(self) -> None:
        """Follow a change of colours."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.show_plan(self._progress))

    def show_plan(self, progress: RunProgress) -> None:
        """Show what a finished plan run found out."""
        self._progress = progress
        self.clear()
        for component in gather(progress.resources.values()):
            branch = self.root.add(Text(component.title, "bold"), expand=True)
            for resource in component.resources:
                mark, colour = _MARKS[resource.action]
                branch.add_leaf(
                    Text.assemble(
                        (f"{mark} {resource.action.value:<8}", theme_colour(self.app, colour)),
                        short_name(resource.address),
                    )
                )


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
