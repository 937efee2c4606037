"""A transport that does to requests and answers what a test wants."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from functools import partial

import httpx


class Meddler:
    """Passes everything on, but for what it is told to spoil or to hold."""

    def __init__(self) -> None:
        self.spoil: list[tuple[str, str]] = []
        """Method and pattern of the path of requests and answers whose content arrives with a wrong byte, each once."""
        self.hold: tuple[str, str, int] | None = None
        """Method, pattern and number of requests that go through before one waits for `let_go`."""
        self.held = asyncio.Event()
        self.let_go = asyncio.Event()
        self.sent: list[tuple[str, str]] = []
        """Method and path of every request."""
        self.uploaded = 0
        """Bytes of the bodies of all PUT requests."""

    def count(self, method: str, path: str) -> int:
        """Requests so far; `path` is a pattern."""
        return len([sent for sent in self.sent if sent[0] == method and re.search(path, sent[1])])

    def around(self, inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """To be given as `meddle` to `Live.client`."""
        return _Around(self, inner)

    def spoils(self, request: httpx.Request) -> int:
        """Which bit arrives wrong, another one each time; 0 if none does."""
        for wanted in self.spoil:
            if wanted[0] == request.method and re.search(wanted[1], request.url.path):
                self.spoil.remove(wanted)
                return 1 << len(self.spoil) % 8
        return 0

    async def maybe_hold(self, request: httpx.Request) -> None:
        if self.hold is None or self.hold[0] != request.method or not re.search(self.hold[1], request.url.path):
            return
        method, path, left = self.hold
        if left:
            self.hold = (method, path, left - 1)
            return
        self.held.set()
        await self.let_go.wait()


class _Around(httpx.AsyncBaseTransport):
    def __init__(self, meddler: Meddler, inner: httpx.AsyncBaseTransport) -> None:
        self._meddler = meddler
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._meddler.sent.append((request.method, request.url.path))
        if request.method == "PUT":
            self._meddler.uploaded += int(request.headers["content-length"])
        await self._meddler.maybe_hold(request)
        bit = self._meddler.spoils(request)
        if not bit:
            return await self._inner.handle_async_request(request)
        if request.method == "PUT":
            data = _spoilt(await request.aread(), bit)
            request = httpx.Request(request.method, request.url, headers=request.headers, content=data)
            return await self._inner.handle_async_request(request)
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Changed(response.stream, partial(_spoilt, bit=bit))
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Changed(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, change: Callable[[bytes], bytes]) -> None:
        self._stream = stream
        self._change = change

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield self._change(chunk)
            self._change = bytes

    async def aclose(self) -> None:
        await self._stream.aclose()


def _spoilt(data: bytes, bit: int) -> bytes:
    return bytes([data[0] ^ bit]) + data[1:]
