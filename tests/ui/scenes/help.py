"""Help: all keys, some of them, the guide; and the command palette."""

from typing import Any

from textual.command import CommandPalette
from textual.pilot import Pilot

from odtui.ui.palette import OdtuiCommands
from odtui.ui.screens.help import HelpScreen
from tests.ui.scenes import Scene
from tests.ui.scenes.dialogs import hold_cursor
from tests.ui.styled_app import StyledApp


class PaletteApp(StyledApp):
    """The palette above the help, where the app's own commands are possible."""

    COMMANDS = {OdtuiCommands}
    ENABLE_COMMAND_PALETTE = True


async def some_keys(pilot: Pilot[Any]) -> None:
    await hold_cursor(pilot)
    await pilot.press(*"copy")


async def guide(pilot: Pilot[Any]) -> None:
    await pilot.press("f3")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def palette(pilot: Pilot[Any]) -> None:
    pilot.app.action_command_palette()
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    for line in pilot.app.screen.query("CommandInput"):
        line.cursor_blink = False
    await pilot.pause()
    assert isinstance(pilot.app.screen, CommandPalette)


SCENES = [
    Scene("help", lambda: StyledApp(HelpScreen()), hold_cursor, picture=True),
    Scene("help-search", lambda: StyledApp(HelpScreen()), some_keys),
    Scene("help-guide", lambda: StyledApp(HelpScreen()), guide),
    Scene("palette", lambda: PaletteApp(HelpScreen()), palette),
]
