"""One run of odtui below the screens: settings, authenticators, sessions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from odtui.auth.errors import AuthError
from odtui.config.paths import Directories
from odtui.config.settings import Profile, Settings
from odtui.config.store import SettingsStore

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.auth.authenticator import Authenticator
    from odtui.net.reroute import Routes
    from odtui.services.checks import CheckResult
    from odtui.services.session import Session
    from odtui.services.transfers.journal import Journal


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
        read_only: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`routes` and `memory_only` are for the demo drive: another server, and nothing kept of the sign-in.

        `read_only` switches read-only mode on, whatever the settings say.
        `sleep` and `clock` carry every wait for the service: seconds, monotonic.
        """
        self.settings = settings
        self.directories = directories
        self.routes = routes
        self.sleep = sleep
        self.clock = clock
        self.read_only = read_only or settings.read_only
        """Nothing on OneDrive is changed, from now on and by every session; for this run only."""
        self.on_unsaved: Callable[[str], None] = lambda reason: None
        """Told in a thread why a renewed sign-in could not be stored."""
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

    async def save_profile(
        self, profile: Profile, *, theme: str, secret: str | None, replaces: str | None = None, begins: bool = False
    ) -> None:
        """Keep a profile under its name and use it. `secret`: None keeps the stored one, "" forgets it.

        A profile that gets another name has to sign in again: what is stored for the old one is deleted.

        Args:
            replaces: Name of the profile that it was; empty for a new one, None for the one in use.
            begins: Whether odtui is to begin with it.

        Raises:
            SettingsError, OSError or AuthError (STORE).
        """
        from odtui.auth.secrets import forget_secret, load_secret, store_secret
        from odtui.auth.threads import in_thread

        old = self.draft.name if replaces is None else replaces
        before = self.settings.profiles.get(old)
        renamed = before is not None and profile.name != old
        directories, memory_only = self.directories, self._memory_only
        if secret is None and profile.confidential and before is not None and renamed:
            earlier = before
            secret = await in_thread(lambda _: load_secret(earlier, directories))
        profiles = {name: kept for name, kept in self.settings.profiles.items() if name != old}
        profiles[profile.name] = profile
        default = self.settings.profile
        if begins or default == old or default not in profiles:
            default = profile.name
        self.save(replace(self.settings, profile=default, profiles=profiles, theme=theme))
        self._profile_name = profile.name
        if before is not None and renamed:
            await self._forget(before)
        if secret:
            await in_thread(lambda _: store_secret(profile, secret, directories, memory_only=memory_only))
        elif secret == "" or not profile.confidential:
            await in_thread(lambda _: forget_secret(profile, directories))
        await self._drop_authenticators(profile if secret is not None else None)

    async def delete_profile(self, name: str) -> None:
        """Forget a profile with its accounts, tokens and secret; the one that odtui begins with is used then.

        Raises SettingsError, OSError or AuthError (STORE).
        """
        profiles = {known: kept for known, kept in self.settings.profiles.items() if known != name}
        default = self.settings.profile if self.settings.profile in profiles else next(iter(profiles), "default")
        gone = self.settings.profiles.get(name)
        self.save(replace(self.settings, profile=default, profiles=profiles))
        if self._profile_name == name:
            self._profile_name = None
        if gone is not None:
            await self._forget(gone)

    async def _drop_authenticators(self, changed: Profile | None) -> None:
        """Close those whose profile is not as it was, and that of `changed`; the others' sessions notice nothing."""
        kept = [profile for profile in self.settings.profiles.values() if profile != changed]
        for profile in [known for known in self._authenticators if known not in kept]:
            await self._authenticators.pop(profile).aclose()

    async def _forget(self, profile: Profile) -> None:
        """Delete what is stored for a profile."""
        from odtui.auth.secrets import forget_secret
        from odtui.auth.threads import in_thread

        authenticator = self.authenticator(profile)
        for account in authenticator.accounts():
            await authenticator.sign_out(account)
        await in_thread(lambda _: forget_secret(profile, self.directories))

    @property
    def profiles_with_secret(self) -> frozenset[str]:
        """Names of profiles for which a client secret is known, without asking the keyring."""
        from odtui.auth.secrets import has_secret

        known = [*self.settings.profiles.values(), self.draft]
        return frozenset(profile.name for profile in known if has_secret(profile, self.directories))

    async def checks(self, profile: Profile, typed: str | None) -> AsyncGenerator[CheckResult, None]:
        """Test a profile that need not be saved. `typed`: a client secret; None for the stored one."""
        from odtui.auth.secrets import load_secret
        from odtui.auth.threads import in_thread
        from odtui.services.checks import run_checks

        secret = typed
        if secret is None and profile.confidential:
            with suppress(AuthError):  # the check of the secret says that there is none
                secret = await in_thread(lambda _: load_secret(profile, self.directories))
        async with aclosing(run_checks(profile, routes=self.routes, secret=secret)) as results:
            async for result in results:
                yield result

    def known_accounts(self) -> list[tuple[Profile, Account]]:
        """Everybody who has signed in, with their profile; those of the profile in use first. No network."""
        used = self.profile
        others = [profile for profile in self.settings.profiles.values() if profile != used and profile.client_id]
        profiles = [used, *others] if used is not None else others
        return [(profile, account) for profile in profiles for account in self.authenticator(profile).accounts()]

    def use(self, profile: Profile) -> None:
        """Use this profile from now on, without keeping that choice."""
        self._profile_name = profile.name

    def authenticator(self, profile: Profile) -> Authenticator:
        """The one authenticator of a profile as it is now."""
        from odtui.auth.authenticator import Authenticator

        if profile not in self._authenticators:
            self._authenticators[profile] = Authenticator(
                profile,
                self.directories,
                routes=self.routes,
                memory_only=self._memory_only,
                on_unsaved=lambda reason: self.on_unsaved(reason),
                sleep=self.sleep,
            )
        return self._authenticators[profile]

    async def aclose(self) -> None:
        """Close the connections that signing in has opened."""
        for authenticator in self._authenticators.values():
            await authenticator.aclose()
        self._authenticators.clear()

    def journal(self) -> Journal | None:
        """Where transfers are kept for a later run; None if nothing is to be kept."""
        if self._memory_only:
            return None
        from odtui.auth.vault import Vault
        from odtui.services.transfers.journal import Journal

        state = self.directories.state
        return Journal(state, vault=Vault(state), now=lambda: int(time.time()))

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
            kept=not self._memory_only,
            sleep=self.sleep,
            clock=self.clock,
            read_only=lambda: self.read_only,
        )
