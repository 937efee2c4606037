"""A demo server in a process of its own. Imports nothing but the standard library."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path


class DemoError(Exception):
    """The demo server could not be started; the text says why."""


class DemoProcess:
    """A running demo server. It ends with its parent, however that ends, because its standard input does."""

    def __init__(self, process: asyncio.subprocess.Process, base: str, hosts: frozenset[str]) -> None:
        self._process = process
        self.base = base
        """http://127.0.0.1:PORT."""
        self.hosts = hosts
        """Host names that it answers for."""

    @classmethod
    async def start(
        cls,
        *,
        port: int = 0,
        state: Path | None = None,
        items: int = 0,
        real: Path | None = None,
        account: str = "personal",
        faults: str = "",
        now: str | None = None,
        timeout: float = 20.0,  # noqa: ASYNC109  # ends the server too
    ) -> DemoProcess:
        """Start a server and wait until it listens; the arguments are those of `python -m odtui.demo`.

        Raises:
            DemoError: it did not come up within `timeout` seconds, or said why it cannot.
        """
        words = ["--port", str(port), "--items", str(items), "--account", account]
        words += ["--state", str(state)] if state is not None else []
        words += ["--from", str(real)] if real is not None else []
        words += ["--faults", faults] if faults else []
        words += ["--now", now] if now is not None else []
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "odtui.demo", *words, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        except OSError as error:
            raise DemoError(f"The demo server could not be started: {error}") from error
        assert process.stdout is not None  # noqa: S101  # asked for above
        try:
            async with asyncio.timeout(timeout):
                line = await process.stdout.readline()
            ready = json.loads(line)
            return cls(process, ready["base"], frozenset(ready["hosts"]))
        except (TimeoutError, ValueError, KeyError):
            reason = await _reason(process)
            raise DemoError(f"The demo server did not start{': ' + reason if reason else '.'}") from None
        except asyncio.CancelledError:
            await _end(process)
            raise

    async def stop(self) -> None:
        """End the server and wait for it; changes have been kept already."""
        await _end(self._process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(3):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _reason(process: asyncio.subprocess.Process) -> str:
    """The last line that a server which failed has written to standard error."""
    with suppress(ProcessLookupError):
        process.kill()
    _, errors = await process.communicate()
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
