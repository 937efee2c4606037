"""Read-only mode: a transport through which no request goes that changes anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from odtui.graph.errors import ReadOnlyMode

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_ASKING = ("/search/query", "/preview")
"""Ends of addresses to which POST only asks a question."""
_BATCH = "/$batch"
_LASTING = "redeemSharingLink"
"""A preference that gives lasting access, which is a change even in a GET (REFERENCE §2.5)."""


class ReadOnlyGuard(httpx.AsyncBaseTransport):
    """Wraps a transport. While `read_only` says so, a change raises ReadOnlyMode instead of being sent.

    The innermost wrapper, so that repetitions pass it, too.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, read_only: Callable[[], bool]) -> None:
        self._inner = inner
        self._read_only = read_only

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._read_only() and changes(request):
            raise ReadOnlyMode("not sent: read-only mode is on")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def changes(request: httpx.Request) -> bool:
    """Whether a request may change something; in doubt it does."""
    path = request.url.path
    if request.method in _READING:
        wishes = request.headers.get("prefer", "").split(",")
        return any(wish.strip().casefold() == _LASTING.casefold() for wish in wishes)
    if request.method != "POST":
        return True
    if path.endswith(_BATCH):
        return not _only_reads(request)
    return not path.endswith(_ASKING)


def _only_reads(request: httpx.Request) -> bool:
    try:
        batch = msgspec.json.decode(request.content, type=dict[str, Any])
        return all(part["method"].upper() in _READING for part in batch["requests"])
    except (msgspec.MsgspecError, httpx.RequestNotRead, KeyError, TypeError, AttributeError):
        return False
