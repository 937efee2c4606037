"""What a sign-in has brought: who, which drive, which permissions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from odtui.config.scopes import Capability, capabilities, find_scope
from odtui.ui.dialogs.base import Dialog
from odtui.ui.formats import size_words
from odtui.ui.text import clean
from odtui.ui.widgets.buttons import ButtonRow, KeyButton

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.graph.models import Drive

_KINDS = {"personal": "OneDrive Personal", "business": "OneDrive for Business", "documentLibrary": "SharePoint library"}


def drive_words(drive: Drive) -> str:
    """The kind of drive and what is free on it, our own words."""
    kind = _KINDS.get(drive.drive_type, "OneDrive")
    quota = drive.quota
    if quota is None or quota.used is None or not quota.total:
        return kind
    return f"{kind}, {size_words(quota.used)} of {size_words(quota.total)} used"


def missing_scopes(granted: Iterable[str], asked: Iterable[str]) -> list[str]:
    """Scopes that were asked for and that neither came nor are covered by one that did."""
    known = [scope for name in granted if (scope := find_scope(name)) is not None]
    have = {scope.name for scope in known} | {name for scope in known for name in scope.covers}
    wanted = [scope.name if (scope := find_scope(name)) is not None else name for name in asked]
    return [name for name in wanted if name not in have]


def signed_in_words(account: Account, drive: Drive) -> str:
    """A notice for a sign-in that brought everything that was asked for; clean."""
    who = f"{account.name} ({account.username})" if account.name else account.username
    return clean(f"Signed in as {who}. {drive_words(drive)}. Granted: {', '.join(account.granted)}.")


class SignedInDialog(Dialog[bool]):
    """For a sign-in that brought less than was asked for. True: go to the permissions in the settings."""

    BINDINGS = [Binding("o", "settings", "Settings", show=False)]
    AUTO_FOCUS = "#go"
    HINT = "Enter goes on"

    def __init__(self, account: Account, drive: Drive, asked: Iterable[str]) -> None:
        super().__init__("Signed in")
        self._account = account
        self._drive = drive
        self._missing = missing_scopes(account.granted, asked)

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-text", can_focus=False):
            yield Static(self._words())
        yield ButtonRow(
            KeyButton("Go on", "enter", id="go", classes="-main"),
            KeyButton("Permissions", "o", id="settings"),
        )

    def _words(self) -> Content:
        account = self._account
        able = capabilities(account.granted)
        lines = [
            Content.assemble(("Account      ", "dim"), (clean(account.name or account.username), "bold")),
            Content.assemble(("             ", "dim"), clean(account.username)) if account.name else None,
            Content.assemble(("Drive        ", "dim"), drive_words(self._drive)),
            Content.assemble(("Granted      ", "dim"), clean(", ".join(account.granted)) or "nothing"),
            Content(""),
        ]
        for name in self._missing:
            scope = find_scope(name)
            closed = scope.grants - able if scope is not None else frozenset()
            lost = [ability.value for ability in Capability if ability in closed]
            lines.append(Content.assemble(("✗ ", "$text-error"), (clean(name), "bold"), " was not granted."))
            if lost:
                lines.append(Content.styled(f"  So odtui cannot {', nor '.join(lost)}.", "dim"))
        return Content("\n").join(line for line in lines if line is not None)

    @on(Button.Pressed)
    def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "settings")

    def action_settings(self) -> None:
        self.dismiss(True)

    def action_safe_way(self) -> None:
        self.dismiss(False)
