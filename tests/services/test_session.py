"""Connecting and opening addresses, against the demo drive."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from odtui.auth.accounts import Account
from odtui.config.scopes import Capability
from odtui.config.settings import Profile
from odtui.graph.client import ItemVersion
from odtui.graph.errors import (
    Forbidden,
    InvalidRequest,
    ItemNotFound,
    PermissionMissing,
    ReadOnlyMode,
    SignInRequired,
)
from odtui.net.reroute import Routes
from odtui.services.drive_place import DrivePlace
from odtui.services.session import Session, connect, open_address
from tests.services.conftest import GRANTED, Clock, Live, Signed


class FakeAuthenticator:
    def __init__(self, auth: httpx.Auth) -> None:
        self._auth = auth

    def auth(self, account: Account) -> httpx.Auth:
        return self._auth


@asynccontextmanager
async def connected(
    live: Live,
    granted: tuple[str, ...] = GRANTED,
    waits: list[float] | None = None,
    read_only: Callable[[], bool] = lambda: False,
) -> AsyncIterator[Session]:
    account = Account(id="1", profile="default", username="ada@x", granted=granted)
    clock = Clock()
    session = await connect(
        Profile(client_id="x"),
        account,
        FakeAuthenticator(Signed(live.demo)),  # type: ignore[arg-type]
        routes=Routes(frozenset(live.demo.hosts), live.demo.base),
        on_wait=None if waits is None else waits.append,
        sleep=clock.sleep,
        clock=clock,
        read_only=read_only,
    )
    try:
        yield session
    finally:
        await session.aclose()
        await session.aclose()


async def test_a_session_opens_the_drive_and_its_quota(live: Live) -> None:
    async with connected(live) as session:
        assert session.place.id == live.place.id
        assert session.place.label == "OneDrive"
        used = (await session.refresh_quota()).quota
        assert used is not None
        assert session.drive.quota == used


async def test_the_app_folder_alone_is_the_root(live: Live) -> None:
    async with connected(live, ("Files.ReadWrite.AppFolder",)) as session:
        root = await session.place.root()
        assert root.name == session.place.label
        assert await session.place.parents(root) == []
        made = await session.place.create_folder(root, "mine")
        assert await session.place.locate("/mine") == made
        assert [above.key for above in await session.place.parents(made)] == [root.key]


async def test_waits_are_told(live: Live) -> None:
    waits: list[float] = []
    live.fail(kind="status", path="drive", status=429, retry_after=7)
    async with connected(live, waits=waits):
        assert 7 <= waits[0] < 9  # a little longer, at random, than was asked for


async def test_a_refusal_closes_the_connections(live: Live) -> None:
    live.fail(kind="unauthorized", times=0)
    with pytest.raises(SignInRequired):
        async with connected(live):
            pass


async def test_paths_open_in_the_own_drive(live: Live) -> None:
    async with connected(live) as session:
        place, entry = await open_address(session, " /For a test ")
        assert place is session.place
        assert entry.name == "For a test"
        with pytest.raises(ItemNotFound):
            await open_address(session, "/nothing")


async def test_only_https_addresses_are_opened(live: Live) -> None:
    async with connected(live) as session:
        with pytest.raises(InvalidRequest):
            await open_address(session, "http://1drv.ms/x")


async def test_a_web_address_of_an_own_item_opens_in_the_own_drive(live: Live) -> None:
    found = await live.put("f.txt", b"x")
    assert found.web_url is not None
    async with connected(live) as session:
        place, entry = await open_address(session, found.web_url)
        assert place is session.place
        assert entry.key == found.key


async def test_an_address_of_somebody_elses_folder_opens_a_place_of_its_own(live: Live) -> None:
    shortcuts = [found for found in (await live.remote(await live.place.root())).values() if found.target]
    folder = next(found for found in shortcuts if found.is_folder)
    assert folder.target is not None
    theirs = await live.place.client.item(folder.target.drive_id, folder.target.id)
    assert theirs.web_url is not None
    async with connected(live) as session:
        place, entry = await open_address(session, theirs.web_url)
        assert isinstance(place, DrivePlace)
        assert place is not session.place
        assert (await place.root()).key == entry.key
        assert [page async for page in place.pages(entry)]


async def test_in_read_only_mode_no_change_leaves_the_session(live: Live) -> None:
    on = False
    async with connected(live, read_only=lambda: on) as session:
        place, client = session.place, session.client
        one, folder = await live.put("one", b"1"), await place.create_folder(live.folder, "below")
        before = await live.remote()
        on = True
        at = live.folder.content
        changes: list[Callable[[], Awaitable[object]]] = [
            lambda: place.create_folder(live.folder, "more"),
            lambda: place.rename(one, "two"),
            lambda: place.move(one, folder),
            lambda: place.delete(one),
            lambda: client.upload_small(at.drive_id, at.id, "new", b"x"),
            lambda: client.create_upload_session(at.drive_id, at.id, "new", 5_000_000),
            lambda: client.copy(one.drive_id, one.id, folder.drive_id, folder.id),
            lambda: client.set_modified(one.drive_id, one.id, 1),
        ]
        for change in changes:
            with pytest.raises(ReadOnlyMode):
                await change()
        (error,) = await client.delete_many([ItemVersion(one.drive_id, one.id, one.e_tag)])
        assert isinstance(error, ReadOnlyMode)
        assert await place.read(one, 0, 1) == b"1"
        assert await live.remote() == before


async def test_an_upload_that_is_under_way_stops_when_read_only_mode_is_switched_on(live: Live) -> None:
    on = False
    async with connected(live, read_only=lambda: on) as session:
        at = live.folder.content
        upload = await session.client.create_upload_session(at.drive_id, at.id, "new", 700_000)
        on = True
        with pytest.raises(ReadOnlyMode):
            await upload.send(b"x" * 327_680)
        assert await live.remote() == {}


async def test_without_any_permission_for_files_it_is_the_permission_that_is_missing(live: Live) -> None:
    live.fail(kind="status", path="/me/drive$", status=403, code="accessDenied")
    with pytest.raises(PermissionMissing):
        async with connected(live, ("User.Read",)):
            pass
    live.fail(kind="status", path="/me/drive$", status=403, code="accessDenied")
    with pytest.raises(Forbidden) as refused:
        async with connected(live, ("Files.Read",)):
            pass
    assert not isinstance(refused.value, PermissionMissing)


async def test_the_same_account_with_more_permissions_goes_on_in_the_same_places(live: Live) -> None:
    async with connected(live, ("Files.Read",)) as session:
        assert Capability.WRITE not in session.place.can
        newer = replace(session.account, granted=("Files.ReadWrite",))
        assert session.adopt(newer)
        assert Capability.WRITE in session.place.can
        assert session.account is newer


async def test_an_app_folder_that_becomes_a_whole_drive_has_to_be_opened_anew(live: Live) -> None:
    async with connected(live, ("Files.ReadWrite.AppFolder",)) as session:
        assert session.adopt(session.account)
        assert not session.adopt(replace(session.account, granted=("Files.ReadWrite.AppFolder", "Files.Read")))
