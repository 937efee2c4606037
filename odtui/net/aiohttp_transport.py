"""httpx's transport interface on aiohttp's engine: the same API at a fraction of the CPU.

Our own rather than the `httpx-aiohttp` package, which re-quotes URLs (QUIRKS 272), reports a refused or dropped
connection as a time-out while connecting, and lets aiohttp's exceptions through.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING

import httpx

from odtui.net.proxies import SystemProxies

if TYPE_CHECKING:
    import ssl

    import aiohttp

PIECE = 1 << 18
"""Bytes of a request body written at a time; each piece must leave within the write time-out."""
READ_BUFFER = 1 << 18
"""Bytes that aiohttp reads ahead of us."""
KEEP_ALIVE = 60
"""Seconds that an idle connection is kept; servers drop them after about two minutes (QUIRKS 262)."""

_UNWATCHED: nullcontext[None] = nullcontext()


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Carries requests byte for byte as httpx built them: no re-quoting, redirects, cookies, decompression or netrc.

    aiohttp itself repeats an idempotent request once if a kept connection turned out to be dead.
    """

    def __init__(
        self, tls: Callable[[], ssl.SSLContext], *, connections: int = 100, proxies: SystemProxies | None = None
    ) -> None:
        """`tls` is called once, in a thread, before the first https request."""
        self._tls = tls
        self._connections = connections
        self._proxies = proxies if proxies is not None else SystemProxies()
        self._context: ssl.SSLContext | None = None
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        session = await self._open_session()
        if request.url.scheme == "https" and self._context is None:
            self._context = await asyncio.to_thread(self._tls)
        with _httpx_exceptions(request):
            response = await self._send(session, request)
        return httpx.Response(
            response.status,
            headers=list(response.raw_headers),
            stream=_Body(response, request),
            request=request,
            extensions={
                "http_version": b"HTTP/1.1",
                "reason_phrase": (response.reason or "").encode("latin-1", "replace"),
            },
        )

    async def _send(self, session: aiohttp.ClientSession, request: httpx.Request) -> aiohttp.ClientResponse:
        import yarl

        secure = request.url.scheme == "https"
        limits = request.extensions.get("timeout", {})
        proxy = self._proxies.proxy_for(request.url)
        headers = request.headers.multi_items()
        if proxy and not secure:  # aiohttp sends these with CONNECT only
            headers += proxy.headers.items()
        body = await _body(request)
        watch = _WriteWatch(limits.get("write")) if isinstance(body, AsyncIterator) else None
        async with watch or _UNWATCHED:
            return await session.request(
                request.method,
                yarl.URL(str(request.url), encoded=True),
                headers=headers,
                data=watch.over(body) if watch is not None and isinstance(body, AsyncIterator) else body,
                allow_redirects=False,
                timeout=_timeout(limits.get("pool"), limits.get("connect"), limits.get("read")),
                ssl=self._context if secure and self._context is not None else True,
                server_hostname=request.extensions.get("sni_hostname"),
                proxy=proxy.url if proxy else None,
                proxy_headers=proxy.headers if proxy else None,
            )

    async def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            await asyncio.to_thread(_import_aiohttp)
        if self._session is None:  # another request may have made it meanwhile
            import aiohttp

            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
                auto_decompress=False,
                read_bufsize=READ_BUFFER,
            )
        return self._session

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it arrives. Closing it early gives up the connection, reading it to its end keeps it."""

    def __init__(self, response: aiohttp.ClientResponse, request: httpx.Request) -> None:
        self._response = response
        self._request = request
        connection = response.connection  # gone as soon as the answer has been read
        self._line = connection.transport if connection is not None else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_exceptions(self._request):
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        self._response.release()
        if self._line is not None and self._line.get_write_buffer_size():
            self._line.abort()  # answered before all was sent: closing would wait for a server that does not read on


def _import_aiohttp() -> None:
    """In a thread, because it takes about 150 ms."""
    import aiohttp  # noqa: F401


@functools.lru_cache(maxsize=16)
def _timeout(pool: float | None, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    import aiohttp

    return aiohttp.ClientTimeout(total=None, connect=pool, sock_connect=connect, sock_read=read)


async def _body(request: httpx.Request) -> bytes | AsyncIterator[bytes] | None:
    """A small body whole, any other in pieces that can be watched."""
    gate: Gate = request.extensions.get("odtui.gate", _open)
    if not isinstance(request.stream, httpx.ByteStream):
        assert isinstance(request.stream, httpx.AsyncByteStream)  # noqa: S101
        return _pieces_of_all(request.stream, gate)
    content = b"".join(request.stream)  # its only piece, not a copy
    if not content:
        return None
    if len(content) > PIECE:
        return _pieces(content, gate)
    first = await gate(len(content))
    return content if first >= len(content) else _pieces(content, gate, first)


Gate = Callable[[int], Awaitable[int]]
"""Lets bytes of a body go: how many of those that are wanted, at least one."""


async def _open(wanted: int) -> int:
    """No limit."""
    return wanted


async def _pieces(content: bytes, gate: Gate, first: int = 0) -> AsyncIterator[bytes]:
    """`first`: bytes that may go already."""
    view = memoryview(content)
    while view:
        count = first or await gate(min(PIECE, len(view)))
        first = 0
        yield view[:count]  # type: ignore[misc]  # a buffer is all that is asked of it
        view = view[count:]


async def _pieces_of_all(stream: httpx.AsyncByteStream, gate: Gate) -> AsyncIterator[bytes]:
    async for content in stream:
        async for piece in _pieces(content, gate):
            yield piece


class _WriteWatch:
    """The write time-out, which aiohttp lacks: TimeoutError if a piece of the body is not taken within `limit` seconds.

    Active until the head of the answer is there; a server may answer before it has read everything.
    """

    def __init__(self, limit: float | None) -> None:
        self._limit = limit
        self._scope = asyncio.timeout(None)
        self._open = False

    async def __aenter__(self) -> None:
        await self._scope.__aenter__()
        self._open = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        await self._scope.__aexit__(kind, error, trace)

    async def over(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same pieces, each with its time to leave."""
        async for piece in pieces:
            self._arm(self._limit)
            yield piece
            self._arm(None)  # the next one may be long in coming

    def _arm(self, limit: float | None) -> None:
        if self._open:
            self._scope.reschedule(None if limit is None else asyncio.get_running_loop().time() + limit)


@contextmanager
def _httpx_exceptions(request: httpx.Request) -> Iterator[None]:
    """aiohttp's exceptions as httpx's. Texts and chains of the former hold whole URLs, so neither is passed on."""
    try:
        yield
    except (GeneratorExit, asyncio.CancelledError):
        raise
    except Exception as error:
        mapped = _mapped(error)
        if mapped is None:
            raise
        mapped.request = request
        raise mapped from None


def _mapped(error: Exception) -> httpx.TransportError | None:
    import aiohttp

    kind: type[httpx.TransportError]
    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("timed out while connecting")
        case aiohttp.ServerTimeoutError():
            return httpx.ReadTimeout("timed out while waiting for data")
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            kind, text = httpx.ProxyError, "the proxy refused or could not be reached"
        case aiohttp.ClientConnectorError():
            kind, text = httpx.ConnectError, str(error.os_error)
        case aiohttp.ServerDisconnectedError():
            kind, text = httpx.RemoteProtocolError, "the server closed the connection without an answer"
        case aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            kind, text = httpx.RemoteProtocolError, "the answer is damaged or incomplete"
        case aiohttp.NonHttpUrlClientError() | aiohttp.InvalidURL():
            kind, text = httpx.UnsupportedProtocol, "not an http address"
        case aiohttp.ClientError() | OSError() if not isinstance(error, TimeoutError):
            kind, text = httpx.ReadError, "the connection broke"
        case TimeoutError():
            return httpx.WriteTimeout("timed out while sending")
        case ValueError():
            kind, text = httpx.LocalProtocolError, "the request cannot be sent"
        case _:
            return None
    return kind(text)
