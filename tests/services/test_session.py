"""Connecting and opening addresses, against the demo drive."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from odtui.auth.accounts import Account
from odtui.config.settings import Profile
from odtui.graph.errors import InvalidRequest, ItemNotFound, SignInRequired
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
    live: Live, granted: tuple[str, ...] = GRANTED, waits: list[float] | None = None
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
