"""The client's operations against the demo server over real HTTP and the real engine, so that the fakes stay true."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from functools import partial

import httpx
import pytest

from odtui.demo.control import Change, Expiry, change, expire
from odtui.demo.faults import Rule
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.graph.client import GraphClient, ItemVersion
from odtui.graph.errors import (
    Cut,
    ItemNotFound,
    LinkExpired,
    NameConflict,
    NotGraph,
    QuotaExceeded,
    ServiceFailure,
    SessionGone,
    SignInRequired,
    StaleETag,
    Throttled,
)
from odtui.graph.models import DriveItem
from odtui.graph.transport import RetryTransport
from odtui.graph.uploads import FRAGMENT
from odtui.graph.waiting import Pause
from odtui.net.engine import CONTENT_TIMEOUT, async_client
from odtui.net.reroute import Routes
from tests.graph.harness import Time

STORES = "^/(?!v1.0)"
"""Paths of pre-authenticated addresses."""
SCOPES = ["files.readwrite.all", "user.read"]


class Signed(httpx.Auth):
    """Signs as Ada with a token that the server itself made."""

    def __init__(self, demo: DemoThread) -> None:
        state = demo.state
        value = {"user": "ada", "scopes": SCOPES, "exp": time.time() + 3600, "epoch": state.epochs.tokens, "n": "x"}
        self._token = state.signer.seal("access", value)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        assert request.url.host == "graph.microsoft.com"
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


@dataclass(slots=True)
class Live:
    demo: DemoThread
    client: GraphClient
    drive: str
    time: Time
    waits: list[float]

    def fail(self, **rule: object) -> None:
        self.demo.state.faults.add(Rule(**rule))  # type: ignore[arg-type]

    async def folder(self, name: str = "Fresh") -> DriveItem:
        return await self.client.create_folder(self.drive, "root", name)

    async def names(self, folder: str) -> list[str | None]:
        return [item.name async for page in self.client.children(self.drive, folder) for item in page]


@pytest.fixture(scope="module", params=["personal", "business"])
def demo(request: pytest.FixtureRequest) -> Iterator[DemoThread]:
    with DemoThread(Options(account=request.param, items=450)) as running:
        yield running


@pytest.fixture
async def live(demo: DemoThread) -> AsyncIterator[Live]:
    demo.state.faults.clear()
    sleeping, waits = Time(), []
    routes = Routes(frozenset(demo.hosts), demo.base)
    pause = Pause(clock=sleeping.clock, sleep=sleeping.sleep, on_wait=waits.append)
    patient = partial(RetryTransport, pause=pause, jitter=lambda: 0.0)
    client = GraphClient(
        async_client(routes, auth=Signed(demo), wrap=patient),
        async_client(routes, timeout=CONTENT_TIMEOUT, wrap=patient),
        pause=pause,
        sleep=sleeping.sleep,
        clock=sleeping.clock,
    )
    yield Live(demo, client, (await client.my_drive()).id, sleeping, waits)
    root = [item async for page in client.children((await client.my_drive()).id, "root") for item in page]
    for item in root:
        if item.name and item.name.startswith(("Fresh", "fresh")):
            await client.delete((await client.my_drive()).id, item.id)
    await client.aclose()


async def test_account_drive_and_root(live: Live) -> None:
    assert (await live.client.me()).user_principal_name
    drive = await live.client.drive(live.drive)
    assert drive.quota is not None
    assert drive.quota.total == 100 << 30
    assert (await live.client.drives())[0].id == live.drive
    root = await live.client.root(live.drive)
    assert root.root is not None
    assert (await live.client.app_folder()).special_folder is not None


async def test_a_listing_in_pages_is_complete(live: Live) -> None:
    many = await live.client.item_at(live.drive, "Many files")
    pages = [page async for page in live.client.children(live.drive, many.id, first_page=200)]
    assert [len(page) for page in pages] == [200, 200, 50]
    assert len({item.id for page in pages for item in page}) == 450
    assert all(item.file is not None and item.download_url is None for page in pages for item in page)


async def test_odd_names_are_reached_by_id_and_by_path(live: Live) -> None:
    """But no path leads to a line break or a slash within a name (QUIRKS 49, 56)."""
    odd = await live.client.item_at(live.drive, "Odd names")
    reached = 0
    async for page in live.client.children(live.drive, odd.id):
        for item in page:
            assert (await live.client.item(live.drive, item.id)).name == item.name
            if item.name is not None and not set("\n\t/") & set(item.name):
                assert (await live.client.item_at(live.drive, f"Odd names/{item.name}")).id == item.id
                reached += 1
    assert reached > 5


async def test_what_is_missing_is_not_found(live: Live) -> None:
    with pytest.raises(ItemNotFound) as caught:
        await live.client.item_at(live.drive, "No such folder/x")
    assert caught.value.has("itemNotFound")
    assert caught.value.request_id
    with pytest.raises(ItemNotFound):
        await live.names("nope")


async def test_a_folder_is_made_renamed_moved_and_deleted(live: Live) -> None:
    folder = await live.folder()
    with pytest.raises(NameConflict):
        await live.folder("FRESH")
    inner = await live.client.create_folder(live.drive, folder.id, "in #1 100%")
    renamed = await live.client.rename(live.drive, inner.id, "Innen + außen", e_tag=inner.e_tag)
    assert renamed.name == "Innen + außen"
    with pytest.raises(StaleETag):
        await live.client.rename(live.drive, inner.id, "again", e_tag=inner.e_tag)
    moved = await live.client.move(live.drive, inner.id, "root", name="Fresh too")
    assert moved.name == "Fresh too"
    assert await live.names(folder.id) == []
    await live.client.delete(live.drive, folder.id)
    await live.client.delete(live.drive, folder.id)
    with pytest.raises(ItemNotFound):
        await live.client.item(live.drive, folder.id)


@pytest.mark.parametrize(
    "name", ["a.txt", "it's 100% #1 & more+.txt", "é e\u0301 中文 😀.txt", "[red]x[b].txt", "%2F%41.txt"]
)
async def test_a_small_file_goes_up_and_comes_back(live: Live, name: str) -> None:
    folder = await live.folder()
    item = await live.client.upload_small(live.drive, folder.id, name, b"hello")
    assert (item.name, item.size) == (name, 5)
    assert await live.client.read(live.drive, item.id, 0, 100) == b"hello"
    with pytest.raises(NameConflict):
        await live.client.upload_small(live.drive, folder.id, name, b"other")
    again = await live.client.upload_small(live.drive, folder.id, name, b"", on_conflict="replace")
    assert (again.id, again.size) == (item.id, 0)
    assert await live.client.read(live.drive, item.id, 0, 100) == b""
    kept = await live.client.upload_small(live.drive, folder.id, name, b"x", on_conflict="rename")
    assert kept.id != item.id


async def test_a_large_file_goes_up_in_fragments_with_its_time(live: Live) -> None:
    folder = await live.folder()
    data = bytes(range(256)) * 3000
    session = await live.client.create_upload_session(
        live.drive, folder.id, "big.bin", len(data), modified=1_600_000_000
    )
    item = None
    while item is None:
        item = await session.send(data[session.next_offset : session.next_offset + FRAGMENT])
    assert item.size == len(data)
    assert item.file_system_info is not None
    assert item.file_system_info.last_modified_date_time == "2020-09-13T12:26:40Z"
    async with live.client.download(live.drive, item.id) as download:
        assert b"".join([chunk async for chunk in download.chunks()]) == data
        assert download.size == len(data)
    async with live.client.download(live.drive, item.id, start=100_000, end=100_300) as download:
        assert download.start == 100_000
        assert b"".join([chunk async for chunk in download.chunks()]) == data[100_000:100_300]
    assert await live.client.read(live.drive, item.id, len(data), 10) == b""
    renamed = await live.client.rename(live.drive, item.id, "bigger.bin")
    assert renamed.file_system_info == item.file_system_info


async def test_an_upload_goes_on_after_a_cut_and_in_a_later_run(live: Live) -> None:
    folder = await live.folder()
    data = bytes(FRAGMENT * 2 + 7)
    session = await live.client.create_upload_session(live.drive, folder.id, "big.bin", len(data))
    await session.send(data[:FRAGMENT])
    later = await live.client.resume_upload(session.url, len(data))
    assert later.next_offset == FRAGMENT
    live.fail(kind="cut_request", method="PUT", after=1000)
    assert await later.send(data[FRAGMENT : FRAGMENT * 2]) is None
    item = await later.send(data[FRAGMENT * 2 :])
    assert item is not None
    assert item.size == len(data)


async def test_a_cancelled_session_is_gone(live: Live) -> None:
    folder = await live.folder()
    session = await live.client.create_upload_session(live.drive, folder.id, "big.bin", FRAGMENT * 2)
    await session.send(bytes(FRAGMENT))
    await session.cancel()
    with pytest.raises(SessionGone):
        await session.send(bytes(FRAGMENT))
    with pytest.raises(SessionGone):
        await live.client.resume_upload(session.url, FRAGMENT * 2)


async def test_a_time_is_set(live: Live) -> None:
    folder = await live.folder()
    item = await live.client.upload_small(live.drive, folder.id, "a.txt", b"x")
    await live.client.set_modified(live.drive, item.id, 1_500_000_000)
    changed = await live.client.item(live.drive, item.id)
    assert changed.file_system_info is not None
    assert changed.file_system_info.last_modified_date_time == "2017-07-14T02:40:00Z"


async def test_a_copy_is_watched_to_its_end(live: Live) -> None:
    folder = await live.folder()
    item = await live.client.upload_small(live.drive, folder.id, "a.txt", b"copied")
    progress: list[float] = []
    copied = await live.client.copy(
        live.drive, item.id, live.drive, "root", name="Fresh copy.txt", on_progress=progress.append
    )
    assert copied is not None
    assert copied.name == "Fresh copy.txt"
    assert await live.client.read(live.drive, copied.id, 0, 10) == b"copied"
    assert progress[-1] == 1.0
    assert live.time.slept
    with pytest.raises(NameConflict):
        await live.client.copy(live.drive, item.id, live.drive, "root", name="Fresh copy.txt")


async def test_a_change_by_someone_else_is_noticed(live: Live) -> None:
    folder = await live.folder()
    item = await live.client.upload_small(live.drive, folder.id, "a.txt", b"x")
    change(live.demo.state, Change(path="Fresh/a.txt", action="write", value="theirs"))
    with pytest.raises(StaleETag):
        await live.client.delete(live.drive, item.id, e_tag=item.e_tag)
    assert await live.client.read(live.drive, item.id, 0, 10) == b"theirs"


async def test_many_are_renamed_moved_given_times_and_deleted(live: Live) -> None:
    folder, other = await live.folder(), await live.folder("Fresh other")
    made = [await live.client.upload_small(live.drive, folder.id, f"{number}.txt", b"x") for number in range(23)]
    renamed = await live.client.rename_many(
        [ItemVersion(live.drive, item.id, item.e_tag) for item in made], [f"n{number} #1 %.txt" for number in range(23)]
    )
    items = [item for item in renamed if isinstance(item, DriveItem)]
    assert [item.name for item in items] == [f"n{number} #1 %.txt" for number in range(23)]
    stale = [ItemVersion(live.drive, item.id, item.e_tag) for item in made[:2]]
    now = [ItemVersion(live.drive, item.id, item.e_tag) for item in items[2:]]
    assert [type(error) for error in await live.client.delete_many([*stale, *now[:1]])] == [StaleETag] * 2 + [
        type(None)
    ]
    moved = await live.client.move_many(now[1:], live.drive, other.id)
    assert all(isinstance(item, DriveItem) for item in moved)
    assert len(await live.names(other.id)) == 20
    live.fail(kind="status", status=429, code="activityLimitReached", retry_after=7.0, path="/items/", times=3)
    live.waits.clear()
    wanted = [ItemVersion(live.drive, item.id) for item in items[3:]]
    timed = await live.client.set_modified_many(wanted, [1_500_000_000] * 20)
    assert [each.id for each in timed if isinstance(each, DriveItem)] == [each.item_id for each in wanted]
    assert live.waits == [7.0, 0.0]
    changed = await live.client.item(live.drive, items[4].id)
    assert changed.file_system_info is not None
    assert changed.file_system_info.last_modified_date_time == "2017-07-14T02:40:00Z"
    assert await live.client.delete_many(wanted) == [None] * 20
    assert await live.client.delete_many(wanted) == [None] * 20
    assert await live.names(other.id) == []


async def test_throttling_is_waited_out_visibly(live: Live) -> None:
    live.fail(kind="status", status=429, code="activityLimitReached", retry_after=7.0, times=2)
    assert (await live.client.my_drive()).id == live.drive
    assert live.time.slept == [7.0, 7.0]
    assert live.waits == [7.0, 0.0, 7.0, 0.0]


async def test_throttling_that_lasts_too_long_is_told(live: Live) -> None:
    live.fail(kind="status", status=429, code="activityLimitReached", retry_after=300.0)
    with pytest.raises(Throttled) as caught:
        await live.client.my_drive()
    assert caught.value.retry_after == 300
    live.time.now += 301


async def test_a_service_that_stumbles_is_asked_again_and_one_that_is_down_is_told(live: Live) -> None:
    live.fail(kind="status", status=500)
    live.fail(kind="reset")
    assert (await live.client.my_drive()).id == live.drive
    live.fail(kind="status", status=500, times=0)
    with pytest.raises(ServiceFailure):
        await live.client.my_drive()
    live.demo.state.faults.clear()


@pytest.mark.parametrize("kind", ["html", "broken_json"])
async def test_a_captive_portal_is_no_empty_folder(live: Live, kind: str) -> None:
    live.fail(kind=kind, path="children", times=2)
    with pytest.raises(NotGraph):
        await live.names("root")


async def test_a_full_drive_is_told(live: Live) -> None:
    folder = await live.folder()
    live.fail(kind="quota_full", path="createUploadSession|content")
    with pytest.raises(QuotaExceeded):
        await live.client.upload_small(live.drive, folder.id, "a.txt", b"x")
    assert live.time.slept == []


async def test_a_link_that_dies_is_fetched_anew_once(live: Live) -> None:
    folder = await live.folder()
    item = await live.client.upload_small(live.drive, folder.id, "a.txt", b"hello")
    live.fail(kind="expired_link", path=STORES)
    assert await live.client.read(live.drive, item.id, 0, 10) == b"hello"
    live.fail(kind="expired_link", path=STORES, times=2)
    with pytest.raises(LinkExpired):
        await live.client.read(live.drive, item.id, 0, 10)


async def test_a_download_that_is_cut_says_so(live: Live) -> None:
    folder = await live.folder()
    item = await live.client.upload_small(live.drive, folder.id, "a.bin", bytes(300_000))
    live.fail(kind="cut", path=STORES, after=100_000)
    with pytest.raises(Cut):
        await live.client.read(live.drive, item.id, 0, 300_000)


async def test_a_dead_token_asks_for_a_sign_in(live: Live) -> None:
    expire(live.demo.state, Expiry(tokens=True))
    try:
        with pytest.raises(SignInRequired):
            await live.client.root(live.drive)
    finally:
        live.demo.state.epochs.tokens -= 1
