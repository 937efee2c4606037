"""Downloads: the token stays at home, the bytes are the ones asked for, and an early end is noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from odtui.graph.errors import (
    Cut,
    Forbidden,
    GraphError,
    ItemNotFound,
    LinkExpired,
    MalwareBlocked,
    NotGraph,
    ServiceFailure,
    Unreachable,
)
from tests.graph.harness import DRIVE, STORE, TOKEN, Harness, error

CONTENT = f"{DRIVE}/items/i/content"
LINK = f"{STORE}/_layouts/15/download.aspx?UniqueId=%7ba%7d&tempauth=secret%2fx"
DATA = bytes(range(100))


class Stream(httpx.AsyncByteStream):
    """Pieces, then perhaps an error."""

    def __init__(self, *pieces: bytes, failure: Exception | None = None) -> None:
        self._pieces = pieces
        self._failure = failure
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._failure:
            raise self._failure

    async def aclose(self) -> None:
        self.closed = True


def _found(location: str = LINK) -> httpx.Response:
    return httpx.Response(302, headers={"Location": location})


def _whole(*pieces: bytes, length: int | None = None, **more: str) -> httpx.Response:
    size = sum(map(len, pieces)) if length is None else length
    return httpx.Response(200, stream=Stream(*pieces), headers={"Content-Length": str(size)} | more)


def _serve_ranges(request: httpx.Request) -> httpx.Response:
    """A store that honours ranges."""
    first, _, last = request.headers["range"].removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(DATA) - 1), len(DATA) - 1)
    if start >= len(DATA):
        return httpx.Response(416, headers={"Content-Range": f"bytes */{len(DATA)}"})
    part = DATA[start : end + 1]
    headers = {"Content-Range": f"bytes {start}-{end}/{len(DATA)}", "Content-Length": str(len(part))}
    return httpx.Response(206, stream=Stream(part), headers=headers)


async def _download(graph: Harness, start: int = 0, end: int | None = None) -> tuple[int, int | None, bytes]:
    async with graph.client.download("b!d", "i", start=start, end=end) as download:
        return download.start, download.size, b"".join([chunk async for chunk in download.chunks()])


async def test_the_redirect_is_taken_without_the_token_and_byte_for_byte(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(return_value=_whole(DATA[:40], DATA[40:]))
    assert await _download(graph) == (0, 100, DATA)
    first, second = graph.requests
    assert first.headers["authorization"] == TOKEN
    assert "authorization" not in second.headers
    assert second.url.raw_path.decode().endswith("UniqueId=%7ba%7d&tempauth=secret%2fx")
    assert second.headers["accept-encoding"] == "identity"
    assert "range" not in second.headers


@pytest.mark.parametrize(
    ("start", "end", "header"),
    [(10, None, "bytes=10-"), (10, 30, "bytes=10-29"), (0, 5, "bytes=0-4"), (95, 500, "bytes=95-499")],
)
async def test_a_range_is_asked_of_the_store(graph: Harness, start: int, end: int | None, header: str) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(side_effect=_serve_ranges)
    assert await _download(graph, start, end) == (start, 100, DATA[start:end])
    assert graph.requests[1].headers["range"] == header


async def test_a_store_that_ignores_the_range_is_noticed(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(return_value=_whole(DATA))
    assert await _download(graph, 10, 20) == (0, 100, DATA)


@pytest.mark.parametrize("content_range", ["bytes 0-99/100", "bytes 11-99/100", "items 10-99/100", ""])
async def test_another_range_than_asked_for_is_refused(graph: Harness, content_range: str) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).respond(206, content=DATA, headers={"Content-Range": content_range})
    with pytest.raises(NotGraph):
        await _download(graph, 10)


async def test_a_web_page_in_place_of_the_content_is_refused(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).respond(200, html="<html>Sign in to this network</html>")
    with pytest.raises(NotGraph):
        await _download(graph)
    with pytest.raises(NotGraph):
        await _download(graph, 10)


async def test_a_file_that_is_a_web_page_comes_as_an_attachment(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    headers = {"Content-Disposition": "attachment"}
    graph.router.get(LINK).respond(200, html="<html>Mine</html>", headers=headers)
    assert (await _download(graph))[2] == b"<html>Mine</html>"


async def test_a_range_beyond_the_end_is_empty(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(side_effect=_serve_ranges)
    assert await _download(graph, 100) == (100, 100, b"")
    assert await graph.client.read("b!d", "i", 500, 10) == b""


async def test_an_empty_file_is_empty(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(side_effect=[_whole(), httpx.Response(204), httpx.Response(416)])
    assert await _download(graph) == (0, 0, b"")
    assert await _download(graph) == (0, 0, b"")
    assert await graph.client.read("b!d", "i", 0, 10) == b""


async def test_the_service_may_send_the_content_itself(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(side_effect=_serve_ranges)
    assert await _download(graph, 10, 20) == (10, 100, DATA[10:20])


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_dead_link_is_fetched_anew_once(graph: Harness, status: int) -> None:
    fresh = f"{STORE}/fresh?tempauth=2"
    graph.router.get(CONTENT).mock(side_effect=[_found(), _found(fresh)])
    graph.router.get(LINK).respond(status, html="<html>expired</html>")
    graph.router.get(fresh).mock(return_value=_whole(DATA))
    assert (await _download(graph))[2] == DATA


async def test_a_link_that_stays_dead_has_expired(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).respond(401, json=error("unauthenticated"))
    with pytest.raises(LinkExpired) as caught:
        await _download(graph)
    assert caught.value.status == 401
    assert len(graph.requests) == 4
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("where", [CONTENT, LINK])
async def test_malware_is_refused_without_a_second_try(graph: Harness, where: str) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(where).respond(403, json=error("malwareDetected"))
    with pytest.raises(MalwareBlocked):
        await _download(graph)
    assert len(graph.requests) == (1 if where == CONTENT else 2)


@pytest.mark.parametrize(("status", "kind"), [(403, Forbidden), (404, ItemNotFound), (500, ServiceFailure)])
async def test_a_refusal_by_graph_itself_is_final(graph: Harness, status: int, kind: type[GraphError]) -> None:
    graph.router.get(CONTENT).respond(status, json=error("x"))
    with pytest.raises(kind):
        await _download(graph)
    assert len(graph.requests) == 1


async def test_a_failing_store_is_no_content(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).respond(500, html="<html>error</html>")
    with pytest.raises(ServiceFailure):
        await _download(graph)


async def test_a_body_that_ends_early_is_cut_after_the_bytes_that_came(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(return_value=_whole(DATA[:40], length=100))
    async with graph.client.download("b!d", "i") as download:
        chunks = download.chunks()
        assert await anext(chunks) == DATA[:40]
        with pytest.raises(Cut):
            await anext(chunks)


@pytest.mark.parametrize("failure", [httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout])
async def test_a_connection_that_breaks_in_mid_body_is_cut(graph: Harness, failure: type[httpx.TransportError]) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    stream = Stream(DATA[:40], failure=failure(LINK))
    graph.router.get(LINK).mock(return_value=httpx.Response(200, stream=stream, headers={"Content-Length": "100"}))
    with pytest.raises(Cut) as caught:
        await _download(graph)
    assert "secret" not in str(caught.value)
    assert stream.closed


async def test_a_store_that_cannot_be_reached_is_unreachable(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(side_effect=httpx.ConnectError(LINK))
    with pytest.raises(Unreachable) as caught:
        await _download(graph)
    assert "secret" not in str(caught.value)


async def test_content_of_unknown_length_is_taken_to_its_end(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(return_value=httpx.Response(200, stream=Stream(DATA)))
    assert await _download(graph) == (0, None, DATA)


async def test_compressed_content_is_refused(graph: Harness) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(return_value=_whole(b"\x1f\x8b", **{"Content-Encoding": "gzip"}))
    with pytest.raises(NotGraph):
        await _download(graph)


@pytest.mark.parametrize("location", ["http://contoso.sharepoint.com/x", "https://10.0.0.1/x", "ftp://x/y", ""])
async def test_an_unsafe_address_is_not_called(graph: Harness, location: str) -> None:
    graph.router.get(CONTENT).mock(return_value=_found(location))
    with pytest.raises(NotGraph):
        await _download(graph)
    assert len(graph.requests) == 1


async def test_an_unknown_host_is_read_from_and_noted(graph: Harness, caplog: pytest.LogCaptureFixture) -> None:
    link = "https://new-cdn.test/x?sig=secret"
    graph.router.get(CONTENT).mock(return_value=_found(link))
    graph.router.get(link).mock(return_value=_whole(DATA))
    assert (await _download(graph))[2] == DATA
    assert "new-cdn.test" in caplog.text
    assert "secret" not in caplog.text


async def test_leaving_early_closes_the_answer(graph: Harness) -> None:
    stream = Stream(DATA[:10], DATA[10:])
    graph.router.get(CONTENT).mock(return_value=_found())
    graph.router.get(LINK).mock(return_value=httpx.Response(200, stream=stream))
    async with graph.client.download("b!d", "i") as download:
        chunks = download.chunks()
        assert await anext(chunks) == DATA[:10]
        await chunks.aclose()
    assert stream.closed
    assert "secret" not in repr(download)


@pytest.mark.parametrize(("start", "length"), [(0, 10), (37, 20), (95, 20), (0, 0), (0, 1000)])
@pytest.mark.parametrize("honours", [True, False])
async def test_reading_gives_exactly_the_bytes_asked_for(
    graph: Harness, start: int, length: int, honours: bool
) -> None:
    graph.router.get(CONTENT).mock(return_value=_found())
    pieces = [DATA[at : at + 7] for at in range(0, 100, 7)]
    store = graph.router.get(LINK)
    store.mock(side_effect=_serve_ranges if honours else [_whole(*pieces)])
    assert await graph.client.read("b!d", "i", start, length) == DATA[start : start + length]
