"""The listener on this computer to which the browser returns after signing in."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import sys
from types import TracebackType
from urllib.parse import urlsplit

from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.redirect_request import HEAD_LIMIT, Redirect, Refused, read_answer

CONNECTION_LIMIT = 10.0
"""Seconds that one connection may take. Browsers open idle ones ahead of need."""

_PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>odtui</title><style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;\
margin:20vh auto;padding:0 1.5rem}}h1{{font-size:1.5rem}}</style><h1>{title}</h1><p>{text}</p></html>
"""
_DONE = _PAGE.format(title="Back to odtui", text="Your answer has arrived. Close this page and return to the terminal.")
_DECLINED = _PAGE.format(
    title="Not signed in", text="Microsoft reported a problem. The terminal says what it was and what helps."
)
_REFUSED = _PAGE.format(
    title="Nothing to see here", text="This address only waits for a sign-in that odtui has started."
)
"""Static: nothing that a request brought is ever repeated."""


class RedirectListener:
    """Listens on 127.0.0.1, and on ::1 where that is free, for as long as the block lasts."""

    def __init__(self, registered_uri: str) -> None:
        """`registered_uri` is http://localhost with or without port and path; without a port any free one is taken."""
        parts = urlsplit(registered_uri)
        self._path = parts.path
        self._wanted_port = parts.port or 0
        self.port = 0
        """The port in use, inside the block."""
        self._sockets: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._expected: Redirect | None = None
        self._answer: asyncio.Future[dict[str, str]] | None = None

    @property
    def uri(self) -> str:
        """The redirect URI to send: as registered, with the port in use."""
        return f"http://localhost:{self.port}{self._path}"

    async def __aenter__(self) -> RedirectListener:
        """Raises AuthError (PORT_IN_USE)."""
        try:
            self._bind()
            for bound in self._sockets:
                self._servers.append(await asyncio.start_server(self._connected, sock=bound, limit=HEAD_LIMIT))
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.close()
        for bound in self._sockets:
            bound.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def answer(self, state: str) -> dict[str, str]:
        """Wait for the answer with this state; other requests are refused and the waiting goes on."""
        self._answer = asyncio.get_running_loop().create_future()
        self._expected = Redirect(self._path or "/", self.port, state)
        return await self._answer

    def expected(self, state: str) -> Redirect:
        """What an answer to this listener looks like, to check a pasted address against."""
        return Redirect(self._path or "/", self.port, state)

    def _bind(self) -> None:
        first = _bound(socket.AF_INET, "127.0.0.1", self._wanted_port)
        self._sockets.append(first)
        self.port = first.getsockname()[1]
        # Some browsers try ::1 first for localhost. Without IPv6 they fall back.
        with contextlib.suppress(OSError, AuthError):
            self._sockets.append(_bound(socket.AF_INET6, "::1", self.port))

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fields: dict[str, str] | None = None
        try:
            async with asyncio.timeout(CONNECTION_LIMIT):
                try:
                    if self._expected is None:
                        raise Refused("404 Not Found")
                    fields = await read_answer(reader, self._expected)
                    writer.write(_response("200 OK", _DONE if "code" in fields else _DECLINED))
                except Refused as refused:
                    writer.write(_response(refused.status, _REFUSED))
                await writer.drain()
        except (OSError, EOFError, TimeoutError):
            pass  # the browser hung up or dawdled; what it had sent still counts
        finally:
            writer.close()
            if fields is not None and self._answer is not None and not self._answer.done():
                self._answer.set_result(fields)


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    """A bound socket. Raises AuthError (PORT_IN_USE), OSError where the address does not exist."""
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # Else a fixed port is dead for a minute after each sign-in.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
        bound.listen(16)
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            details = f"Port {port} is in use by another program."
            raise AuthError(AuthProblem.PORT_IN_USE, details=details) from None
        raise
    return bound


def _response(status: str, page: str) -> bytes:
    body = page.encode()
    head = (
        f"HTTP/1.1 {status}\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
