"""Sending a content into a folder of a drive. Sources: QUIRKS 116-147."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from odtui.graph.client import Blocks, GraphClient, OnConflict, UploadSession
from odtui.graph.doubts import is_doubtful
from odtui.graph.errors import GraphError, ItemNotFound, NameConflict, NotGraph, SessionGone
from odtui.graph.models import DriveItem
from odtui.services.drive_entries import from_drive_item
from odtui.services.entry import Entry
from odtui.services.transfers.content import Content
from odtui.services.transfers.fragments import Fragments
from odtui.services.transfers.persist import Persistence, Report, Sleep
from odtui.services.transfers.problems import HashDiffers
from odtui.services.transfers.sending import HashedSource
from odtui.services.transfers.trail import FileTrail, Mark
from odtui.services.transfers.verify import is_rewritten, item_digest

log = logging.getLogger(__name__)

SMALL = 4 * 1024 * 1024
"""Bytes up to which a file goes up in one request."""
_NEW_SESSIONS = 2
_CHECKS = 2
"""Times that a file may arrive with a wrong hash before it is given up."""
_REWRITTEN = "OneDrive added properties of its own to the file, as it does with Office, PDF and web files."
UNTIMED = "The file arrived, but its own time could not be set."
_CHANGED = "The file changed after it was interrupted on its way, so it was sent anew."


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of an upload."""

    item: DriveItem
    warning: str = ""
    """A sentence about what is not as it should be; empty if nothing."""
    exact: bool = True
    """Whether the service stored what was sent, as far as it tells."""
    untimed: int | None = None
    """Its own time, in seconds since the epoch, if that is still to be set."""


async def send_file(
    client: GraphClient,
    content: Content,
    folder: Entry,
    name: str,
    *,
    on_conflict: OnConflict,
    report: Report,
    sleep: Sleep,
    trail: FileTrail,
    time_later: bool = False,
) -> Sent:
    """Upload and check. When it fails or is cancelled it leaves no half file, and no session but what the trail keeps.

    Raises GraphError, OSError, SourceChanged, and HashDiffers when the service stored something else twice.

    Args:
        time_later: The caller sets the time of a small file, as the outcome says.
    """
    for check in range(1, _CHECKS + 1):
        sending = _Sending(client, content, folder, name, on_conflict, report, sleep, trail)
        sent = await (sending.at_once() if content.size <= SMALL else sending.in_fragments())
        if sent.exact or is_rewritten(name):
            return sent if time_later else await _with_time(client, folder, sent)
        log.warning("the service stored something else than was sent")
        replaced = on_conflict == "replace"
        removed = not replaced and await _removed(client, folder, sent.item)
        if check == _CHECKS or not (replaced or removed):
            raise HashDiffers.stored(replaced=replaced, removed=removed)
        report(0)
    raise AssertionError


async def _removed(client: GraphClient, folder: Entry, item: DriveItem) -> bool:
    """Whether a new file that is not what was sent could be put in the recycle bin."""
    try:
        await client.delete(folder.content.drive_id, item.id, e_tag=item.e_tag)
    except GraphError as error:
        log.warning("a damaged file could not be removed: %s", type(error).__name__)
        return False
    return True


async def _with_time(client: GraphClient, folder: Entry, sent: Sent) -> Sent:
    """That it cannot be set is worth a word, not a failed upload (124)."""
    if sent.untimed is None:
        return sent
    try:
        changed = await client.set_modified(folder.content.drive_id, sent.item.id, sent.untimed)
    except GraphError as error:
        log.warning("the time of an uploaded file was not set: %s", type(error).__name__)
        return Sent(sent.item, UNTIMED, sent.exact)
    return Sent(changed or sent.item, sent.warning, sent.exact)


class _Sending:
    """One file on its way to a drive, once."""

    def __init__(
        self,
        client: GraphClient,
        content: Content,
        folder: Entry,
        name: str,
        on_conflict: OnConflict,
        report: Report,
        sleep: Sleep,
        trail: FileTrail,
    ) -> None:
        self._client = client
        self._content = content
        self._at = folder.content
        self._name = name
        self._on_conflict = on_conflict
        self._report = report
        self._sleep = sleep
        self._trail = trail
        self._source = HashedSource(content)
        self._all_sent = False
        self._word = ""

    async def at_once(self) -> Sent:
        content = self._content
        data = await self._source.read(0, content.size) if content.size else b""
        await content.check_unchanged()
        item = await self._put(data)
        self._report(len(data))
        return replace(await self._checked(item), untimed=content.modified)  # one request cannot carry it (123)

    async def _put(self, data: bytes) -> DriveItem:
        """One request; after one whose answer was lost, it looks whether the file has arrived before it sends again."""
        persistence = Persistence(self._sleep)
        doubtful = False
        while True:
            try:
                return await self._client.upload_small(
                    self._at.drive_id, self._at.id, self._name, data, on_conflict=self._on_conflict
                )
            except GraphError as error:
                if not (is_doubtful(error) or (doubtful and isinstance(error, NameConflict))):
                    raise
                if doubtful and (arrived := await self._arrived()) is not None:
                    return arrived
                await persistence.after(error, 0)
            doubtful = True
            if (arrived := await self._arrived()) is not None:
                return arrived

    async def _checked(self, item: DriveItem) -> Sent:
        """Fields that the first answer lacks prove nothing (QUIRKS 140)."""
        wrong_size = item.size is not None and item.size != self._content.size
        if not wrong_size and not await self._source.differs(item_digest(item)):
            return Sent(item, self._word)
        return Sent(item, _REWRITTEN if is_rewritten(self._name) else "", exact=False)

    async def in_fragments(self) -> Sent:
        for attempt in range(_NEW_SESSIONS + 1):
            try:
                session = await self._resumed() or await self._new_session()
                item = await self._fragments(session)
            except SessionGone:
                await self._drop()
                if self._all_sent and (arrived := await self._arrived()) is not None:
                    return await self._checked(arrived)
                if attempt == _NEW_SESSIONS:
                    raise
                self._all_sent = False
                self._report(0)
                continue
            except BaseException as error:
                await self._give_up(error)
                raise
            arrived = item if item is not None else await self._arrived()
            self._trail.end()
            if arrived is None:
                raise SessionGone("the service took the last bytes but shows no file")
            return await self._checked(await self._told(arrived))
        raise AssertionError

    async def _told(self, item: DriveItem) -> DriveItem:
        """With size and hash, if the first answer lacked them and the service has them now (QUIRKS 140)."""
        if item.size is not None and item_digest(item):
            return item
        try:
            return await self._client.item(self._at.drive_id, item.id)
        except GraphError:
            return item

    async def _resumed(self) -> UploadSession | None:
        """The session that an earlier attempt has left. Raises SessionGone if the service has forgotten it.

        What had been sent of another version of the file is given up: two versions never become one file.
        """
        content, mark = self._content, self._trail.mark
        if mark is None or mark.kind != "upload":
            return None
        if not mark.version or (mark.version, mark.size, mark.name) != (content.version, content.size, self._name):
            self._word = _CHANGED if mark.version != content.version else ""
            self._trail.end()
            await self._cancel(mark)
            return None
        self._all_sent = True  # as far as this run knows
        session = await self._client.resume_upload(mark.where, mark.size)
        self._all_sent = False
        self._source.resume(mark.state)
        self._report(session.next_offset, really=False)
        return session

    async def _new_session(self) -> UploadSession:
        session = await self._client.create_upload_session(
            self._at.drive_id,
            self._at.id,
            self._name,
            self._content.size,
            modified=self._content.modified,
            on_conflict=self._on_conflict,
        )
        replaces = self._on_conflict == "replace"
        mark = Mark("upload", session.url, self._name, self._content.size, self._content.version, replaces)
        await self._trail.begin(mark)
        return session

    async def _give_up(self, error: BaseException) -> None:
        """Cancel a session that nobody will go on with (QUIRKS 135)."""
        mark = self._trail.mark
        if mark is None or mark.kind != "upload" or self._trail.keeps(error):
            return
        self._trail.end()
        await self._cancel(mark)

    async def _drop(self) -> None:
        """The service no longer takes bytes for a session, which does not mean that it has forgotten it."""
        mark = self._trail.mark
        self._trail.end()
        if mark is not None and mark.kind == "upload":
            await self._cancel(mark)

    async def _cancel(self, mark: Mark) -> None:
        try:
            await self._client.cancel_upload(mark.where)
        except NotGraph:
            log.warning("the address of an upload session in the journal is of no use")

    async def _fragments(self, session: UploadSession) -> DriveItem | None:
        persistence = Persistence(self._sleep)
        item: DriveItem | None = None
        data: Blocks | None
        async with Fragments(self._source.read, session.size, block=self._content.block) as fragments:
            while session.next_offset < session.size:
                start = session.next_offset
                try:
                    data = await fragments.read(start)
                    if start + len(data) >= session.size:
                        await self._content.check_unchanged()
                        self._all_sent = True
                    item = await fragments.sent(start, data, session.send)
                except SessionGone:
                    raise
                except GraphError as error:
                    data = None  # holds no memory while it waits
                    await self._resume(session, error, persistence)
                await self._trail.progress(session.url, session.next_offset, self._source.state)
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
        if item.size != self._content.size:
            return None
        if digest := item_digest(item):
            return item if await self._source.equals(digest) else None
        modified = from_drive_item(item, self._at.drive_id).modified
        return item if self._content.modified is None or modified == self._content.modified else None
