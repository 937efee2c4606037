"""What the app itself does: the palette's own entries, leaving, and going to the web."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.content import Content
from textual.widgets._footer import FooterKey
from textual.widgets._toast import Toast

from odtui.config.paths import Directories
from odtui.config.settings import Settings
from odtui.config.store import SettingsStore
from odtui.services.workspace import Workspace
from odtui.ui.app import OdtuiApp, Start
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.screens.settings import SettingsScreen


def make_app(
    tmp_path: Path, *, keys: dict[str, str] | None = None, open_url: Callable[[str], bool] | None = None
) -> OdtuiApp:
    directories = Directories.below(tmp_path / "home")
    workspace = Workspace(SettingsStore(directories.settings_file), Settings(keys=keys or {}), directories)
    return OdtuiApp(workspace, Start(tmp_path), open_url=open_url)


def told(app: OdtuiApp) -> list[str]:
    return [notice.message for notice in app._notifications]


async def test_the_palette_has_the_theme_beside_the_commands(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        names = []
        sources: list[Any] = list(app.COMMANDS)
        for source in sources:
            provider = source()(app.screen)
            provider._post_init()
            await provider._wait_init()
            names += [hit.text async for hit in provider.discover()]
        assert {"Theme", "Help"} <= set(names)
        assert len(names) == len(set(names))


async def test_ctrl_c_says_which_keys_quit(tmp_path: Path) -> None:
    app = make_app(tmp_path, keys={"app.quit": "ctrl+x"})
    async with app.run_test() as pilot:
        app.action_help_quit()
        await pilot.pause()
        assert told(app) == ["Ctrl+C does not quit. Press Ctrl+X to leave odtui."]


async def test_a_web_address_opens_in_the_browser_that_there_is(tmp_path: Path) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    app = make_app(tmp_path, open_url=browse)
    async with app.run_test() as pilot:
        app.open_url("https://example.com/a")
        await pilot.pause()
        assert opened == ["https://example.com/a"]
        assert told(app) == ["It opens in your browser."]


async def test_without_a_browser_a_web_address_goes_to_the_clipboard(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    async with app.run_test() as pilot:
        app.open_url("https://example.com/a")
        await pilot.pause()
        assert app.clipboard == "https://example.com/a"
        assert told(app) == ["No browser was found here. The address is on the clipboard."]


async def test_the_keys_of_the_settings_fit_a_narrow_terminal(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.press("f1", "escape")
        assert isinstance(app.screen, SettingsScreen)
        keys = app.screen.query(FooterKey)
        assert {key.key_display for key in keys} == {"F3", "F4", "F5", "Ctrl+Q", "F1"}
        assert max(key.region.right for key in keys) <= 60


async def test_a_notice_stays_in_its_corner_when_a_dialog_opens(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.press("f1", "escape")
        dialog = ConfirmDialog("Sure?", Content("Really."), yes="Yes")
        await app.push_screen(dialog)
        app.notify("Copying a.txt to OneDrive.", timeout=60)
        await pilot.pause()
        await pilot.pause()
        toasts = list(app.screen.query(Toast))
        assert [toast.region.y for toast in toasts] == [2]
