"""A signed-in session: account, Graph client and the drive's place, joined once."""

from __future__ import annotations

from dataclasses import dataclass

from odtui.auth.accounts import Account
from odtui.auth.authenticator import Authenticator
from odtui.config.settings import Profile
from odtui.graph.client import GraphClient
from odtui.graph.models import Drive
from odtui.net.reroute import Routes
from odtui.services.place import Place


@dataclass(slots=True)
class Session:
    account: Account
    client: GraphClient
    drive: Drive
    place: Place
    """A DrivePlace over the account's own drive, or over its app folder if that is all it was granted."""

    async def refresh_quota(self) -> Drive:
        """Reads the drive again, for the quota bar; also keeps it in `drive`."""
        raise NotImplementedError

    async def aclose(self) -> None: ...


async def connect(profile: Profile, account: Account, authenticator: Authenticator, *, routes: Routes | None = None) -> Session:
    """Builds the clients for the profile's cloud and reads the drive. Raises GraphError or AuthError."""
    raise NotImplementedError
