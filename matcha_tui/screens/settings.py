"""What can be set, and what is wrong with it."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.draft import settings_by_owner, validation_error
from matcha_tui.screens.session import Session
from matcha_tui.stack.setting import Setting
from matcha_tui.targets.findings import Verdict
from matcha_tui.targets.stored_values import takes_password
from matcha_tui.widgets.name_list import NameList
from matcha_tui.widgets.setting_field import SettingField


class SettingsScreen(WizardScreen):
    """One field a setting, checked while it is typed."""

    STEP = "settings"
    CSS_PATH = "settings.tcss"

    def __init__(self, session: Session, group: str = "") -> None:
        super().__init__(session)
        self._group = group
        self._basics: frozenset[str] = frozenset()  # what names are made of: the first group
        if group:
            self.step = group

    def compose_body(self) -> ComposeResult:
        """Make the fields of the target and of every chosen module."""
        draft = self.session.draft
        owners = settings_by_owner(self.session.deployment.project, draft, self._group)
        yield Label(
            "Everything has a good default: press enter to go on."
            if owners
            else "There is nothing to set for this stack: press enter to go on.",
            id="advice",
        )
        if (
            owners
            and not self._group
            and self.session.target.derived_values(self.session.drafted.spec)
        ):
            self._basics = frozenset(owners[0][1])
        with VerticalScroll(can_focus=not owners):
            if not self._group and (chosen := self._chosen()):
                yield Static(chosen, id="chosen")
            for title, settings in owners:
                yield Label(title, classes="owner", markup=False)
                for name, setting in settings.items():
                    yield SettingField(
                        name, setting, self._typed(name, setting), takes_secret=self._takes(setting)
                    )
                if self._basics and self._basics == settings.keys():
                    yield NameList()

    def on_mount(self) -> None:
        """Show what is wrong with what was typed before, and begin with the first field."""
        for field in self.query(SettingField):
            text = self._typed(field.setting_name, field.setting)
            field.error = validation_error(field.setting, text)
        first = next(iter(self.query(Input)), None)
        if first is not None:
            first.focus()
        self._show_names()

    @on(SettingField.Changed)
    def take(self, event: SettingField.Changed) -> None:
        """Keep what was typed, and say at once what is wrong with it."""
        field = event.field
        if takes_password(field.setting):
            self.session.password = event.text
        else:
            self.session.draft = self.session.draft.with_typed(field.setting_name, event.text)
        field.error = validation_error(field.setting, event.text)
        self._show_names()

    @on(SettingField.Submitted)
    def action_forward(self) -> None:
        """Go on, unless something is wrong."""
        for field in self.query(SettingField):
            if field.error:
                field.query_one(Input).focus()
                return
        self.check()

    @work(exclusive=True, group="check")
    async def check(self) -> None:
        """Go on unless something that was set cannot be had, such as a port."""
        deployment = self.session.deployment
        checks = await self.attempt(deployment.checks(self.session.drafted.config))
        quick = [one for one in checks or () if one.is_quick and one.is_required]
        found = await self.attempt(deployment.run_checks(quick))
        failed = [one for one in found or () if one.verdict is Verdict.FAILED]
        advice = self.query_one("#advice", Label)
        if failed:
            words = "\n".join(f"✗ {one.text}. {one.hint}" for one in failed)
            advice.update(Content.styled(words, "bold $error"))
        elif checks is not None:
            self.go_on()

    def _typed(self, name: str, setting: Setting) -> str:
        is_password = takes_password(setting)
        return self.session.password if is_password else self.session.draft.typed.get(name, "")

    def _takes(self, setting: Setting) -> bool:
        """Return whether a password may be given: a server has its own from its first start."""
        return takes_password(setting) and self.session.deployment.overview.deployed is None

    def _chosen(self) -> Content | None:
        """Return what the steps before have settled, and where to change it."""
        lines = {}
        if identity := self.session.target.identity:
            lines[identity.subscription_word] = self.session.subscription
        if (pricing := self.session.target.pricing) and pricing.region_setting:
            lines["region"] = self.session.region
        if not lines:
            return None
        return Content.assemble(
            *(
                part
                for thing, value in lines.items()
                for part in ((f"{thing:<14}", "$quiet"), (value or "not chosen", "bold"), "\n")
            ),
            ("Change these with esc: they are the steps before.", "$quiet"),
        )

    def _show_names(self) -> None:
        """Show what the target makes of what is typed, once that will do."""
        basics = (field for field in self.query(SettingField) if field.setting_name in self._basics)
        is_wrong = any(field.error for field in basics)
        for name_list in self.query(NameList):
            names = (
                {} if is_wrong else self.session.target.derived_values(self.session.drafted.spec)
            )
            name_list.names = tuple(names.items())
