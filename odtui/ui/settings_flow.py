"""The settings screen, and doing what was decided in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from odtui.auth.errors import AuthError
from odtui.config.settings import Profile, Settings, SettingsError
from odtui.services.words import explain
from odtui.ui.demo_drive import DemoOptions
from odtui.ui.text import clean

if TYPE_CHECKING:
    from odtui.ui.account_flow import AccountFlow
    from odtui.ui.app import OdtuiApp
    from odtui.ui.screens.settings import SettingsResult


class SettingsFlow:
    """Shows the settings of a profile, saves them, and hands over to signing in."""

    def __init__(self, app: OdtuiApp, flow: AccountFlow, open_url: Callable[[str], bool] | None) -> None:
        self._app = app
        self._flow = flow
        self._open_url = open_url

    def show(self, *, first_run: bool = False, focus: str | None = None, profile: Profile | None = None) -> None:
        """`focus`: the field to begin with. `profile`: the one to show; that in use if None."""
        from odtui.ui.screens.settings import SettingsScreen

        if isinstance(self._app.screen, SettingsScreen):
            return
        workspace = self._flow.workspace
        known = workspace.settings.profiles
        screen = SettingsScreen(
            known.get(profile.name, workspace.draft) if profile is not None else workspace.draft,
            first_run=first_run,
            profiles=list(known.values()),
            begins=workspace.settings.profile,
            secrets=workspace.profiles_with_secret,
            theme=self._app.theme,
            themes=sorted(self._app.available_themes),
            focus=focus,
            open_url=self._open_url,
            checks=workspace.checks,
            in_demo=self._flow.in_demo,
        )
        self._app.push_screen(screen, self._left)

    def keep(self, settings: Settings) -> None:
        """Save a small choice made elsewhere; a file that cannot be written costs a notice, not the session."""
        try:
            self._flow.workspace.save(settings)
        except (SettingsError, OSError) as error:
            told = explain(error, doing="keep this choice")
            self._app.notify(clean(f"{told.why} {told.advice}"), title=told.title, severity="warning", markup=False)

    def _left(self, result: SettingsResult | None) -> None:
        if result is None:
            return
        if result.action == "demo":
            self._flow.open_demo(DemoOptions())
        elif result.action == "delete":
            self._app.run_worker(self._delete(result.profile), group="settings")
        else:
            self._app.run_worker(self._save(result), group="settings")

    async def _save(self, result: SettingsResult) -> None:
        try:
            await self._flow.workspace.save_profile(
                result.profile,
                theme=result.theme,
                secret=result.secret,
                replaces=result.replaces,
                begins=result.begins,
            )
        except (SettingsError, AuthError, OSError) as error:
            self._app.show_error(explain(error, doing="save the settings"))
            return
        self._app.theme = result.theme
        if result.replaces and result.replaces != result.profile.name:
            await self._flow.close_profile(result.replaces)
        self._flow.resume(saved=True)

    async def _delete(self, profile: Profile) -> None:
        try:
            await self._flow.workspace.delete_profile(profile.name)
        except (SettingsError, AuthError, OSError) as error:
            self._app.show_error(explain(error, doing="delete the profile"))
            return
        await self._flow.close_profile(profile.name)
        self._app.notify(clean(f"The profile {profile.name} is deleted."), markup=False)
        self.show()
