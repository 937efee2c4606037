"""Run the application on uvicorn: on 127.0.0.1, on a socket that is bound before anything else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn

from odtui.demo.server import application
from odtui.demo.state import Demo


def bind(port: int = 0) -> socket.socket:
    """A listening socket on loopback; port 0 takes any free one. Raises OSError."""
    # TCP is named because asyncio turns Nagle's algorithm off for such sockets only, which saves 40 ms per request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


class Server(uvicorn.Server):
    """One demo server. `should_exit` ends it within a tenth of a second, `stop` at once."""

    def __init__(self, demo: Demo, listener: socket.socket, ready: Callable[[], None]) -> None:
        self._listener = listener
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()
        demo.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        super().__init__(
            uvicorn.Config(
                application(demo),
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level=60,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=120,
                h11_max_incomplete_event_size=64 << 10,
            )
        )

    def stop(self) -> None:
        """End the server, from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended already, on a signal
                self._loop.call_soon_threadsafe(self._stopped.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on a signal, but without raising it again as uvicorn does: what was opened is closed first."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        """Tick as uvicorn does, which sets the date of answers, until told to stop."""
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything; requests that are being answered have a second to end."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        if self.server_state.tasks:
            _, late = await asyncio.wait(self.server_state.tasks, timeout=1)
            for task in late:
                task.cancel()

    async def run_on_listener(self) -> None:
        """Serve until told to stop."""
        await self.serve(sockets=[self._listener])
