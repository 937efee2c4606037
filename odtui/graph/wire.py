"""One call to Graph: a request out, a checked answer back."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar

import httpx
import msgspec

from odtui.graph.errands import ERRAND
from odtui.graph.errors import GraphError, InvalidRequest, ItemNotFound, NotGraph
from odtui.graph.faults import fault, graph_errors
from odtui.graph.links import Links
from odtui.graph.listed_links import ListedLinks
from odtui.graph.transport import ONCE, REPEATABLE, WHOLE
from odtui.graph.waiting import Pause

T = TypeVar("T")
log = logging.getLogger(__name__)

IDENTITY = {"Accept-Encoding": "identity"}
"""For content: compressed bytes would shift the offsets of ranges (QUIRKS 271)."""
JUST_MADE = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts on something made a moment ago that answers 404 (QUIRKS A3, 126, 159, 170)."""
AGAIN = 1.0
"""Seconds before a broken answer is asked for again."""
FRESH = 120.0
"""Seconds after which a new folder is expected to be visible everywhere (QUIRKS 126, 176)."""
CLOSING = 5.0
"""Seconds that background calls get when the client closes (QUIRKS A3)."""


class Wire:
    """Sends requests for the operations of this package: `http` signs them, `content` carries pre-authenticated links.

    Relative addresses are those of `addresses.py`; absolute ones go out byte for byte.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        content: httpx.AsyncClient,
        base_url: str,
        *,
        pause: Pause,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self.content = content
        self.pause = pause
        self.links = Links(base_url)
        self.listed_links = ListedLinks(clock)
        self.sleep = sleep
        self._http = http
        self._base = base_url.rstrip("/")
        self._clock = clock
        self._made: dict[str, float] = {}
        self._background: set[asyncio.Task[None]] = set()

    async def call(
        self,
        method: str,
        address: str,
        *,
        json: object = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
        repeatable: bool = False,
    ) -> httpx.Response:
        """The whole answer, with a status of 200 to 399.

        Args:
            once: Not to be repeated after a failure that may have come too late, although the verb would allow it.
            repeatable: The opposite: a second time changes nothing more, although the verb does not say so.

        Raises:
            GraphError: For any other answer, and if none came.
        """
        request = self.request(method, address, json=json, data=data, headers=headers, once=once, repeatable=repeatable)
        request.extensions |= WHOLE
        with graph_errors(self._http):
            response = read(await self._http.send(request))
        if response.status_code >= 400:
            raise self.failed(response)
        return response

    async def stream(self, address: str, headers: Mapping[str, str]) -> httpx.Response:
        """An open answer to GET of any status; the caller closes it."""
        with graph_errors(self._http):
            return await self._http.send(self.request("GET", address, headers=headers), stream=True)

    def request(
        self,
        method: str,
        address: str,
        *,
        json: object = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
        repeatable: bool = False,
    ) -> httpx.Request:
        url = self._base + address if address.startswith("/") else address
        sent = {"Accept": "application/json", "client-request-id": str(uuid.uuid4())} | dict(headers or {})
        if json is not None:
            data = msgspec.json.encode(json)
            sent["Content-Type"] = "application/json"
        # No params: httpx would drop the query of the address for them (QUIRKS 273).
        with graph_errors():
            extensions = ONCE if once else REPEATABLE if repeatable else None
            return self._http.build_request(method, url, content=data, headers=sent, extensions=extensions)

    def failed(self, response: httpx.Response) -> GraphError:
        """The error of an answer that has been read, noted in the log with what support asks for (QUIRKS 238)."""
        error = fault(response)
        log.info("%s: %s %s %s", type(error).__name__, error.status, "/".join(error.codes), error.request_id)
        return error

    def resolved(self, address: str) -> httpx.URL:
        return httpx.URL(self._base + address)

    async def get(self, address: str, kind: type[T], headers: Mapping[str, str] | None = None) -> T:
        """The value of an answer; one that is no JSON is asked for once more."""
        try:
            return decode(await self.call("GET", address, headers=headers), kind)
        except NotGraph:
            await self.sleep(AGAIN)
            return decode(await self.call("GET", address, headers=headers), kind)

    def made(self, item_id: str) -> None:
        """Remember a folder that was made just now: it may be invisible for a while."""
        self._made[item_id] = self._clock()

    async def patiently(self, parent_id: str, call: Callable[[], Awaitable[T]]) -> T:
        """Run a call on a folder; if the folder is ours and new, 404 is asked again for some seconds (QUIRKS 126)."""
        made = self._made.get(parent_id)
        if made is None or self._clock() - made > FRESH:
            return await call()
        return await self.until_found(call)

    async def until_found(self, call: Callable[[], Awaitable[T]]) -> T:
        for delay in JUST_MADE:
            with suppress(ItemNotFound):
                return await call()
            await self.sleep(delay)
        return await call()

    def in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A call that goes on when its caller is cancelled, and when its errand is held (QUIRKS 135, 278)."""
        context = copy_context()
        context.run(ERRAND.set, None)
        task = asyncio.create_task(work, context=context)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def aclose(self) -> None:
        if self._background:
            await asyncio.wait(self._background, timeout=CLOSING)
        await self._http.aclose()
        await self.content.aclose()


def read(response: httpx.Response) -> httpx.Response:
    """An answer that was read. httpx ties it to its stream in a cycle that would keep the body of the request until the
    garbage is collected."""
    response.stream = _READ
    return response


_READ = httpx.ByteStream(b"")


def decode(response: httpx.Response, kind: type[T]) -> T:
    """The value in a JSON answer. Raises NotGraph for HTML, redirects, broken or unexpected JSON (QUIRKS 265)."""
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    about = {"status": response.status_code, "request_id": response.headers.get("request-id")}
    if response.is_redirect or (content_type and "json" not in content_type):
        raise NotGraph(f"the answer is {content_type or 'a redirect'} instead of JSON", **about)
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # The decoder's own words may quote the answer.
        raise NotGraph("the answer is not the JSON that was expected", **about) from None
    except httpx.StreamError:
        raise NotGraph("the answer could not be read", **about) from None


def if_match(e_tag: str | None) -> dict[str, str]:
    """The header that refuses a change if another came first. Quotes are added where a tag has none (REFERENCE §8)."""
    if e_tag is None:
        return {}
    if not (e_tag.isascii() and e_tag.isprintable()):
        raise InvalidRequest("the item's eTag cannot be sent", codes=("malformedEntityTag",))
    return {"If-Match": e_tag if e_tag.startswith(('"', 'W/"')) or e_tag == "*" else f'"{e_tag}"'}
