"""Choosing the permissions to ask for, with what they make possible beside them."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Select, Static

from odtui.config.scopes import SCOPES, Capability, Scope, capabilities, find_scope
from odtui.ui.widgets.tick import Tick

PRESETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "read": ("Read only: see and download your own files", ("Files.Read",)),
    "mine": ("My files: also upload, change and delete (usual)", ("Files.ReadWrite",)),
    "shared": ("Shared too: everything that others share with you", ("Files.ReadWrite.All",)),
    "sites": ("Libraries too: SharePoint as well", ("Files.ReadWrite.All", "Sites.ReadWrite.All")),
    "app": ("App folder only: one folder of odtui's own", ("Files.ReadWrite.AppFolder",)),
}
"""What people usually want: a sentence and the scopes; User.Read comes with each."""

_OWN = "own"
_BRIEF = {
    Capability.READ: "your files",
    Capability.WRITE: "changing them",
    Capability.READ_SHARED: "shared files",
    Capability.WRITE_SHARED: "changing shared files",
    Capability.READ_SITES: "libraries",
    Capability.WRITE_SITES: "changing libraries",
    Capability.APP_FOLDER: "app folder",
    Capability.PROFILE: "your name",
}
_BEGINS_WITH = {
    Capability.WRITE: Capability.READ,
    Capability.WRITE_SHARED: Capability.READ_SHARED,
    Capability.WRITE_SITES: Capability.READ_SITES,
}
"""What goes without saying where the other cannot be done."""


class ScopePanel(VerticalGroup):
    """Ticks for every scope odtui knows. A stronger one shows the weaker ones as included."""

    BINDINGS = [
        Binding("up", "step(-1)", "Previous permission", show=False),
        Binding("down", "step(1)", "Next permission", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Other scopes are chosen now."""

        panel: "ScopePanel"
        scopes: tuple[str, ...]

        @property
        def control(self) -> "ScopePanel":
            return self.panel

    def __init__(self, chosen: Iterable[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        found = (find_scope(name) for name in chosen)
        self._chosen = {scope.name for scope in found if scope is not None}

    @property
    def scopes(self) -> tuple[str, ...]:
        """What to ask for: the chosen ones, without those that a stronger one includes, in the panel's order."""
        return tuple(scope.name for scope in SCOPES if scope.name in self._chosen and not self._included_in(scope))

    def compose(self) -> ComposeResult:
        options = [*((title, name) for name, (title, _) in PRESETS.items()), ("Your own choice", _OWN)]
        yield Select(options, value=self._preset(), allow_blank=False, compact=True, id="preset")
        for scope in SCOPES:
            yield _ScopeTick(scope)
            yield Static(_meaning(scope), classes="meaning")
        yield Static(id="abilities")

    def on_mount(self) -> None:
        self._show()

    @on(Select.Changed, "#preset")
    def take_preset(self, event: Select.Changed) -> None:
        event.stop()
        if event.value in PRESETS and event.value != self._preset():
            self._chosen = {*PRESETS[str(event.value)][1], "User.Read"}
            self._changed()

    @on(Checkbox.Changed)
    def take_tick(self, event: Checkbox.Changed) -> None:
        event.stop()
        tick = event.checkbox
        if not isinstance(tick, _ScopeTick) or tick.value == self._ticked(tick.scope):
            return
        if tick.value:
            self._chosen.add(tick.scope.name)
        else:
            self._chosen.discard(tick.scope.name)
        self._changed()

    def action_step(self, by: int) -> None:
        """From one permission to the next; past the ends to the fields around."""
        ticks = [tick for tick in self.query(_ScopeTick) if tick.focusable]
        if self.screen.focused in ticks:
            index = ticks.index(self.screen.focused) + by
            if 0 <= index < len(ticks):
                ticks[index].focus()
                return
        if by > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def focus_first(self) -> None:
        """Focus the presets, where a wrong choice is put right fastest."""
        self.query_one("#preset").focus()

    def _changed(self) -> None:
        self._show()
        self.post_message(self.Changed(self, self.scopes))

    def _show(self) -> None:
        for tick in self.query(_ScopeTick):
            included = self._included_in(tick.scope)
            tick.show(included, ticked=self._ticked(tick.scope))
        self.query_one("#preset", Select).value = self._preset()
        self.query_one("#abilities", Static).update(abilities(capabilities(self._chosen)))

    def _ticked(self, scope: Scope) -> bool:
        return scope.name in self._chosen or bool(self._included_in(scope))

    def _included_in(self, scope: Scope) -> str:
        """Name of a chosen scope that includes this one; empty if none does."""
        return next((other.name for other in SCOPES if other.name in self._chosen and scope.name in other.covers), "")

    def _preset(self) -> str:
        wanted = set(self.scopes) - {"User.Read"}
        return next((name for name, (_, scopes) in PRESETS.items() if set(scopes) == wanted), _OWN)


class _ScopeTick(Tick):
    """One scope: its name and marks."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(self._words(scope, ""), compact=True)
        self.scope = scope

    def show(self, included: str, *, ticked: bool) -> None:
        """`included`: the stronger scope that makes this one pointless to tick; then it cannot be changed."""
        self.label = self._words(self.scope, included)
        self.disabled = bool(included)
        with self.prevent(Checkbox.Changed):
            self.value = ticked

    @staticmethod
    def _words(scope: Scope, included: str) -> Content:
        marks = [
            f"included in {included}" if included else "",
            "an administrator usually has to approve" if scope.admin and not included else "",
            "preview" if scope.preview and not included else "",
        ]
        return Content.assemble(scope.name, Content.styled("  " + " · ".join(filter(None, marks)), "dim"))


def _meaning(scope: Scope) -> Content:
    """What it is for, whom it is not for, and what it covers."""
    told = scope.meaning if scope.personal else f"{scope.meaning} Not for personal accounts."
    covered = [other.name for other in SCOPES if other.name in scope.covers]
    return Content(f"{told} Includes {', '.join(covered)}." if covered else told)


def abilities(granted: frozenset[Capability]) -> Content:
    """The list of what odtui can and cannot do."""
    lines: list[Content] = [Content.styled("With these permissions odtui can", "bold")]
    lines += [Content.assemble(("✓ ", "$text-success"), ability.value) for ability in Capability if ability in granted]
    if not granted:
        lines.append(Content("nothing yet"))
    missing = [ability for ability in Capability if ability not in granted]
    if missing:
        lines.append(Content.styled("and cannot", "bold"))
        lines += [Content.styled(f"– {ability.value}", "dim") for ability in missing]
    return Content("\n").join(lines)


def abilities_in_brief(granted: frozenset[Capability]) -> Content:
    """The same in two lines, for a terminal without room beside the panel."""
    able = [_BRIEF.get(ability, ability.value) for ability in Capability if ability in granted]
    unable = [
        _BRIEF.get(ability, ability.value)
        for ability in Capability
        if ability not in granted and (ability not in _BEGINS_WITH or _BEGINS_WITH[ability] in granted)
    ]
    lines = [Content.assemble(("✓ ", "$text-success"), "With these: ", ", ".join(able) or "nothing yet")]
    if unable:
        lines.append(Content.styled(f"– not: {', '.join(unable)}", "dim"))
    return Content("\n").join(lines)
