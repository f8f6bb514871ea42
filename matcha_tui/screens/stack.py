"""The first step: where the stack is built, and which one."""

from dataclasses import replace
from textwrap import wrap
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.cost_format import format_cost
from matcha_tui.screens.session import Session
from matcha_tui.screens.wizard import step_titles
from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.stack.stack import CUSTOM, Stack, drop_unavailable, preset_stack
from matcha_tui.targets.registry import TARGETS
from matcha_tui.widgets.choice_list import ChoiceList
from matcha_tui.widgets.duration import in_words
from matcha_tui.widgets.header_line import HeaderLine
from matcha_tui.widgets.step_line import StepLine

_INDENT = " " * 4
_MARGIN, _LEAST_WIDTH = 12, 20
_SLOT_WIDTH, _INSIDE_ROWS = 22, 36
_CUSTOM_TITLE = "Custom"
_CUSTOM_DESCRIPTION = "Your own choice of modules."


class StackScreen(WizardScreen):
    """Offers the targets, and the stacks that come with the product."""

    STEP = "stack"
    CSS_PATH = "stack.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "preset('default')", "Default", id="stack.default", tooltip="All but Chroma"),
        Binding("l", "preset('llm')", "LLM", id="stack.llm", tooltip="With a vector database"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._custom: Stack | None = None

    def compose_body(self) -> ComposeResult:
        """Make both lists, and what is in the chosen stack."""
        with VerticalScroll(can_focus=False):
            yield Label("Where shall it run?", classes="question")
            yield ChoiceList(id="targets")
            yield Label("What shall it be? (tab, or d and l)", classes="question")
            yield ChoiceList(id="stacks")
            yield Static("", id="inside")

    def on_mount(self) -> None:
        """Begin with the first question."""
        self.query_one("#targets").focus()

    def on_screen_resume(self) -> None:
        """Show the draft, which a later step may have changed."""
        draft = self.session.draft
        if draft.stack.name == CUSTOM:
            self._custom = draft.stack
        offered = self.session.deployment.project.catalog.targets
        self._fill("targets", [name for name in TARGETS if name in offered], draft.target)
        self._fill("stacks", list(self._stacks()), draft.stack.name)
        self._show_inside()
        if self.session.target.pricing:
            self.load_prices()

    @work(exclusive=True, group="prices")
    async def load_prices(self) -> None:
        """Read what prices there are on this machine."""
        if await self.attempt(self.session.find_prices(offline=True)) is not None:
            self._redraw("stacks", self.session.draft.stack.name)

    def on_resize(self) -> None:
        """Wrap the descriptions anew."""
        self._redraw("targets", self.session.draft.target)
        self._redraw("stacks", self.session.draft.stack.name)
        self.query_one("#inside").display = self.app.size.height >= _INSIDE_ROWS
        self._show_inside()

    @on(OptionList.OptionHighlighted, "#targets")
    def choose_target(self, event: OptionList.OptionHighlighted) -> None:
        """Choose where."""
        if event.option_id:
            name = self.session.draft.stack.name
            self.session.draft = replace(self.session.draft, target=event.option_id)
            self.session.draft = replace(self.session.draft, stack=self._stacks()[name])
            self.query_one(HeaderLine).target = self.target_title()
            self._redraw("targets", event.option_id)
            self._redraw("stacks", self.session.draft.stack.name)
            self.query_one(StepLine).steps = step_titles(self.session.target)
            self._show_inside()
            if self.session.target.pricing and self.session.prices is None:
                self.load_prices()

    @on(OptionList.OptionHighlighted, "#stacks")
    def choose_stack(self, event: OptionList.OptionHighlighted) -> None:
        """Choose what."""
        if event.option_id:
            stack = self._stacks()[event.option_id]
            self.session.draft = replace(self.session.draft, stack=stack)
            self.query_one(HeaderLine).stack = stack.name
            self._redraw("stacks", event.option_id)
            self._show_inside()

    def action_preset(self, name: str) -> None:
        """Choose one of the stacks that come with the product."""
        self.query_one("#stacks", OptionList).highlighted = list(self._stacks()).index(name)
        self.query_one("#stacks").focus()

    @on(ChoiceList.Confirmed)
    def action_forward(self) -> None:
        """Go on to the modules."""
        self.go_on()

    def _stacks(self) -> dict[str, Stack]:
        catalog, target = self.session.deployment.project.catalog, self.session.draft.target
        stacks = {name: preset_stack(catalog, name, target) for name in catalog.presets}
        if self._custom:
            stacks[CUSTOM] = drop_unavailable(catalog, self._custom, target)
        return stacks

    def _fill(self, which: str, names: list[str], chosen: str) -> None:
        options = self.query_one(f"#{which}", OptionList)
        with self.prevent(OptionList.OptionHighlighted):
            options.clear_options()
            options.add_options(
                Option(self._prompt(which, name, name == chosen), id=name) for name in names
            )
            options.highlighted = names.index(chosen)

    def _redraw(self, which: str, chosen: str) -> None:
        options = self.query_one(f"#{which}", OptionList)
        for option in options.options:
            name = option.id or ""
            options.replace_option_prompt(name, self._prompt(which, name, name == chosen))

    def _indented(self, text: str) -> str:
        width = max(_LEAST_WIDTH, self.app.size.width - _MARGIN)
        return "".join(f"\n{_INDENT}{line}" for line in wrap(text, width))

    def _prompt(self, which: str, name: str, is_chosen: bool) -> Content:
        mark = ("(•) ", "bold $accent") if is_chosen else ("( ) ", "$quiet")
        if which == "targets":
            target = TARGETS[name]
            return Content.assemble(
                mark, (target.title, "bold"), (self._indented(target.description), "$quiet")
            )
        project = self.session.deployment.project
        stack = self._stacks()[name]
        titles = [
            project.catalog.title(self.session.draft.target, module_type, flavor)
            for module_type, flavor in stack.modules
        ]
        preset = project.catalog.presets.get(name)
        return Content.assemble(
            mark,
            (preset.title if preset else _CUSTOM_TITLE, "bold"),
            (self._indented(preset.description if preset else _CUSTOM_DESCRIPTION), "$quiet"),
            (self._indented(" · ".join(titles)), "$primary"),
            (f"\n{_INDENT}", ""),
            self._describe_needs(stack),
        )

    def _describe_needs(self, stack: Stack) -> Content:
        """Say how long a stack takes to build, and what it takes and costs."""
        project = self.session.drafted_with(replace(self.session.draft, stack=stack))
        needs = [f"about {in_words(project.first_seconds)} the first time"]
        if disk := sum(flavor.disk_megabytes for flavor in project.flavors):
            needs.append(f"{disk / 1000:.1f} GB of disk")
        if self.session.target.pricing is None:
            needs.append("nothing to pay")
        line = Content.styled(" · ".join(needs), "$quiet")
        region = self.session.priced_region
        cost = self.session.cost(project, region.name if region else "")
        if cost is None:
            return line
        where = region.display_name if region else ""
        return Content.assemble(line, (" · ", "$quiet"), format_cost(cost, where))

    def _show_inside(self) -> None:
        """Show what each module of the chosen stack is for, where there is room."""
        self.query_one("#inside", Static).update(
            Content("\n").join(
                Content.assemble(
                    (MODULE_TYPES[flavor.module_type].ljust(_SLOT_WIDTH), "$quiet"),
                    (flavor.title, "bold"),
                    (self._indented(flavor.description), "$quiet"),
                )
                for flavor in self.session.drafted.flavors
            )
        )
