"""Copies on the server and watches the copy to its end. Source: REFERENCE §5.13, §5.14; QUIRKS 165-170."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import msgspec

from odtui.graph import addresses
from odtui.graph.doubts import surely
from odtui.graph.errors import GraphError, ItemNotFound, NameConflict
from odtui.graph.faults import fault, graph_errors, job_fault
from odtui.graph.models import CopyStatus, DriveItem
from odtui.graph.transport import WHOLE
from odtui.graph.wire import Wire, decode

FIRST_POLL, GROWTH, LONGEST_POLL = 1.0, 1.5, 5.0
"""Seconds before the first look, how the wait grows, and its limit."""
FORGOTTEN = frozenset({401, 403, 404, 410})
"""Answers of a monitor that is over, which says nothing about the copy or the account (REFERENCE §5.14)."""
FAILED = frozenset({"failed", "deletefailed", "cancelled"})


async def copy(
    wire: Wire,
    drive_id: str,
    item_id: str,
    parent: dict[str, str],
    name: str | None,
    on_progress: Callable[[float], None] | None,
) -> DriveItem | None:
    """Start a copy and wait for it. The new item, or None if the service did not say which one it is.

    Cancelling stops the watching, not the copy.
    """

    attempts = 0

    async def start() -> httpx.Response:
        nonlocal attempts
        attempts += 1
        body = {"parentReference": parent} | ({} if name is None else {"name": name})
        address = f"{addresses.item(drive_id, item_id)}/copy"
        headers = {"Prefer": "respond-async"}
        return await wire.patiently(parent["id"], lambda: wire.call("POST", address, json=body, headers=headers))

    async def unknown(error: GraphError | None) -> None:
        """A copy that was started takes its time, so that looking at once says nothing."""

    try:
        return await _ended(wire, await surely(wire, start, unknown), parent["driveId"], on_progress)
    except NameConflict:
        arrived = await _arrived(wire, drive_id, item_id, parent, name) if attempts > 1 and name is not None else None
        if arrived is None:
            raise
        return arrived


async def _arrived(wire: Wire, drive_id: str, item_id: str, parent: dict[str, str], name: str) -> DriveItem | None:
    """A name that is taken only now, by as large a file, was taken by the attempt whose answer was lost."""
    source = await wire.get(addresses.with_fields(addresses.item(drive_id, item_id)), DriveItem)
    there = await wire.get(addresses.with_fields(addresses.below(parent["driveId"], parent["id"], name)), DriveItem)
    return there if there.file is not None and there.size == source.size and there.id != source.id else None


async def _ended(
    wire: Wire, response: httpx.Response, drive_id: str, on_progress: Callable[[float], None] | None
) -> DriveItem | None:
    """What came of a copy that has begun."""
    monitor = response.headers.get("location")
    if response.status_code != 202 or not monitor:
        return decode(response, DriveItem) if response.status_code in (200, 201) and response.content else None
    resource_id = await _watch(wire, wire.links.resolve(monitor, response.url), on_progress)
    if resource_id is None:
        return None
    copied = addresses.with_fields(addresses.item(drive_id, resource_id))
    try:
        return await wire.until_found(lambda: wire.get(copied, DriveItem))
    except ItemNotFound:
        return None


async def _watch(wire: Wire, monitor: str, on_progress: Callable[[float], None] | None) -> str | None:
    """The id of the finished copy, if it is told. The monitor is pre-authenticated: no token goes there (QUIRKS 20)."""
    url, _ = wire.links.download(monitor)
    delay = FIRST_POLL
    while True:
        await wire.sleep(delay)
        delay = min(delay * GROWTH, LONGEST_POLL)
        with graph_errors(wire.content):
            response = await wire.content.get(url, headers={"Accept": "application/json"}, extensions=WHOLE)
        if response.status_code in FORGOTTEN:
            return None
        if response.status_code >= 400:
            raise fault(response)
        status = _status(response)
        if status.status.casefold() in FAILED:
            raise job_fault(response.content)
        if on_progress and status.percentage_complete is not None:
            on_progress(min(max(status.percentage_complete / 100, 0.0), 1.0))
        if status.status.casefold() == "completed":
            return status.resource_id


def _status(response: httpx.Response) -> CopyStatus:
    """A redirect means done and must not be followed: it leads to a page that wants the token (QUIRKS 166)."""
    if not response.is_redirect:
        return decode(response, CopyStatus)
    parts = (
        httpx.URL(response.headers["location"]).path.rstrip("/").split("/") if "location" in response.headers else [""]
    )
    told = CopyStatus(
        status="completed", percentage_complete=100.0, resource_id=parts[-1] if "items" in parts[-2:-1] else None
    )
    body = _json_or_none(response)
    return (
        told
        if body is None or body.resource_id is None
        else CopyStatus(status="completed", percentage_complete=100.0, resource_id=body.resource_id)
    )


def _json_or_none(response: httpx.Response) -> CopyStatus | None:
    try:
        return msgspec.json.decode(response.content, type=CopyStatus)
    except msgspec.DecodeError:
        return None
