"""Choosing permissions."""

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Checkbox, Select

from odtui.config.scopes import DEFAULT_SCOPES, SCOPES, Capability, capabilities
from odtui.ui.widgets.scope_panel import PRESETS, ScopePanel, abilities


class PanelApp(App[None]):
    def __init__(self, *chosen: str) -> None:
        super().__init__()
        self.panel = ScopePanel(chosen or DEFAULT_SCOPES)
        self.told: list[tuple[str, ...]] = []

    def compose(self) -> ComposeResult:
        yield self.panel

    def on_scope_panel_changed(self, event: ScopePanel.Changed) -> None:
        self.told.append(event.scopes)

    def tick(self, name: str) -> Checkbox:
        names = [scope.name for scope in SCOPES]
        return list(self.panel.query(Checkbox))[names.index(name)]


async def test_every_scope_is_offered() -> None:
    app = PanelApp()
    async with app.run_test():
        assert len(app.panel.query(Checkbox)) == len(SCOPES) == 10


async def test_a_stronger_scope_includes_the_weaker_ones() -> None:
    app = PanelApp("User.Read")
    async with app.run_test() as pilot:
        app.tick("Files.Read").toggle()
        await pilot.pause()
        assert app.panel.scopes == ("Files.Read", "User.Read")
        app.tick("Files.ReadWrite.All").toggle()
        await pilot.pause()
        assert app.panel.scopes == ("Files.ReadWrite.All", "User.Read")
        for weaker in ("Files.Read", "Files.ReadWrite", "Files.Read.All"):
            assert app.tick(weaker).value
            assert app.tick(weaker).disabled
            assert "included in Files.ReadWrite.All" in str(app.tick(weaker).label)
        assert not app.tick("Sites.Read.All").value
        app.tick("Files.ReadWrite.All").toggle()
        await pilot.pause()
        assert app.panel.scopes == ("Files.Read", "User.Read")
        assert not app.tick("Files.ReadWrite").disabled


@pytest.mark.parametrize("preset", PRESETS)
async def test_a_preset_sets_its_scopes_and_is_found_again(preset: str) -> None:
    app = PanelApp("Sites.Read.All")
    async with app.run_test() as pilot:
        select = app.panel.query_one("#preset", Select)
        assert select.value == "own"
        select.value = preset
        await pilot.pause()
        assert set(app.panel.scopes) == {*PRESETS[preset][1], "User.Read"}
        assert app.told == [app.panel.scopes]
        assert select.value == preset


async def test_ticking_tells_once_and_leaves_the_preset() -> None:
    app = PanelApp()
    async with app.run_test() as pilot:
        app.tick("Files.ReadWrite.AppFolder").focus()
        await pilot.press("space")
        await pilot.pause()
        assert app.told == [("Files.ReadWrite", "Files.ReadWrite.AppFolder", "User.Read")]
        assert app.panel.query_one("#preset", Select).value == "own"


async def test_unknown_scopes_of_the_file_are_left_out() -> None:
    app = PanelApp("Mail.Read", "files.readwrite")
    async with app.run_test():
        assert app.panel.scopes == ("Files.ReadWrite",)


async def test_the_arrow_keys_walk_the_permissions_and_leave_at_the_ends() -> None:
    app = PanelApp("User.Read")
    async with app.run_test() as pilot:
        app.tick("Files.Read").focus()
        await pilot.press("down")
        assert app.focused is app.tick("Files.ReadWrite")
        await pilot.press("up", "up")
        assert app.focused is app.panel.query_one("#preset")


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
def test_the_list_divides_all_abilities(scope: object) -> None:
    granted = capabilities([scope.name])  # type: ignore[attr-defined]
    can, _, cannot = abilities(granted).plain.partition("and cannot")
    for ability in Capability:
        assert (ability.value in can) == (ability in granted)
        assert (ability.value in cannot) == (ability not in granted)
