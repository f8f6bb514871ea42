"""One setting as a field of a form."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Label, Select, Switch

from matcha_tui.stack.setting import Setting, SettingType


class _TextInput(Input):
    """An input whose enter is named in the footer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Continue", id="setting.submit", tooltip="Go on"),
        Binding("down", "app.focus_next", show=False, id="setting.next"),
        Binding("up", "app.focus_previous", show=False, id="setting.previous"),
    ]


class SettingField(Vertical):
    """Takes a setting and what was typed for it so far; says what is typed.

    A secret has a field only where one may be given; what is typed there is not shown.
    """

    DEFAULT_CSS = """
    SettingField {
        height: auto;
        margin-bottom: 1;
        Horizontal { height: 1; }
        .name { width: 20; padding-left: 2; }
        .field { width: 28; }
        Switch { background: transparent; }
        .field.secret { width: auto; color: $quiet; }
        .help { width: 1fr; height: auto; padding-left: 4; color: $quiet; }
        .error { width: 1fr; height: auto; padding-left: 4; color: $error; display: none; }
        &.-wrong .help { display: none; }
        &.-wrong .error { display: block; }
        &.-wrong .name { color: $error; }
    }
    """

    error: reactive[str] = reactive("", init=False)
    """What is wrong with what was typed; nothing when it will do."""

    class Changed(Message):
        """Something else was typed or chosen."""

        def __init__(self, field: "SettingField", text: str) -> None:
            super().__init__()
            self.field = field
            self.text = text

        @property
        def control(self) -> "SettingField":
            """The field."""
            return self.field

    class Submitted(Message):
        """Enter was pressed after what was typed."""

    def __init__(
        self, name: str, setting: Setting, typed: str, *, takes_secret: bool = False
    ) -> None:
        super().__init__()
        self.setting_name = name
        self.setting = setting
        self._typed = typed
        self._takes_secret = takes_secret

    def compose(self) -> ComposeResult:
        """Show the name, the field that suits its type, and help or an error."""
        with Horizontal():
            yield Label(self._label(), classes="name", markup=False)
            yield self._field()
        yield Label(self.setting.help, classes="help", markup=False)
        yield Label("", classes="error", markup=False)

    def watch_error(self, error: str) -> None:
        """Show what is wrong in place of the help."""
        self.set_class(bool(error), "-wrong")
        self.query_one(".error", Label).update(f"✗ {error}" if error else "")

    def _label(self) -> str:
        return self.setting.label or self.setting.name.replace("_", " ")

    def _field(self) -> Input | Switch | Select[str] | Label:
        setting = self.setting
        is_secret = setting.type is SettingType.SECRET
        if is_secret and not self._takes_secret:
            return Label("••••••••  generated, kept in .matcha", classes="field secret")
        if setting.type is SettingType.BOOLEAN:
            is_on = (self._typed or str(setting.default)).lower() == "true"
            return Switch(is_on, animate=False, classes="field")
        if setting.type is SettingType.CHOICE:
            chosen = self._typed if self._typed in setting.choices else str(setting.default)
            return Select(
                [(choice, choice) for choice in setting.choices],
                value=chosen,
                allow_blank=False,
                compact=True,
                classes="field",
            )
        return _TextInput(
            self._typed,
            placeholder=_placeholder(setting),
            password=is_secret,
            compact=True,
            select_on_focus=False,
            classes="field",
        )

    @on(Input.Changed)
    def _post_typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def _post_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())

    @on(Switch.Changed)
    def _post_switched(self, event: Switch.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, "true" if event.value else "false"))

    @on(Select.Changed)
    def _post_chosen(self, event: Select.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, str(event.value)))


def _placeholder(setting: Setting) -> str:
    if setting.type is SettingType.SECRET:
        return "generated, unless you type"
    if setting.type is SettingType.PORT and setting.default == 0:
        return f"free one from {setting.preferred}" if setting.preferred else "a free one"
    if setting.type is SettingType.HOSTS:
        return str(setting.default) or "none besides localhost"
    return str(setting.default)
