"""Uploads: small ones at once, others through a session that survives lost answers."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from odtui.graph.errors import (
    GraphError,
    InvalidRequest,
    ItemNotFound,
    NameConflict,
    NotGraph,
    QuotaExceeded,
    ServiceFailure,
    SessionGone,
    Unreachable,
)
from odtui.graph.uploads import FRAGMENT, LARGEST_SMALL, UploadSession
from tests.graph.harness import DRIVE, STORE, TOKEN, Harness, error, harness

URL = f"{STORE}/_api/v2.0/uploadSession?guid=%7Babc%7D&tempauth=secret%2fx"
CREATE = f"{DRIVE}/items/p:/big%20file.bin:/createUploadSession"


def _accepted(*ranges: str) -> httpx.Response:
    return httpx.Response(202, json={"expirationDateTime": "2026-01-01T00:00:00Z", "nextExpectedRanges": list(ranges)})


async def _session(graph: Harness, size: int = FRAGMENT * 3) -> UploadSession:
    graph.router.post(CREATE).respond(json={"uploadUrl": URL, "nextExpectedRanges": ["0-"]})
    return await graph.client.create_upload_session("b!d", "p", "big file.bin", size)


def _puts(graph: Harness) -> list[str]:
    return [request.headers["content-range"] for request in graph.requests if request.method == "PUT"]


async def test_a_small_file_goes_up_in_one_request(graph: Harness) -> None:
    graph.router.put(url__startswith=f"{DRIVE}/items/p:/a%23b.txt:/content").respond(201, json={"id": "n", "size": 2})
    item = await graph.client.upload_small("b!d", "p", "a#b.txt", b"hi", on_conflict="rename")
    assert item.id == "n"
    assert graph.sent == ["PUT /v1.0/drives/b!d/items/p:/a%23b.txt:/content?@microsoft.graph.conflictBehavior=rename"]
    assert graph.requests[0].content == b"hi"
    assert graph.requests[0].headers["content-length"] == "2"
    assert graph.requests[0].headers["authorization"] == TOKEN


async def test_an_empty_file_is_small_too(graph: Harness) -> None:
    graph.router.put(url__regex=".*").respond(201, json={"id": "n"})
    await graph.client.upload_small("b!d", "root", "empty", b"")
    assert graph.sent[0].endswith("/root:/empty:/content?@microsoft.graph.conflictBehavior=fail")
    assert graph.requests[0].headers["content-length"] == "0"


@pytest.mark.parametrize(("choice", "once"), [("fail", True), ("rename", True), ("replace", None)])
async def test_only_a_replacing_upload_may_be_repeated(graph: Harness, choice: str, once: bool | None) -> None:
    graph.router.put(url__regex=".*").respond(200, json={"id": "n"})
    await graph.client.upload_small("b!d", "p", "a", b"x", on_conflict=choice)  # type: ignore[arg-type]
    assert graph.requests[0].extensions.get("odtui.once") is once


async def test_a_large_file_is_not_sent_at_once(graph: Harness) -> None:
    with pytest.raises(InvalidRequest):
        await graph.client.upload_small("b!d", "p", "a", bytes(LARGEST_SMALL + 1))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (409, "nameAlreadyExists", NameConflict),
        (507, "quotaLimitReached", QuotaExceeded),
        (413, "maxStreamSizeExceeded", InvalidRequest),
    ],
)
async def test_a_refused_small_upload_says_why(graph: Harness, status: int, code: str, kind: type[GraphError]) -> None:
    graph.router.put(url__regex=".*").respond(status, json=error(code))
    with pytest.raises(kind):
        await graph.client.upload_small("b!d", "p", "a", b"x")


async def test_a_session_names_conflict_first_then_name_size_and_time(graph: Harness) -> None:
    graph.router.post(CREATE).respond(json={"uploadUrl": URL})
    session = await graph.client.create_upload_session(
        "b!d", "p", "big file.bin", 5, modified=1_600_000_000, on_conflict="replace"
    )
    sent = json.loads(graph.requests[0].content)["item"]
    assert list(sent.items()) == [
        ("@microsoft.graph.conflictBehavior", "replace"),
        ("name", "big file.bin"),
        ("fileSize", 5),
        ("fileSystemInfo", {"lastModifiedDateTime": "2020-09-13T12:26:40Z"}),
    ]
    assert (session.url, session.size, session.next_offset) == (URL, 5, 0)


async def test_an_empty_file_cannot_have_a_session(graph: Harness) -> None:
    with pytest.raises(InvalidRequest):
        await graph.client.create_upload_session("b!d", "p", "a", 0)
    assert graph.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://contoso.sharepoint.com/up",
        "https://evil.test/up",
        "https://10.0.0.1/up",
        "https://graph.microsoft.com/up",
        None,
    ],
)
async def test_content_is_not_sent_to_a_strange_place(graph: Harness, url: str | None) -> None:
    graph.router.post(CREATE).respond(json={"uploadUrl": url and f"{url}?tempauth=secret"})
    with pytest.raises(NotGraph) as caught:
        await graph.client.create_upload_session("b!d", "p", "big file.bin", 5)
    assert "secret" not in str(caught.value)


async def test_fragments_go_up_in_order_without_the_token(graph: Harness) -> None:
    session = await _session(graph, FRAGMENT * 2 + 5)
    done = httpx.Response(201, json={"id": "n", "size": session.size})
    graph.router.put(URL).mock(side_effect=[_accepted(f"{FRAGMENT}-"), _accepted(f"{FRAGMENT * 2}-"), done])
    assert await session.send(bytes(FRAGMENT)) is None
    assert session.next_offset == FRAGMENT
    assert await session.send(bytes(FRAGMENT)) is None
    item = await session.send(b"12345")
    assert item is not None
    assert item.id == "n"
    assert session.next_offset == session.size
    total = session.size
    assert _puts(graph) == [
        f"bytes 0-{FRAGMENT - 1}/{total}",
        f"bytes {FRAGMENT}-{2 * FRAGMENT - 1}/{total}",
        f"bytes {2 * FRAGMENT}-{total - 1}/{total}",
    ]
    for request in graph.requests[1:]:
        assert "authorization" not in request.headers
        assert request.url.raw_path.decode().endswith("guid=%7Babc%7D&tempauth=secret%2fx")


@pytest.mark.parametrize("length", [0, 1, FRAGMENT - 1, FRAGMENT + 1, FRAGMENT * 4])
async def test_a_fragment_of_a_wrong_length_never_leaves(graph: Harness, length: int) -> None:
    session = await _session(graph)
    with pytest.raises(InvalidRequest):
        await session.send(bytes(length))
    assert _puts(graph) == []


@pytest.mark.parametrize(
    ("ranges", "offset"),
    [
        (["327680-"], FRAGMENT),
        (["655360-983039", "400000-500000"], 400_000),
        ([" 327680 - 983039"], FRAGMENT),
        (["nonsense"], FRAGMENT),
        ([], FRAGMENT),
    ],
)
async def test_the_smallest_expected_byte_is_next(graph: Harness, ranges: list[str], offset: int) -> None:
    session = await _session(graph)
    graph.router.put(URL).mock(return_value=_accepted(*ranges))
    await session.send(bytes(FRAGMENT))
    assert session.next_offset == offset


async def test_a_202_without_a_body_counts_what_was_sent(graph: Harness) -> None:
    session = await _session(graph)
    graph.router.put(URL).respond(202)
    await session.send(bytes(FRAGMENT))
    assert session.next_offset == FRAGMENT


async def test_a_server_that_forgets_what_it_took_is_an_error_not_a_loop(graph: Harness) -> None:
    session = await _session(graph)
    graph.router.put(URL).mock(return_value=_accepted("0-"))
    with pytest.raises(ServiceFailure):
        await session.send(bytes(FRAGMENT))


async def test_416_asks_where_to_go_on(graph: Harness) -> None:
    session = await _session(graph)
    graph.router.put(URL).respond(416, json=error("invalidRange", "fragmentOverlap"))
    graph.router.get(URL).respond(json={"nextExpectedRanges": [f"{FRAGMENT}-"]})
    assert await session.send(bytes(FRAGMENT)) is None
    assert session.next_offset == FRAGMENT
    assert "authorization" not in graph.requests[-1].headers


async def test_416_without_progress_is_an_error(graph: Harness) -> None:
    session = await _session(graph)
    graph.router.put(URL).respond(416)
    graph.router.get(URL).respond(json={"nextExpectedRanges": ["0-"]})
    with pytest.raises(ServiceFailure):
        await session.send(bytes(FRAGMENT))


async def test_a_file_that_arrived_although_the_answer_was_lost_is_looked_up(graph: Harness) -> None:
    session = await _session(graph, 5)
    graph.router.put(URL).respond(416)
    graph.router.get(URL).respond(json={"nextExpectedRanges": []})
    found = graph.router.get(url__startswith=f"{DRIVE}/items/p:/big%20file.bin?")
    found.mock(side_effect=[httpx.Response(404), httpx.Response(200, json={"id": "n", "size": 5})])
    item = await session.send(b"12345")
    assert item is not None
    assert item.id == "n"
    assert session.next_offset == 5


async def test_a_file_of_another_size_is_not_taken_for_ours(graph: Harness) -> None:
    session = await _session(graph, 5)
    graph.router.put(URL).respond(201)
    graph.router.get(url__startswith=f"{DRIVE}/items/p:/big%20file.bin?").respond(json={"id": "n", "size": 4})
    assert await session.send(b"12345") is None
    assert session.next_offset == 5


async def test_a_session_that_is_not_known_yet_gets_five_seconds(graph: Harness) -> None:
    session = await _session(graph)
    graph.router.put(URL).mock(side_effect=[httpx.Response(404), _accepted(f"{FRAGMENT}-")])
    await session.send(bytes(FRAGMENT))
    assert graph.time.slept == [5.0]
    assert _puts(graph)[0] == _puts(graph)[1]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_session_that_is_gone_says_so(graph: Harness, status: int) -> None:
    session = await _session(graph)
    graph.router.put(URL).mock(
        side_effect=[_accepted(f"{FRAGMENT}-"), httpx.Response(status, html="<html>gone</html>")]
    )
    await session.send(bytes(FRAGMENT))
    with pytest.raises(SessionGone) as caught:
        await session.send(bytes(FRAGMENT))
    assert caught.value.status == status
    assert graph.time.slept == []


async def test_a_new_session_that_stays_unknown_is_gone(graph: Harness) -> None:
    session = await _session(graph)
    graph.router.put(URL).respond(404)
    with pytest.raises(SessionGone):
        await session.send(bytes(FRAGMENT))
    assert graph.time.slept == [5.0]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (409, "nameAlreadyExists", NameConflict),
        (507, "quotaLimitReached", QuotaExceeded),
        (500, "generalException", ServiceFailure),
    ],
)
async def test_a_refused_fragment_says_why(graph: Harness, status: int, code: str, kind: type[GraphError]) -> None:
    session = await _session(graph, 5)
    graph.router.put(URL).respond(status, json=error(code))
    with pytest.raises(kind):
        await session.send(b"12345")


async def test_a_cut_fragment_counts_as_nothing(graph: Harness) -> None:
    session = await _session(graph)
    graph.router.put(URL).mock(side_effect=httpx.ReadError("tempauth=secret"))
    with pytest.raises(Unreachable) as caught:
        await session.send(bytes(FRAGMENT))
    assert session.next_offset == 0
    assert "secret" not in str(caught.value)


async def test_the_address_may_change_and_is_judged_again(graph: Harness) -> None:
    session = await _session(graph)
    moved = f"{STORE}/other?tempauth=new"
    graph.router.get(URL).respond(json={"uploadUrl": moved, "nextExpectedRanges": ["5-"]})
    graph.router.get(moved).respond(json={"uploadUrl": "https://evil.test/x", "nextExpectedRanges": ["5-"]})
    assert await session.refresh() == 5
    assert session.url == moved
    with pytest.raises(NotGraph):
        await session.refresh()
    assert session.url == moved


async def test_a_later_run_goes_on_where_the_server_is(graph: Harness) -> None:
    graph.router.get(URL).respond(json={"nextExpectedRanges": [f"{FRAGMENT}-"]})
    session = await graph.client.resume_upload(URL, FRAGMENT * 2)
    assert session.next_offset == FRAGMENT


async def test_a_later_run_learns_that_the_session_expired(graph: Harness) -> None:
    graph.router.get(URL).respond(404, json=error("itemNotFound", "uploadSessionNotFound"))
    with pytest.raises(SessionGone):
        await graph.client.resume_upload(URL, 5)


async def test_resuming_an_address_of_someone_else_is_refused(graph: Harness) -> None:
    with pytest.raises(NotGraph):
        await graph.client.resume_upload("https://evil.test/up", 5)


@pytest.mark.parametrize(
    "outcome", [httpx.Response(204), httpx.Response(404), httpx.Response(500), httpx.ConnectError("")]
)
async def test_cancelling_never_fails(graph: Harness, outcome: httpx.Response | Exception) -> None:
    session = await _session(graph)
    graph.router.delete(URL).mock(side_effect=[outcome])
    await session.cancel()
    assert graph.requests[-1].method == "DELETE"
    assert "authorization" not in graph.requests[-1].headers


async def test_cancelling_goes_on_when_the_transfer_itself_is_cancelled(graph: Harness) -> None:
    session = await _session(graph)
    asked, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.set()
        await go.wait()
        done.set()
        return httpx.Response(204)

    graph.router.delete(URL).mock(side_effect=answer)
    task = asyncio.create_task(session.cancel())
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not done.is_set()
    go.set()
    await graph.client.aclose()
    assert done.is_set()


async def test_closing_does_not_wait_for_ever_for_a_cancelled_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odtui.graph.wire.CLOSING", 0.01)
    monkeypatch.setattr("odtui.graph.uploads.CLOSING", 0.01)
    async with harness() as graph:
        session = await _session(graph)

        async def never(request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

        graph.router.delete(URL).mock(side_effect=never)
        await session.cancel()


async def test_the_address_stays_out_of_reprs(graph: Harness) -> None:
    session = await _session(graph)
    assert "secret" not in repr(session)
    assert "sharepoint" not in repr(session)


async def test_a_session_below_a_new_folder_is_asked_for_again(graph: Harness) -> None:
    graph.router.post(f"{DRIVE}/root/children").respond(201, json={"id": "p"})
    await graph.client.create_folder("b!d", "root", "P")
    graph.router.post(CREATE).mock(side_effect=[httpx.Response(404), httpx.Response(200, json={"uploadUrl": URL})])
    await graph.client.create_upload_session("b!d", "p", "big file.bin", 5)
    assert graph.time.slept == [0.25]


async def test_a_session_below_a_missing_folder_is_not_found(graph: Harness) -> None:
    graph.router.post(CREATE).respond(404, json=error("itemNotFound"))
    with pytest.raises(ItemNotFound):
        await graph.client.create_upload_session("b!d", "p", "big file.bin", 5)
