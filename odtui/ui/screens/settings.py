"""Settings: the first screen of a first run, and the one behind Ctrl+O."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Footer, Static

from odtui.config.scopes import capabilities
from odtui.config.settings import Profile
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.screens.settings_form import SettingsForm
from odtui.ui.text import clean, safe
from odtui.ui.widgets.buttons import ButtonRow, KeyButton
from odtui.ui.widgets.guide import Guide
from odtui.ui.widgets.scope_panel import abilities, abilities_in_brief

if TYPE_CHECKING:
    from odtui.services.checks import CheckResult

Checks = Callable[[Profile, "str | None"], "AsyncIterator[CheckResult]"]
"""Checks a profile with the secret that was typed; None: with the stored one."""


@dataclass(frozen=True, slots=True)
class SettingsResult:
    """What the user decided."""

    action: Literal["save", "demo", "delete"]
    """save: keep this and go on to sign-in; demo: open the demo drive instead; delete: forget this profile."""
    profile: Profile
    replaces: str
    """Name of the profile that was edited; empty for a new one."""
    secret: str | None = field(repr=False)
    """The client secret; None: unchanged; empty: forget the stored one."""
    theme: str
    begins: bool
    """Whether odtui is to begin with this profile."""


class SettingsScreen(Screen[SettingsResult | None]):
    """A form, and beside it the guide to what goes into its fields. None: left without a change."""

    CSS_PATH = "../styles/settings.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    AUTO_FOCUS = None
    BINDINGS = [
        Binding("f2", "save", "Save", show=False),  # on its button, as F6 and Esc are
        Binding("f3", "guide", "Guide", key_display="F3"),
        Binding("f4", "portal", "Portal", key_display="F4"),
        Binding("f5", "copy_redirect", "Copy URI", key_display="F5"),
        Binding("f6", "demo", "Demo", show=False),
        Binding("f8", "delete", "Delete", show=False),
        Binding("f9", "test", "Test", show=False),
        Binding("ctrl+y", "copy_portal", "Copy portal", show=False),
        Binding("escape", "leave", "Cancel", show=False),
        Binding("q", "ignore", show=False),  # typed beside a field it must not quit
    ]

    def __init__(
        self,
        profile: Profile,
        *,
        first_run: bool,
        profiles: Sequence[Profile] = (),
        begins: str = "",
        secrets: Collection[str] = (),
        theme: str,
        themes: Sequence[str],
        problem: str | None = None,
        focus: str | None = None,
        open_url: Callable[[str], bool] | None = None,
        checks: Checks | None = None,
        in_demo: bool = False,
    ) -> None:
        """Args:
        profile: The one to show first.
        profiles: All that exist, with or without that one.
        begins: Name of the profile that odtui begins with.
        secrets: Names of the profiles with a stored client secret.
        problem: What went wrong before, shown above the form.
        focus: Name of the field to begin with.
        checks: What the Test button runs; None: there is no such button.
        in_demo: The demo drive is open: nobody needs to be told of it.
        """
        super().__init__()
        self._profiles = {known.name: known for known in profiles}
        self._begins = begins
        self._secrets = secrets
        self._first_run = first_run
        self._problem = problem
        self._begin_with = focus or "client_id"
        self._open_url = open_url
        self._checks = checks
        self._in_demo = in_demo
        self._themes = themes
        self.form = self._form(profile, theme)

    def _form(self, profile: Profile, theme: str) -> SettingsForm:
        return SettingsForm(
            profile,
            secret_stored=profile.name in self._secrets,
            names=[] if self._first_run else list(self._profiles),
            begins=not self._profiles or profile.name == self._begins,
            theme=theme,
            themes=self._themes,
        )

    def compose(self) -> ComposeResult:
        title = "Welcome to odtui" if self._first_run else "Settings"
        told = (
            "Signing in needs an app registration of your own (free)."
            if self._first_run
            else "How odtui signs in, what it may do, how it looks."
        )
        yield Static(Content.assemble((title, "bold $text-primary"), "  ", (told, "dim")), id="settings-title")
        problem = Static(safe(self._problem or ""), id="settings-problem")
        problem.display = self._problem is not None
        yield problem
        with Container(id="settings-sides"):
            yield self.form
            with Container(id="settings-guide"):
                yield Static("How to register an app", classes="section")
        yield Static(id="abilities-brief")
        yield ButtonRow(*self._buttons())
        yield Footer(show_command_palette=False)

    def _buttons(self) -> list[KeyButton]:
        buttons = [KeyButton("Save and sign in", "f2", id="save", classes="-main")]
        if self._checks is not None:
            buttons.append(KeyButton("Test", "f9", id="test"))
        if not self._in_demo:
            buttons.append(KeyButton("Open the demo drive instead", "f6", id="demo"))
        if len(self._profiles) > 1:
            buttons.append(KeyButton("Delete profile", "f8", id="delete", classes="-danger"))
        if not self._first_run:
            buttons.append(KeyButton("Cancel", "escape", id="cancel"))
        return buttons

    def on_mount(self) -> None:
        self.query_one("#settings-guide").mount(Guide(self.form.facts), Static(id="abilities-beside"))
        self.call_after_refresh(self.form.enter, self._begin_with)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "leave":
                return not self._first_run
            case "test":
                return self._checks is not None
            case "demo":
                return not self._in_demo
            case "delete":
                return len(self._profiles) > 1 and self.form.before.name in self._profiles
        return True

    # --- profiles ---------------------------------------------------------------------------------------

    @on(SettingsForm.ProfileChosen)
    def take_profile(self, event: SettingsForm.ProfileChosen) -> None:
        """Show another profile; asks first if this one was changed."""
        form, before = self.form, self.form.before
        known = before.name in self._profiles
        if event.form is not form or event.name == (before.name if known else ""):
            return
        wanted = self._profiles.get(event.name) or Profile(name=self._free_name())
        if not form.changed:
            self._show_profile(wanted)
            return

        def answered(leave: bool | None) -> None:
            if leave:
                self._show_profile(wanted)
            else:
                form.show_profile()

        self.app.push_screen(self._unsaved("Show another profile?", yes="Show it"), answered)

    def _show_profile(self, profile: Profile) -> None:
        old, self.form = self.form, self._form(profile, self.form.theme)
        self.query_one("#settings-sides").mount(self.form, before=old)
        old.remove()
        self.query_one("#settings-problem").display = False  # it was about the other one
        for button in self.query("#delete"):
            button.display = profile.name in self._profiles
        self.refresh_bindings()
        self.call_after_refresh(self.form.enter, "profile")

    def _free_name(self) -> str:
        """For a new profile; the user may choose another."""
        number = 2
        while f"profile-{number}" in self._profiles:
            number += 1
        return f"profile-{number}"

    def action_delete(self) -> None:
        """Ask whether to forget the profile that is shown."""
        profile = self.form.before
        body = Content.from_markup(
            "odtui forgets the profile [b]$name[/b], its accounts and tokens and its client secret on this computer. "
            "Files and the app registration stay as they are.",
            name=clean(profile.name),
        )
        dialog = ConfirmDialog("Delete the profile?", body, yes="Delete", danger=True)
        self.app.push_screen(dialog, lambda sure: self._leave_with("delete", profile) if sure else None)

    def _leave_with(self, action: Literal["save", "demo", "delete"], profile: Profile) -> None:
        form = self.form
        replaces = form.before.name if form.before.name in self._profiles else ""
        secret = form.secret if action == "save" else None
        self.dismiss(SettingsResult(action, profile, replaces, secret, form.theme, form.begins))

    @staticmethod
    def _unsaved(title: str, *, yes: str) -> ConfirmDialog:
        return ConfirmDialog(title, Content("What you changed here is not saved."), yes=yes, no="Stay")

    # --- the guide follows the form ---------------------------------------------------------------------

    @on(SettingsForm.Changed)
    def follow_change(self) -> None:
        if not self.form.is_mounted or not self.query(Guide):
            return  # the other profile's form is on its way, or the screen is coming or going
        facts = self.form.facts
        self.query_one(Guide).tell(facts)
        able = capabilities(facts.scopes)
        self.query_one("#abilities-beside", Static).update(abilities(able))
        self.query_one("#abilities-brief", Static).update(abilities_in_brief(able))

    @on(SettingsForm.Entered)
    def follow_focus(self, event: SettingsForm.Entered) -> None:
        self.query_one(Guide).point_at(event.field)
        self.set_class(event.field == "scopes", "-choosing-scopes")
        if event.field == "scopes":
            self.follow_change()

    def action_guide(self) -> None:
        """Show the guide below the form, or take it away."""
        self.toggle_class("-guide-toggled")
        self.call_after_refresh(self.query_one(Guide).point_again)

    def action_portal(self) -> None:
        """Open the Azure portal in a browser, or put its address on the clipboard where there is none."""
        portal = self.form.facts.portal
        if self._open_url is not None and self._open_url(portal):
            self.notify(f"The portal opens in your browser: {portal}", markup=False)
        else:
            self.app.copy_to_clipboard(portal)
            self.notify(f"No browser was found here. The address is on the clipboard: {portal}", markup=False)

    def action_copy_portal(self) -> None:
        self.app.copy_to_clipboard(self.form.facts.portal)
        self.notify("The address of the portal is on the clipboard.", markup=False)

    def action_copy_redirect(self) -> None:
        """Put the redirect URI on the clipboard, as it has to be registered."""
        address = self.form.redirect_uri
        self.app.copy_to_clipboard(address)
        self.notify(Content.from_markup("Copied: $address", address=safe(address).plain).plain, markup=False)

    # --- leaving -------------------------------------------------------------------------------------------

    @on(Button.Pressed)
    def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        actions = {
            "save": self.action_save,
            "test": self.action_test,
            "demo": self.action_demo,
            "delete": self.action_delete,
            "cancel": self.action_leave,
        }
        actions[event.button.id or "cancel"]()

    def action_save(self) -> None:
        """Keep what was entered and go on to sign-in; with a problem, go to its field instead."""
        bad = self.form.blame_all()
        if bad is not None:
            self.form.enter(bad)
            return
        self._leave_with("save", self.form.profile())

    def action_demo(self) -> None:
        """Open the demo drive; nothing of the form is kept."""
        self._leave_with("demo", self.form.profile())

    def action_test(self) -> None:
        """Check what is entered, without keeping it; afterwards the field that a check points to has the focus."""
        from odtui.ui.dialogs.checks import ChecksDialog

        if self._checks is None:
            return
        bad = self.form.blame_all()
        if bad in ("client_id", "accounts", "tenant", "redirect_uri", "client_secret"):
            self.form.enter(bad)
            return
        profile, typed = self.form.profile(), self.form.secret
        dialog = ChecksDialog(profile, partial(self._checks, profile, typed))
        self.app.push_screen(dialog, lambda setting: self.form.enter(setting) if setting else None)

    def action_leave(self) -> None:
        """Back to where one came from; asks if something was entered."""
        if not self.form.changed:
            self.dismiss(None)
            return

        def answered(leave: bool | None) -> None:
            if leave:
                self.dismiss(None)

        self.app.push_screen(self._unsaved("Leave the settings?", yes="Leave"), answered)

    def action_ignore(self) -> None:
        """Nothing."""
