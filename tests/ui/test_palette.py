"""The command palette has what is possible now, and runs it where its keys would."""

from typing import Any

from textual.command import CommandPalette, DiscoveryHit, Hit
from textual.dom import DOMNode
from textual.screen import Screen
from textual.style import Style

from odtui.ui.commands import BY_ID, Command, Where
from odtui.ui.palette import CommandHost, OdtuiCommands
from odtui.ui.screens.browser import BrowserScreen
from tests.ui.styled_app import StyledApp


class HostScreen(Screen[None]):
    """Runs commands of a pane, and refuses to delete."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def namespace(self, where: Where) -> DOMNode:
        return self

    def why_not(self, command: Command) -> str | None:
        return "Read only." if command.id == "items.delete" else None

    def action_rename(self) -> None:
        self.done.append("rename")

    def action_copy(self) -> None:
        self.done.append("copy")


class PaletteApp(StyledApp):
    COMMANDS = {OdtuiCommands}
    ENABLE_COMMAND_PALETTE = True


async def names(provider: OdtuiCommands, query: str | None = None) -> list[str | None]:
    hits: Any = provider.discover() if query is None else provider.search(query)
    return [hit.text async for hit in hits]


def test_the_browser_hosts_commands() -> None:
    for member in ("namespace", "why_not"):
        assert callable(getattr(BrowserScreen, member))
    assert isinstance(HostScreen(), CommandHost)


async def test_impossible_commands_are_not_offered() -> None:
    app = StyledApp(HostScreen())
    async with app.run_test():
        provider = OdtuiCommands(app.screen)
        assert "Rename" in await names(provider)
        assert "Delete" not in await names(provider)
        assert "Delete" not in await names(provider, "delete")


async def test_a_screen_without_panes_has_the_apps_commands_only() -> None:
    app = StyledApp(Screen())
    async with app.run_test():
        assert await names(OdtuiCommands(app.screen)) == ["Help", "Settings", "Quit"]


async def test_keys_stand_behind_the_name_also_the_users_own() -> None:
    app = StyledApp(HostScreen())
    app.set_keymap({"items.rename": "ctrl+f"})
    async with app.run_test():
        hits = {hit.text: hit async for hit in OdtuiCommands(app.screen).discover() if isinstance(hit, DiscoveryHit)}
        assert str(hits["Rename"].display) == "Rename  Ctrl+F"
        assert hits["Rename"].help == BY_ID["items.rename"].help


async def test_a_search_marks_the_letters_and_looks_into_the_help_too() -> None:
    app = StyledApp(HostScreen())
    async with app.run_test():
        provider = OdtuiCommands(app.screen, Style(bold=True))
        hits = [hit async for hit in provider.search("ren") if isinstance(hit, Hit)]
        best = max(hits)
        assert best.text == "Rename"
        assert [span.start for span in best.match_display.spans][:3] == [0, 1, 2]
        assert "Copy path" in await names(provider, "clipboard")


async def test_markup_in_the_search_does_no_harm() -> None:
    app = StyledApp(HostScreen())
    async with app.run_test():
        assert await names(OdtuiCommands(app.screen), "[/b]") == []


async def test_choosing_runs_the_action_on_its_node() -> None:
    host = HostScreen()
    app = PaletteApp(host)
    async with app.run_test() as pilot:
        app.action_command_palette()
        await pilot.pause()
        await pilot.press(*"rename")
        await app.workers.wait_for_complete()
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert not isinstance(app.screen, CommandPalette)
    assert host.done == ["rename"]


async def test_a_screens_action_runs_on_the_screen_below() -> None:
    host = HostScreen()
    app = StyledApp(host)
    async with app.run_test():
        (copy,) = [hit async for hit in OdtuiCommands(host).discover() if hit.text == "Copy"]
        await copy.command()
    assert host.done == ["copy"]
