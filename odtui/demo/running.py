"""Run the application on uvicorn: on 127.0.0.1, on a socket that is bound before anything else."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from odtui.demo.server import application
from odtui.demo.state import Demo


def bind(port: int = 0) -> socket.socket:
    """A listening socket on loopback; port 0 takes any free one. Raises OSError."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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
    """One demo server; `run_on` returns after `should_exit` has been set."""

    def __init__(self, demo: Demo, listener: socket.socket, ready: Callable[[], None]) -> None:
        self._listener = listener
        self._ready = ready
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
                timeout_keep_alive=120,
                timeout_graceful_shutdown=1,
                h11_max_incomplete_event_size=64 << 10,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def run_on_listener(self) -> None:
        """Serve until told to stop."""
        await self.serve(sockets=[self._listener])
