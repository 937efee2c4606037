"""The fields of the settings: from a profile to text on the screen and back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import DescendantFocus
from textual.message import Message
from textual.widgets import Checkbox, Input, Select, Static

from odtui.config import validate
from odtui.config.clouds import CLOUDS
from odtui.config.settings import CONFIDENTIAL_REDIRECT, PUBLIC_REDIRECT, Profile, SignInMethod
from odtui.ui.screens import settings_fields as fields
from odtui.ui.widgets.directory_choice import KINDS, DirectoryChoice
from odtui.ui.widgets.field import Field
from odtui.ui.widgets.guide import Facts
from odtui.ui.widgets.pasted_input import PastedInput
from odtui.ui.widgets.scope_panel import ScopePanel
from odtui.ui.widgets.tick import Tick

FieldName = Literal[
    "client_id",
    "client_secret",
    "accounts",
    "tenant",
    "cloud",
    "redirect_uri",
    "scopes",
    "name",
    "sign_in",
    "theme",
    "profile",
]


class SettingsForm(VerticalScroll, can_focus=False):
    """Edits one profile. Says what is wrong below each field, once something was entered there."""

    @dataclass
    class Changed(Message):
        """Something else is entered or chosen now."""

        form: "SettingsForm"

        @property
        def control(self) -> "SettingsForm":
            return self.form

    @dataclass
    class ProfileChosen(Message):
        """Another profile is wanted. `name`: NEW for one that does not exist yet."""

        form: "SettingsForm"
        name: str

        @property
        def control(self) -> "SettingsForm":
            return self.form

    @dataclass
    class Entered(Message):
        """A field has the focus now."""

        form: "SettingsForm"
        field: str

        @property
        def control(self) -> "SettingsForm":
            return self.form

    def __init__(
        self,
        profile: Profile,
        *,
        secret_stored: bool,
        names: Sequence[str],
        begins: bool,
        theme: str,
        themes: Sequence[str],
    ) -> None:
        """`names`: of the profiles that exist; none is the name of a new one. `begins`: odtui begins with this one."""
        super().__init__()
        self.before = profile
        self.begins_before = begins
        self._secret_stored = secret_stored
        self._names = names
        self._theme = theme
        self._themes = themes if theme in themes else [theme, *themes]

    # --- what is on the screen ------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        profile = self.before
        if self._names:
            yield from fields.profile_choice(profile.name, self._names, begins=self.begins_before)
        yield from fields.registration(profile, secret_stored=self._secret_stored, usual_uri=self._usual_redirect)
        yield Static("Permissions", classes="section")
        yield Field("What may odtui do with your files?", ScopePanel(profile.scopes), id="scopes")
        yield from fields.this_computer(profile, self._theme, self._themes)

    # --- what was entered --------------------------------------------------------------------------------

    def profile(self) -> Profile:
        """The profile as entered, right or wrong."""
        return replace(
            self.before,
            name=self._line("name"),
            client_id=self._line("client_id"),
            tenant=self._directory.tenant or "common",
            cloud=self._choice("cloud"),
            redirect_uri=self._line("redirect_uri"),
            confidential=self._confidential,
            sign_in=cast(SignInMethod, self._choice("sign_in")),
            scopes=self._panel.scopes,
        )

    @property
    def secret(self) -> str | None:
        """The client secret to keep; None: unchanged; empty: forget the stored one."""
        typed = self._line("client_secret")
        if typed:
            return typed
        return "" if self._secret_stored and not self._confidential else None

    @property
    def theme(self) -> str:
        return self._choice("theme")

    @property
    def begins(self) -> bool:
        """Whether odtui is to begin with this profile."""
        return next((tick.value for tick in self.query("#begins").results(Tick)), self.begins_before)

    @property
    def changed(self) -> bool:
        """Whether something was entered that leaving would lose."""
        now = (self.profile(), self.theme, self.begins)
        return now != (self.before, self._theme, self.begins_before) or bool(self._line("client_secret"))

    @property
    def redirect_uri(self) -> str:
        """The address to register: the one entered, else the usual one."""
        return self._line("redirect_uri") or self._usual_redirect

    @property
    def facts(self) -> Facts:
        """What the guide names."""
        portal = CLOUDS[self._choice("cloud")].portal
        accounts = KINDS[self._directory.kind][1]
        return Facts(portal, self.redirect_uri, self._confidential, self._panel.scopes, accounts)

    def problems(self) -> dict[str, str]:
        """What is wrong, by field, in the order of the form."""
        cloud, client_id, directory = self._choice("cloud"), self._line("client_id"), self._directory
        taken = [name for name in self._names if name != self.before.name]
        found: dict[str, str | None] = {
            "client_id": validate.check_client_id(client_id),
            "client_secret": validate.check_client_secret(self._line("client_secret")),
            **directory.problems(client_id, cloud),
            "redirect_uri": validate.check_redirect_uri(self._line("redirect_uri")),
            "scopes": validate.check_scopes(self._panel.scopes, tenant=directory.tenant, cloud=cloud),
            "name": validate.check_profile_name(self._line("name"), taken),
        }
        return {field: problem for field, problem in found.items() if problem is not None}

    def enter(self, field: str) -> None:
        """Give a field the focus; an unknown name means the first one."""
        if field == "scopes":
            self._panel.focus_first()
        else:
            found = self.query(f"#{field}").results(Field) if field in get_args(FieldName) else iter(())
            next(found, self._field("client_id")).enter()

    def blame_all(self) -> str | None:
        """Show every problem, also of fields never touched. Gives the first bad field."""
        problems = self.problems()
        for field in self.query(Field):
            field.add_class("-touched")
        self._show(problems)
        return next(iter(problems), None)

    # --- while one types ------------------------------------------------------------------------------------

    def show_profile(self) -> None:
        """Name the profile of this form again: another one was wanted, but not at the price."""
        choice = self.query_one("#profile Select", Select)
        with choice.prevent(Select.Changed):
            choice.value = self.before.name if self.before.name in self._names else fields.NEW

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(Select.Changed)
    @on(ScopePanel.Changed)
    def take_change(self, event: Input.Changed | Checkbox.Changed | Select.Changed | ScopePanel.Changed) -> None:
        event.stop()
        field = self._around(event.control)
        if field is not None:
            field.remark = ""
            if not isinstance(event, Input.Changed) or not self._too_early(field, event.value):
                field.add_class("-touched")
        self.query_one("#redirect_uri PastedInput", PastedInput).placeholder = self._usual_redirect
        self._show(self.problems())
        self.post_message(self.Changed(self))
        if field is not None and field.id == "profile" and isinstance(event, Select.Changed):
            self.post_message(self.ProfileChosen(self, str(event.value)))

    @on(Input.Blurred)
    def finish(self, event: Input.Blurred) -> None:
        """Now is the time to say what is wrong, and to take away what came with the clipboard."""
        event.stop()
        field = self._around(event.input)
        if field is not None and event.value:
            field.add_class("-touched")
        if isinstance(event.input, PastedInput):
            event.input.tidy()
        self._show(self.problems())

    @on(PastedInput.Tidied)
    def remark(self, event: PastedInput.Tidied) -> None:
        """Say that the text is not what was pasted. Comes after the change that it speaks of."""
        event.stop()
        field = self._around(event.input)
        if field is not None:
            field.remark = "✓ Blanks, quotes or line ends around it were left out."

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        field = self._around(event.widget)
        if field is not None and field.id is not None:
            self.post_message(self.Entered(self, field.id))
            if event.widget is field.control or event.widget.id == "preset":
                self.call_after_refresh(self._bring_into_view, field)

    def _bring_into_view(self, field: Field) -> None:
        """The label and the note too, not the control alone."""
        if field is next(iter(self.query(Field)), None):  # none any more when another profile's form comes
            self.scroll_home(animate=False)
        elif field.id == "scopes":
            self.scroll_to_widget(field, animate=False, top=True)
        else:
            field.scroll_visible(animate=False)

    # --- parts ---------------------------------------------------------------------------------------------

    @property
    def _confidential(self) -> bool:
        kept = self._secret_stored and self.query_one("#keep_secret", Tick).value
        return kept or bool(self._line("client_secret"))

    @property
    def _usual_redirect(self) -> str:
        if not self.is_mounted:
            return CONFIDENTIAL_REDIRECT if self._secret_stored else PUBLIC_REDIRECT
        return CONFIDENTIAL_REDIRECT if self._confidential else PUBLIC_REDIRECT

    @staticmethod
    def _too_early(field: Field, value: str) -> bool:
        """Nothing is entered, or a value still grows into a right one."""
        return not value or validate.is_unfinished(field.id or "", value)

    @property
    def _directory(self) -> DirectoryChoice:
        return self.query_one(DirectoryChoice)

    @property
    def _panel(self) -> ScopePanel:
        return self.query_one(ScopePanel)

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _line(self, name: str) -> str:
        control = self._field(name).control
        return validate.clean(control.value) if isinstance(control, PastedInput) else ""

    def _choice(self, name: str) -> str:
        control = self._field(name).control
        return str(control.value) if isinstance(control, Select) else ""

    def _around(self, widget: object) -> Field | None:
        """The field that a control is part of."""
        node = widget
        while node is not None and not isinstance(node, Field):
            node = getattr(node, "parent", None)
        return node

    def _show(self, problems: dict[str, str]) -> None:
        for field in self.query(Field):
            field.problem = problems.get(field.id or "") if field.has_class("-touched") else None
