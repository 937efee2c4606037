"""Signing in and out for one profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from odtui.auth.accounts import Account
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from odtui.net.reroute import Routes


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

    def __init__(self, profile: Profile, directories: Directories, *, routes: Routes | None = None, memory_only: bool = False) -> None:
        """`memory_only`: keep tokens out of files and keyring (demo drive, tests)."""

    def accounts(self) -> list[Account]:
        """Known accounts of this profile, from our own file; no network, no keyring."""

    async def sign_in_browser(self, *, open_url: Callable[[str], bool], show_url: Callable[[str], None], login_hint: str | None = None, scopes: tuple[str, ...] | None = None) -> Account:
        """Authorization code with PKCE through our loopback listener. `open_url` says whether a browser was started;
        `show_url` gets the address in any case. Raises AuthError; cancelling the task leaves nothing behind."""

    async def sign_in_device(self, *, show_code: Callable[[DeviceCode], None]) -> Account:
        """Device code flow: shows the code, polls until it ends. Raises AuthError."""

    def auth(self, account: Account) -> httpx.Auth:
        """The httpx.Auth that signs requests to this profile's Graph host, and to no other."""

    async def sign_out(self, account: Account) -> None:
        """Forget the account and its tokens here. The browser may stay signed in."""

    async def aclose(self) -> None: ...


def find_browser_opener() -> Callable[[str], bool] | None:
    """How to start a browser without touching the terminal; None if there is none (SSH, no display)."""
