"""A small HTTP server on loopback that does exactly what a test says, byte for byte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Exchange:
    """One request as it came, and the connection to answer on."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    connection: int
    """Number of the connection that it came on."""

    async def answer(self, body: bytes = b"", *, status: str = "200 OK", headers: dict[str, str] | None = None) -> None:
        lines = {"Content-Length": str(len(body))} | (headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
        await self.writer.drain()


Handler = Callable[[Exchange], Awaitable[None]]


@dataclass(slots=True)
class Server:
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    seen: list[Exchange] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


@asynccontextmanager
async def serve(handler: Handler, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Runs until the block ends. A handler that closes the writer ends that connection."""
    server = Server(scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        server.connections += 1
        try:
            await _talk(server, handler, reader, writer, server.connections)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _talk(
    server: Server, handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
) -> None:
    while not writer.is_closing():
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        length = 0 if "x-leave-body" in headers else int(headers.get("content-length", 0))
        body = await reader.readexactly(length)
        exchange = Exchange(method, target, headers, body, reader, writer, connection)
        server.seen.append(exchange)
        await handler(exchange)
