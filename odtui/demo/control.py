"""The control endpoint `/_demo`: faults, expiry, changes behind a client's back, and the request log."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from odtui.demo.drive import Drive
from odtui.demo.faults import Rule
from odtui.demo.nodes import Node
from odtui.demo.state import Demo


async def control(request: Request) -> Response:
    """Any request below /_demo."""
    demo: Demo = request.app.state.demo
    handler = _ACTIONS.get((request.method, request.path_params["action"]))
    if handler is None:
        return Response(status_code=404)
    try:
        return await handler(demo, request)
    except (msgspec.MsgspecError, re.error, LookupError) as error:
        return Response(msgspec.json.encode({"error": str(error)}), 400, media_type="application/json")


def _json(body: Any) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")


async def _faults(demo: Demo, request: Request) -> Response:
    return _json(demo.faults.rules)


async def _add_faults(demo: Demo, request: Request) -> Response:
    """A rule or a list of them."""
    wanted = msgspec.json.decode(await request.body(), type=Rule | list[Rule])
    for rule in wanted if isinstance(wanted, list) else [wanted]:
        demo.faults.add(rule)
    return Response(status_code=204)


async def _clear_faults(demo: Demo, request: Request) -> Response:
    demo.faults.clear()
    return Response(status_code=204)


async def _log(demo: Demo, request: Request) -> Response:
    return _json(demo.log.entries(request.query_params.get("path", "")))


async def _warnings(demo: Demo, request: Request) -> Response:
    return _json(demo.warnings)


async def _clear_log(demo: Demo, request: Request) -> Response:
    demo.log.clear()
    return Response(status_code=204)


class Expiry(msgspec.Struct):
    """What to make worthless."""

    tokens: bool = False
    refresh: bool = False
    downloads: bool = False
    uploads: bool = False
    deltas: bool = False
    consents: bool = False
    """What people have allowed programs."""


async def _expire(demo: Demo, request: Request) -> Response:
    expire(demo, msgspec.json.decode(await request.body(), type=Expiry))
    return Response(status_code=204)


def expire(demo: Demo, what: Expiry) -> None:
    """Make everything given out so far of some kinds worthless."""
    demo.epochs.tokens += what.tokens
    demo.epochs.refresh += what.refresh
    demo.epochs.downloads += what.downloads
    demo.epochs.uploads += what.uploads
    demo.epochs.deltas += what.deltas
    if what.consents:
        demo.consents.forget()


class Demand(msgspec.Struct):
    """Claims that Graph demands from now on."""

    interactive: bool = False
    """Whether only a sign-in in the browser brings them."""


async def _challenge(demo: Demo, request: Request) -> Response:
    wish = msgspec.json.decode(await request.body() or b"{}", type=Demand)
    return _json({"claims": demo.demand(interactive=wish.interactive).claims})


async def _clear_challenge(demo: Demo, request: Request) -> Response:
    demo.challenge = None
    return Response(status_code=204)


class Change(msgspec.Struct):
    """A change behind the client's back."""

    path: str
    """From the root of the drive, plain text."""
    action: str
    """touch, write, rename, delete, lock, unlock."""
    drive: str = "ada"
    value: str = ""
    """New name or text."""


async def _change(demo: Demo, request: Request) -> Response:
    change(demo, msgspec.json.decode(await request.body(), type=Change))
    return Response(status_code=204)


def change(demo: Demo, wish: Change) -> None:
    """Change an item as another client would. Raises LookupError if there is none."""
    drive = demo.drives[wish.drive]
    node = drive.tree.owned(find(drive, wish.path))
    match wish.action:
        case "touch":
            drive.changed(node)
        case "write":
            stored, path = demo.journal.new_blob()
            data = wish.value.encode()
            path.write_bytes(data)
            drive.set_content(node, stored, len(data), "")
        case "rename":
            parent = drive.tree.parent(node)
            assert parent is not None  # noqa: S101  # the root has no path
            drive.move(node, wish.value, parent)
        case "delete":
            drive.delete(node)
        case "lock" | "unlock":
            node.locked = wish.action == "lock"
        case _:
            raise LookupError(f"unknown action {wish.action}")


def find(drive: Drive, path: str) -> Node:
    """The item at a plain path. Raises LookupError."""
    node: Node | None = drive.tree.root
    for name in path.strip("/").split("/"):
        node = drive.tree.child(node, name) if node is not None else None
    if node is None:
        raise LookupError(f"nothing at {path}")
    return node


class Settings(msgspec.Struct):
    """What can be set while the server runs."""

    quota: int | None = None
    """Total bytes of Ada's drive."""
    withheld: list[str] | None = None
    """Scopes that consent leaves out from now on."""
    admin_only: list[str] | None = None
    """Scopes that from now on only an administrator can allow to work accounts."""
    single_use_refresh: bool | None = None
    """Whether a refresh token works once only."""
    strict_fragments: bool | None = None
    """Whether an upload with fragments of other sizes than 320 KiB allows fails at its end."""
    picked: list[str] | None = None
    """Paths in Ada's drive that she picks for the app, which is what the Selected scopes open."""
    lag: int | None = None
    """For how many requests new items are not found."""
    skew: float | None = None
    """Seconds by which the server's clock is ahead."""
    seed: int | None = None
    """Of the chances of faults."""


async def _settings(demo: Demo, request: Request) -> Response:
    settings = msgspec.json.decode(await request.body(), type=Settings)
    if settings.quota is not None:
        demo.drives["ada"].quota.total = settings.quota
    if settings.withheld is not None:
        demo.withheld = {scope.lower() for scope in settings.withheld}
    if settings.admin_only is not None:
        demo.consents.admin_only = {scope.lower() for scope in settings.admin_only}
    if settings.single_use_refresh is not None:
        demo.single_use = settings.single_use_refresh
    if settings.strict_fragments is not None:
        demo.strict_fragments = settings.strict_fragments
    if settings.picked is not None:
        demo.picked = {find(demo.drives["ada"], path).guid for path in settings.picked}
    if settings.lag is not None:
        for drive in demo.drives.values():
            drive.lag = settings.lag
    if settings.skew is not None:
        demo.skew = settings.skew
    if settings.seed is not None:
        demo.faults.seed(settings.seed)
    return Response(status_code=204)


_ACTIONS: dict[tuple[str, str], Callable[[Demo, Request], Awaitable[Response]]] = {
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "log"): _log,
    ("DELETE", "log"): _clear_log,
    ("GET", "warnings"): _warnings,
    ("POST", "expire"): _expire,
    ("POST", "challenge"): _challenge,
    ("DELETE", "challenge"): _clear_challenge,
    ("POST", "change"): _change,
    ("POST", "settings"): _settings,
}
