"""Settings: the first screen of a first run, and the one behind Ctrl+O."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

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
from odtui.ui.text import safe
from odtui.ui.widgets.buttons import ButtonRow, KeyButton
from odtui.ui.widgets.guide import Guide
from odtui.ui.widgets.scope_panel import abilities


@dataclass(frozen=True, slots=True)
class SettingsResult:
    """What the user decided."""

    action: Literal["save", "demo"]
    """save: keep this and go on to sign-in; demo: open the demo drive instead."""
    profile: Profile
    secret: str | None = field(repr=False)
    """The client secret; None: unchanged; empty: forget the stored one."""
    theme: str


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
        Binding("escape", "leave", "Cancel", show=False),
        Binding("q", "ignore", show=False),  # typed beside a field it must not quit
    ]

    def __init__(
        self,
        profile: Profile,
        *,
        first_run: bool,
        secret_stored: bool,
        taken_names: frozenset[str] = frozenset(),
        theme: str,
        themes: Sequence[str],
        problem: str | None = None,
        focus: str | None = None,
        open_url: Callable[[str], bool] | None = None,
    ) -> None:
        """`problem`: what went wrong before, shown above the form. `focus`: name of the field to begin with."""
        super().__init__()
        self.form = SettingsForm(
            profile, secret_stored=secret_stored, taken_names=taken_names, theme=theme, themes=themes
        )
        self._before = (profile, theme)
        self._first_run = first_run
        self._problem = problem
        self._begin_with = focus or "client_id"
        self._open_url = open_url

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
        buttons = [
            KeyButton("Save and sign in", "f2", id="save", classes="-main"),
            KeyButton("Open the demo drive instead", "f6", id="demo"),
        ]
        if not self._first_run:
            buttons.append(KeyButton("Cancel", "escape", id="cancel"))
        yield ButtonRow(*buttons)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#settings-guide").mount(Guide(self.form.facts), Static(id="abilities-beside"))
        self.call_after_refresh(self.form.enter, self._begin_with)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not (action == "leave" and self._first_run)

    # --- the guide follows the form ---------------------------------------------------------------------

    @on(SettingsForm.Changed)
    def follow_change(self) -> None:
        facts = self.form.facts
        self.query_one(Guide).tell(facts)
        self.query_one("#abilities-beside", Static).update(abilities(capabilities(facts.scopes)))

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

    def action_copy_redirect(self) -> None:
        """Put the redirect URI on the clipboard, as it has to be registered."""
        address = self.form.redirect_uri
        self.app.copy_to_clipboard(address)
        self.notify(Content.from_markup("Copied: $address", address=safe(address).plain).plain, markup=False)

    # --- leaving -------------------------------------------------------------------------------------------

    @on(Button.Pressed)
    def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        actions = {"save": self.action_save, "demo": self.action_demo, "cancel": self.action_leave}
        actions[event.button.id or "cancel"]()

    def action_save(self) -> None:
        """Keep what was entered and go on to sign-in; with a problem, go to its field instead."""
        bad = self.form.blame_all()
        if bad is not None:
            self.form.enter(bad)
            return
        self.dismiss(SettingsResult("save", self.form.profile(), self.form.secret, self.form.theme))

    def action_demo(self) -> None:
        """Open the demo drive; nothing of the form is kept."""
        self.dismiss(SettingsResult("demo", self.form.profile(), None, self.form.theme))

    def action_leave(self) -> None:
        """Back to where one came from; asks if something was entered."""
        if self._before == (self.form.profile(), self.form.theme) and self.form.secret is None:
            self.dismiss(None)
            return
        body = Content("What you changed here is not saved.")
        self.app.push_screen(ConfirmDialog("Leave the settings?", body, yes="Leave", no="Stay"), self._leave_unsaved)

    def _leave_unsaved(self, leave: bool | None) -> None:
        if leave:
            self.dismiss(None)

    def action_ignore(self) -> None:
        """Nothing."""
