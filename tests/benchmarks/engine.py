"""The HTTP engine against httpx's own and against aiohttp itself: the same requests to a bare server on loopback."""

import asyncio
import multiprocessing
import re
import statistics
import time
from collections.abc import Awaitable, Callable

import aiohttp
import httpx

from odtui.net.engine import async_client

SMALL = 2_000
WORKERS = 16
BIG = 256
"""MiB of one download, and of all uploads."""
FRAGMENT = 10 << 20
ROUNDS = 3
ITEMS = b'{"value":[' + b",".join(b'{"id":"%d"}' % number for number in range(40)) + b"]}"


class _Bare(asyncio.Protocol):
    """Answers /small and /big, and takes whatever else comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._head = b""
        self._body = 0
        self._megabytes = 0
        self._piece = bytes(1 << 20)

    def data_received(self, data: bytes) -> None:
        if self._body:
            self._take(len(data))
            return
        self._head += data
        while b"\r\n\r\n" in self._head and not self._body:
            head, self._head = self._head.split(b"\r\n\r\n", 1)
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        if head.startswith(b"GET /small"):
            self._send(len(ITEMS), ITEMS)
        elif head.startswith(b"GET /big"):
            self._send(BIG << 20)
            self._megabytes = BIG
            self.resume_writing()
        else:
            found = re.search(rb"(?i)content-length: (\d+)", head)
            self._body = int(found[1]) if found else 0
            received, self._head = len(self._head), b""
            self._take(received)

    def _take(self, received: int) -> None:
        self._body -= received
        if self._body <= 0:
            self._body = 0
            self._send(0)

    def _send(self, length: int, body: bytes = b"") -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % length
        self._transport.write(head + body)
        self._paused = False

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        while self._megabytes and not self._paused:
            self._megabytes -= 1
            self._transport.write(self._piece)


def _serve(ports: "multiprocessing.Queue[int]") -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Bare, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def _workers(call: Callable[[], Awaitable[object]]) -> None:
    left = iter(range(SMALL))

    async def work() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(work() for _ in range(WORKERS)))


async def _small(client: httpx.AsyncClient, url: str) -> None:
    await _workers(lambda: client.get(f"{url}/small"))


async def _down(client: httpx.AsyncClient, url: str) -> None:
    async with client.stream("GET", f"{url}/big") as response:
        async for _ in response.aiter_raw():
            pass


async def _up(client: httpx.AsyncClient, url: str) -> None:
    fragment = bytes(FRAGMENT)
    for _ in range((BIG << 20) // FRAGMENT):
        await client.put(f"{url}/up", content=fragment)


async def _cost(client: httpx.AsyncClient, job: Callable[[httpx.AsyncClient, str], Awaitable[None]], url: str) -> float:
    """CPU seconds."""
    async with client:
        await client.get(f"{url}/small")
        began = time.process_time()
        await job(client, url)
        return time.process_time() - began


async def _cost_of_aiohttp(url: str) -> float:
    async with aiohttp.ClientSession() as session:

        async def call() -> None:
            async with session.get(f"{url}/small") as response:
                await response.read()

        await call()
        began = time.process_time()
        await _workers(call)
        return time.process_time() - began


def main() -> None:
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=_serve, args=(ports,), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{ports.get()}"
        timeout = httpx.Timeout(60)
        for title, job in (("2,000 small requests, 16 at a time", _small), ("download", _down), ("upload", _up)):
            ours = statistics.median(asyncio.run(_cost(async_client(timeout=timeout), job, url)) for _ in range(ROUNDS))
            plain = statistics.median(
                asyncio.run(_cost(httpx.AsyncClient(timeout=timeout), job, url)) for _ in range(ROUNDS)
            )
            print(f"{title}: {ours:.2f} s CPU, httpx's own transport takes {plain / ours:.1f} times that")
            if job is _small:
                bare = statistics.median(asyncio.run(_cost_of_aiohttp(url)) for _ in range(ROUNDS))
                print(f"  aiohttp without httpx's API takes {bare / ours:.2f} times that")
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
