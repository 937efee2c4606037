"""Sending a content into a folder of a drive. Sources: QUIRKS 116-147."""

from __future__ import annotations

import logging
import os.path
from collections.abc import Callable

from odtui.graph.client import GraphClient, OnConflict, UploadSession
from odtui.graph.errors import GraphError, ItemNotFound, SessionGone
from odtui.graph.models import DriveItem
from odtui.services.drive_entries import from_drive_item
from odtui.services.entry import Entry
from odtui.services.transfers.content import Content
from odtui.services.transfers.persist import Persistence, Sleep
from odtui.services.transfers.problems import SizeDiffers

log = logging.getLogger(__name__)

SMALL = 4 * 1024 * 1024
"""Bytes up to which a file goes up in one request."""
FRAGMENT = 10 * 1024 * 1024
"""Bytes; 32 times 320 KiB."""
_NEW_SESSIONS = 2

_REWRITTEN = frozenset({".docx", ".xlsx", ".pptx", ".pdf", ".html", ".htm", ".aspx", ".docm", ".xlsm", ".pptm"})
"""SharePoint puts properties into these after the upload: another size is no fault (QUIRKS 139)."""


class Sent:
    """What came of an upload."""

    def __init__(self, item: DriveItem, warning: str = "", *, exact: bool = True) -> None:
        self.item = item
        self.warning = warning
        """A sentence about what is not as it should be; empty if nothing."""
        self.exact = exact
        """Whether the service stored as many bytes as were sent."""


async def send_file(
    client: GraphClient,
    content: Content,
    folder: Entry,
    name: str,
    *,
    on_conflict: OnConflict,
    report: Callable[[int], None],
    sleep: Sleep,
) -> Sent:
    """Upload. Leaves no half file and no session when it fails or is cancelled.

    Raises GraphError, OSError, SourceChanged, and SizeDiffers when the service stored something else.
    """
    at = folder.content
    if content.size <= SMALL:
        data = await content.read_at(0, content.size) if content.size else b""
        await content.check_unchanged()
        item = await client.upload_small(at.drive_id, at.id, name, data, on_conflict=on_conflict)
        report(len(data))
        item, warning = await _set_time(client, item, content.modified, at.drive_id)
        return _compared(item, content.size, name, warning)
    item = await _LargeUpload(client, content, folder, name, on_conflict, report, sleep).send()
    return _compared(item, content.size, name, "")


async def _set_time(client: GraphClient, item: DriveItem, modified: int | None, drive_id: str) -> tuple[DriveItem, str]:
    """One request cannot carry the time; that it cannot be set is worth a word, not a failed upload (QUIRKS 124)."""
    if modified is None:
        return item, ""
    try:
        changed = await client.set_modified(drive_id, item.id, modified)
    except GraphError as error:
        log.warning("the time of an uploaded file was not set: %s", type(error).__name__)
        return item, "The file arrived, but its own time could not be set."
    return changed or item, ""


def _compared(item: DriveItem, size: int, name: str, warning: str) -> Sent:
    if item.size is None or item.size == size:  # the first answer may lack it (QUIRKS 140)
        return Sent(item, warning)
    if os.path.splitext(name)[1].casefold() in _REWRITTEN:
        return Sent(item, warning, exact=False)
    raise SizeDiffers(size, item.size)


class _LargeUpload:
    """One file in fragments."""

    def __init__(
        self,
        client: GraphClient,
        content: Content,
        folder: Entry,
        name: str,
        on_conflict: OnConflict,
        report: Callable[[int], None],
        sleep: Sleep,
    ) -> None:
        self._client = client
        self._content = content
        self._at = folder.content
        self._name = name
        self._on_conflict = on_conflict
        self._report = report
        self._sleep = sleep
        self._all_sent = False

    async def send(self) -> DriveItem:
        for attempt in range(_NEW_SESSIONS + 1):
            session = await self._client.create_upload_session(
                self._at.drive_id,
                self._at.id,
                self._name,
                self._content.size,
                modified=self._content.modified,
                on_conflict=self._on_conflict,
            )
            try:
                item = await self._fragments(session)
            except SessionGone:
                if self._all_sent and (arrived := await self._arrived()) is not None:
                    return arrived
                if attempt == _NEW_SESSIONS:
                    raise
                self._report(0)
                continue
            except BaseException:
                await session.cancel()
                raise
            arrived = item if item is not None else await self._arrived()
            if arrived is None:
                raise SessionGone("the service took the last bytes but shows no file")
            return arrived
        raise AssertionError

    async def _fragments(self, session: UploadSession) -> DriveItem | None:
        persistence = Persistence(self._sleep)
        item: DriveItem | None = None
        while session.next_offset < session.size:
            start = session.next_offset
            try:
                data = await self._content.read_at(start, min(FRAGMENT, session.size - start))
                if start + len(data) >= session.size:
                    await self._content.check_unchanged()
                    self._all_sent = True
                item = await session.send(data)
            except SessionGone:
                raise
            except GraphError as error:
                await self._resume(session, error, persistence)
            self._report(session.next_offset)
        return item

    async def _resume(self, session: UploadSession, error: GraphError, persistence: Persistence) -> None:
        """The server decides where to go on; bytes that it did not acknowledge are sent again (QUIRKS 130)."""
        while True:
            await persistence.after(error, session.next_offset)
            try:
                await session.refresh()
                return
            except SessionGone:
                raise
            except GraphError as again:
                error = again

    async def _arrived(self) -> DriveItem | None:
        """The file, if it is there although the answer to its last bytes was lost (QUIRKS 129)."""
        try:
            item = await self._client.item_at(self._at.drive_id, self._name, below=self._at.id)
        except ItemNotFound:
            return None
        modified = from_drive_item(item, self._at.drive_id).modified
        same_time = self._content.modified is None or modified == self._content.modified
        return item if item.size == self._content.size and same_time else None
