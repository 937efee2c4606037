"""From a start to a drive on the screen: settings, sign-in, connecting, the demo drive, changing places."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content

from odtui.auth.errors import AuthError
from odtui.config.redact import redact
from odtui.config.settings import Settings, SettingsError
from odtui.graph.errors import GraphError
from odtui.services.words import Explained, Step, explain
from odtui.ui.demo_drive import DemoDrive, DemoOptions
from odtui.ui.text import clean

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.auth.authenticator import Authenticator
    from odtui.services.session import Session
    from odtui.services.workspace import Workspace
    from odtui.ui.app import OdtuiApp, Start
    from odtui.ui.screens.settings import SettingsResult

log = logging.getLogger(__name__)

SHORTEST_NOTICE, LONGEST_NOTICE = 4.0, 30.0
"""Seconds that a notice of a wait stays."""
NETWORK_PAGE = "http://www.msftconnecttest.com/redirect"
"""Microsoft's page for finding the sign-in of a network: not encrypted, so that the network can answer instead."""


class AccountFlow:
    """Decides which screen comes next. The browser stays below all of them and usable for local files."""

    def __init__(
        self, app: OdtuiApp, workspace: Workspace, start: Start, open_url: Callable[[str], bool] | None
    ) -> None:
        self.workspace = workspace
        self.session: Session | None = None
        self._app = app
        self._start = start
        self._open_url = open_url
        self._demo: DemoDrive | None = None
        self._account: Account | None = None
        self._target = start.target
        self._authenticator: Authenticator | None = None
        """The one that the session gets its tokens from."""
        self._told_waiting = False

    @property
    def in_demo(self) -> bool:
        return self._demo is not None or (self._start.demo is not None and self._start.demo.port > 0)

    # --- where a start leads ----------------------------------------------------------------------

    def begin(self) -> None:
        """The first step, after the first frame."""
        if self._start.demo is not None:
            self.open_demo(self._start.demo)
        elif self.workspace.profile is None:
            self.show_settings(first_run=True)
        else:
            self.resume()

    def resume(self) -> None:
        """Connect with the account known from last time, else sign in."""
        profile = self.workspace.profile
        if profile is None:
            self.show_settings(first_run=True)
            return
        accounts = self.workspace.authenticator(profile).accounts()
        if accounts:
            self.connect(accounts[0])
        else:
            self.show_sign_in()

    # --- settings -----------------------------------------------------------------------------------

    def show_settings(self, *, first_run: bool = False, focus: str | None = None) -> None:
        from odtui.ui.screens.settings import SettingsScreen

        if isinstance(self._app.screen, SettingsScreen):
            return
        workspace, draft = self.workspace, self.workspace.draft
        screen = SettingsScreen(
            draft,
            first_run=first_run,
            profiles=list(workspace.settings.profiles.values()),
            begins=workspace.settings.profile,
            secrets=workspace.profiles_with_secret,
            theme=self._app.theme,
            themes=sorted(self._app.available_themes),
            focus=focus,
            open_url=self._open_url,
            checks=workspace.checks,
            in_demo=self.in_demo,
        )
        self._app.push_screen(screen, self._settings_left)

    def _settings_left(self, result: SettingsResult | None) -> None:
        if result is None:
            return
        if result.action == "demo":
            self.open_demo(DemoOptions())
        elif result.action == "delete":
            self._app.run_worker(self._delete_profile(result.profile.name), group="settings")
        else:
            self._app.run_worker(self._save(result), group="settings")

    async def _save(self, result: SettingsResult) -> None:
        try:
            await self.workspace.save_profile(
                result.profile,
                theme=result.theme,
                secret=result.secret,
                replaces=result.replaces,
                begins=result.begins,
            )
        except (SettingsError, AuthError, OSError) as error:
            self._app.show_error(explain(error, doing="save the settings"))
            return
        self._app.theme = result.theme
        self.resume()

    async def _delete_profile(self, name: str) -> None:
        try:
            await self.workspace.delete_profile(name)
        except (SettingsError, AuthError, OSError) as error:
            self._app.show_error(explain(error, doing="delete the profile"))
            return
        self._app.notify(clean(f"The profile {name} is deleted."), markup=False)
        self.show_settings()

    def keep(self, settings: Settings) -> None:
        """Save a small choice made elsewhere; a file that cannot be written costs a notice, not the session."""
        try:
            self.workspace.save(settings)
        except (SettingsError, OSError) as error:
            told = explain(error, doing="keep this choice")
            self._app.notify(clean(f"{told.why} {told.advice}"), title=told.title, severity="warning", markup=False)

    # --- signing in -----------------------------------------------------------------------------------

    def show_sign_in(self, *, login_hint: str | None = None, scopes: tuple[str, ...] | None = None) -> None:
        """`scopes`: to ask for instead of the profile's."""
        from odtui.config.clouds import CLOUDS
        from odtui.ui.screens.sign_in import SignInScreen

        profile = self.workspace.profile
        if profile is None or isinstance(self._app.screen, SignInScreen):
            return
        screen = SignInScreen(
            self.workspace.authenticator(profile),
            profile,
            open_url=self._open_url,
            cloud_title=CLOUDS[profile.cloud].title,
            demo=self.in_demo,
            login_hint=login_hint,
            scopes=scopes,
        )
        if self.session is None:
            self._app.browser.connecting("Not signed in. Press a to sign in.")
        self._app.push_screen(screen, self._signed_in)

    def _signed_in(self, account: Account | None) -> None:
        if account is None:
            return
        from odtui.ui.screens.sign_in import signed_in_words

        asked = self.workspace.draft.scopes
        self._app.notify(clean(signed_in_words(account, asked)), markup=False)
        session = self.session
        if session is not None and self._renews_session(account) and session.adopt(account):
            self._account = account
            self._app.browser.read_again()
        else:
            self.connect(account)

    def _renews_session(self, account: Account) -> bool:
        """Whether the open session gets its tokens from this sign-in: then panes and transfers just go on."""
        session, profile = self.session, self.workspace.profile
        return (
            session is not None
            and profile is not None
            and self.workspace.authenticator(profile) is self._authenticator
            and session.account.id == account.id
        )

    def ask_permission(self, scope: str) -> None:
        """Sign in once more for one permission beside those that the account has; the session goes on meanwhile."""
        if self.session is not None:
            account = self.session.account
            self.show_sign_in(login_hint=account.username, scopes=(*account.granted, scope))

    def connect(self, account: Account) -> None:
        """Show the account's drive in the left pane."""
        self._account = account
        self._app.run_worker(self._connect(account), group="connect", exclusive=True)

    async def _connect(self, account: Account) -> None:
        browser, profile = self._app.browser, self.workspace.profile
        if profile is None:
            return
        who = clean(account.username or account.name)
        browser.connecting(f"Connecting to OneDrive as {who}…")
        try:
            session = await self.workspace.connect(profile, account, on_wait=self._waiting)
        except (GraphError, AuthError, OSError) as error:
            browser.connection_failed(explain(error, doing="connect to OneDrive"))
            return
        old, self.session = self.session, session
        self._authenticator = self.workspace.authenticator(profile)
        target, self._target = self._target, None
        if target is None or not await self._open_target(session, target):
            browser.connected(session)
        if old is not None:
            await old.aclose()
        await self._app.offer_edits(session)

    async def _open_target(self, session: Session, target: str) -> bool:
        """Show what the command line asked for. False if it cannot be found: a card has said why."""
        from odtui.services.session import open_address

        browser = self._app.browser
        try:
            place, entry = await open_address(session, target)
        except (GraphError, AuthError) as error:
            self._app.show_error(explain(error, doing=f"open {target}"))
            return False
        if place is session.place:
            browser.connected(session, open_at=entry)
        else:
            browser.connected(session)
            browser.left.open_place(place, entry)
        return True

    def _waiting(self, seconds: float) -> None:
        """A request waits before it is sent again: say so where the user looks. 0 seconds: nothing waits any more.

        Many requests that wait at the same time are one notice.
        """
        told, self._told_waiting = self._told_waiting, bool(seconds)
        if not seconds or told:
            return
        words = f"OneDrive is busy or cannot be reached. Trying again in {math.ceil(seconds)} s"
        if self.session is None:
            self._app.browser.connecting(f"{words}…")
        else:
            lasting = min(max(seconds, SHORTEST_NOTICE), LONGEST_NOTICE)
            self._app.notify(f"{words}.", severity="warning", timeout=lasting, markup=False)

    # --- the demo drive ------------------------------------------------------------------------------

    def open_demo(self, options: DemoOptions) -> None:
        self._app.run_worker(self._open_demo(options), group="connect", exclusive=True)

    async def _open_demo(self, options: DemoOptions) -> None:
        browser = self._app.browser
        from odtui.demo.process import DemoError

        try:
            if not options.port:
                await self._start_demo(options)
            if options.first_run:
                browser.connecting("Not signed in. Press a to sign in.")
                self.show_settings(first_run=True)
                return
            profile = self.workspace.draft
            from odtui.demo.visitor import open_url as approve

            account = await self.workspace.authenticator(profile).sign_in_browser(
                open_url=approve, show_url=lambda _url: None
            )
        except DemoError as error:
            browser.connection_failed(
                Explained("The demo drive did not start", redact(str(error)), "Try again.", ("retry",))
            )
        except (GraphError, AuthError, OSError) as error:
            browser.connection_failed(explain(error, doing="open the demo drive"))
        else:
            self.connect(account)

    async def _start_demo(self, options: DemoOptions) -> None:
        """A server and a workspace of its own. Raises DemoError."""
        self._app.browser.connecting("Starting the demo drive…")
        if self._demo is None:
            self._demo = await DemoDrive.start(options)
        settings = self.workspace.settings
        await self.workspace.aclose()
        read_only = self.workspace.read_only
        self.workspace = self._demo.workspace(settings, first_run=options.first_run)
        self.workspace.read_only = read_only

    # --- cards and choices ------------------------------------------------------------------------------

    def take_step(self, step: Step, setting: str = "") -> None:
        """A key on the card of a failed connection. `setting`: the field of the settings that cures it."""
        hint = self._account.username if self._account else None
        if step == "settings":
            self.show_settings(focus=setting or None)
        elif step == "open_browser":
            self._app.open_url(NETWORK_PAGE)
        elif step in ("sign_in", "other_method"):
            self.show_sign_in(login_hint=hint)
        elif self._account is not None:
            self.connect(self._account)
        elif self._start.demo is not None:
            self.open_demo(self._start.demo)
        else:
            self.resume()

    async def sign_out(self) -> None:
        """Forget the account on this computer."""
        profile, account = self.workspace.profile, self._account
        if profile is None or account is None:
            return
        try:
            await self.workspace.authenticator(profile).sign_out(account)
        except (AuthError, OSError) as error:
            self._app.show_error(explain(error, doing="sign out"))
            return
        session, self.session, self._account = self.session, None, None
        self._app.browser.connecting("Signed out here; your browser may still be signed in.\nPress a to sign in.")
        if session is not None:
            await session.aclose()

    def known_accounts(self) -> list[Account]:
        profile = self.workspace.profile
        return self.workspace.authenticator(profile).accounts() if profile is not None else []

    def sign_out_question(self) -> Content:
        who = clean(self._account.username) if self._account else ""
        return Content(
            f"odtui forgets {who} and its tokens on this computer. Files stay where they are. "
            "Your browser may still be signed in with Microsoft."
        )

    async def aclose(self) -> None:
        """Ends the session and its connections, and the demo server with its folder."""
        if self.session is not None:
            await self.session.aclose()
            self.session = None
        await self.workspace.aclose()
        if self._demo is not None:
            await self._demo.stop()
            self._demo = None
