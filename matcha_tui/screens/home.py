"""What is deployed here, how it is, and what happened last."""

from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Vertical
from textual.content import Content
from textual.widgets import Button, Label, Static

from matcha_tui.background import in_background
from matcha_tui.drift import format_deviations
from matcha_tui.errors import MatchaError
from matcha_tui.overview import Overview
from matcha_tui.project.history import LastRun
from matcha_tui.screens.base import MatchaScreen
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.dashboard import Dashboard, describe_end
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.session import Session
from matcha_tui.screens.wizard import open_step
from matcha_tui.stack.stack import Stack
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.targets.registry import TARGETS
from matcha_tui.widgets.component_list import ComponentList
from matcha_tui.widgets.duration import ago, in_words
from matcha_tui.widgets.header_line import HeaderLine

REFRESH_SECONDS = 4.0
_LOOKS_A_COMPARISON = 4
_LONG = 120
_PICTURE_ROWS = 24
_BOWL = (
    "  (  )  (   ",
    "   )  (  )  ",
    "▄▄▄▄▄▄▄▄▄▄▄▄",
    "▜██████████▛",
    " ▜████████▛ ",
    "   ▀▀▀▀▀▀   ",
)
_WELCOME = (
    ("1", "Tick what you need: tracking, pipelines, serving, vectors, data."),
    ("2", "See Terraform's plan. Nothing is built before you say so."),
    ("3", "Get a stack that runs on {target}, in about {minutes}."),
)
_FOR_WHAT_IS_THERE = frozenset(
    {"again", "edit", "resources", "log", "use", "verify", "compare"}
    | {"stop", "run", "autostart", "models", "destroy"}
)
"""Actions on what is deployed, while nothing is being done to it."""


class HomeScreen(MatchaScreen):
    """The first screen, and the one that every other returns to."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "n,enter",
            "start",
            "Start",
            key_display="⏎",
            id="home.start",
            tooltip="Choose a stack and build it",
        ),
        Binding(
            "n,enter",
            "again",
            "Build",
            key_display="⏎",
            id="home.again",
            tooltip="Plan the same stack again: repairs what is down, changes what is set anew",
        ),
        Binding(
            "w,enter",
            "watch",
            "Watch",
            key_display="w",
            id="home.watch",
            tooltip="Watch what is being done",
        ),
        Binding("e", "edit", "Edit", id="home.edit", tooltip="Add and remove modules, live"),
        Binding(
            "x",
            "reset",
            "Drop",
            id="home.reset",
            tooltip="Drop what is wanted and was not applied yet",
        ),
        Binding(
            "r", "resources", "Resources", id="home.resources", tooltip="Addresses and passwords"
        ),
        Binding(
            "l", "log", "Log", id="home.log", tooltip="The log of the component under the cursor"
        ),
        Binding(
            "h",
            "history",
            "Runs",
            show=False,
            id="home.history",
            tooltip="What was run here before",
        ),
        Binding("u", "use", "Use it", show=False, id="home.use", tooltip="How it is used, to copy"),
        Binding("s", "stop", "Stop", id="home.stop", tooltip="Stop it for a while; all data stays"),
        Binding("s", "run", "Start", id="home.run", tooltip="Start what was stopped"),
        Binding(
            "m", "models", "Models", show=False, id="home.models", tooltip="Serve trained models"
        ),
        Binding(
            "v",
            "verify",
            "Verify",
            id="home.verify",
            tooltip="Use every component once",
        ),
        Binding(
            "a",
            "autostart",
            "Start at login",
            show=False,
            id="home.autostart",
            tooltip="Start the stack at each login, or no longer",
        ),
        Binding(
            "c",
            "compare",
            "Compare",
            show=False,
            id="home.compare",
            tooltip="Compare with what was deployed; in a cloud this asks Terraform",
        ),
        Binding("d", "destroy", "Destroy", id="home.destroy", tooltip="Take everything down"),
        Binding("q", "app.quit", "Quit", id="home.quit", tooltip="Leave; services keep running"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.dashboard = Dashboard(session)
        self._looks = 0

    def compose_body(self) -> ComposeResult:
        """Make a welcome and a dashboard; one of them is shown."""
        with Vertical(id="welcome"):
            yield Static(Content("\n".join(_BOWL)), id="bowl")
            yield Label("A working MLOps stack, in one sitting", id="claim")
            target = self.session.deployment.project.target
            title = target.title if target.seconds > _LONG else target.title.lower()
            facts = {"target": title, "minutes": _minutes(target.seconds)}
            lines = [
                Content.assemble((number, "bold $accent"), f"  {words.format_map(facts)}")
                for number, words in _WELCOME
            ]
            yield Center(Static(Content("\n").join(lines), id="promise"))
            yield Center(Static("", id="targets"))
            yield Center(Button("Start  ⏎", id="start", variant="primary"))
            yield Label("", id="before")
        yield self.dashboard

    def on_mount(self) -> None:
        """Look at the project now, and every few seconds."""
        self.query_one("#welcome").display = False
        self.query_one("#dashboard").display = False
        self.describe_targets()
        self.set_interval(REFRESH_SECONDS, self.look)

    def on_resize(self, event: events.Resize) -> None:
        """Leave out the picture where the words need its room."""
        self.query_one("#bowl").display = event.size.height >= _PICTURE_ROWS

    @work(group="targets")
    async def describe_targets(self) -> None:
        """Say on the welcome what each target is; they are loaded for it off the event loop."""
        offered = self.session.deployment.project.catalog.targets
        names = [name for name in TARGETS if name in offered]
        targets = await in_background(lambda: [TARGETS[name] for name in names])
        self.end_if_left()
        self.query_one("#targets", Static).update(
            Content("\n").join(
                Content.assemble((target.title, "bold"), (f": {target.description}", "$quiet"))
                for target in targets
            )
        )

    def on_screen_resume(self) -> None:
        """Look again after another screen was open."""
        self.session.start_over()
        self.query_one(HeaderLine).stack = self.stack_name()
        self.look()

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Ask what is true, and show it."""
        # Not `is_current`: Textual 8.2 counts the screen below the one in view as current, too.
        if not self.is_active:
            return
        try:
            overview = await self.session.deployment.refresh()
            self.end_if_left()
            self._show(overview)
            if overview.deployed and not overview.live:
                health = await self.session.deployment.health()
                self.end_if_left()
                self._show_health(overview.deployed, health)
                await self._look_for_changes()
        except MatchaError as error:
            self._show_error(error)

    async def _look_for_changes(self) -> None:
        """Compare with what was deployed, now and then: it costs more than asking for health."""
        self._looks += 1
        if self._looks % _LOOKS_A_COMPARISON == 1:
            deviations = await self.session.deployment.deviations()
            self.end_if_left()
            self.dashboard.show_changes(deviations)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        overview, target = self.session.deployment.overview, self.session.deployed_on
        is_there = overview.deployed is not None and not overview.live
        if action in _FOR_WHAT_IS_THERE and not is_there:
            return False
        control, stopped = target.control, bool(self.dashboard.stopped)
        modules = dict(overview.deployed.modules) if overview.deployed else {}
        offers = {
            "start": not overview.deployed and not overview.live,
            "watch": overview.live is not None,
            "reset": overview.can_reset and not overview.live,
            "history": bool(overview.runs),
            "stop": control is not None and self.dashboard.runs and not stopped,
            "run": control is not None and stopped,
            "autostart": control is not None and control.ends_with_login,
            "models": target.models is not None and "deployer" in modules,
        }
        return offers.get(action, True)

    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        """Open the wizard."""
        self.app.push_screen(open_step(self.session, "stack"))

    def action_again(self) -> None:
        """Open the review of the stack that is deployed."""
        self.app.push_screen(open_step(self.session, "review"))

    def action_edit(self) -> None:
        """Open the checklist of modules, to change what is deployed."""
        self.session.start_over()
        self.app.push_screen(open_step(self.session, "modules"))

    @work(group="control", exclusive=True)
    async def action_reset(self) -> None:
        """Drop what is wanted and was not applied yet."""
        await self.attempt(self.session.deployment.reset())
        self.session.start_over()
        await self.attempt(self.session.deployment.refresh())
        self._show(self.session.deployment.overview)

    def action_watch(self) -> None:
        """Attach to the run that is under way."""
        from matcha_tui.screens.monitor import MonitorScreen

        if self.session.deployment.overview.live:
            self.app.push_screen(MonitorScreen(self.session, self.session.deployment.overview.live))

    def action_resources(self) -> None:
        """Open the table of resources."""
        from matcha_tui.screens.resources import ResourcesScreen

        self.app.push_screen(ResourcesScreen(self.session))

    @work(group="control", exclusive=True)
    async def action_stop(self) -> None:
        """Stop everything, after a question."""
        deployment, control = self.session.deployment, self.session.deployed_on.control
        if control is None:
            return
        question = Confirm(
            "Stop the stack for a while?",
            f"It gives back {control.gives_back}. All data stays, and s starts it again.",
            yes="Stop it",
            no="Leave it",
        )
        if await self.app.push_screen_wait(question):
            self.dashboard.headline("◐ Stopping …", "$accent")
            await self.attempt(deployment.stop())

    @work(group="control", exclusive=True)
    async def action_run(self) -> None:
        """Start what was stopped."""
        self.dashboard.headline("◐ Starting …", "$accent")
        await self.attempt(self.session.deployment.start())

    def action_models(self) -> None:
        """Open the table of models."""
        from matcha_tui.screens.models import ModelsScreen

        self.app.push_screen(ModelsScreen(self.session))

    def action_log(self) -> None:
        """Give the log of the component under the cursor all the room."""
        from matcha_tui.screens.component_log import ComponentLogScreen

        if chosen := self.dashboard.chosen:
            self.app.push_screen(ComponentLogScreen(self.session, chosen[1]))

    def action_history(self) -> None:
        """List what was run here."""
        from matcha_tui.screens.runs import RunsScreen

        self.app.push_screen(RunsScreen(self.session))

    @work(group="use")
    async def action_use(self) -> None:
        """Show how the component under the cursor is used."""
        from matcha_tui.screens.snippet import Snippet

        resource, snippets = await self.attempt(self.dashboard.find_chosen_snippets()) or ("", {})
        if snippets:
            self.app.push_screen(Snippet(resource, snippets))

    def action_verify(self) -> None:
        """Try every component."""
        from matcha_tui.screens.verify import VerifyScreen

        self.app.push_screen(VerifyScreen(self.session))

    @work(group="control", exclusive=True)
    async def action_autostart(self) -> None:
        """Have it started at each login, or no longer, after a question."""
        deployment = self.session.deployment
        enabled = await deployment.autostart() is not None
        question = Confirm(
            "Start the stack at each login no longer?" if enabled else "Start it at each login?",
            "What runs now runs on." if enabled else "What you stop yourself stays stopped.",
            yes="Yes",
            no="Leave it",
        )
        if await self.app.push_screen_wait(question):
            await self.attempt(deployment.set_autostart(not enabled))

    @work(group="control", exclusive=True)
    async def action_compare(self) -> None:
        """Compare with what was deployed, and say what differs."""
        self.dashboard.headline("◐ Comparing with what was deployed …", "$accent")
        found = await self.attempt(self.session.deployment.compare())
        if found is None:
            return
        if not found:
            self.app.push_screen(Notice("Everything is as it was deployed."))
            return
        first, *others = format_deviations(found)
        self.app.push_screen(Notice(first, "\n".join(others)))

    def action_destroy(self) -> None:
        """Open the last question before everything goes."""
        from matcha_tui.screens.destroy import DestroyScreen

        self.app.push_screen(DestroyScreen(self.session))

    def _show(self, overview: Overview) -> None:
        is_empty = not overview.deployed and not overview.live
        welcome, dashboard = self.query_one("#welcome"), self.query_one("#dashboard")
        welcome.display, dashboard.display = is_empty, not is_empty
        self.query_one("#targets").display = overview.last is None  # this is a first visit
        last = self._last_line(overview.last)
        self.query_one("#before", Label).update(last)
        self.dashboard.show(overview)
        self.query_one(HeaderLine).stack = self.stack_name()
        self.refresh_bindings()
        if is_empty and self.focused is None:
            self.query_one("#start").focus()
        elif not is_empty and self.focused in (None, self.query_one("#start")):
            self.query_one(ComponentList).focus()

    def _show_health(self, stack: Stack, health: dict[str, ComponentHealth]) -> None:
        self.dashboard.show_health(stack, health)
        self.dashboard.sum_up(self.session.deployment.overview)
        self.refresh_bindings()

    def _show_error(self, error: MatchaError) -> None:
        self.query_one("#welcome").display = False
        self.query_one("#dashboard").display = True
        self.dashboard.headline(f"✗ {error.message}\n  {error.hint or ''}", "$error")

    def _last_line(self, last: LastRun | None) -> Content:
        if last is None:
            return Content("")
        end, style = describe_end(last.state)
        words = [last.kind]
        if last.finished:
            words.append(ago(last.finished, self.session.now()))
        if last.seconds is not None:
            words.append(f"took {in_words(last.seconds)}")
        return Content.assemble(
            ("Last run  ", "$quiet"), (end, style), (f" · {' · '.join(words)}", "$quiet")
        )


def _minutes(seconds: float) -> str:
    return "a minute" if seconds <= _LONG else f"{round(seconds / 60)} minutes"
