"""What a pane can be made to show, and who is signed in: the list behind the key `a`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError
from odtui.services.local_place import LocalPlace
from odtui.services.place import Place
from odtui.services.words import explain_typed
from odtui.ui.account_flow import Wanted
from odtui.ui.demo_drive import DemoOptions
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.pick import Option, PickDialog
from odtui.ui.text import clean, safe

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.config.settings import Profile
    from odtui.ui.account_flow import AccountFlow
    from odtui.ui.app import OdtuiApp, Start
    from odtui.ui.open_accounts import OpenAccount
    from odtui.ui.widgets.pane import FilePane


class PlaceChooser:
    """Offers the places and accounts, and does what was chosen."""

    def __init__(self, app: OdtuiApp, flow: AccountFlow, start: Start) -> None:
        self._app = app
        self._flow = flow
        self._local = LocalPlace(start.folder)

    def ask(self, pane: FilePane) -> None:
        """Show the list for a pane."""
        choices = self._choices(pane)
        options = [option for option, _ in choices]

        def chosen(id: str | None) -> None:
            for option, act in choices:
                if option.id == id:
                    act()

        dialog = PickDialog("Show in this pane", options, current=self._current(pane), begin=self._begin(pane, options))
        self._app.push_screen(dialog, chosen)

    def _current(self, pane: FilePane) -> str | None:
        """What the pane shows now."""
        if pane.place is None:
            return None
        known = self._flow.open.of(pane.place)
        return _id("drive", known.profile, known.session.account) if known is not None else "local"

    def _begin(self, pane: FilePane, options: list[Option]) -> str | None:
        """Where the cursor stands in a pane that shows nothing and has said `Press a to sign in`: at what fills it."""
        if pane.place is not None:
            return None
        fills = ("drive:", "account:", "sign_in:")
        return next((option.id for lead in fills for option in options if option.id.startswith(lead)), None)

    def _choices(self, pane: FilePane) -> list[tuple[Option, Callable[[], object]]]:
        flow = self._flow
        choices = [self._drive(known, pane) for known in flow.open]
        choices.append((Option("local", Content("This computer")), lambda: pane.open_place(self._local)))
        known_accounts = flow.workspace.known_accounts()
        choices += [
            self._account(profile, account, pane)
            for profile, account in known_accounts
            if flow.open.find(profile, account) is None
        ]
        choices += [self._sign_in(profile, pane) for profile in self._profiles()]
        here = flow.open.of(pane.place)
        choices += [self._sign_out(known) for known in flow.open if here is None or known is here]
        if not flow.in_demo:
            option = Option("demo", Content("Demo drive"), "a complete OneDrive on this computer, to try things")
            choices.append((option, lambda: flow.open_demo(DemoOptions())))
        return choices

    def _profiles(self) -> list[Profile]:
        """Those that one can sign in with, the one in use first."""
        used = self._flow.workspace.profile
        others = self._flow.workspace.settings.profiles.values()
        return [profile for profile in (used, *(each for each in others if each != used)) if profile is not None]

    def _drive(self, known: OpenAccount, pane: FilePane) -> tuple[Option, Callable[[], object]]:
        session = known.session
        title = Content.assemble(safe(session.place.label), "  ", safe(session.account.username))
        option = Option(_id("drive", known.profile, session.account), title, self._of(known.profile))
        return option, lambda: pane.open_place(session.place)

    def _account(self, profile: Profile, account: Account, pane: FilePane) -> tuple[Option, Callable[[], object]]:
        title = Content.assemble("OneDrive  ", safe(account.username))
        note = " · ".join(filter(None, ("connect", self._of(profile))))
        wanted = Wanted(profile, account, pane)
        return Option(_id("account", profile, account), title, note), lambda: self._flow.connect(wanted)

    def _sign_in(self, profile: Profile, pane: FilePane) -> tuple[Option, Callable[[], object]]:
        title = "Sign in with another account" if self._flow.workspace.known_accounts() else "Sign in"
        option = Option(f"sign_in:{profile.name}", Content(title), self._of(profile))
        return option, lambda: self._flow.show_sign_in(profile, another=True, pane=pane)

    def _sign_out(self, known: OpenAccount) -> tuple[Option, Callable[[], object]]:
        title = Content.assemble("Sign out ", safe(known.session.account.username))
        option = Option(_id("sign_out", known.profile, known.session.account), title)
        return option, lambda: self._ask_sign_out(known)

    def _of(self, profile: Profile) -> str:
        """Which profile it belongs to, where there are several."""
        return f"profile {clean(profile.name)}" if len(self._flow.workspace.settings.profiles) > 1 else ""

    def _ask_sign_out(self, known: OpenAccount) -> None:
        dialog = ConfirmDialog("Sign out?", self._flow.sign_out_question(known), yes="Sign out", danger=True)

        def answered(yes: bool | None) -> None:
            if yes:
                self._app.run_worker(self._flow.sign_out(known), group="connect", exclusive=True)

        self._app.push_screen(dialog, answered)

    async def open_address(self, pane: FilePane, text: str) -> None:
        """A web address, sharing link or path that was typed in a pane."""
        known = self._flow.open.of(pane.place)
        session = known.session if known is not None else self._flow.session
        place: Place = self._local
        try:
            if "://" not in text:
                entry = await self._local.locate(text)
            elif session is None:
                pane.tell("Sign in first (a), then addresses can be opened.", warning=True)
                return
            else:
                from odtui.services.session import open_address

                place, entry = await open_address(session, text)
        except (GraphError, AuthError, OSError) as error:
            self._app.show_error(explain_typed(error, text))
            return
        pane.open_place(place, entry)


def _id(what: str, profile: Profile, account: Account) -> str:
    return f"{what}:{profile.name}:{account.id}"
