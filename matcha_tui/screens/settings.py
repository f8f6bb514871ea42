"""What can be set, and what is wrong with it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.draft import complaint_about, names_of, settings_by_owner
from matcha_tui.screens.field_groups import label_of
from matcha_tui.widgets.name_list import NameList
from matcha_tui.widgets.setting_field import SettingField

_PREFIX = "prefix"
_THINGS = {
    "resource_group": "resource group",
    "cluster": "cluster",
    "registry": "registry",
    "database": "MySQL server",
    "dns_label": "host name",
    "storage": "storage accounts",
    "state_group": "state's group",
    "state_account": "state's account",
}
_ENDINGS = {"dns_label": ".{region}.cloudapp.azure.com", "storage": "…"}


class SettingsScreen(WizardScreen):
    """One field a setting, checked while it is typed."""

    STEP = "Settings"
    CSS_PATH = "settings.tcss"

    def compose_body(self) -> ComposeResult:
        """Make the fields of the target and of every chosen module."""
        draft = self.session.draft
        owners = settings_by_owner(self.session.project, draft)
        yield Label(
            "Everything has a good default: press enter to go on."
            if owners
            else "There is nothing to set for this stack: press enter to go on.",
            id="advice",
        )
        with VerticalScroll(can_focus=not owners):
            if self.session.target.extra_steps:
                yield Static(self._chosen(), id="chosen")
            for title, settings in owners:
                yield Label(title, classes="owner", markup=False)
                for name, setting in settings.items():
                    yield SettingField(name, setting, draft.typed.get(name, ""), label_of(name))
                    if name == _PREFIX:
                        yield NameList()

    def on_mount(self) -> None:
        """Show complaints about what was typed before, and begin with the first field."""
        for field in self.query(SettingField):
            text = self.session.draft.typed.get(field.setting_name, "")
            field.complaint = complaint_about(field.setting, text)
        first = next(iter(self.query(Input)), None)
        if first is not None:
            first.focus()
        self._show_names()

    @on(SettingField.Changed)
    def take(self, event: SettingField.Changed) -> None:
        """Keep what was typed, and say at once what is wrong with it."""
        field = event.field
        self.session.draft = self.session.draft.with_typed(field.setting_name, event.text)
        field.complaint = complaint_about(field.setting, event.text)
        if field.setting_name == _PREFIX:
            self._show_names()

    @on(SettingField.Submitted)
    def action_forward(self) -> None:
        """Go on to the review, unless something is wrong."""
        from matcha_tui.screens.paid_review import PaidReviewScreen
        from matcha_tui.screens.review import ReviewScreen

        for field in self.query(SettingField):
            if field.complaint:
                field.query_one(Input).focus()
                return
        screen = PaidReviewScreen if self.session.target.pricing else ReviewScreen
        self.app.push_screen(screen(self.session))

    def _chosen(self) -> Content:
        """Say what the steps before have settled, and where to change it."""
        lines = {}
        if identity := self.session.target.identity:
            lines[identity.subscription_word] = self.session.subscription
        if (pricing := self.session.target.pricing) and pricing.region_setting:
            lines["region"] = self.session.region
        return Content.assemble(
            *(
                part
                for thing, value in lines.items()
                for part in ((f"{thing:<14}", "$quiet"), (value or "not chosen", "bold"), "\n")
            ),
            ("Change these with esc: they are the steps before.", "$quiet"),
        )

    def _show_names(self) -> None:
        region = self.session.draft.typed.get("location", "") or "REGION"
        for name_list in self.query(NameList):
            names = names_of(self.session.project, self.session.draft)
            name_list.names = (
                tuple(
                    (words, getattr(names, key) + _ENDINGS.get(key, "").format(region=region))
                    for key, words in _THINGS.items()
                )
                if names
                else ()
            )
