"""Sends files: small ones in one request, others in fragments through an upload session.

Source: REFERENCE §5.5, §5.6; QUIRKS 116-147.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

import httpx
import msgspec

from odtui.graph import addresses
from odtui.graph.doubts import surely
from odtui.graph.errors import (
    Forbidden,
    GraphError,
    InvalidRequest,
    ItemNotFound,
    NotGraph,
    ServiceFailure,
    SessionGone,
    SignInRequired,
)
from odtui.graph.faults import graph_errors
from odtui.graph.models import DriveItem
from odtui.graph.transport import RESUMABLE
from odtui.graph.wire import CLOSING, Wire, decode, read

OnConflict = Literal["fail", "replace", "rename"]
log = logging.getLogger(__name__)

FRAGMENT = 320 * 1024
"""Bytes. Every fragment but the last is a multiple of it, or the upload fails at its very end (QUIRKS 119)."""
LARGEST_FRAGMENT = 191 * FRAGMENT
"""Bytes; the service takes less than 60 MiB per request."""
LARGEST_SMALL = 4 * 1024 * 1024
"""Bytes that go up in one request (QUIRKS 116)."""
NEW_SESSION = 5.0
"""Seconds until a session that was just made is known everywhere (QUIRKS 131)."""


class SessionStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the service says about a session."""

    upload_url: str | None = None
    next_expected_ranges: list[str] | None = None

    def __repr__(self) -> str:
        return f"SessionStatus({self.next_expected_ranges})"


async def upload_small(
    wire: Wire, drive_id: str, parent_id: str, name: str, data: bytes, on_conflict: OnConflict
) -> DriveItem:
    """One PUT. A conflict that a repetition may have caused itself is avoided by not repeating it."""
    if len(data) > LARGEST_SMALL:
        raise InvalidRequest("too large for one request", codes=("maxStreamSizeExceeded",))
    address = f"{addresses.named(drive_id, parent_id, name, 'content')}?@microsoft.graph.conflictBehavior={on_conflict}"
    headers = {"Content-Type": "application/octet-stream"}
    once = on_conflict != "replace"
    response = await wire.patiently(parent_id, lambda: wire.call("PUT", address, data=data, headers=headers, once=once))
    return decode(response, DriveItem)


async def create_session(
    wire: Wire, drive_id: str, parent_id: str, name: str, size: int, modified: int | None, on_conflict: OnConflict
) -> UploadSession:
    """A session for a file of at least one byte. Its time goes in here: later it makes a version (112)."""
    if size < 1:
        raise InvalidRequest("an empty file cannot be sent in fragments", codes=("invalidRequest",))
    item: dict[str, object] = {
        "@microsoft.graph.conflictBehavior": on_conflict,
        "name": name,
        "fileSize": size,
    }  # the order matters (QUIRKS 122)
    if modified is not None:
        item["fileSystemInfo"] = {"lastModifiedDateTime": timestamp(modified)}
    address = addresses.named(drive_id, parent_id, name, "createUploadSession")

    async def make() -> str:
        response = await wire.patiently(parent_id, lambda: wire.call("POST", address, json={"item": item}))
        status = decode(response, SessionStatus)
        if not status.upload_url:
            raise NotGraph("the service made an upload session without an address")
        return status.upload_url

    async def never(error: GraphError | None) -> None:
        """A session whose address was lost is of no use, and ends by itself."""

    url = await surely(wire, make, never)

    async def find() -> DriveItem:
        return await wire.get(addresses.with_fields(addresses.named(drive_id, parent_id, name)), DriveItem)

    return UploadSession(wire, url, size, find=None if on_conflict == "rename" else find)


class Blocks:
    """The bytes of one fragment in some pieces, which can be gone through again until they are let go.

    What has sent them may be held by cycles of the HTTP client for long, so it must not hold them.
    """

    def __init__(self, blocks: Sequence[bytes]) -> None:
        self._blocks = blocks
        self._length = sum(map(len, blocks))

    def __len__(self) -> int:
        return self._length

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for block in self._blocks:
            yield block

    def let_go(self) -> None:
        """They are not needed any more."""
        self._blocks = ()


class UploadSession:
    """One upload session, used by one task. Its URL is a secret and stays out of reprs and logs."""

    def __init__(
        self, wire: Wire, url: str, size: int, *, find: Callable[[], Awaitable[DriveItem]] | None = None
    ) -> None:
        """`find` reads the finished file, for when the answer that should hold it was lost."""
        self.url = wire.links.upload(url)
        """Kept so that a later run can resume."""
        self.size = size
        """Bytes of the whole file."""
        self.next_offset = 0
        """First byte that the server still wants."""
        self._wire = wire
        self._find = find
        self._acknowledged = False

    def __repr__(self) -> str:
        return f"UploadSession(next_offset={self.next_offset}, size={self.size})"

    async def send(self, data: bytes | Blocks) -> DriveItem | None:
        """Send one fragment from next_offset: a multiple of 320 KiB unless it is the last. The item after the last one.

        Go on from `next_offset`, which the server decides. It is `size`, without an item, if only the answer was lost.

        Raises:
            SessionGone: Start over with a new session; look first whether the file has arrived after all.
            NameConflict: The name was taken meanwhile.
        """
        self._check(data)
        response = await self._put(data)
        if response.status_code == 404 and not self._acknowledged:
            await self._wire.sleep(NEW_SESSION)
            response = await self._put(data)
        if response.status_code == 416:
            return await self._catch_up()
        if response.status_code >= 400:
            raise self._refused(response)
        self._acknowledged = True
        if response.status_code != 202:
            self.next_offset = self.size
            return decode(response, DriveItem) if response.content else await self._finished()
        status = decode(response, SessionStatus) if response.content else SessionStatus()
        self._advance(self._expected(status, self.next_offset + len(data)))
        return None

    async def refresh(self) -> int:
        """Ask the server for next_offset (after a cut connection or 416)."""
        response = await self._call("GET")
        if response.status_code >= 400:
            raise self._refused(response)
        status = decode(response, SessionStatus)
        if status.upload_url:
            self.url = self._wire.links.upload(status.upload_url)  # it may change (QUIRKS 133)
        self._acknowledged = True
        self.next_offset = self._expected(status, self.size if status.next_expected_ranges == [] else 0)
        return self.next_offset

    async def cancel(self) -> None:
        """Tell the server to forget it, within 5 s, even while the caller is cancelled. If it fails, it expires."""
        await asyncio.shield(self._wire.in_background(self._forget()))

    async def _forget(self) -> None:
        with suppress(GraphError, TimeoutError):
            async with asyncio.timeout(CLOSING):
                await self._call("DELETE")

    def _check(self, data: bytes | Blocks) -> None:
        end = self.next_offset + len(data)
        if not data or end > self.size or len(data) > LARGEST_FRAGMENT or (end < self.size and len(data) % FRAGMENT):
            raise InvalidRequest("the fragment has a wrong length", codes=("fragmentLengthMismatch",))

    async def _put(self, data: bytes | Blocks) -> httpx.Response:
        spanned = f"bytes {self.next_offset}-{self.next_offset + len(data) - 1}/{self.size}"
        return await self._call("PUT", data, {"Content-Range": spanned, "Content-Length": str(len(data))})

    async def _call(
        self, method: str, data: bytes | Blocks | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        with graph_errors(self._wire.content):
            extensions = RESUMABLE if method == "PUT" else None
            return read(
                await self._wire.content.request(method, self.url, content=data, headers=headers, extensions=extensions)
            )

    async def _catch_up(self) -> DriveItem | None:
        """416: the server has these bytes already; demand that it got further (QUIRKS 129)."""
        before = self.next_offset
        if await self.refresh() >= self.size:
            return await self._finished()
        self._advance_from(before)
        return None

    async def _finished(self) -> DriveItem | None:
        if self._find is None:
            return None
        item = await self._wire.until_found(self._find)
        return item if item.size == self.size else None

    def _advance(self, offset: int) -> None:
        before, self.next_offset = self.next_offset, offset
        self._advance_from(before)

    def _advance_from(self, before: int) -> None:
        if self.next_offset <= before:
            raise ServiceFailure("the upload does not get further", codes=("uploadSessionFailed",))

    def _expected(self, status: SessionStatus, otherwise: int) -> int:
        """The smallest start of the ranges; only it matters (QUIRKS 128)."""
        starts = [
            int(start)
            for text in status.next_expected_ranges or ()
            if (start := text.partition("-")[0].strip()).isdecimal()
        ]
        return min(min(starts, default=otherwise), self.size)

    def _refused(self, response: httpx.Response) -> GraphError:
        error = self._wire.failed(response)
        if response.status_code in (401, 403, 404, 410) and isinstance(
            error, SignInRequired | Forbidden | ItemNotFound
        ):
            return SessionGone(error.message, status=error.status, codes=error.codes, request_id=error.request_id)
        return error


def timestamp(seconds: int) -> str:
    """Whole seconds since the epoch as Graph writes them."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
