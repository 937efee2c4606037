"""`odtui demo-server`: the demo drive as a server of its own, for other programs."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odtui.demo.state import Demo

EXIT_OK, EXIT_FAILURE, EXIT_USAGE = 0, 1, 2
TOKEN_LIFE = 10 * 365 * 86_400
"""Seconds for which the token works that is printed for rclone."""

_ABOUT = "Serve a demo OneDrive over Microsoft's Graph and sign-in protocols, on this computer only."


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until Ctrl+C or a signal. Returns the exit code: 1 if the server cannot start, 2 for wrong faults."""
    options = _parser().parse_args(argv)
    from odtui.demo import plan
    from odtui.demo.running import Server, bind
    from odtui.demo.state import Demo, Options

    try:
        faults = plan.parse(options.faults)
    except ValueError as error:
        return _fail(f"{error}\n\n{plan.SYNTAX}", EXIT_USAGE)
    try:
        listener = bind(options.port)
    except OSError as error:
        return _fail(f"Cannot listen on port {options.port}: {error.strerror}", EXIT_FAILURE)
    try:
        demo = Demo.create(
            Options(
                account=options.account,
                state=options.root,
                items=options.items,
                quota=options.quota,
                faults=faults,
            )
        )
    except (OSError, ValueError) as error:
        listener.close()
        return _fail(f"Cannot use {options.root}: {error}", EXIT_FAILURE)
    server = Server(demo, listener, lambda: _say(welcome(demo, options.root)))
    try:
        asyncio.run(server.run_on_listener())
    finally:
        demo.close()
    return EXIT_OK


def welcome(demo: Demo, root: Path) -> str:
    """What the server says when it listens: its addresses, and how others reach it."""
    own = demo.drives["ada"]
    return f"""\
The demo OneDrive of {own.owner.name} ({own.kind}) is being served, on this computer only (127.0.0.1).

  Graph     {demo.base}/v1.0
  sign-in   {demo.base}/common/oauth2/v2.0
  control   {demo.base}/_demo
  kept in   {root.resolve()}

An rclone whose OneDrive remotes know tenant_url reaches it with this in rclone.conf:

  [demo]
  type = onedrive
  drive_id = {own.id}
  drive_type = {own.kind}
  tenant_url = {demo.base}/_api
  token = {_token(demo)}

An older rclone has Microsoft's addresses built in: it needs HTTPS_PROXY and a certificate of its own.
Press Ctrl+C to stop.
"""


def _token(demo: Demo) -> str:
    """A token in rclone's form that opens Ada's drive on this server, and nothing else anywhere."""
    import msgspec

    value = {
        "user": "ada",
        "scopes": ["files.readwrite.all", "sites.readwrite.all"],
        "exp": demo.clock() + TOKEN_LIFE,
        "epoch": demo.epochs.tokens,
    }
    token = {
        "access_token": demo.signer.seal("access", value),
        "token_type": "Bearer",
        "expiry": "2099-01-01T00:00:00Z",
    }
    return msgspec.json.encode(token).decode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="odtui demo-server", description=_ABOUT, allow_abbrev=False)
    parser.add_argument(
        "--port", metavar="P", type=_port, required=True, help="port to listen on; 0 takes any free one"
    )
    parser.add_argument("--root", metavar="DIR", type=Path, required=True, help="folder that keeps everything")
    parser.add_argument("--account", choices=("personal", "business"), default="personal", help="kind of account")
    parser.add_argument("--items", metavar="N", type=int, default=0, help="add a folder of N files")
    parser.add_argument("--quota", metavar="BYTES", type=int, default=100 << 30, help="size of the drive")
    parser.add_argument("--faults", metavar="SPEC", default="", help="what goes wrong; 'help' says how it is written")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError(text)
    return port


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _fail(reason: str, code: int) -> int:
    sys.stderr.write(f"{reason}\n")
    return code
