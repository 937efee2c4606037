"""Asking for one more permission: the list behind the key `+`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from odtui.config.scopes import Capability, find_scope
from odtui.services.capabilities import Reason, askable
from odtui.ui.dialogs.pick import Option, PickDialog

if TYPE_CHECKING:
    from odtui.ui.account_flow import AccountFlow
    from odtui.ui.app import OdtuiApp


class PermissionChooser:
    """Offers the permissions that the account lacks; the one that would help in the active pane comes first."""

    def __init__(self, app: OdtuiApp, flow: AccountFlow) -> None:
        self._app = app
        self._flow = flow

    def choose(self) -> None:
        """Show the list, then the sign-in for what was chosen."""
        session = self._flow.session
        if session is None:
            self._app.browser.active.tell("Sign in first (a), then permissions can be asked for.", warning=True)
            return
        scopes = askable(session.account.granted, personal=session.account.personal)
        wanted = self._wanted()
        scopes.sort(key=lambda name: name != wanted)
        if not scopes:
            self._app.browser.active.tell("This account has every permission that odtui can use.")
            return

        def chosen(scope: str | None) -> None:
            if scope is not None:
                self._flow.ask_permission(scope)

        options = [self._option(name) for name in scopes]
        self._app.push_screen(PickDialog("Ask for a permission", options, current=wanted or None), chosen)

    def _wanted(self) -> str:
        """What the active pane's place lacks: first to read, then to change; empty if it lacks neither."""
        for pane in (self._app.browser.active, self._app.browser.other):
            if pane.place is None or pane.place.is_local:
                continue
            for needs in (Capability.READ, Capability.WRITE):
                refusal = pane.place.refusal(needs)
                if refusal is not None and refusal.reason is Reason.PERMISSION:
                    return refusal.scope
        return ""

    @staticmethod
    def _option(name: str) -> Option:
        scope = find_scope(name)
        notes = [scope.meaning] if scope is not None else []
        notes += ["Often needs an administrator."] if scope is not None and scope.admin else []
        return Option(name, Content(name), " ".join(notes))
