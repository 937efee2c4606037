"""The demo drive as the app starts it."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from odtui.config.paths import Directories
from odtui.config.scopes import DEFAULT_SCOPES
from odtui.config.settings import Profile, Settings
from odtui.demo.visitor import open_url as approve
from odtui.ui.demo_drive import DemoDrive, DemoOptions, served_workspace


@pytest.mark.parametrize("first_run", [True, False])
async def test_what_others_share_opens_unless_the_user_is_to_choose_the_permissions(first_run: bool) -> None:
    async with AsyncExitStack() as stack:
        demo = await DemoDrive.start(DemoOptions(first_run=first_run))
        stack.push_async_callback(demo.stop)
        workspace = demo.workspace(Settings(), first_run=first_run)
        stack.push_async_callback(workspace.aclose)
        profile = workspace.draft
        if first_run:
            assert profile.scopes == DEFAULT_SCOPES
            return
        account = await workspace.authenticator(profile).sign_in_browser(open_url=approve, show_url=lambda _url: None)
        session = await workspace.connect(profile, account)
        stack.push_async_callback(session.aclose)
        place = session.place
        rows = [entry async for page in place.pages(await place.root()) for entry in page]
        shortcuts = [entry for entry in rows if entry.target is not None]
        assert shortcuts
        for shortcut in shortcuts:
            assert [entry async for page in place.pages(shortcut) for entry in page]


def test_a_running_server_is_taken_for_microsoft_and_nothing_of_the_user_is_touched(tmp_path: Path) -> None:
    users = Profile(client_id="22222222-2222-4222-8222-222222222222")
    settings = Settings(theme="odtui-light", profiles={"default": users})
    workspace = served_workspace(8400, settings, Directories.below(tmp_path), read_only=True)
    assert workspace.routes is not None
    assert workspace.routes.target == "http://127.0.0.1:8400"
    assert "graph.microsoft.com" in workspace.routes.hosts
    assert workspace.directories.state.is_relative_to(tmp_path / "state" / "demo-server-8400")
    assert list(workspace.settings.profiles) == ["demo"]
    assert workspace.settings.theme == "odtui-light"
    assert workspace.read_only
    assert not list(tmp_path.iterdir())
