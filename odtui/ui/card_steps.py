"""What the keys of an error card do that concern accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odtui.services.words import Step

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.config.settings import Profile
    from odtui.ui.account_flow import AccountFlow
    from odtui.ui.app import OdtuiApp, Start
    from odtui.ui.widgets.pane import FilePane

NETWORK_PAGE = "http://www.msftconnecttest.com/redirect"
"""Microsoft's page for finding the sign-in of a network: not encrypted, so that the network can answer instead."""


class CardSteps:
    """Leads from a card to the settings, to signing in, or to another try."""

    def __init__(self, app: OdtuiApp, flow: AccountFlow, start: Start) -> None:
        self._app = app
        self._flow = flow
        self._start = start

    def take(self, step: Step, setting: str = "", pane: FilePane | None = None) -> None:
        """A key on a card. `setting`: the field of the settings that cures it. `pane`: where the card was."""
        flow = self._flow
        known, failed = flow.open_in(pane), flow.failed if pane is None else None
        profile, account = (known.profile, known.session.account) if known is not None else (None, None)
        if (wanted := failed or (flow.wanted if known is None else None)) is not None:
            profile, account, pane = wanted.profile, wanted.account, pane or wanted.pane
        match step:
            case "settings":
                flow.settings.show(focus=setting or None, profile=profile)
            case "open_browser":
                self._app.open_url(NETWORK_PAGE)
            case "admin_link" | "admin_open":
                self._show_admin_link(profile, account, copied=step == "admin_link")
            case "sign_in" | "other_method":
                hint = account.username if account is not None else None
                flow.show_sign_in(profile, login_hint=hint, pane=pane)
            case _ if flow.wanted is not None:
                flow.connect(flow.wanted)
            case _ if self._start.demo is not None:
                flow.open_demo(self._start.demo)
            case _:
                flow.resume()

    def _show_admin_link(self, profile: Profile | None, account: Account | None, *, copied: bool) -> None:
        """To the clipboard for an administrator, or into the browser of somebody who is one."""
        from odtui.auth.admin_consent import admin_consent_link

        link = admin_consent_link(profile, profile.scopes, self._flow.workspace.routes) if profile is not None else None
        if link is None or (account is not None and account.personal):
            self._app.notify("Personal accounts have no administrator.", severity="warning", markup=False)
        elif copied:
            self._app.copy_to_clipboard(link)
            self._app.notify("The link is on the clipboard. Send it to your administrator.", markup=False)
        else:
            self._app.open_url(link)
