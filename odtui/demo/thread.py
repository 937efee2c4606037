"""A demo server on a thread of this process, for tests that inject faults."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

from odtui.demo.links import HOSTS
from odtui.demo.running import Server, bind
from odtui.demo.state import Demo, Options


class DemoThread:
    """`with DemoThread() as demo:` serves until the block ends."""

    def __init__(self, options: Options | None = None) -> None:
        self.state = Demo.create(options or Options())
        """The live state: faults, log, drives, epochs."""
        self.hosts = HOSTS
        self._up = threading.Event()
        self._server = Server(self.state, bind(), self._up.set)
        self._thread = threading.Thread(target=self._run, name="demo", daemon=True)

    @property
    def base(self) -> str:
        """http://127.0.0.1:PORT."""
        return self.state.base

    def __enter__(self) -> DemoThread:
        self._thread.start()
        if not self._up.wait(20):
            raise RuntimeError("the demo server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join(10)
        self.state.close()

    def _run(self) -> None:
        asyncio.run(self._server.run_on_listener())
