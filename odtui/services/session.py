"""A signed-in session: account, Graph client and the drive's place, joined once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from odtui.auth.accounts import Account
from odtui.auth.authenticator import Authenticator
from odtui.config.clouds import CLOUDS
from odtui.config.scopes import Capability
from odtui.config.settings import Profile
from odtui.graph.client import GraphClient
from odtui.graph.errors import (
    Forbidden,
    GraphError,
    InvalidRequest,
    ItemNotFound,
    PermissionMissing,
    SignInRequired,
)
from odtui.graph.models import Drive, DriveItem
from odtui.graph.read_only import ReadOnlyGuard
from odtui.graph.transport import RetryTransport
from odtui.graph.waiting import Pause
from odtui.net.engine import CONTENT_TIMEOUT, async_client
from odtui.net.reroute import Routes
from odtui.services.capabilities import Rights
from odtui.services.drive_entries import from_drive_item
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, drive_key
from odtui.services.place import Place


@dataclass(slots=True)
class Session:
    account: Account
    client: GraphClient
    drive: Drive
    place: Place
    """A DrivePlace over the account's own drive, or over its app folder if that is all it was granted."""
    rights: Rights
    """Shared by all places of this session."""
    closed: bool = field(default=False)

    def adopt(self, account: Account) -> bool:
        """The same account has signed in again: what it may do now counts in all places at once.

        False if the drive has to be opened anew, because it was, or now is, the app folder alone.
        """
        before = self._only_app_folder
        self.account = account
        self.rights.grant(account.granted)
        return before == self._only_app_folder

    def has(self, place: Place) -> bool:
        """Whether a place belongs to this session: to its account, on whatever drive."""
        return getattr(place, "client", None) is self.client

    @property
    def _only_app_folder(self) -> bool:
        return only_app_folder(self.rights, self.drive)

    async def refresh_quota(self) -> Drive:
        """Reads the drive again, for the quota bar; also keeps it in `drive`."""
        self.drive = await self.client.drive(self.drive.id)
        return self.drive

    async def aclose(self) -> None:
        """Ends all connections; a second time does nothing."""
        if not self.closed:
            self.closed = True
            await self.client.aclose()


async def connect(
    profile: Profile,
    account: Account,
    authenticator: Authenticator,
    *,
    routes: Routes | None = None,
    on_wait: Callable[[float], None] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    kept: bool = True,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
    read_only: Callable[[], bool] = lambda: False,
) -> Session:
    """Builds the clients for the profile's cloud and reads the drive. Raises GraphError or AuthError.

    Args:
        on_wait: Told the seconds of every wait that the service asked for, 0 when it is over.
        transport: Takes the network's place, in tests.
        kept: Whether the sign-in outlives this run, so that its transfers can too.
        read_only: While it says so, no change is sent to OneDrive.
    """
    pause = Pause(clock=clock, sleep=sleep, on_wait=on_wait or (lambda seconds: None))

    def patient(engine: httpx.AsyncBaseTransport) -> RetryTransport:
        return RetryTransport(ReadOnlyGuard(engine, read_only), pause=pause, sleep=sleep, clock=clock)

    client = GraphClient(
        async_client(routes, auth=authenticator.auth(account), wrap=patient, transport=transport),
        async_client(routes, timeout=CONTENT_TIMEOUT, wrap=patient, transport=transport),
        base_url=f"https://{CLOUDS[profile.cloud].graph_host}/v1.0",
        home=(account.profile, account.id) if kept else None,
        pause=pause,
        sleep=sleep,
        clock=clock,
    )
    try:
        return await _open_drive(
            account, client, Rights(account.granted, personal=account.personal, read_only=read_only)
        )
    except BaseException:
        await client.aclose()
        raise


async def _open_drive(account: Account, client: GraphClient, rights: Rights) -> Session:
    if only_app_folder(rights, Drive(id="", drive_type=_kind(account))):
        return await _open_app_folder(account, client, rights)
    try:
        drive = await client.my_drive()
    except Forbidden as error:
        if Capability.READ in rights.on(Drive(id="", drive_type=_kind(account)), own=True):
            raise
        raise PermissionMissing(
            error.message, status=error.status, codes=error.codes, request_id=error.request_id
        ) from None
    place = DrivePlace(client, drive, granted=rights, label=_title(drive))
    await place.root()
    return Session(account, client, drive, place, rights)


async def _open_app_folder(account: Account, client: GraphClient, rights: Rights) -> Session:
    folder = await client.app_folder()
    drive_id = (folder.parent_reference.drive_id if folder.parent_reference else None) or ""
    drive = Drive(id=drive_id, drive_type=_kind(account))
    with suppress(Forbidden, ItemNotFound):  # this permission need not include the drive itself
        drive = await client.drive(drive_id)
    place = DrivePlace(client, drive, granted=rights, top=folder, label=folder.name or "App folder")
    return Session(account, client, drive, place, rights)


def only_app_folder(rights: Rights, drive: Drive) -> bool:
    """Whether the app's own folder is all of the account's drive that may be read."""
    return Capability.READ not in (can := rights.on(drive, own=True)) and Capability.APP_FOLDER in can


def _kind(account: Account) -> str:
    return "personal" if account.personal else "business"


def _title(drive: Drive) -> str:
    """The service calls most drives OneDrive or Documents; their owners call them OneDrive."""
    if drive.drive_type == "documentLibrary":
        return drive.name or "Library"
    return "OneDrive"


async def open_address(session: Session, text: str) -> tuple[Place, Entry]:
    """What a user means by a path of the drive, a sharing link or the web address of an item.

    Raises GraphError; InvalidRequest for an address that is not https.
    """
    text = text.strip()
    scheme = urlsplit(text).scheme if "://" in text else ""
    if not scheme:
        return session.place, await session.place.locate(text)
    if scheme.lower() != "https":
        raise InvalidRequest("only https addresses can be opened", codes=("invalidRequest",))
    item = await session.client.shared_item(text)
    reference = item.parent_reference
    drive_id = (reference.drive_id if reference else None) or session.drive.id
    entry = from_drive_item(item, drive_id)
    if drive_key(drive_id) == drive_key(session.drive.id):
        return session.place, entry
    return await _shared_place(session, item, drive_id), entry


async def _shared_place(session: Session, item: DriveItem, drive_id: str) -> Place:
    """A place below a shared folder; for a file the folder that it is in, if this account may see it."""
    kind = item.parent_reference.drive_type if item.parent_reference else None
    drive = Drive(id=drive_id, drive_type=kind or "business")
    top = item
    with suppress(GraphError):
        drive = await session.client.drive(drive_id)
    if item.folder is None and item.parent_reference is not None and item.parent_reference.id:
        try:
            top = await session.client.item(drive_id, item.parent_reference.id)
        except SignInRequired:
            raise
        except GraphError:
            top = item
    return DrivePlace(session.client, drive, granted=session.rights, top=top, own=False)
