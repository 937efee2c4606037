"""Out of the recycle bin of a drive, where the service allows it. Source: REFERENCE §5.17; QUIRKS 181, 182."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from odtui.graph.client import ItemVersion
from odtui.graph.errors import Forbidden, GraphError, InvalidRequest, ItemNotFound, NameConflict
from odtui.graph.models import Drive
from odtui.services.drive_entries import from_drive_item
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.undo import CannotUndo, Change, Undone

_FINAL = (NameConflict, ItemNotFound, Forbidden, InvalidRequest)
"""Refusals that stay, whenever one asks."""
PERSONAL_BIN = "https://onedrive.live.com/?qt=recyclebin"


async def restore(place: Place, entries: Sequence[Entry]) -> Undone:
    """Put deleted entries back where they were. Raises CannotUndo, or GraphError if the service cannot be asked."""
    assert isinstance(place, DrivePlace)  # noqa: S101 - the only place with a recycle bin
    bin_page = recycle_bin(place.drive)
    if place.drive.drive_type != "personal":
        raise CannotUndo("OneDrive for work gives deleted items back only in the browser.", web=bin_page)
    outcomes = await place.client.restore_many([ItemVersion(entry.drive_id, entry.id) for entry in entries])
    changes: list[Change] = []
    left: list[str] = []
    passing: GraphError | None = None
    folders: dict[str, Entry] = {}
    for entry, outcome in zip(entries, outcomes, strict=True):
        if isinstance(outcome, GraphError):
            passing = passing or (None if isinstance(outcome, _FINAL) else outcome)
            left.append(f"{entry.name}: {_why(outcome)}")
            continue
        parent = outcome.parent_reference.id if outcome.parent_reference else None
        if parent is not None and parent not in folders:
            folders[parent] = from_drive_item(await place.client.item(entry.drive_id, parent), entry.drive_id)
        if parent is not None:
            changes.append(Change(place, new=from_drive_item(outcome, entry.drive_id), folder=folders[parent]))
    if left and not changes:
        raise passing or CannotUndo("\n".join(left[:5]) + ("\n…" if len(left) > 5 else ""), web=bin_page)
    return Undone(tuple(changes), tuple(left))


async def remove_unchanged(place: Place, files: Sequence[Entry]) -> list[Entry]:
    """Put into the recycle bin what is still the version that it was, in batches: those files. Others are left."""
    if not isinstance(place, DrivePlace):
        return []
    known = [entry for entry in files if entry.e_tag is not None]
    outcomes = await place.client.delete_many([ItemVersion(entry.drive_id, entry.id, entry.e_tag) for entry in known])
    return [entry for entry, outcome in zip(known, outcomes, strict=True) if outcome is None]


def _why(error: GraphError) -> str:
    match error:
        case NameConflict():
            return "Something else has its name by now."
        case ItemNotFound():
            return "It is not in the recycle bin any more."
        case Forbidden():
            return "It takes the permission Files.ReadWrite.All to give it back from here."
        case InvalidRequest():
            return "OneDrive does not give it back."
    return "This did not work now."


def recycle_bin(drive: Drive) -> str:
    """The page of a drive's recycle bin; empty if that cannot be told."""
    if drive.drive_type == "personal":
        return PERSONAL_BIN
    address = urlsplit(drive.web_url or "")
    site = address.path.rstrip("/").rpartition("/")[0]
    if address.scheme != "https" or not address.netloc:
        return ""
    return f"https://{address.netloc}{site}/_layouts/15/RecycleBin.aspx"
