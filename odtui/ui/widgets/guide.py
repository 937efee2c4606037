"""How to register an app in the Azure portal, step by step, beside the form."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from odtui.ui.text import clean


@dataclass(frozen=True, slots=True)
class Facts:
    """What the steps name, as the form stands now."""

    portal: str
    redirect_uri: str
    confidential: bool
    scopes: tuple[str, ...]
    accounts: str = "Any organizational directory and personal Microsoft accounts"
    """The portal's words for who may sign in."""


@dataclass(frozen=True, slots=True)
class _Step:
    fields: frozenset[str]
    """The fields of the form that it belongs to."""
    markup: str
    """Content markup with $portal, $redirect, $platform, $scopes, $accounts."""


def _step(fields: str, markup: str) -> _Step:
    return _Step(frozenset(fields.split()), markup)


STEPS = (
    _step(
        "cloud profile",
        "Open [b]$portal[/b] (F4; Ctrl+Y copies it), sign in and search for [b]App registrations[/b].",
    ),
    _step("name", "Choose [b]New registration[/b]. Any name will do, such as odtui; people see it when they consent."),
    _step("accounts", "Supported account types: choose [b]$accounts[/b]. The form has to say the same."),
    _step(
        "redirect_uri",
        "Redirect URI: platform [b]$platform[/b], address [b]$redirect[/b] (F5 copies it). Then press [b]Register[/b].",
    ),
    _step(
        "client_id",
        "On the [b]Overview[/b] page copy the [b]Application (client) ID[/b]. The Object ID is another one.",
    ),
    _step("tenant", "From the same page copy the [b]Directory (tenant) ID[/b] if the app is for one directory."),
    _step(
        "sign_in",
        "Under [b]Authentication[/b] set [b]Allow public client flows[/b] to Yes. A device code needs it.",
    ),
    _step(
        "client_secret",
        "Only with the platform Web: [b]Certificates & secrets[/b], [b]New client secret[/b], description, expiry.",
    ),
    _step(
        "client_secret", "Copy the column [b]Value[/b] at once, it is shown only this time. The Secret ID is not it."
    ),
    _step(
        "scopes",
        "[b]API permissions[/b], [b]Add a permission[/b], [b]Microsoft Graph[/b], [b]Delegated[/b]: tick "
        "[b]$scopes[/b] and add them.",
    ),
)


class Guide(VerticalScroll, can_focus=False):
    """Ten steps; those for the focused field are marked and in view."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts
        self._field = ""

    def compose(self) -> ComposeResult:
        for number, step in enumerate(STEPS, 1):
            yield Static(self._words(number, step), classes="step")

    def tell(self, facts: Facts) -> None:
        """Name other addresses and permissions from now on."""
        if facts != self._facts:
            self._facts = facts
            for number, (line, step) in enumerate(zip(self.query(".step").results(Static), STEPS, strict=True), 1):
                line.update(self._words(number, step))
            self.point_again()

    def on_resize(self) -> None:
        """Only now is it known where the steps are."""
        self.point_again()

    def point_at(self, field: str) -> None:
        """Mark the steps of a field and bring the first into view."""
        self._field = field
        marked = []
        for line, step in zip(self.query(".step"), STEPS, strict=True):
            line.set_class(field in step.fields, "-current")
            if field in step.fields:
                marked.append(line)
        if marked:
            self.call_after_refresh(self.scroll_to_widget, marked[0], animate=False, center=len(marked) == 1)

    def point_again(self) -> None:
        """After the steps have moved, or the guide was hidden and could not scroll."""
        self.point_at(self._field)

    def _words(self, number: int, step: _Step) -> Content:
        facts = self._facts
        told = Content.from_markup(
            step.markup,
            portal=facts.portal,
            redirect=clean(facts.redirect_uri),
            platform="Web" if facts.confidential else "Mobile and desktop applications",
            scopes=", ".join(facts.scopes) or "the Files permissions that you need",
            accounts=facts.accounts,
        )
        return Content.assemble(f"{number:>2} ", told)
