"""The accounts whose drives are open, each with a session of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.auth.authenticator import Authenticator
    from odtui.config.settings import Profile
    from odtui.services.place import Place
    from odtui.services.session import Session


@dataclass(slots=True, eq=False)
class OpenAccount:
    """One account with its drive."""

    profile: Profile
    session: Session
    authenticator: Authenticator
    """The one that the session gets its tokens from."""

    @property
    def key(self) -> tuple[str, str]:
        return self.profile.name, self.session.account.id


class OpenAccounts:
    """All of them, in the order in which they were opened."""

    def __init__(self) -> None:
        self._open: list[OpenAccount] = []
        self._left: list[Session] = []
        """Sessions that no pane shows any more, but a transfer may still use."""

    def __iter__(self) -> Iterator[OpenAccount]:
        return iter(self._open)

    def __len__(self) -> int:
        return len(self._open)

    def find(self, profile: Profile, account: Account) -> OpenAccount | None:
        """The open drive of an account."""
        return next((each for each in self._open if each.key == (profile.name, account.id)), None)

    def of(self, place: Place | None) -> OpenAccount | None:
        """Whose place it is; None for this computer."""
        if place is None:
            return None
        return next((each for each in self._open if each.session.has(place)), None)

    def add(self, opened: OpenAccount) -> OpenAccount | None:
        """Takes the place of the same account's earlier session, which is returned and stays usable for transfers."""
        old = next((each for each in self._open if each.key == opened.key), None)
        if old is None:
            self._open.append(opened)
        else:
            self._open[self._open.index(old)] = opened
            self._left.append(old.session)
        return old

    async def close(self, account: OpenAccount) -> None:
        """Ends the session of one account."""
        self._open.remove(account)
        await account.session.aclose()

    def leave_all(self) -> None:
        """No drive is open any more; transfers that run go on."""
        self._left += [each.session for each in self._open]
        self._open.clear()

    async def aclose(self) -> None:
        """Ends every session."""
        self.leave_all()
        for session in self._left:
            await session.aclose()
        self._left.clear()
