"""`python -m odtui.demo`: serve a demo drive until standard input ends."""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odtui.demo.running import Server


def main(argv: list[str] | None = None) -> int:
    """Serve. Prints one line of JSON when ready; 2 if the server cannot start."""
    options = _parser().parse_args(argv)
    from odtui.demo import plan
    from odtui.demo.running import Server, bind
    from odtui.demo.server import encode_ready
    from odtui.demo.state import Demo, Options

    if options.real is not None and not options.real.is_dir():
        return _fail(f"{options.real} is not a folder")
    try:
        listener = bind(options.port)
    except OSError as error:
        return _fail(f"cannot listen on port {options.port}: {error.strerror}")
    try:
        now = datetime.fromisoformat(options.now).timestamp() if options.now else None
        demo = Demo.create(
            Options(
                account=options.account,
                state=options.state,
                items=options.items,
                real=options.real,
                quota=options.quota,
                faults=plan.parse(options.faults),
                now=None if now is None else lambda: now,
            )
        )
    except (OSError, ValueError) as error:
        return _fail(f"cannot prepare the drive: {error}")
    server = Server(demo, listener, lambda: print(encode_ready(demo.base), flush=True))  # noqa: T201  # the promise to the parent
    threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
    try:
        asyncio.run(server.run_on_listener())
    finally:
        demo.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m odtui.demo", description="Serve a demo OneDrive on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; any free one by default")
    parser.add_argument("--state", type=Path, help="folder that keeps changes; a temporary one by default")
    parser.add_argument("--items", type=int, default=0, help="add a folder of so many files")
    parser.add_argument("--from", dest="real", type=Path, help="show this folder of the machine; it is only read")
    parser.add_argument("--account", choices=("personal", "business"), default="personal")
    parser.add_argument("--quota", type=int, default=100 << 30, help="size of the drive in bytes")
    parser.add_argument("--faults", default="", help="what goes wrong, as odtui/demo/plan.py says")
    parser.add_argument("--now", help="fixed time for stamps of changes, ISO 8601")
    return parser


def _fail(reason: str) -> int:
    print(reason, file=sys.stderr)  # noqa: T201  # read by the parent
    return 2


def _stop_with_parent(server: Server) -> None:
    """Wait for the end of standard input, which comes when the parent is gone."""
    while sys.stdin.buffer.read(4096):
        pass
    server.stop()


if __name__ == "__main__":
    raise SystemExit(main())
