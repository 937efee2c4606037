"""From a start to drives on the screen: sign-in, connecting, several accounts, the demo drive."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from odtui.auth.errors import AuthError
from odtui.config.redact import redact
from odtui.graph.errors import GraphError
from odtui.services.words import Explained, explain
from odtui.ui.card_steps import CardSteps
from odtui.ui.demo_drive import DemoDrive, DemoOptions
from odtui.ui.open_accounts import OpenAccount, OpenAccounts
from odtui.ui.settings_flow import SettingsFlow
from odtui.ui.text import clean

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.config.settings import Profile
    from odtui.services.session import Session
    from odtui.services.workspace import Workspace
    from odtui.ui.app import OdtuiApp, Start
    from odtui.ui.widgets.pane import FilePane

SHORTEST_NOTICE, LONGEST_NOTICE = 4.0, 30.0
"""Seconds that a notice of a wait stays."""
SIGNED_IN_NOTICE = 6.0
"""Seconds for the notice of who has signed in."""
NOT_SIGNED_IN = "Not signed in. Press a to sign in."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A drive to be shown."""

    profile: Profile
    account: Account
    pane: FilePane | None = None
    """None: the one that shows OneDrive or waits for it."""
    asked: tuple[str, ...] | None = None
    """The scopes of the sign-in that has just brought the account; None: it was known."""


class AccountFlow:
    """Decides which screen comes next. The browser stays below all of them and usable for local files."""

    def __init__(
        self, app: OdtuiApp, workspace: Workspace, start: Start, open_url: Callable[[str], bool] | None
    ) -> None:
        self.workspace = workspace
        self.open = OpenAccounts()
        self.settings = SettingsFlow(app, self, open_url)
        self.steps = CardSteps(app, self, start)
        self._app = app
        self._start = start
        self._open_url = open_url
        self._demo: DemoDrive | None = None
        self.wanted: Wanted | None = None
        """What was connected to last, or could not be."""
        self.failed: Wanted | None = None
        """What a card on the screen is about: it could not be connected to."""
        self._target = start.target
        self._told_waiting = False

    @property
    def in_demo(self) -> bool:
        return self._demo is not None or (self._start.demo is not None and self._start.demo.port > 0)

    @property
    def session(self) -> Session | None:
        """That of the active pane; of a pane of this computer, the other pane's or the last one. None: none is open."""
        return self._app.browser.session

    # --- where a start leads ----------------------------------------------------------------------

    def begin(self) -> None:
        """The first step, after the first frame."""
        if self._start.demo is not None:
            self.open_demo(self._start.demo)
        elif self.workspace.profile is None:
            self.settings.show(first_run=True)
        else:
            self.resume()

    def resume(self, *, saved: bool = False) -> None:
        """Connect with the account known from last time, else sign in. `saved`: the settings were saved just now."""
        from odtui.ui.dialogs.signed_in import missing_scopes

        profile = self.workspace.profile
        if profile is None:
            self.settings.show(first_run=True)
            return
        accounts = self.workspace.authenticator(profile).accounts()
        if not accounts:
            self.show_sign_in()
        elif saved and missing_scopes(accounts[0].granted, profile.scopes):
            message = "Other permissions are chosen now: sign in again, so that Microsoft can grant them."
            self.show_sign_in(login_hint=accounts[0].username, message=message)
        else:
            known = self.open.find(profile, accounts[0])
            if known is None or not self._same_tokens(known) or not self._app.browser.shows(known.session):
                self.connect(Wanted(profile, accounts[0]))

    # --- signing in -----------------------------------------------------------------------------------

    def show_sign_in(
        self,
        profile: Profile | None = None,
        *,
        login_hint: str | None = None,
        scopes: tuple[str, ...] | None = None,
        message: str = "",
        another: bool = False,
        pane: FilePane | None = None,
    ) -> None:
        """
        Args:
            profile: To sign in with; the one in use if None.
            login_hint: The account that has to sign in again.
            scopes: To ask for instead of the profile's.
            message: Why, if it was not the user's own wish.
            another: An account that is not known yet is wanted.
            pane: Where the drive is shown then.
        """
        from odtui.auth.opener import is_remote
        from odtui.config.clouds import CLOUDS
        from odtui.ui.screens.sign_in import SignInScreen

        profile = profile or self.workspace.profile
        if profile is None or isinstance(self._app.screen, SignInScreen):
            return
        self.workspace.use(profile)
        several = len(self.workspace.settings.profiles) > 1
        authenticator = self.workspace.authenticator(profile)
        screen = SignInScreen(
            authenticator,
            profile,
            open_url=self._open_url,
            cloud_title=f"{profile.name} · {CLOUDS[profile.cloud].title}" if several else CLOUDS[profile.cloud].title,
            demo=self.in_demo,
            message=message,
            login_hint=login_hint,
            scopes=scopes,
            another=another,
            remote=is_remote(),
            proof=login_hint is not None and authenticator.wants_proof(login_hint),
            routes=self.workspace.routes,
        )
        if not self.open:
            self._app.browser.connecting(NOT_SIGNED_IN)
        self._app.push_screen(screen, partial(self._signed_in, profile, scopes or profile.scopes, pane))

    def _signed_in(
        self, profile: Profile, asked: tuple[str, ...], pane: FilePane | None, account: Account | None
    ) -> None:
        if account is None:
            return
        known = self.open.find(profile, account)
        if known is not None and self._same_tokens(known) and known.session.adopt(account):
            self._app.browser.read_again(known.session)
            self._tell_signed_in(known.session, asked)
        else:
            self.connect(Wanted(profile, account, pane, asked))

    def _same_tokens(self, known: OpenAccount) -> bool:
        """Whether the open session gets its tokens from the newest sign-in: then panes and transfers just go on."""
        return self.workspace.authenticator(known.profile) is known.authenticator

    def _tell_signed_in(self, session: Session, asked: tuple[str, ...]) -> None:
        """Who, which drive, what was granted; a dialog only if something was not."""
        from odtui.ui.dialogs.signed_in import SignedInDialog, missing_scopes, signed_in_words

        account = session.account
        if not missing_scopes(account.granted, asked):
            words = signed_in_words(account, session.drive)
            self._app.notify(words, timeout=SIGNED_IN_NOTICE, markup=False)
            return

        def leave(to_settings: bool | None) -> None:
            if to_settings:
                self.settings.show(focus="scopes")

        self._app.push_screen(SignedInDialog(account, session.drive, asked), leave)

    def ask_permission(self, scope: str) -> None:
        """Sign in once more for one permission beside those that the account has; the session goes on meanwhile."""
        known = self.open_in(self._app.browser.active)
        if known is not None:
            account = known.session.account
            scopes = (*account.granted, scope)
            self.show_sign_in(known.profile, login_hint=account.username, scopes=scopes)

    # --- connecting ---------------------------------------------------------------------------------

    def connect(self, wanted: Wanted) -> None:
        """Show an account's drive."""
        self.wanted, self.failed = wanted, None
        known = self.open.find(wanted.profile, wanted.account)
        if known is not None and wanted.asked is None and self._same_tokens(known):
            self.workspace.use(wanted.profile)
            self._app.browser.connected(known.session, pane=wanted.pane)
        else:
            self._app.run_worker(self._connect(wanted), group="connect", exclusive=True)

    async def _connect(self, wanted: Wanted) -> None:
        browser, profile, account = self._app.browser, wanted.profile, wanted.account
        words = f"Connecting to OneDrive as {clean(account.username or account.name)}…"
        if self.open:
            self._app.notify(words, timeout=2, markup=False)
        else:
            browser.connecting(words)
        try:
            session = await self.workspace.connect(profile, account, on_wait=self._waiting)
        except (GraphError, AuthError, OSError) as error:
            self.failed = wanted
            told = explain(error, doing="connect to OneDrive")
            self._app.show_error(told) if self.open else browser.connection_failed(told)
            return
        self.workspace.use(profile)
        old = self.open.add(OpenAccount(profile, session, self.workspace.authenticator(profile)))
        if old is not None:
            browser.replaced(old.session, session)
        target, self._target = self._target, None
        if (target is None or not await self._open_target(session, target)) and old is None:
            browser.connected(session, pane=wanted.pane)
        if wanted.asked is not None:
            self._tell_signed_in(session, wanted.asked)
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
        if not self.open:
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
                browser.connecting(NOT_SIGNED_IN)
                self.settings.show(first_run=True)
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
            self.connect(Wanted(profile, account))

    async def _start_demo(self, options: DemoOptions) -> None:
        """A server and a workspace of its own. Raises DemoError."""
        self.open.leave_all()
        self._app.browser.connecting("Starting the demo drive…")
        if self._demo is None:
            self._demo = await DemoDrive.start(options)
        settings = self.workspace.settings
        await self.workspace.aclose()
        read_only = self.workspace.read_only
        self.workspace = self._demo.workspace(settings, first_run=options.first_run)
        self.workspace.read_only = read_only

    # --- leaving accounts ---------------------------------------------------------------------------------

    def open_in(self, pane: FilePane | None) -> OpenAccount | None:
        """The account of a pane; without one there, that of the only or the last session."""
        here = self.open.of(pane.place) if pane is not None else None
        session = self.session
        return here or next((each for each in self.open if each.session is session), None)

    async def sign_out(self, known: OpenAccount) -> None:
        """Forget an account on this computer."""
        try:
            await self.workspace.authenticator(known.profile).sign_out(known.session.account)
        except (AuthError, OSError) as error:
            self._app.show_error(explain(error, doing="sign out"))
            return
        self.wanted = None
        await self._close(known, "Signed out here; your browser may still be signed in.\nPress a to sign in.")

    async def close_profile(self, name: str) -> None:
        """A profile is gone, and its accounts with it."""
        self.wanted = None
        for known in [each for each in self.open if each.profile.name == name]:
            await self._close(known, NOT_SIGNED_IN)

    async def _close(self, known: OpenAccount, message: str) -> None:
        self._app.browser.ended(known.session, message)
        await self.open.close(known)

    @staticmethod
    def sign_out_question(known: OpenAccount) -> Content:
        return Content(
            f"odtui forgets {clean(known.session.account.username)} and its tokens on this computer. Files stay where "
            "they are. Your browser may still be signed in with Microsoft."
        )

    async def aclose(self) -> None:
        """Ends the sessions and their connections, and the demo server with its folder."""
        await self.open.aclose()
        await self.workspace.aclose()
        if self._demo is not None:
            await self._demo.stop()
            self._demo = None
