"""Editing a file of a drive: fetched into a private folder, sent back only over the version that was fetched."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from odtui.graph.client import GraphClient, UploadSession
from odtui.graph.errors import GraphError, ItemNotFound, MalwareBlocked, SessionGone, StaleETag
from odtui.graph.models import DriveItem
from odtui.services.disk import on_disk, on_disk_to_end
from odtui.services.drive_entries import from_drive_item
from odtui.services.edit_store import About, Edit, EditStore, digest_of
from odtui.services.entry import Entry, Kind
from odtui.services.transfers.content import DriveContent, LocalContent
from odtui.services.transfers.download import write_file
from odtui.services.transfers.persist import Persistence, Sleep
from odtui.services.transfers.problems import HashDiffers, SourceChanged
from odtui.services.transfers.sending import HashedSource
from odtui.services.transfers.trail import Trail
from odtui.services.transfers.upload import send_file
from odtui.services.transfers.verify import is_rewritten, item_digest

SMALL = 4 * 1024 * 1024
"""Bytes that go up in one request."""
FRAGMENT = 10 * 1024 * 1024
"""Bytes; 32 times 320 KiB."""
READINGS = 3
"""Downloads of a file that changes while it is read, before it is given up."""
NEW_VERSIONS = 3
"""Changes of nothing but the item's properties that may come in between, before the user is asked."""
SHOWN = 2 * 1024 * 1024
"""Bytes of their version that are read to show it."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """The file as it is on the drive now."""

    item: DriveItem | None
    """None: it was deleted."""
    data: bytes | None
    """None: too large to be shown, or deleted."""


class Editing:
    """Fetches and sends. Raises GraphError, OSError, TransferError, or what the sign-in raises; the text stays."""

    def __init__(self, store: EditStore, *, sleep: Sleep, now: Callable[[], float] = time.time) -> None:
        """`now`: seconds since the epoch."""
        self.store = store
        self._sleep = sleep
        self._now = now
        self._trail = Trail()
        """What a failed attempt has left of a file, for the next."""

    async def fetch(self, client: GraphClient, entry: Entry, account: str) -> Edit:
        """Download the file that an entry names, whole and of one version. Leaves nothing behind when it fails."""
        if entry.blocked:
            raise MalwareBlocked("reported as malware in the listing", codes=("malwareDetected",))
        at = entry.content
        path = self.store.path_for(entry.name)
        try:
            await on_disk_to_end(self.store.reserve, path)
            item = await self._download(client, at.drive_id, at.id, path)
            about = About(
                account=account,
                drive_id=at.drive_id,
                item_id=at.id,
                parent_id=item.parent_reference.id if item.parent_reference else None,
                name=item.name or entry.name,
                file=path.name,
                e_tag=item.e_tag,
                c_tag=item.c_tag,
                digest=await on_disk(digest_of, path),
                size=item.size or 0,
                fetched_at=int(self._now()),
            )
            return await on_disk_to_end(self.store.keep, path, about)
        except BaseException:
            await on_disk_to_end(self.store.discard, path)
            raise

    async def _download(self, client: GraphClient, drive_id: str, item_id: str, path: Path) -> DriveItem:
        before = await client.item(drive_id, item_id)
        for _ in range(READINGS):
            entry = from_drive_item(before, drive_id)
            trail = Trail().file(entry, entry)
            content = DriveContent(client, entry)
            await write_file(content, str(path), replace=True, report=_nobody, sleep=self._sleep, trail=trail)
            await on_disk(os.chmod, path, 0o600)
            after = await client.item(drive_id, item_id)
            if _same_content(before, after):
                return after
            before = after
        raise SourceChanged

    async def send(self, client: GraphClient, edit: Edit, version: DriveItem | None = None) -> DriveItem:
        """Put the text over the version that was fetched, or over `version` if the user has seen that one.

        Raises:
            StaleETag: Somebody else has changed the content meanwhile. Nothing was overwritten.
            ItemNotFound: The file is gone.
        """
        e_tag = edit.about.e_tag if version is None else version.e_tag
        c_tag = edit.about.c_tag if version is None else version.c_tag
        for attempt in range(NEW_VERSIONS):
            try:
                return await self._put(client, edit, e_tag, c_tag)
            except StaleETag:
                now = await client.item(*edit.item)
                if await self._arrived(edit, now):
                    return now  # an earlier attempt came through, only its answer was lost
                if c_tag is None or now.c_tag != c_tag or attempt == NEW_VERSIONS - 1:
                    raise
                e_tag = now.e_tag  # renamed, shared or the like: the text is the same
        raise AssertionError

    async def _put(self, client: GraphClient, edit: Edit, e_tag: str | None, c_tag: str | None) -> DriveItem:
        """Checked against the service's own size and hash."""
        content = await LocalContent.of(_as_entry(edit))
        source = HashedSource(content)
        if content.size <= SMALL:
            data = await source.read(0, content.size) if content.size else b""
            await content.check_unchanged()
            item = await client.revise_small(*edit.item, data, e_tag=e_tag)
        else:
            item = await self._put_large(client, edit, source, content, e_tag, c_tag)
        wrong = item.size not in (None, content.size) or await source.differs(item_digest(item))
        if wrong and not is_rewritten(edit.about.name):
            raise HashDiffers.stored(replaced=True, removed=False)
        return item

    async def _put_large(
        self,
        client: GraphClient,
        edit: Edit,
        source: HashedSource,
        content: LocalContent,
        e_tag: str | None,
        c_tag: str | None,
    ) -> DriveItem:
        """A session knows no If-Match (QUIRKS 134): the version is compared before it and before its last fragment."""
        now = await client.item(*edit.item)
        if now.e_tag != e_tag and (c_tag is None or now.c_tag != c_tag):
            raise StaleETag("the file was changed before the upload", status=412)
        session = await client.create_revision(*edit.item, content.size)
        persistence = Persistence(self._sleep)
        item: DriveItem | None = None
        try:
            while session.next_offset < session.size:
                data = await source.read(session.next_offset, min(FRAGMENT, session.size - session.next_offset))
                if session.next_offset + len(data) == session.size:
                    await content.check_unchanged()
                    if (await client.item(*edit.item)).c_tag != now.c_tag:
                        raise StaleETag("the file was changed during the upload", status=412)
                item = await self._fragment(session, data, persistence)
        except BaseException:
            await session.cancel()
            raise
        return item or await client.item(*edit.item)

    async def _fragment(self, session: UploadSession, data: bytes, persistence: Persistence) -> DriveItem | None:
        """Sends one; after a failure the server decides where to go on."""
        try:
            return await session.send(data)
        except (SessionGone, StaleETag):
            raise
        except GraphError as error:
            await persistence.after(error, session.next_offset)
            await session.refresh()
            return None

    async def _arrived(self, edit: Edit, item: DriveItem) -> bool:
        """Whether what is there is just what was to be sent."""
        content = await LocalContent.of(_as_entry(edit))
        return item.size == content.size and await HashedSource(content).equals(item_digest(item))

    async def theirs(self, client: GraphClient, edit: Edit) -> Theirs:
        """What to show of the version that came in between."""
        try:
            item = await client.item(*edit.item)
            return Theirs(item, await self._read(client, edit, item))
        except ItemNotFound:
            return Theirs(None, None)

    async def _read(self, client: GraphClient, edit: Edit, item: DriveItem) -> bytes | None:
        if (item.size or 0) > SHOWN:
            return None
        return await client.read(*edit.item, 0, SHOWN) if item.size else b""

    async def send_beside(self, client: GraphClient, edit: Edit, name: str) -> DriveItem:
        """As a file of its own in the same folder; the service finds another name if this one is taken."""
        folder = Entry(edit.about.drive_id, edit.about.parent_id or "", "", Kind.FOLDER)
        content = await LocalContent.of(_as_entry(edit))
        trail = self._trail.file(_as_entry(edit), folder)
        sent = await send_file(
            client, content, folder, name, on_conflict="rename", report=_nobody, sleep=self._sleep, trail=trail
        )
        return sent.item


def mine_beside(name: str) -> str:
    """The name of the user's own version beside somebody else's: `notes (my edit).txt`."""
    stem, extension = os.path.splitext(name)
    return f"{stem[:200]} (my edit){extension}"


def _same_content(before: DriveItem, after: DriveItem) -> bool:
    if before.c_tag is not None and before.c_tag == after.c_tag:
        return True
    return before.e_tag == after.e_tag


def _as_entry(edit: Edit) -> Entry:
    return Entry("", str(edit.path), edit.path.name, Kind.FILE)


def _nobody(done: int, *, really: bool = True) -> None:
    """Nobody looks at the progress."""
