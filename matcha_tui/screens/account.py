"""A step of targets with accounts: who builds, and in which subscription."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from matcha_tui.errors import MatchaError
from matcha_tui.screens.base import WizardScreen
from matcha_tui.screens.browser import open_in_browser
from matcha_tui.screens.choose import Choose
from matcha_tui.screens.device_code import DeviceCodeScreen
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.session import Session
from matcha_tui.targets.identity_part import SignedIn
from matcha_tui.widgets.banner import Banner, BannerMessage, Tone
from matcha_tui.widgets.choice_list import ChoiceList
from matcha_tui.widgets.duration import clock

_NAME_WIDTH = 18


@dataclass(frozen=True, slots=True)
class _Choice:
    """A subscription that can be taken.

    Attributes:
        subscription_id: Its ID.
        tenant_id: Its tenant; empty if nobody knows.
        name: Its name.
        state: In words.
        refusal: Why it cannot be taken; empty if it can.
    """

    subscription_id: str
    tenant_id: str
    name: str
    state: str
    refusal: str = ""


class AccountScreen(WizardScreen):
    """Explains how one is signed in, and lets one of the subscriptions be taken."""

    STEP = "account"
    CSS_PATH = "account.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Try again", id="account.again", tooltip="Sign in anew"),
        Binding(
            "d",
            "device_code",
            "Device code",
            id="account.code",
            tooltip="Sign in with a code that you enter in any browser",
        ),
        Binding("t", "tenant", "Tenant", id="account.tenant", tooltip="Sign in to another tenant"),
        Binding(
            "o",
            "open",
            "Browser",
            id="account.open",
            tooltip="Open the page on subscriptions; with nobody signed in, on how to sign in",
        ),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._since: datetime | None = None
        self._choices: dict[str, _Choice] = {}

    def compose_body(self) -> ComposeResult:
        """Put who is signed in above the subscriptions."""
        with VerticalScroll(can_focus=False):
            yield Label("Who builds it?", classes="question")
            yield Static("", id="identity")
            yield Banner()
            yield Label(
                f"Which {self.session.identity.subscription_word} pays for it?",
                id="which",
                classes="question",
            )
            yield ChoiceList(id="subscriptions")
            yield Static("", id="remark")

    def on_mount(self) -> None:
        """Show who is signed in, or find out."""
        self.set_interval(1.0, self._show_clock)
        self.query_one(ChoiceList).focus()
        if self.session.signed_in:
            self._show(self.session.signed_in)
        else:
            self.begin(self._tenant_id())

    @work(exclusive=True, group="sign_in")
    async def begin(self, tenant_id: str) -> None:
        """Sign in with what is there."""
        self._since = self.session.now()
        self.query_one(Banner).message = None
        self._show_choices(None)
        self._show_clock()
        try:
            signed_in = await self.session.sign_in(tenant_id)
        except MatchaError as error:
            self.end_if_left()
            self._since = None
            self._show_failure(error)
        else:
            self.end_if_left()
            self._since = None
            self._show(signed_in)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a tenant only where there are several."""
        if action == "tenant":
            signed_in = self.session.signed_in
            return bool(signed_in and len(signed_in.tenants) > 1)
        return True

    def action_again(self) -> None:
        """Sign in anew, for the tenant that is chosen."""
        before = self.session.signed_in
        self.session.signed_in = None
        self.begin(before.tenant_id if before else self._tenant_id())

    @work(exclusive=True, group="sign_in")
    async def action_device_code(self) -> None:
        """Sign in on another device."""
        if self._since is not None:  # the sign-in that was under way has ended with its worker
            self._since = None
            self._show_identity(Content(""))
        found = await self.app.push_screen_wait(DeviceCodeScreen(self.session, self._tenant_id()))
        self.end_if_left()
        if isinstance(found, MatchaError):
            self._show_failure(found)
        elif found is not None:
            self._show(found)
        elif self.session.signed_in:
            self._show(self.session.signed_in)
        else:
            self._show_failure(MatchaError("nobody is signed in"))

    @work(exclusive=True, group="tenant")
    async def action_tenant(self) -> None:
        """Choose another tenant, and sign in to it."""
        signed_in = self.session.signed_in
        if signed_in is None:
            return
        options = {
            tenant.tenant_id: Content.assemble(
                (tenant.name or tenant.domain or "(no name)", "bold"),
                (f"  {tenant.tenant_id}", "$quiet"),
            )
            for tenant in signed_in.tenants
        }
        chosen = await self.app.push_screen_wait(
            Choose(f"Which {self.session.identity.tenant_word}?", options, signed_in.tenant_id)
        )
        self.end_if_left()
        if chosen and chosen != signed_in.tenant_id:
            self.begin(chosen)

    @work(exclusive=True, group="open")
    async def action_open(self) -> None:
        """Open the page that helps."""
        identity = self.session.identity
        url = identity.subscriptions_url if self.session.signed_in else identity.help_url
        if await asyncio.to_thread(open_in_browser, url):
            self.notify(f"Opened {url}", markup=False)
        else:
            self.app.copy_to_clipboard(url)
            self.notify(f"There is no browser here; copied: {url}", markup=False)

    @on(OptionList.OptionHighlighted, "#subscriptions")
    def choose(self, event: OptionList.OptionHighlighted) -> None:
        """Take what the cursor is on, if it can be taken."""
        choice = self._choices.get(event.option_id or "")
        if choice and not choice.refusal:
            self._take(choice)
        self._redraw(event.option_id or "")

    @on(ChoiceList.Confirmed)
    def action_forward(self) -> None:
        """Go on with what is chosen."""
        options, identity = self.query_one(ChoiceList), self.session.identity
        index = options.highlighted
        chosen = options.get_option_at_index(index).id if index is not None else None
        choice = self._choices.get(chosen or "")
        if choice is None:
            self.app.push_screen(
                Notice(
                    f"There is no {identity.subscription_word} to build in yet.",
                    "Sign in first: r tries again, d shows a code for any browser. Or write "
                    f"{identity.subscription_setting} into matcha.toml to go on without a network.",
                    title="Nothing chosen",
                )
            )
        elif choice.refusal:
            self.app.push_screen(Notice(choice.refusal, "Take another one.", title="Not this one"))
        else:
            self._take(choice)
            self.go_on()

    def _take(self, choice: _Choice) -> None:
        identity, draft = self.session.identity, self.session.draft
        draft = draft.with_typed(identity.subscription_setting, choice.subscription_id)
        if choice.tenant_id and identity.tenant_setting:
            draft = draft.with_typed(identity.tenant_setting, choice.tenant_id)
        self.session.draft = draft

    def _tenant_id(self) -> str:
        return self.session.draft.typed.get(self.session.identity.tenant_setting, "")

    def _show_clock(self) -> None:
        if self._since is not None:
            spent = clock(self.session.now() - self._since)
            words = (f"▸ Signing in to {self.session.target.title} … ", "bold $accent")
            self._show_identity(Content.assemble(words, (spent, "$quiet")))

    def _show(self, signed_in: SignedIn) -> None:
        lines = [("as", Content.styled(signed_in.name, "bold")), ("by", Content(signed_in.source))]
        if signed_in.tenant_id:
            lines.append((self.session.identity.tenant_word, _format_tenant(signed_in)))
        self._show_identity(
            Content("\n").join(
                [
                    Content.styled("● Signed in", "bold $success"),
                    *(Content.assemble((f"  {word:<8}", "$quiet"), told) for word, told in lines),
                ]
            )
        )
        banner = self.query_one(Banner)
        banner.message = None
        if signed_in.problem:
            banner.message = _failure_message(signed_in.problem)
        elif not signed_in.builds:
            banner.message = BannerMessage(
                Tone.MIXED,
                "You can look around with this sign-in",
                self.session.identity.read_only_hint,
            )
        self._show_choices(signed_in)
        self.refresh_bindings()

    def _show_failure(self, error: MatchaError) -> None:
        self._show_identity(Content.styled("○ Nobody is signed in", "bold $warning"))
        self.query_one(Banner).message = _failure_message(error)
        self._show_choices(None)
        self.refresh_bindings()

    def _show_identity(self, words: Content) -> None:
        self.query_one("#identity", Static).update(words)

    def _show_choices(self, signed_in: SignedIn | None) -> None:
        wanted = self.session.draft.typed.get(self.session.identity.subscription_setting, "")
        found = signed_in.subscriptions if signed_in else ()
        self._choices = {
            item.subscription_id: _Choice(
                item.subscription_id,
                item.tenant_id,
                item.name or "(no name)",
                item.state,
                ""
                if item.is_usable
                else f"{item.name} is {item.state}: nothing can be built there.",
            )
            for item in found
        }
        self._show_remark(wanted, signed_in)
        if wanted and wanted not in self._choices:
            unknown = _Choice(wanted, "", "as chosen before", "unverified")
            self._choices = {wanted: unknown, **self._choices}
        self.query_one("#which").display = bool(self._choices)
        options = self.query_one(ChoiceList)
        options.display = bool(self._choices)
        chosen = wanted or next(iter(self._choices), "")
        with self.prevent(OptionList.OptionHighlighted):
            options.clear_options()
            options.add_options(
                Option(self._prompt(choice, key == chosen), id=key)
                for key, choice in self._choices.items()
            )
            if self._choices:
                options.highlighted = list(self._choices).index(chosen)
                options.focus()

    def _show_remark(self, wanted: str, signed_in: SignedIn | None) -> None:
        words = ""
        if wanted and wanted not in self._choices and self._since is None:
            word = self.session.identity.subscription_word
            if signed_in and not signed_in.problem:
                words = f"{signed_in.name} does not see the {word} chosen before."
            else:
                words = f"The {word} could not be verified. Enter goes on with it all the same."
        self.query_one("#remark", Static).update(Content.styled(words and f"▲ {words}", "$warning"))

    def _redraw(self, chosen: str) -> None:
        options = self.query_one(ChoiceList)
        for key, choice in self._choices.items():
            options.replace_option_prompt(key, self._prompt(choice, key == chosen))

    def _prompt(self, choice: _Choice, is_chosen: bool) -> Content:
        mark = ("(•) ", "bold $accent") if is_chosen else ("( ) ", "$quiet")
        state = "$warning" if choice.refusal or not choice.tenant_id else "$success"
        name = Content(choice.name).truncate(_NAME_WIDTH, ellipsis=True, pad=True)
        return Content.assemble(
            mark,
            name.stylize("bold"),
            (f"  {choice.subscription_id}", "$quiet"),
            (f"  {'▲ ' if choice.refusal else ''}{choice.state}", state),
        )


def _format_tenant(signed_in: SignedIn) -> Content:
    tenant = Content(signed_in.tenant_name)
    if signed_in.tenant_name != signed_in.tenant_id:
        tenant = Content.assemble(tenant, (f"  {signed_in.tenant_id}", "$quiet"))
    if len(signed_in.tenants) > 1:
        tenant = Content.assemble(tenant, (f"  one of {len(signed_in.tenants)}: t", "$quiet"))
    return tenant


def _failure_message(error: MatchaError) -> BannerMessage:
    lines = [f"Next: {error.hint}"] if error.hint else []
    lines.append("r tries again; d signs in with a code that you enter in any browser.")
    return BannerMessage(Tone.BAD, error.message, tuple(lines))
