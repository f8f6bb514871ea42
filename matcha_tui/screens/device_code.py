"""A dialog that signs in on another device: a page, a code, and how long it is good for."""

import asyncio
import threading
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Label

from matcha_tui.errors import MatchaError
from matcha_tui.screens.browser import open_in_browser
from matcha_tui.screens.session import Session
from matcha_tui.targets.identity_part import SignedIn
from matcha_tui.widgets.duration import clock


class DeviceCodeScreen(ModalScreen[SignedIn | MatchaError | None]):
    """Gives who has signed in, why not, or ``None`` when it was cancelled."""

    CSS_PATH = "device_code.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,y", "copy('code')", "Copy code", id="code.copy", tooltip="Copy the code"),
        Binding("u", "copy('url')", "Copy address", id="code.url", tooltip="Copy the address"),
        Binding("o", "open", "Open", id="code.open", tooltip="Open the page in a browser"),
        Binding("escape,q", "leave", "Cancel", id="code.cancel", tooltip="Do not sign in"),
    ]

    def __init__(self, session: Session, tenant_id: str) -> None:
        super().__init__()
        self._session = session
        self._tenant_id = tenant_id
        self._cancelled = threading.Event()
        self._began = session.now()
        self._given = {"url": "", "code": ""}
        self._until: datetime | None = None

    def compose(self) -> ComposeResult:
        """Show the code between where to enter it and how long it is good for."""
        with Vertical(id="device") as box:
            box.border_title = "Sign in with a code"
            yield Label("", id="where", markup=False)
            yield Label("", id="code", markup=False)
            yield Label("", id="clock", markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Ask for a code."""
        self.query_one("#code").display = False
        self.set_interval(1.0, self._show_clock)
        self._show_clock()
        self.sign_in()

    def on_unmount(self) -> None:
        """Let the sign-in end, however this was closed."""
        self._cancelled.set()

    @work(exclusive=True)
    async def sign_in(self) -> None:
        """Wait until somebody has entered the code."""
        found: SignedIn | MatchaError
        try:
            found = await self._session.sign_in_with_code(
                self.show_code, self._tenant_id, self._cancelled.is_set
            )
        except MatchaError as error:
            found = error
        if self.is_current:
            self.dismiss(found)

    def show_code(self, url: str, code: str, until: datetime) -> None:
        """Show where to enter what, and until when."""
        self._given, self._until = {"url": url, "code": code}, until
        self.query_one("#where", Label).update(
            Content.assemble(
                "Open  ", (url, "bold $accent"), "\nin any browser, on any device, and enter"
            )
        )
        self.query_one("#code", Label).update(Content.styled(code, "bold"))
        self.query_one("#code").display = True
        self._show_clock()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what needs a code."""
        return None if action in ("copy", "open") and self._until is None else True

    def action_copy(self, what: str) -> None:
        """Copy the code, or the address."""
        self.app.copy_to_clipboard(self._given[what])
        self.notify(f"Copied {self._given[what]}", markup=False)

    @work(exclusive=True, group="open")
    async def action_open(self) -> None:
        """Open the page here, if there is a browser."""
        url = self._given["url"]
        if await asyncio.to_thread(open_in_browser, url):
            self.notify(f"Opened {url}", markup=False)
        else:
            self.notify("There is no browser here; open it on another device.", markup=False)

    def action_leave(self) -> None:
        """Do not sign in."""
        self._cancelled.set()
        self.dismiss(None)

    def _show_clock(self) -> None:
        now = self._session.now()
        if self._until is None:
            words = f"Asking for a code … {clock(now - self._began)}"
        else:
            words = f"Waiting for you; the code is good for {clock(self._until - now)} more."
        self.query_one("#clock", Label).update(words)
        self.refresh_bindings()
