"""Whether a file is at the target already, as when its arrival was not noted before the end of a run."""

from __future__ import annotations

from odtui.services.disk import on_disk
from odtui.services.entry import LOCAL_DRIVE, Entry, Kind
from odtui.services.transfers.verify import file_digest


async def is_same(entry: Entry, existing: Entry) -> bool:
    """Whether both are files of the same content for certain; never without a hash (QUIRKS 242). Raises OSError."""
    if (entry.kind, existing.kind) != (Kind.FILE, Kind.FILE) or entry.key == existing.key:
        return False
    if entry.size is None or entry.size != existing.size:
        return False
    if entry.size == 0:
        return True
    ours, theirs = entry.drive_id == LOCAL_DRIVE, existing.drive_id == LOCAL_DRIVE
    like = entry.digest or existing.digest
    if not like and not (ours and theirs):
        return False
    one = await on_disk(file_digest, entry.id, like) if ours else entry.digest
    other = await on_disk(file_digest, existing.id, like) if theirs else existing.digest
    return one == other != ""
