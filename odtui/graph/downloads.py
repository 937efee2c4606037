"""Reads the content of files. Source: REFERENCE §5.8, §5.9; QUIRKS 148-161."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpx

from odtui.graph import addresses
from odtui.graph.errands import ERRAND
from odtui.graph.errors import Cut, GraphError, Held, LinkExpired, MalwareBlocked, NotGraph
from odtui.graph.faults import fault, graph_errors
from odtui.graph.transport import RESUMABLE
from odtui.graph.wire import IDENTITY, Wire

log = logging.getLogger(__name__)

DEAD_LINK = frozenset({401, 403, 404, 410})


class Download:
    """An open download."""

    def __init__(self, response: httpx.Response, *, start: int, size: int | None, length: int | None) -> None:
        self.size = size
        """Whole size of the content in bytes if the server said so."""
        self.start = start
        """Offset of the first byte that will come; 0 if the server ignored the range."""
        self._response = response
        self._length = length

    def __repr__(self) -> str:
        return f"Download(start={self.start}, size={self.size})"

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The bytes as they come. Raises Cut if they end early, Held between two pieces if the errand is to pause."""
        if self._length == 0:
            return
        arrived = 0
        errand = ERRAND.get()
        try:
            async for chunk in self._pieces():
                arrived += len(chunk)
                if errand is not None:
                    await errand.receive(len(chunk))
                yield chunk
                if errand is not None and errand.held and arrived != self._length:
                    raise Held("the transfer is paused")
        except httpx.TransportError:
            raise Cut(f"the connection broke after {arrived} bytes") from None
        except httpx.StreamError:
            raise NotGraph("the content was read already") from None
        if self._length is not None and arrived < self._length:
            raise Cut(f"{arrived} of {self._length} bytes arrived")

    def _pieces(self) -> AsyncIterator[bytes]:
        """As the transport has them; one that holds the whole answer already (a test's) gives it in one piece."""
        return self._response.aiter_bytes() if self._response.is_stream_consumed else self._response.aiter_raw()


@asynccontextmanager
async def open_download(
    wire: Wire, drive_id: str, item_id: str, start: int, end: int | None
) -> AsyncIterator[Download]:
    """The content from `start` up to `end`. A dead link is fetched anew once (QUIRKS 149, 150)."""
    headers = dict(IDENTITY)
    if start or end is not None:
        headers["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
    response = await _open(wire, drive_id, item_id, headers)
    try:
        yield await _checked(wire, response, start, ranged="Range" in headers)
    finally:
        await response.aclose()


async def _open(wire: Wire, drive_id: str, item_id: str, headers: dict[str, str]) -> httpx.Response:
    if (listed := wire.listed_links.take(drive_id, item_id)) is not None:
        response = await _fetch(wire, wire.links.download(listed)[0], headers)
        if response.status_code not in DEAD_LINK:
            return response
        await response.aclose()
    for attempt in (1, 2):
        response = await _ask_for_link(wire, drive_id, item_id, headers)
        if not response.is_redirect:
            return response  # the service may stream the content itself (REFERENCE §5.8)
        location = wire.links.resolve(response.headers["location"], response.url)
        link, known = wire.links.download(location)
        if not known:
            log.warning("content comes from a host that is not known: %s", httpx.URL(link).host)
        response = await _fetch(wire, link, headers)
        if response.status_code not in DEAD_LINK:
            return response
        error = await _fault(response)
        if isinstance(error, MalwareBlocked):
            raise error
        if attempt == 2:
            raise LinkExpired(error.message, status=error.status, codes=error.codes, request_id=error.request_id)
    raise AssertionError


async def _ask_for_link(wire: Wire, drive_id: str, item_id: str, headers: dict[str, str]) -> httpx.Response:
    response = await wire.stream(f"{addresses.item(drive_id, item_id)}/content", headers | {"Accept": "*/*"})
    if response.is_redirect:
        await response.aclose()
        if not response.headers.get("location"):
            raise NotGraph("the service named no address for the content", status=response.status_code)
    return response


async def _fetch(wire: Wire, link: str, headers: dict[str, str]) -> httpx.Response:
    with graph_errors(wire.content):
        request = wire.content.build_request("GET", link, headers=headers, extensions=RESUMABLE)
        return await wire.content.send(request, stream=True)


async def _checked(wire: Wire, response: httpx.Response, start: int, *, ranged: bool) -> Download:
    """Whether these are the bytes that were asked for: a server may ignore the range (QUIRKS 153-155)."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotGraph("the content came compressed although that was refused")
    length = _number(response.headers.get("content-length"))
    match response.status_code:
        case 206 if ranged:
            first, size = _content_range(response.headers.get("content-range", ""))
            if first != start:
                raise NotGraph("the server sent another range than it was asked for")
            return Download(response, start=start, size=size, length=length)
        case 200:
            if _is_page(response):
                await response.aclose()
                raise NotGraph("the answer is a web page instead of the content", status=200)
            return Download(response, start=0, size=length, length=length)
        case 204:
            return Download(response, start=0, size=0, length=0)
        case 416 if ranged:  # nothing at or beyond the end, nor in an empty file
            size = _content_range(response.headers.get("content-range", ""))[1]
            return Download(response, start=start, size=size, length=0)
    raise await _fault(response)


def _is_page(response: httpx.Response) -> bool:
    """A network's own page in place of the content: OneDrive sends web pages, too, but as attachments."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "text/html" and "content-disposition" not in response.headers


async def _fault(response: httpx.Response) -> GraphError:
    try:
        with graph_errors():
            await response.aread()
    finally:
        await response.aclose()
    return fault(response)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _content_range(text: str) -> tuple[int | None, int | None]:
    """First byte and whole size of `bytes 5-9/20`, `bytes 5-9/*` or `bytes */20`; None for what is not said."""
    unit, _, rest = text.strip().partition(" ")
    span, _, size = rest.partition("/")
    if unit.lower() != "bytes":
        return None, None
    return _number(span.partition("-")[0].strip()), _number(size.strip())


async def read_range(wire: Wire, drive_id: str, item_id: str, start: int, length: int) -> bytes:
    """Up to `length` bytes from `start`; empty at or beyond the end."""
    if length <= 0:
        return b""
    found = bytearray()
    async with open_download(wire, drive_id, item_id, start, start + length) as download:
        skip = start - download.start
        async with aclosing(download.chunks()) as chunks:
            async for chunk in chunks:
                found += chunk[skip:] if skip < len(chunk) else b""
                skip = max(0, skip - len(chunk))
                if len(found) >= length:
                    break
    return bytes(found[:length])
