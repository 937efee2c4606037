"""The demo drive as the app starts it."""

from contextlib import AsyncExitStack

import pytest

from odtui.config.scopes import DEFAULT_SCOPES
from odtui.config.settings import Settings
from odtui.demo.visitor import open_url as approve
from odtui.ui.demo_drive import DemoDrive, DemoOptions


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
