"""What stands in the form of the settings, section by section."""

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Select, Static

from odtui.config.clouds import CLOUDS
from odtui.config.settings import Profile, SignInMethod
from odtui.ui.text import clean
from odtui.ui.widgets.directory_choice import DirectoryChoice
from odtui.ui.widgets.field import Field
from odtui.ui.widgets.pasted_input import PastedInput
from odtui.ui.widgets.tick import Tick

NEW = ""
"""In place of a profile's name: one that does not exist yet."""

_METHODS: dict[SignInMethod, str] = {
    "auto": "What fits this computer",
    "browser": "With the browser",
    "device": "With a device code",
}


def profile_choice(name: str, names: Sequence[str], *, begins: bool) -> ComposeResult:
    """Which of the profiles the form is about. `name` is none of `names` for a new one."""
    options = [*((Content(clean(known)), known) for known in names), (Content("New profile…"), NEW)]
    chosen = name if name in names else NEW
    yield Field("Profile", Select(options, value=chosen, allow_blank=False, compact=True), id="profile")
    tick = Tick("Begin with this profile", value=begins, compact=True, id="begins")
    tick.display = list(names) != [name]
    tick.disabled = begins
    yield tick


def registration(profile: Profile, *, secret_stored: bool, usual_uri: str) -> ComposeResult:
    """What the Azure portal knows too."""
    line = partial(PastedInput, compact=True)
    yield Static("App registration", classes="section")
    yield Field(
        "Application (client) ID",
        line(profile.client_id, placeholder="00000000-0000-0000-0000-000000000000"),
        "From the Overview page; the Object ID is another one.",
        id="client_id",
    )
    yield Field(
        "Client secret",
        line(password=True, placeholder="stored; type to replace it" if secret_stored else ""),
        "Blank for most. Never kept in the settings file.",
        optional=True,
        id="client_secret",
    )
    kept = profile.confidential or not profile.client_id
    keep = Tick("Keep using the stored secret", value=kept, compact=True, id="keep_secret")
    keep.display = secret_stored
    yield keep
    yield DirectoryChoice(profile.tenant)
    clouds = [(cloud.title, cloud.name) for cloud in CLOUDS.values()]
    yield Field("Cloud", Select(clouds, value=profile.cloud, allow_blank=False, compact=True), id="cloud")
    yield Field(
        "Redirect URI",
        line(profile.redirect_uri, placeholder=usual_uri),
        "Register exactly this address. F5 copies it.",
        optional=True,
        id="redirect_uri",
    )


def this_computer(profile: Profile, theme: str, themes: Sequence[str]) -> ComposeResult:
    """What Microsoft never hears of."""
    yield Static("On this computer", classes="section")
    yield Field("Profile name", PastedInput(profile.name, compact=True), "For odtui --profile.", id="name")
    methods = [(title, method) for method, title in _METHODS.items()]
    yield Field("Sign in", Select(methods, value=profile.sign_in, allow_blank=False, compact=True), id="sign_in")
    choices = [(Content(name), name) for name in themes]
    yield Field("Theme", Select(choices, value=theme, allow_blank=False, compact=True), id="theme")
