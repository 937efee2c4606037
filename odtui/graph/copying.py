"""Copies on the server and watches the copy to its end. Source: REFERENCE §5.13, §5.14; QUIRKS 165-170."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import msgspec

from odtui.graph import addresses
from odtui.graph.errors import GraphError, ItemNotFound, ServiceFailure
from odtui.graph.faults import fault, graph_errors, job_fault
from odtui.graph.models import CopyStatus, DriveItem
from odtui.graph.wire import Wire, decode

FIRST_POLL, GROWTH, LONGEST_POLL = 1.0, 1.5, 5.0
"""Seconds before the first look, how the wait grows, and its limit."""
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
    body: dict[str, object] = {"parentReference": parent}
    if name is not None:
        body["name"] = name
    address = f"{addresses.item(drive_id, item_id)}/copy"
    headers = {"Prefer": "respond-async"}
    response = await wire.patiently(parent["id"], lambda: wire.call("POST", address, json=body, headers=headers))
    monitor = response.headers.get("location")
    if response.status_code != 202 or not monitor:
        return decode(response, DriveItem) if response.status_code in (200, 201) and response.content else None
    resource_id = await _watch(wire, wire.links.resolve(monitor, response.url), on_progress)
    if resource_id is None:
        return None
    copied = addresses.with_fields(addresses.item(parent["driveId"], resource_id))
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
            response = await wire.content.get(url, headers={"Accept": "application/json"})
        if response.status_code in (404, 410):
            return None  # forgotten, not failed (REFERENCE §5.14)
        if response.status_code >= 400:
            raise _watch_fault(response)
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


def _watch_fault(response: httpx.Response) -> GraphError:
    """The monitor's own refusal; 401 there says nothing about the account."""
    error = fault(response)
    if response.status_code == 401:
        return ServiceFailure(error.message, status=401, codes=error.codes, request_id=error.request_id)
    return error
