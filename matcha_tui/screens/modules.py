"""The second step: which modules the stack has."""

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.difference import Difference, compare
from matcha_tui.pricing.estimate import Estimate
from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.cost_format import format_cost, format_difference
from matcha_tui.screens.module_detail import describe_module
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.session import Session
from matcha_tui.screens.wizard import open_step
from matcha_tui.stack.catalog import MODULE_TYPES, Flavor, Preset
from matcha_tui.stack.flavor import is_open_source
from matcha_tui.stack.stack import (
    Stack,
    add_module,
    check_complete,
    make_stack,
    preset_stack,
    remove_module,
)
from matcha_tui.widgets.header_line import HeaderLine
from matcha_tui.widgets.module_table import ModuleRow, ModuleTable


class ModulesScreen(WizardScreen):
    """The checklist of modules, and what the one under the cursor is."""

    STEP = "modules"
    CSS_PATH = "modules.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "preset('default')", "Default", id="modules.default", tooltip="Begin anew"),
        Binding("l", "preset('llm')", "LLM", id="modules.llm", tooltip="Begin from the LLM stack"),
        Binding(
            "p",
            "review",
            "Plan",
            id="modules.review",
            tooltip="Straight to the plan",
        ),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._cost: Estimate | None = None

    def compose_body(self) -> ComposeResult:
        """Make the table above the details."""
        yield Label("", id="which", markup=False)
        yield ModuleTable(self._rows())
        yield Static(self._licences(), id="licences")
        yield Static("", id="cost")
        with VerticalScroll(id="detail", can_focus=False):
            yield Static("", id="about")

    def on_mount(self) -> None:
        """Show the draft."""
        self._show_stack()
        self.query_one("#licences").display = bool(self._licences())
        self.query_one("#cost").display = self.session.target.pricing is not None
        self.query_one(ModuleTable).focus()
        if self.session.target.pricing:
            self.load_prices()

    @work(exclusive=True, group="prices")
    async def load_prices(self) -> None:
        """Read what prices there are on this machine."""
        if await self.attempt(self.session.find_prices(offline=True)) is None:
            return
        self._cost = self._work_out()
        self._show_cost(None)

    @on(ModuleTable.Toggled)
    def toggle(self, event: ModuleTable.Toggled) -> None:
        """Take a module in, or leave it out."""
        catalog, stack = self.session.deployment.project.catalog, self.session.draft.stack
        flavor = self._flavors()[event.key]
        if stack.flavor(flavor.module_type) == flavor.name:
            self._take(remove_module(catalog, stack, flavor.module_type))
        else:
            self._take(add_module(catalog, stack, flavor.module_type, flavor.name))

    @on(ModuleTable.AllToggled)
    def toggle_all(self) -> None:
        """Fill every slot; or, when all are full, empty them."""
        catalog, stack = self.session.deployment.project.catalog, self.session.draft.stack
        first = {flavor.module_type: flavor.name for flavor in reversed(self._flavors().values())}
        is_full = len(stack.modules) == len(first)
        self._take(make_stack(catalog, {} if is_full else first | dict(stack.modules)))

    @on(ModuleTable.Highlighted)
    def show_detail(self, event: ModuleTable.Highlighted) -> None:
        """Show what the module under the cursor is."""
        flavor = self._flavors()[event.key]
        draft = self.session.draft
        detail = describe_module(flavor, draft.stack, draft.typed)
        self.query_one("#about", Static).update(detail)

    def action_preset(self, name: str) -> None:
        """Begin from one of the stacks that come with the product."""
        catalog = self.session.deployment.project.catalog
        self._take(preset_stack(catalog, name, self.session.draft.target))

    def action_review(self) -> None:
        """Leave the settings as they are, and see what would be done."""
        self._go_on("review")

    @on(ModuleTable.Confirmed)
    def action_forward(self) -> None:
        """Go on to the next step, if there is anything to build."""
        self._go_on()

    def _go_on(self, step: str = "") -> None:
        draft = self.session.draft
        if not draft.stack.modules:
            self.app.push_screen(
                Notice(
                    "The stack has no modules, so there is nothing to build.",
                    "Take at least one: move to it and press space. Or a for all of them.",
                    title="Nothing chosen",
                )
            )
            return
        try:
            check_complete(self.session.deployment.project.catalog, draft.stack, draft.target)
        except MatchaError as error:
            self.show_error(error)
            return
        if step:
            self.app.push_screen(open_step(self.session, step))
        else:
            self.go_on()

    def _take(self, stack: Stack) -> None:
        before = self._cost
        self.session.draft = replace(self.session.draft, stack=stack)
        self.query_one(ModuleTable).show_rows(self._rows())
        self._show_stack()
        if before:
            self._cost = self._work_out()
        if before and self._cost:
            self._show_cost(compare(before, self._cost))

    def _show_cost(self, difference: Difference | None) -> None:
        if self._cost is None:
            return
        place = self.session.priced_region
        words = format_cost(self._cost, place.display_name if place else "")
        change = format_difference(difference)
        if change:
            words = Content.assemble(words, ("; last change: ", "$quiet"), change)
        self.query_one("#cost", Static).update(words)

    def _work_out(self) -> Estimate | None:
        place = self.session.priced_region
        return self.session.cost(self.session.drafted, place.name if place else "")

    def _licences(self) -> Content:
        """Return which modules are not for everybody and everything, chosen or not."""
        return Content("\n").join(
            Content.assemble(
                (f"▲ {flavor.title}: ", "bold $warning"), (f"{flavor.licence}.", "$warning")
            )
            for flavor in self._flavors().values()
            if not is_open_source(flavor.licence)
        )

    def _show_stack(self) -> None:
        stack = self.session.draft.stack
        preset = self.session.deployment.project.catalog.presets.get(stack.name)
        count = len(stack.modules)
        counted = f"{count} module{'' if count == 1 else 's'}"
        self.query_one("#which", Label).update(
            Content.assemble(
                ("This is the ", "$quiet"),
                (stack.name, "bold $accent"),
                (f" stack: {counted}. ", "$quiet"),
                (_describe(stack, preset), "$quiet"),
            )
        )
        self.query_one(HeaderLine).stack = stack.name

    def _flavors(self) -> dict[str, Flavor]:
        target = self.session.draft.target
        return {
            f"{flavor.module_type}/{flavor.name}": flavor
            for flavor in self.session.deployment.project.catalog.flavors
            if flavor.target == target
        }

    def _is_changed(self, flavor: Flavor) -> bool:
        """Return whether a module differs from what the edit began with."""
        overview, draft = self.session.deployment.overview, self.session.draft
        begun = overview.deployed or self.session.deployment.project.stack
        is_in = begun.flavor(flavor.module_type) == flavor.name
        return is_in != (draft.stack.flavor(flavor.module_type) == flavor.name)

    def _rows(self) -> tuple[ModuleRow, ...]:
        stack = self.session.draft.stack
        return tuple(
            ModuleRow(
                key,
                MODULE_TYPES[flavor.module_type],
                flavor.title,
                flavor.description,
                stack.flavor(flavor.module_type) == flavor.name,
                is_changed=self._is_changed(flavor),
                warning="" if is_open_source(flavor.licence) else flavor.licence.partition(":")[0],
            )
            for key, flavor in self._flavors().items()
        )


def _describe(stack: Stack, preset: Preset | None) -> str:
    if preset:
        return preset.description
    return "Your own choice." if stack.modules else "Take at least one."
