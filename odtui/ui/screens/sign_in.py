"""Sign-in: choose an account or a way, wait, and read what went wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Footer

from odtui.auth.admin_consent import admin_consent_link
from odtui.auth.errors import AuthError, AuthProblem
from odtui.config.settings import Profile
from odtui.services.words import Step, explain
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.screens.sign_in_views import BrowserView, DeviceView, Method, StartView, best_way
from odtui.ui.text import clean, safe
from odtui.ui.widgets.error_card import ErrorCard

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.auth.authenticator import DeviceCode
    from odtui.net.reroute import Routes

HINT_AFTER = 20.0
"""Seconds without an answer after which the browser may be showing an error to nobody but the user."""


class AuthenticatorLike(Protocol):
    """What the screen needs of an Authenticator."""

    def accounts(self) -> list[Account]: ...

    async def sign_in_browser(
        self,
        *,
        open_url: Callable[[str], bool],
        show_url: Callable[[str], None],
        login_hint: str | None = None,
        scopes: tuple[str, ...] | None = None,
        paste: Callable[[], Awaitable[str]] | None = None,
    ) -> Account: ...

    async def sign_in_device(
        self, *, show_code: Callable[[DeviceCode], None], scopes: tuple[str, ...] | None = None
    ) -> Account: ...

    async def sign_out(self, account: Account) -> None: ...


class SignInScreen(Screen["Account | None"]):
    """Gives the account to use. Esc goes back: from a wait to the choice, from there off the screen with None."""

    CSS_PATH = "../styles/sign_in.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (78, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]
    BINDINGS = [
        Binding("b", "sign_in('browser')", "Browser", key_display="b"),
        Binding("d", "sign_in('device')", "Device code", key_display="d"),
        Binding("x,delete", "forget", "Sign out", key_display="x"),
        Binding("c", "copy", "Copy", key_display="c"),
        Binding("f5", "copy", "Copy", key_display="F5"),  # the one that works while one pastes
        Binding("n", "sign_in('device')", "New code", show=False),
        Binding("o", "open_page", "Open page", show=False),
        Binding("f2", "settings", "Settings", key_display="F2"),
        Binding("escape", "back", "Back", key_display="Esc"),
    ]

    @dataclass
    class SettingsRequested(Message):
        """The user wants to put a setting right; the screen has gone. `field`: where, None if not known."""

        field: str | None

    def __init__(
        self,
        authenticator: AuthenticatorLike,
        profile: Profile,
        *,
        open_url: Callable[[str], bool] | None,
        cloud_title: str = "",
        clock: Callable[[], float] = time.time,
        demo: bool = False,
        message: str = "",
        login_hint: str | None = None,
        scopes: tuple[str, ...] | None = None,
        later: Callable[[float, Callable[[], None]], object] | None = None,
        remote: bool = False,
        proof: bool = False,
        another: bool = False,
        routes: Routes | None = None,
    ) -> None:
        """Args:
        open_url: Starts a browser; None: there is none here.
        clock: Seconds since the epoch.
        login_hint: The account that has to sign in again.
        scopes: To ask for instead of the profile's.
        later: Runs something after some seconds; the screen's own timer if absent.
        remote: The terminal belongs to another computer.
        proof: Microsoft has asked for a further proof.
        another: An account that is not known yet is wanted.
        routes: Where the demo drive stands in for Microsoft.
        """
        super().__init__()
        self._authenticator = authenticator
        self._profile = profile
        self._open_url = open_url
        self._cloud_title = cloud_title
        self._clock = clock
        self._message = message or ("The demo drive signs in on this computer. Nothing leaves it." if demo else "")
        self._demo = demo
        self._hint = login_hint
        self._renew: str | None = None
        self._scopes = scopes
        self._later = later if later is not None else self.set_timer
        self._way = best_way(
            profile.sign_in,
            has_browser=open_url is not None,
            confidential=profile.confidential,
            remote=remote,
            proof=proof,
        )
        self._routes = routes
        self._another = another
        self._method: Method = self._way.method
        self._setting = ""
        self._failed: AuthProblem | None = None
        self._pasted: asyncio.Queue[str] = asyncio.Queue()

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="sign-in-middle", can_focus=False):
            yield VerticalGroup(id="sign-in-card", classes="dialog")
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        await self.start_over()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "sign_in":
            return not self.query(ErrorCard)
        if action == "copy":
            return bool(self.query(BrowserView) or self.query(DeviceView))
        if action == "forget":
            return any(view.account is not None for view in self.query(StartView))
        return True

    # --- what is on the card ----------------------------------------------------------------------------

    async def start_over(self) -> None:
        """The choice of accounts and ways. A wait that was under way ends."""
        self.workers.cancel_group(self, "sign-in")
        accounts = self._authenticator.accounts()
        view = StartView(
            accounts,
            self._way,
            hint=self._hint,
            has_browser=self._open_url is not None,
            message=self._message,
            another=self._another,
        )
        await self._show(view, "Sign in to OneDrive")

    async def _show(self, view: Widget, title: str, *, failed: bool = False) -> None:
        card = self.query_one("#sign-in-card")
        card.border_title = safe(title)
        card.border_subtitle = safe(self._cloud_title)
        card.set_class(failed, "-danger")
        self.remove_class("-with-qr")
        await card.remove_children()
        await card.mount(view)
        self.refresh_bindings()

    @on(StartView.Picked)
    def take_choice(self, event: StartView.Picked) -> None:
        if event.account is None:
            self.action_sign_in(event.method or self._method)
        elif event.account.username != self._hint:
            self.dismiss(event.account)
        else:
            self.begin(self._method, renew=event.account.username)

    # --- signing in ----------------------------------------------------------------------------------------

    def action_sign_in(self, method: Method) -> None:
        """Sign in this way with whatever account the user names then."""
        self.begin(method)

    def begin(self, method: Method, *, renew: str | None = None) -> None:
        """Begin, or begin again. `renew`: username of the account whose session has ended."""
        self._method, self._renew = method, renew
        self.sign_in(method)

    @work(exclusive=True, group="sign-in")
    async def sign_in(self, method: Method) -> None:
        try:
            account = await (self._with_browser() if method == "browser" else self._with_device())
        except (AuthError, OSError) as error:
            told = explain(error, doing="sign in")
            self._setting = told.setting
            self._failed = error.problem if isinstance(error, AuthError) else None
            steps = tuple(step for step in told.steps if step not in self._impossible_steps)
            card = ErrorCard(replace(told, steps=steps), close="Back")
            await self._show(card, told.title, failed=True)
            card.focus_first()
        else:
            self.dismiss(account)

    async def _with_browser(self) -> Account:
        opener, pasting = self._open_url, self._open_url is None
        view = BrowserView(redirect_uri=self._profile.registered_uri, paste=pasting)
        await self._show(view, "Sign in with the browser")
        self._later(HINT_AFTER, view.give_hint)
        self._pasted = asyncio.Queue()
        return await self._authenticator.sign_in_browser(
            open_url=opener or (lambda _url: False),
            show_url=view.show_address,
            login_hint=self._renew,
            scopes=self._scopes,
            paste=partial(self._next_paste, view) if pasting else None,
        )

    async def _next_paste(self, view: BrowserView) -> str:
        """The address that was pasted; asked for again when it was a wrong one."""
        if view.pasted:
            view.refuse_paste()
        return await self._pasted.get()

    async def _with_device(self) -> Account:
        view = DeviceView(self._clock, has_browser=self._open_url is not None)
        await self._show(view, "Sign in with a device code")
        return await self._authenticator.sign_in_device(show_code=view.show_code, scopes=self._scopes)

    @on(BrowserView.Pasted)
    def take_address(self, event: BrowserView.Pasted) -> None:
        self._pasted.put_nowait(event.address)

    # --- keys and buttons -------------------------------------------------------------------------------------

    @on(Button.Pressed)
    async def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "copy":
                self.action_copy()
            case "open":
                self.action_open_page()
            case "browser":
                self.action_sign_in("browser")
            case "device" | "new":
                self.action_sign_in("device")
            case _:
                await self.action_back()

    @on(ErrorCard.Chosen)
    async def take_step(self, event: ErrorCard.Chosen) -> None:
        event.stop()
        match event.step:
            case "settings":
                self.action_settings()
            case "admin_link":
                self._copy(self._admin_link or "", "The link is on the clipboard. Send it to your administrator.")
            case "admin_open":
                if self._open_url is not None and self._admin_link is not None:
                    self._open_url(self._admin_link)
            case "sign_in" if self._failed is AuthProblem.WRONG_ACCOUNT:
                self.begin(self._method)
            case "sign_in" if self._failed is AuthProblem.VERIFICATION:
                self.begin("browser", renew=self._renew)
            case "other_method":
                self.begin("device" if self._method == "browser" else "browser", renew=self._renew)
            case None:
                await self.start_over()
            case _:
                self.begin(self._method, renew=self._renew)

    def action_copy(self) -> None:
        """Put the address or the code on the clipboard, whichever this way needs."""
        for waiting in self.query(BrowserView):
            self._copy(waiting.address, "The address is on the clipboard.")
        for view in self.query(DeviceView):
            self._copy(view.code.user_code if view.code else "", "The code is on the clipboard.")

    def _copy(self, text: str, told: str) -> None:
        if text:
            self.app.copy_to_clipboard(clean(text))
            self.notify(told, markup=False)

    def action_open_page(self) -> None:
        """Open the page for the device code in the browser of this computer."""
        allowed = ("https://", "http://127.0.0.1:", "http://localhost:") if self._demo else "https://"
        for view in self.query(DeviceView):
            if view.code is not None and self._open_url is not None and view.code.address.startswith(allowed):
                self._open_url(view.code.address)

    @property
    def _admin_link(self) -> str | None:
        """Where an administrator approves what was asked for; None where there is none."""
        return admin_consent_link(self._profile, self._scopes or self._profile.scopes, self._routes)

    @property
    def _impossible_steps(self) -> frozenset[Step]:
        """What words offer and this computer or account does not have."""
        if self._admin_link is None:
            return frozenset({"admin_link", "admin_open"})
        return frozenset() if self._open_url is not None else frozenset({"admin_open"})

    def action_settings(self) -> None:
        """Leave, and have the settings opened at the field that the last problem points to."""
        self.app.post_message(self.SettingsRequested(self._setting or None))
        self.dismiss(None)

    async def action_back(self) -> None:
        """One step back."""
        if self.query(StartView):
            self.dismiss(None)
        else:
            await self.start_over()

    # --- signing out --------------------------------------------------------------------------------------------

    def action_forget(self) -> None:
        """Ask whether to forget the highlighted account."""
        account = next((view.account for view in self.query(StartView)), None)
        if account is None:
            return
        body = Content.from_markup(
            "odtui forgets [b]$who[/b] and its tokens on this computer. Files stay where they are; "
            "your browser may still be signed in with Microsoft.",
            who=clean(account.username),
        )

        def forget(sure: bool | None) -> None:
            if sure:
                self.sign_out(account)

        self.app.push_screen(ConfirmDialog("Sign out", body, yes="Sign out", danger=True), forget)

    @work(exclusive=True, group="sign-out")
    async def sign_out(self, account: Account) -> None:
        try:
            await self._authenticator.sign_out(account)
        except (AuthError, OSError) as error:
            told = explain(error, doing="sign out")
            self.notify(clean(f"{told.why} {told.advice}"), title=clean(told.title), severity="error", markup=False)
        await self.start_over()
