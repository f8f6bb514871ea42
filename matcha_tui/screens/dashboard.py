"""What is deployed, at a glance: the components, and panes that follow the one looked at."""

from collections import deque
from datetime import datetime

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from matcha_tui.drift import format_deviations
from matcha_tui.errors import MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.overview import Overview
from matcha_tui.project.history import RunRecord
from matcha_tui.screens.session import Session
from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.stack.stack import Stack
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.targets.drift import Deviation
from matcha_tui.terraform.events import RunState
from matcha_tui.widgets.component_list import ComponentList, ComponentRow
from matcha_tui.widgets.duration import ago, in_words
from matcha_tui.widgets.log_pane import LogLine, LogPane
from matcha_tui.widgets.log_view import LogView

_LOG_LINES = 500
_HISTORY = 10
_RUNS = 4
_MEGABYTE = 1024 * 1024
_PARTIAL = "▲ Partly built, {up} of {all} up: enter goes on, d takes it down, h shows the run"
_ENDS = {
    RunState.DONE: ("✓ done", "$success"),
    RunState.FAILED: ("✗ failed", "$error"),
    RunState.CANCELLED: ("■ cancelled", "$warning"),
    RunState.LOST: ("? outcome unknown", "$warning"),
}


def describe_end(state: RunState) -> tuple[str, str]:
    """Return in words how a run has ended, or that it goes on, and in which style."""
    return _ENDS.get(state, (f"▸ {state.value}", "$accent"))


class Dashboard(Vertical):
    """Shows what it is given; asks the deployment for the log and the use of one component."""

    def __init__(self, session: Session) -> None:
        super().__init__(id="dashboard")
        self._session = session
        self._stack: Stack | None = None
        self._health: dict[str, ComponentHealth] = {}
        self._cpu: dict[str, tuple[datetime, float]] = {}
        self._history: dict[str, deque[HealthState]] = {}
        self._shown = ""

    def compose(self) -> ComposeResult:
        """Put the components above the panes."""
        with Vertical(id="state"):
            yield Label("", id="headline")
            yield ComponentList()
            yield Label("", id="live")
            yield Label("", id="pending", markup=False)
            yield Label("", id="changed", markup=False)
        with Horizontal(id="panes"):
            yield LogView()
            with VerticalScroll(id="use", can_focus=False) as use:
                use.border_title = "Use it"
                yield Static("", id="snippet", markup=False)
        with Vertical(id="runs") as runs:
            runs.border_title = "Runs"
            yield Static("", id="history")

    @property
    def chosen(self) -> tuple[str, str] | None:
        """The module type and the flavor of the component that is looked at."""
        if self._stack is None or not self._stack.modules:
            return None
        cursor = self.query_one(ComponentList).cursor
        return self._stack.modules[min(cursor, len(self._stack.modules) - 1)]

    @property
    def health(self) -> dict[str, ComponentHealth]:
        """How each component was when it was last asked, by module type."""
        return self._health

    @property
    def stopped(self) -> list[ComponentHealth]:
        """The components that somebody has stopped."""
        return [one for one in self._health.values() if one.state is HealthState.STOPPED]

    @property
    def runs(self) -> bool:
        """Whether any server runs."""
        return any(one.url and one.state is HealthState.HEALTHY for one in self._health.values())

    def show(self, overview: Overview) -> None:
        """Show what is true of the project."""
        live = self.query_one("#live", Label)
        live.display = overview.live is not None
        if overview.live:
            live.update(
                Content.assemble("Press ", ("w", "bold $accent"), " to watch it; it needs nobody.")
            )
            self.headline(f"▸ A {overview.live.kind} is under way", "$accent")
        pending = self.query_one("#pending", Label)
        pending.display = bool(overview.pending) and not overview.live
        changes = "\n".join(f"  {line}" for line in overview.pending)
        drops = ", x drops it" if overview.can_reset else ""
        what = "Not applied yet" if overview.can_reset else "Newer versions are there"
        pending.update(f"{what}: enter reviews it{drops}\n{changes}")
        components = self.query_one(ComponentList)
        components.display = not overview.live
        self.query_one("#panes").display = overview.deployed is not None and not overview.live
        self.query_one("#history", Static).update(self._runs(overview.runs))
        self.query_one("#runs").display = bool(overview.runs)
        if overview.deployed != self._stack:
            self._stack, self._health = overview.deployed, {}
            self._shown = ""
            self._fill()
            self._look()

    def show_health(self, stack: Stack, health: dict[str, ComponentHealth]) -> None:
        """Show how each component is."""
        self._stack, before = stack, self._health
        self._health = health
        for module_type, found in health.items():
            past = self._history.setdefault(module_type, deque(maxlen=_HISTORY))
            past.append(found.state)
        self._fill()
        if not before:
            self._look()

    def show_changes(self, deviations: tuple[Deviation, ...]) -> None:
        """Show what somebody has changed of what is well; what is ill says so by itself."""
        ill = {one.flavor for one in self._health.values() if not one.state.is_well}
        lines = format_deviations([item for item in deviations if item.where not in ill])
        changed = self.query_one("#changed", Label)
        changed.display = bool(lines)
        changed.update("\n".join(["Not as it was deployed:", *(f"  {line}" for line in lines)]))

    def sum_up(self, overview: Overview) -> None:
        """Say in one sentence how it all is, and what to do next."""
        titles = {kind: self.title(kind, one.flavor) for kind, one in self._health.items()}
        ill = [titles[kind] for kind, one in self._health.items() if not one.state.is_well]
        if overview.trouble:
            self.headline(f"▲ {overview.trouble}", "$warning")
        elif overview.is_partial:
            up, every = sum(one.state.is_well for one in self._health.values()), len(self._health)
            self.headline(_PARTIAL.format(up=up, all=every), "$warning")
        elif ill:
            verb = "is" if len(ill) == 1 else "are"
            words = f"▲ {', '.join(ill)} {verb} not well; enter builds it again"
            self.headline(words, "$warning")
        elif stopped := self.stopped:
            what = f"{len(stopped)} components are" if self.runs else "Your stack is"
            self.headline(f"■ {what} stopped; s starts what is", "$quiet")
        elif overview.last is not None and overview.last.state is not RunState.DONE:
            end, _style = describe_end(overview.last.state)
            words = f"▲ It is up, but the last {overview.last.kind}: {end[2:]}"
            self.headline(f"{words}; h shows why, enter tries again", "$warning")
        else:
            self.headline("● Your stack is up", "$success")

    def headline(self, words: str, style: str) -> None:
        """Say the most important thing."""
        self.query_one("#headline", Label).update(Content.styled(words, f"bold {style}"))

    def title(self, module_type: str, flavor: str) -> str:
        """Return what a component is called."""
        project = self._session.deployment.project
        return project.catalog.title(project.target.name, module_type, flavor)

    @on(ComponentList.Moved)
    def _look(self) -> None:
        """Show the log and the use of the component under the cursor."""
        chosen = self.chosen
        if chosen is None or chosen[1] == self._shown:
            return
        module_type, self._shown = chosen
        title = self.title(*chosen)
        self.query_one(LogPane).border_title = f"Log · {title}"
        self.query_one("#use").border_title = f"Use it · {title}"
        self._follow(self._shown)
        self._read_snippet(module_type)

    @work(exclusive=True, group="log")
    async def _follow(self, flavor: str) -> None:
        log = self.query_one(LogPane)
        log.clear()
        try:
            async for lines in self._session.deployment.follow_log(flavor, _LOG_LINES):
                if not self.is_attached:
                    return
                log.write_lines([LogLine(line) for line in lines])
        except MatchaError as error:
            if self.is_attached:
                log.write_lines([LogLine(error.message, "detail")])

    @work(exclusive=True, group="use")
    async def _read_snippet(self, module_type: str) -> None:
        try:
            _, snippets = await self._find_snippets(module_type)
            text = next(iter(snippets.values()), "It is not used by itself.")
        except MatchaError as error:
            text = error.message
        if self.is_attached:
            self.query_one("#snippet", Static).update(text)

    async def find_chosen_snippets(self) -> tuple[str, dict[str, str]]:
        """Return the resource of the component that is looked at, and how it is used.

        Returns:
            The resource, and language to a text to run; empty where it is not used by itself.

        Raises:
            MatchaError: If nothing is deployed.
        """
        chosen = self.chosen
        return await self._find_snippets(chosen[0]) if chosen else ("", {})

    async def _find_snippets(self, module_type: str) -> tuple[str, dict[str, str]]:
        found = await self._session.deployment.snippets()
        flavors = self._session.deployment.project.catalog.flavors
        names = [one.resource for one in flavors if one.module_type == module_type]
        return next(((name, found[name]) for name in names if found.get(name)), ("", {}))

    def _fill(self) -> None:
        if self._stack is not None:
            versions = self._session.deployment.overview.versions
            self.query_one(ComponentList).rows = tuple(
                self._row(module_type, flavor, versions.get(module_type, ""))
                for module_type, flavor in self._stack.modules
            )

    def _row(self, module_type: str, flavor: str, version: str) -> ComponentRow:
        slot, title = MODULE_TYPES[module_type], self.title(module_type, flavor)
        found = self._health.get(module_type)
        if found is None:
            return ComponentRow(slot, title, version=version)
        memory = found.memory_bytes
        return ComponentRow(
            slot,
            title,
            found.state,
            found.detail,
            found.url,
            version,
            up=f"up {in_words(found.up_seconds)}" if found.up_seconds is not None else "",
            cpu=self._load(found),
            memory=f"{memory / _MEGABYTE:.0f} M" if memory is not None else "",
            history=tuple(self._history.get(module_type, ())),
        )

    def _load(self, found: ComponentHealth) -> str:
        """Return how much of a processor a component has taken since it was asked before."""
        if found.cpu_seconds is None:
            return ""
        now = self._session.now()
        when, before = self._cpu.get(found.flavor, (now, found.cpu_seconds))
        seconds = (now - when).total_seconds()
        self._cpu[found.flavor] = (now, found.cpu_seconds)
        return f"{100 * max(0.0, found.cpu_seconds - before) / seconds:.0f} %" if seconds else ""

    def _runs(self, records: tuple[RunRecord, ...]) -> Content:
        now, lines = self._session.now(), []
        for record in records[:_RUNS]:
            end, style = describe_end(record.state)
            seconds = record.seconds(now)
            words = [record.run.kind.ljust(9), ago(record.run.created, now)]
            if seconds is not None:
                words.append(f"took {in_words(seconds)}")
            lines.append(Content.assemble((end.ljust(12), style), (" · ".join(words), "$quiet")))
        return Content("\n").join(lines)
