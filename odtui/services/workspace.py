"""One run of odtui below the screens: settings, authenticators, sessions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from odtui.config.paths import Directories
from odtui.config.settings import Profile, Settings
from odtui.config.store import SettingsStore

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.auth.authenticator import Authenticator
    from odtui.net.reroute import Routes
    from odtui.services.session import Session


class Workspace:
    """What the app asks for when it needs settings, somebody to sign in, or a drive."""

    def __init__(
        self,
        store: SettingsStore,
        settings: Settings,
        directories: Directories,
        *,
        profile_name: str | None = None,
        routes: Routes | None = None,
        memory_only: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`routes` and `memory_only` are for the demo drive: another server, and nothing kept of the sign-in.

        `sleep` and `clock` carry every wait for the service: seconds, monotonic.
        """
        self.settings = settings
        self.directories = directories
        self.routes = routes
        self.sleep = sleep
        self.clock = clock
        self._store = store
        self._profile_name = profile_name
        self._memory_only = memory_only
        self._authenticators: dict[Profile, Authenticator] = {}

    @property
    def profile(self) -> Profile | None:
        """The profile in use; None if it is not set up yet."""
        profile = self.settings.active(self._profile_name)
        return profile if profile is not None and profile.client_id else None

    @property
    def draft(self) -> Profile:
        """The profile to show in the settings screen, set up or not."""
        name = self._profile_name or self.settings.profile
        return self.settings.active(name) or Profile(name=name)

    def save(self, settings: Settings) -> None:
        """Keep these settings. Raises SettingsError or OSError; then the ones in use stay."""
        self._store.save(settings)
        self.settings = settings

    async def save_profile(self, profile: Profile, *, theme: str, secret: str | None) -> None:
        """Keep a profile under its name and use it. `secret`: None keeps the stored one, "" forgets it.

        Raises SettingsError, OSError or AuthError (STORE).
        """
        from odtui.auth.secrets import forget_secret, load_secret, store_secret
        from odtui.auth.threads import in_thread

        before = self.draft
        old = before.name
        directories, memory_only = self.directories, self._memory_only
        if secret is None and profile.confidential and profile.name != old:
            secret = await in_thread(lambda _: load_secret(before, directories))
        profiles = {name: kept for name, kept in self.settings.profiles.items() if name != old}
        profiles[profile.name] = profile
        default = profile.name if self.settings.profile in (old, profile.name) else self.settings.profile
        self.save(replace(self.settings, profile=default, profiles=profiles, theme=theme))
        self._profile_name = profile.name
        if profile.name != old:
            await in_thread(lambda _: forget_secret(before, directories))
        if secret:
            await in_thread(lambda _: store_secret(profile, secret, directories, memory_only=memory_only))
        elif secret == "" or not profile.confidential:
            await in_thread(lambda _: forget_secret(profile, directories))
        await self.aclose()

    @property
    def has_secret(self) -> bool:
        """Whether a client secret is known for the profile in use, without asking the keyring."""
        from odtui.auth.secrets import has_secret

        return has_secret(self.draft, self.directories)

    def authenticator(self, profile: Profile) -> Authenticator:
        """The one authenticator of a profile as it is now."""
        from odtui.auth.authenticator import Authenticator

        if profile not in self._authenticators:
            self._authenticators[profile] = Authenticator(
                profile, self.directories, routes=self.routes, memory_only=self._memory_only
            )
        return self._authenticators[profile]

    async def aclose(self) -> None:
        """Close the connections that signing in has opened."""
        for authenticator in self._authenticators.values():
            await authenticator.aclose()
        self._authenticators.clear()

    async def connect(
        self, profile: Profile, account: Account, *, on_wait: Callable[[float], None] | None = None
    ) -> Session:
        """A session for an account; `on_wait` is told the seconds of every wait. Raises GraphError or AuthError."""
        from odtui.services.session import connect

        return await connect(
            profile,
            account,
            self.authenticator(profile),
            routes=self.routes,
            on_wait=on_wait,
            sleep=self.sleep,
            clock=self.clock,
        )
