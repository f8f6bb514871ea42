"""The third step: what can be set, and what is wrong with it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Label

from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.draft import complaint_about, settings_by_owner
from matcha_tui.widgets.setting_field import SettingField


class SettingsScreen(WizardScreen):
    """One field a setting, checked while it is typed."""

    STEP = "Settings"
    CSS_PATH = "settings.tcss"

    def compose_body(self) -> ComposeResult:
        """Make the fields of every chosen module."""
        draft = self.session.draft
        owners = settings_by_owner(self.session.project, draft)
        yield Label(
            "Everything has a good default: press enter to go on."
            if owners
            else "There is nothing to set for this stack: press enter to go on.",
            id="advice",
        )
        with VerticalScroll(can_focus=not owners):
            for title, settings in owners:
                yield Label(title, classes="owner", markup=False)
                for name, setting in settings.items():
                    yield SettingField(name, setting, draft.typed.get(name, ""))

    def on_mount(self) -> None:
        """Show complaints about what was typed before, and begin with the first field."""
        for field in self.query(SettingField):
            text = self.session.draft.typed.get(field.setting_name, "")
            field.complaint = complaint_about(field.setting, text)
        first = next(iter(self.query(Input)), None)
        if first is not None:
            first.focus()

    @on(SettingField.Changed)
    def take(self, event: SettingField.Changed) -> None:
        """Keep what was typed, and say at once what is wrong with it."""
        field = event.field
        self.session.draft = self.session.draft.with_typed(field.setting_name, event.text)
        field.complaint = complaint_about(field.setting, event.text)

    @on(SettingField.Submitted)
    def action_forward(self) -> None:
        """Go on to the review, unless something is wrong."""
        from matcha_tui.screens.review import ReviewScreen

        for field in self.query(SettingField):
            if field.complaint:
                field.query_one(Input).focus()
                return
        self.app.push_screen(ReviewScreen(self.session))
