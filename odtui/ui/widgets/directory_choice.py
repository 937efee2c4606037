"""Which accounts may sign in: a kind of accounts, or one directory."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.widgets import Input, Select

from odtui.config import validate
from odtui.ui.widgets.field import Field
from odtui.ui.widgets.pasted_input import PastedInput

ONE = "one"
"""The choice for which a directory has to be named."""

KINDS = {
    "common": ("Personal and work accounts", "Any organizational directory and personal Microsoft accounts"),
    "organizations": ("Work and school accounts only", "Any organizational directory"),
    "consumers": ("Personal accounts only", "Personal Microsoft accounts only"),
    ONE: ("One directory only", "This organizational directory only"),
}
"""What the form says, and what the portal says under "Supported account types"."""


class DirectoryChoice(VerticalGroup):
    """Two fields that are one setting: naming a directory chooses `one`, choosing a kind blanks the directory."""

    def __init__(self, tenant: str) -> None:
        """`tenant`: the value of the settings."""
        super().__init__()
        self._named = "" if tenant in validate.SHARED_TENANTS else tenant
        """The directory that was named last, for those who come back from another choice."""
        self._first = ONE if self._named else tenant

    def compose(self) -> ComposeResult:
        kinds = [(title, kind) for kind, (title, _) in KINDS.items()]
        yield Field("Who may sign in", Select(kinds, value=self._first, allow_blank=False, compact=True), id="accounts")
        yield Field(
            "Directory (tenant) ID",
            PastedInput(self._named, placeholder=self._blank_means, compact=True),
            "For one directory: its ID or, say, contoso.onmicrosoft.com.",
            optional=self._first != ONE,
            id="tenant",
        )

    @property
    def kind(self) -> str:
        return str(self.query_one(Select).value) if self.is_mounted else self._first

    @property
    def tenant(self) -> str:
        """For the settings; empty if a directory is wanted and none is named."""
        return validate.clean(self._line.value) if self.kind == ONE else self.kind

    def problems(self, client_id: str, cloud: str) -> dict[str, str | None]:
        """What is wrong, by field."""
        if self.kind != ONE:
            return {"accounts": validate.check_tenant(self.kind, cloud)}
        if not self.tenant:
            return {"tenant": "Enter the Directory (tenant) ID: the registration is for one directory only."}
        same = validate.check_not_same(client_id, self.tenant)
        return {"tenant": same or validate.check_tenant(self.tenant, cloud)}

    @on(Select.Changed)
    def take_kind(self, event: Select.Changed) -> None:
        """Goes on to the form after this."""
        line = self._line
        with line.prevent(Input.Changed):
            line.value = self._named if event.value == ONE else ""
        self._tell_blank()

    @on(Input.Changed)
    def take_directory(self, event: Input.Changed) -> None:
        """Goes on to the form after this."""
        named = validate.clean(event.value)
        shared = named.casefold() in validate.SHARED_TENANTS
        if shared or not named:
            self._named = ""
        else:
            self._named = named
        self._choose(named.casefold() if shared else ONE if named else "common")

    @on(Input.Blurred)
    def tidy(self, event: Input.Blurred) -> None:
        """A word for a kind has done its work once the kind is chosen."""
        if validate.clean(event.value).casefold() in validate.SHARED_TENANTS:
            with event.input.prevent(Input.Changed):
                event.input.value = ""

    def _choose(self, kind: str) -> None:
        choice = self.query_one(Select)
        if choice.value != kind:
            with choice.prevent(Select.Changed):
                choice.value = kind
            self._tell_blank()

    def _tell_blank(self) -> None:
        """What a blank directory means now."""
        self._line.placeholder = self._blank_means
        self.query_one("#tenant", Field).optional = self.kind != ONE

    @property
    def _line(self) -> PastedInput:
        return self.query_one(PastedInput)

    @property
    def _blank_means(self) -> str:
        return "" if self.kind == ONE else self.kind
