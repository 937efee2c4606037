"""What a pane can be made to show, and who is signed in: the list behind the key `a`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError
from odtui.services.local_place import LocalPlace
from odtui.services.place import Place
from odtui.services.words import explain_typed
from odtui.ui.demo_drive import DemoOptions
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.pick import Option, PickDialog
from odtui.ui.text import safe

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.ui.account_flow import AccountFlow
    from odtui.ui.app import OdtuiApp, Start
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
        current = "local" if pane.place is not None and pane.place.is_local else "drive"

        def chosen(id: str | None) -> None:
            for option, act in choices:
                if option.id == id:
                    act()

        self._app.push_screen(PickDialog("Show in this pane", options, current=current), chosen)

    def _choices(self, pane: FilePane) -> list[tuple[Option, Callable[[], object]]]:
        flow, session = self._flow, self._flow.session
        choices: list[tuple[Option, Callable[[], object]]] = []
        if session is not None:
            title = Content.assemble(safe(session.place.label), "  ", safe(session.account.username))
            choices.append((Option("drive", title), lambda: pane.open_place(session.place)))
        choices.append((Option("local", Content("This computer")), lambda: pane.open_place(self._local)))
        choices += [
            (self._account_option(account), partial(flow.connect, account))
            for account in flow.known_accounts()
            if session is None or account.id != session.account.id
        ]
        if flow.workspace.profile is not None:
            title = Content("Sign in with another account" if session is not None else "Sign in")
            choices.append((Option("sign_in", title), flow.show_sign_in))
        if session is not None:
            who = safe(session.account.username)
            choices.append((Option("sign_out", Content.assemble("Sign out ", who)), self._ask_sign_out))
        if not flow.in_demo:
            option = Option("demo", Content("Demo drive"), "a complete OneDrive on this computer, to try things")
            choices.append((option, lambda: flow.open_demo(DemoOptions())))
        return choices

    @staticmethod
    def _account_option(account: Account) -> Option:
        return Option(f"account:{account.id}", Content.assemble("OneDrive  ", safe(account.username)), "switch to it")

    def _ask_sign_out(self) -> None:
        dialog = ConfirmDialog("Sign out?", self._flow.sign_out_question(), yes="Sign out", danger=True)

        def answered(yes: bool | None) -> None:
            if yes:
                self._app.run_worker(self._flow.sign_out(), group="connect", exclusive=True)

        self._app.push_screen(dialog, answered)

    async def open_address(self, pane: FilePane, text: str) -> None:
        """A web address, sharing link or path that was typed in a pane."""
        session = self._flow.session
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
