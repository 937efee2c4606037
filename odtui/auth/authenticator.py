"""Signing in and out for one profile."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import httpx

from odtui.auth.accounts import Account, AccountStore
from odtui.auth.attempts import Attempt, Attempts
from odtui.auth.clients import MsalClients
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.listener import RedirectListener
from odtui.auth.opener import find_browser_opener
from odtui.auth.provider import TokenProvider, TokenSource
from odtui.auth.redirect_request import Redirect, parse_address
from odtui.auth.results import error_of
from odtui.auth.silent import SilentTokens
from odtui.auth.threads import Abandoned, in_thread
from odtui.auth.vault import Storage, store_error
from odtui.config.clouds import CLOUDS
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from odtui.net.reroute import Routes

if TYPE_CHECKING:
    from odtui.auth.cache import FileTokenCache

__all__ = ["Authenticator", "DeviceCode", "find_browser_opener"]

BROWSER_PATIENCE = 300.0
"""Seconds to wait for the browser to come back."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a user needs for a device sign-in."""

    user_code: str
    address: str
    """verification_uri as it was returned."""
    expires_at: float
    """Seconds since the epoch, UTC."""
    message: str = ""


class Authenticator:
    """Everything a screen needs to sign in. Builds MSAL lazily in a thread; every wait can be cancelled."""

    def __init__(
        self,
        profile: Profile,
        directories: Directories,
        *,
        routes: Routes | None = None,
        memory_only: bool = False,
        patience: float = BROWSER_PATIENCE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        wall_clock: Callable[[], float] = time.time,
        on_unsaved: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """`memory_only`: keep tokens out of files and keyring (demo drive, tests). `on_unsaved` is told in a thread
        why a renewed sign-in could not be stored; it is good until the end of this run.
        """
        self.profile = profile
        self._state = None if memory_only else directories.state
        self._patience = patience
        self._sleep = sleep
        self._wall_clock = wall_clock
        self._on_unsaved = on_unsaved
        self._registration = fingerprint(profile)
        self._store = AccountStore(self._state / "accounts.json" if self._state else None)
        self._clients = MsalClients(profile, directories, routes)
        self._attempts = Attempts(profile, self._registration, self._clients, self._cache)
        self._opened_cache: FileTokenCache | None = None
        self._providers: WeakKeyDictionary[TokenProvider, str] = WeakKeyDictionary()
        """Those in use, with the ids of their accounts."""
        self._demanded: dict[str, str] = {}
        """Claims that Graph demanded, by username: the next sign-in in the browser has to bring them."""

    def accounts(self) -> list[Account]:
        """Known accounts of this profile, from our own file; no network, no keyring. The last one to sign in first."""
        return [account for account in self._store.all() if account.registration == self._registration]

    @property
    def storage(self) -> Storage:
        """Where tokens are kept: known after a sign-in or the first token, "memory" before."""
        return self._opened_cache.storage if self._opened_cache is not None else "memory"

    def wants_proof(self, username: str) -> bool:
        """Whether Graph has demanded claims of an account, which only a sign-in in the browser brings."""
        return username in self._demanded

    async def sign_in_browser(
        self,
        *,
        open_url: Callable[[str], bool],
        show_url: Callable[[str], None],
        login_hint: str | None = None,
        scopes: tuple[str, ...] | None = None,
        paste: Callable[[], Awaitable[str]] | None = None,
    ) -> Account:
        """Authorization code with PKCE through our loopback listener. `open_url` says whether a browser was started;
        `show_url` gets the address in any case. Raises AuthError; cancelling the task leaves nothing behind.

        Args:
            login_hint: The account to renew; without one the user chooses.
            scopes: What to ask for instead of the profile's scopes.
            paste: Waits for the address that a browser on another computer ended on; asked again after a wrong one.
        """
        mode = "query" if paste is not None else self.profile.response_mode
        wanted = scopes or self.profile.scopes
        claims = self._demanded.get(login_hint or "")
        async with RedirectListener(self.profile.registered_uri) as listener:
            uri = listener.uri
            attempt = await in_thread(lambda _: self._attempts.start_browser(wanted, uri, mode, login_hint, claims))
            address: str = attempt.flow["auth_uri"]
            show_url(address)
            open_url(address)
            try:
                async with asyncio.timeout(self._patience):
                    fields = await _first_answer(listener, attempt.flow["state"], paste)
            except TimeoutError:
                raise AuthError(AuthProblem.TIMED_OUT, details="The browser did not come back.") from None
        if "error" in fields:
            raise error_of(fields)
        account = await in_thread(lambda abandoned: self._remember(self._attempts.redeem(attempt, fields, abandoned)))
        self._demanded.pop(account.username, None)
        self._adopt(account)
        return account

    async def sign_in_device(
        self, *, show_code: Callable[[DeviceCode], None], scopes: tuple[str, ...] | None = None
    ) -> Account:
        """Device code flow: shows the code, polls until it ends. Raises AuthError."""
        wanted = scopes or self.profile.scopes
        claims = next(reversed(self._demanded.values()), None)  # who will sign in is not known before
        attempt = await in_thread(lambda _: self._attempts.start_device(wanted))
        flow = attempt.flow
        message = str(flow.get("message", ""))
        show_code(DeviceCode(flow["user_code"], flow["verification_uri"], flow["expires_at"], message))
        account: Account | None = None
        while account is None:
            await self._sleep(flow["interval"])
            if self._wall_clock() >= flow["expires_at"]:
                raise AuthError(AuthProblem.CODE_EXPIRED, details="The code was not entered in time.")
            account = await in_thread(lambda abandoned: self._polled(attempt, claims, abandoned))
        self._demanded.pop(account.username, None)
        self._adopt(account)
        return account

    def auth(self, account: Account) -> httpx.Auth:
        """The httpx.Auth that signs requests to this profile's Graph host, and to no other."""

        def demanded(claims: str) -> None:
            self._demanded[account.username] = claims

        host = CLOUDS[self.profile.cloud].graph_host
        provider = TokenProvider(self._source(account), host, on_demand=demanded, sleep=self._sleep)
        self._providers[provider] = account.id
        return provider

    def _source(self, account: Account) -> TokenSource:
        return SilentTokens(self._clients, self._cache, self._store, account).token

    def _adopt(self, account: Account) -> None:
        """Whoever signs requests for this account does it with the tokens of its newest sign-in."""
        for provider, account_id in self._providers.items():
            if account_id == account.id:
                provider.renew(self._source(account))

    async def renew(self, account: Account) -> None:
        """Redeem the refresh token now, to see whether it still can be. Raises AuthError."""
        source = self._source(account)
        await in_thread(lambda _: source(force=True), name="odtui-token")

    async def sign_out(self, account: Account) -> None:
        """Forget the account and its tokens here. Needs no network; the browser may stay signed in."""
        await in_thread(lambda _: self._forget(account))

    async def aclose(self) -> None:
        """Close the connections. A thread that is still busy fails on its own, unseen."""
        self._clients.close()

    def _cache(self) -> FileTokenCache:
        """The token cache of this registration. Imports MSAL: in a thread only."""
        from odtui.auth.cache import FileTokenCache

        if self._opened_cache is None:
            self._opened_cache = FileTokenCache(self._cache_file(self._registration), on_unsaved=self._on_unsaved)
        return self._opened_cache

    def _cache_file(self, registration: str) -> Path | None:
        return self._state / f"tokens-{registration}.bin" if self._state else None

    def _polled(self, attempt: Attempt, claims: str | None, abandoned: Abandoned) -> Account | None:
        """Who signed in; None while nobody has."""
        account = self._attempts.poll(attempt, claims, abandoned)
        return self._remember(account) if account is not None else None

    def _remember(self, account: Account) -> Account:
        """Write down who signed in, and delete the tokens of a registration that the profile no longer names.

        In the thread that stored the tokens: between the two nobody can give up and leave tokens without an account.
        """
        from odtui.auth.cache import FileTokenCache

        try:
            stale = self._store.put(account)
        except OSError as error:
            if all(known.id != account.id for known in self.accounts()):
                self._drop_tokens(account)  # nobody could sign out of them
            raise store_error(f"The account cannot be remembered: {error.strerror}.") from None
        for registration in {known.registration for known in stale}:
            FileTokenCache(self._cache_file(registration)).delete_file()
        return account

    def _forget(self, account: Account) -> None:
        self._clients.renew()
        try:
            self._store.remove(account)
        except OSError as error:
            raise store_error(f"The account cannot be forgotten: {error.strerror}.") from None
        self._drop_tokens(account)

    def _drop_tokens(self, account: Account) -> None:
        """Delete an account's tokens; with the last account the whole file goes."""
        cache = self._cache()
        if any(known.id != account.id for known in self.accounts()):
            with cache.session():
                cache.forget(account.id)
        else:
            cache.delete_file()


def fingerprint(profile: Profile) -> str:
    """What tokens belong to: another client, directory, cloud or kind of client means signing in again."""
    tenant = (profile.tenant or "common").casefold()
    parts = (profile.name, profile.client_id.casefold(), tenant, profile.cloud, str(profile.confidential))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


async def _first_answer(
    listener: RedirectListener, state: str, paste: Callable[[], Awaitable[str]] | None
) -> dict[str, str]:
    """The answer that comes first: through the listener, or by hand."""
    if paste is None:
        return await listener.answer(state)
    ways = [
        asyncio.ensure_future(listener.answer(state)),
        asyncio.ensure_future(_pasted(paste, listener.expected(state))),
    ]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pasted(paste: Callable[[], Awaitable[str]], expected: Redirect) -> dict[str, str]:
    while True:
        fields = parse_address(await paste(), expected)
        if fields is not None:
            return fields
