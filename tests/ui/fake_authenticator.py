"""Somebody to sign in with who waits until the test says so."""

import asyncio
from collections.abc import Awaitable, Callable

from odtui.auth.accounts import Account
from odtui.auth.authenticator import DeviceCode
from odtui.auth.errors import AuthError

ADA = Account(
    id="1", profile="default", username="ada@contoso.example", name="Ada Lovelace", granted=("Files.ReadWrite",)
)
BOB = Account(id="2", profile="default", username="bob@outlook.example", name="Bob [/b] Bird", personal=True)

ADDRESS = (
    "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=5f0c6d43-1111-4111-8111-1234567890ab"
    "&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A40123&scope=Files.ReadWrite+User.Read+offline_access"
    "+openid+profile&state=QeTnOmpWxJbCYsLv&code_challenge=4mQ7w1c6hBqX8sJ2nRzVtKf0aGdL3eYpUiOv5xNTblk"
    "&code_challenge_method=S256&nonce=7d1f0c&client_info=1&prompt=select_account&response_mode=form_post"
)


class FakeAuthenticator:
    """Signs ADA in once `gate` is set, or fails with the error it was given."""

    def __init__(self, *accounts: Account, fails: AuthError | None = None) -> None:
        self.known = list(accounts)
        self.gate = asyncio.Event()
        self.fails = fails
        self.asked: list[str] = []
        """What was called, in order."""
        self.cancelled: list[str] = []
        self.pasted: list[str] = []
        self.wrong: list[str] = []
        """Addresses that it asks again for."""
        self.scopes: tuple[str, ...] | None = None
        self.code = DeviceCode("ABCD-EFGH", "https://microsoft.com/devicelogin", 1_000_900.0)

    def accounts(self) -> list[Account]:
        return list(self.known)

    async def sign_in_browser(
        self,
        *,
        open_url: Callable[[str], bool],
        show_url: Callable[[str], None],
        login_hint: str | None = None,
        scopes: tuple[str, ...] | None = None,
        paste: Callable[[], Awaitable[str]] | None = None,
    ) -> Account:
        self.asked.append(f"browser {login_hint or ''}".strip())
        self.scopes = scopes
        show_url(ADDRESS)
        open_url(ADDRESS)
        if paste is not None:
            while (pasted := await self._until("browser", paste())) in self.wrong:
                pass
            self.pasted.append(pasted)
            return ADA
        return await self._end("browser")

    async def sign_in_device(
        self, *, show_code: Callable[[DeviceCode], None], scopes: tuple[str, ...] | None = None
    ) -> Account:
        self.asked.append("device")
        self.scopes = scopes
        show_code(self.code)
        return await self._end("device")

    async def sign_out(self, account: Account) -> None:
        self.asked.append(f"sign out {account.username}")
        if self.fails is not None:
            raise self.fails
        self.known.remove(account)

    async def _end(self, method: str) -> Account:
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error
        await self._until(method, self.gate.wait())
        return ADA

    async def _until(self, method: str, waiting: Awaitable[object]) -> str:
        try:
            return str(await waiting)
        except asyncio.CancelledError:
            self.cancelled.append(method)
            raise
