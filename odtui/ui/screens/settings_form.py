"""The fields of the settings: from a profile to text on the screen and back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, cast, get_args

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message
from textual.widgets import Checkbox, Input, Select, Static

from odtui.config import validate
from odtui.config.clouds import CLOUDS
from odtui.config.settings import CONFIDENTIAL_REDIRECT, PUBLIC_REDIRECT, Profile, SignInMethod
from odtui.ui.widgets.field import Field
from odtui.ui.widgets.guide import Facts
from odtui.ui.widgets.line_input import LineInput
from odtui.ui.widgets.scope_panel import ScopePanel
from odtui.ui.widgets.tick import Tick

FieldName = Literal[
    "client_id", "client_secret", "tenant", "cloud", "redirect_uri", "scopes", "name", "sign_in", "theme"
]

_METHODS: dict[SignInMethod, str] = {
    "auto": "What fits this computer",
    "browser": "With the browser",
    "device": "With a device code",
}


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
        taken_names: frozenset[str],
        theme: str,
        themes: Sequence[str],
    ) -> None:
        super().__init__()
        self._profile = profile
        self._secret_stored = secret_stored
        self._taken = taken_names
        self._theme = theme
        self._themes = themes if theme in themes else [theme, *themes]

    # --- what is on the screen ------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        profile, line = self._profile, partial(LineInput, compact=True)
        yield Static("App registration", classes="section")
        yield Field(
            "Application (client) ID",
            line(profile.client_id, placeholder="00000000-0000-0000-0000-000000000000"),
            "From the Overview page of your registration.",
            id="client_id",
        )
        yield Field(
            "Client secret",
            line(password=True, placeholder="stored; type to replace it" if self._secret_stored else ""),
            "Blank for most. Kept apart from the settings file; ODTUI_CLIENT_SECRET works too.",
            optional=True,
            id="client_secret",
        )
        keep = Tick("Keep using the stored secret", value=True, compact=True, id="keep_secret")
        keep.display = self._secret_stored
        yield keep
        tenant = "" if profile.tenant == "common" else profile.tenant
        yield Field(
            "Directory (tenant) ID",
            line(tenant, placeholder="common"),
            "Blank: any account. Else an ID or a domain.",
            optional=True,
            id="tenant",
        )
        clouds = [(cloud.title, cloud.name) for cloud in CLOUDS.values()]
        yield Field("Cloud", Select(clouds, value=profile.cloud, allow_blank=False, compact=True), id="cloud")
        yield Field(
            "Redirect URI",
            line(profile.redirect_uri, placeholder=self._usual_redirect),
            "Register exactly this address. F5 copies it.",
            optional=True,
            id="redirect_uri",
        )
        yield Static("Permissions", classes="section")
        yield Field("What may odtui do with your files?", ScopePanel(profile.scopes), id="scopes")
        yield Static("On this computer", classes="section")
        yield Field("Profile name", line(profile.name), "For odtui --profile.", id="name")
        methods = [(title, method) for method, title in _METHODS.items()]
        yield Field("Sign in", Select(methods, value=profile.sign_in, allow_blank=False, compact=True), id="sign_in")
        themes = [(Content(name), name) for name in self._themes]
        yield Field("Theme", Select(themes, value=self._theme, allow_blank=False, compact=True), id="theme")

    # --- what was entered --------------------------------------------------------------------------------

    def profile(self) -> Profile:
        """The profile as entered, right or wrong."""
        return replace(
            self._profile,
            name=self._line("name"),
            client_id=self._line("client_id"),
            tenant=self._line("tenant") or "common",
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
    def redirect_uri(self) -> str:
        """The address to register: the one entered, else the usual one."""
        return self._line("redirect_uri") or self._usual_redirect

    @property
    def facts(self) -> Facts:
        """What the guide names."""
        portal = CLOUDS[self._choice("cloud")].portal
        return Facts(portal, self.redirect_uri, self._confidential, self._panel.scopes)

    def problems(self) -> dict[str, str]:
        """What is wrong, by field, in the order of the form."""
        cloud, tenant = self._choice("cloud"), self._line("tenant")
        found: dict[str, str | None] = {
            "client_id": validate.check_client_id(self._line("client_id")),
            "client_secret": validate.check_client_secret(self._line("client_secret")),
            "tenant": validate.check_tenant(tenant, cloud),
            "redirect_uri": validate.check_redirect_uri(self._line("redirect_uri")),
            "scopes": validate.check_scopes(self._panel.scopes, tenant=tenant or "common", cloud=cloud),
            "name": validate.check_profile_name(self._line("name"), self._taken),
        }
        return {field: problem for field, problem in found.items() if problem is not None}

    def enter(self, field: str) -> None:
        """Give a field the focus; an unknown name means the first one."""
        if field == "scopes":
            self._panel.focus_first()
        else:
            self._field(field if field in get_args(FieldName) else "client_id").enter()

    def blame_all(self) -> str | None:
        """Show every problem, also of fields never touched. Gives the first bad field."""
        problems = self.problems()
        for field in self.query(Field):
            field.add_class("-touched")
        self._show(problems)
        return next(iter(problems), None)

    # --- while one types ------------------------------------------------------------------------------------

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(Select.Changed)
    @on(ScopePanel.Changed)
    def take_change(self, event: Input.Changed | Checkbox.Changed | Select.Changed | ScopePanel.Changed) -> None:
        event.stop()
        field = self._around(event.control)
        if field is not None and not (isinstance(event, Input.Changed) and not event.value):
            field.add_class("-touched")
        self.query_one("#redirect_uri LineInput", LineInput).placeholder = self._usual_redirect
        self._show(self.problems())
        self.post_message(self.Changed(self))

    @on(Input.Blurred)
    def tidy(self, event: Input.Blurred) -> None:
        """Take away the blanks and quotes that came with the clipboard."""
        event.stop()
        tidy = validate.clean(event.value)
        if tidy != event.value:
            event.input.value = tidy

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
        if field is next(iter(self.query(Field))):
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

    @property
    def _panel(self) -> ScopePanel:
        return self.query_one(ScopePanel)

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _line(self, name: str) -> str:
        control = self._field(name).control
        return validate.clean(control.value) if isinstance(control, LineInput) else ""

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
