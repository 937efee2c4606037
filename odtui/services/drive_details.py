"""What the details view says of a driveItem."""

from __future__ import annotations

from urllib.parse import unquote

from odtui.graph.models import DriveItem, IdentitySet, when
from odtui.services.drive_entries import from_drive_item
from odtui.services.entry import Entry
from odtui.services.format import bytes_text, time_text


def properties(item: DriveItem, entry: Entry) -> list[tuple[str, str]]:
    """Label and value pairs; what the service did not say is left out."""
    fresh = from_drive_item(item, entry.drive_id)
    kind = f"shortcut to a {fresh.kind}" if fresh.target else fresh.kind.value
    rows = [
        ("Name", entry.name if item.root is not None else fresh.name),
        ("Kind", kind),
        ("Type", (item.file.mime_type or "") if item.file else ""),
        ("Size", bytes_text(fresh.size)),
        ("Contents", _items(fresh.child_count)),
        ("Location", _location(item)),
        ("Modified", time_text(fresh.modified)),
        ("Modified by", _who(item.last_modified_by)),
        ("Created", time_text(_created(item))),
        ("Created by", _who(item.created_by)),
        ("Shared by", _who(_sharer(item))),
        ("Shared with", _scope(item)),
        ("Malware", "Microsoft reports this file as malware" if fresh.blocked else ""),
        ("QuickXorHash", _hash(item)),
        ("Web address", fresh.web_url or ""),
    ]
    return [(label, value) for label, value in rows if value]


def _items(count: int | None) -> str:
    if count is None:
        return ""
    return "1 item" if count == 1 else f"{count:,} items"


def _location(item: DriveItem) -> str:
    """The folder's path below the drive's root; percent-encoded on the wire (QUIRKS 41)."""
    path = item.parent_reference.path if item.parent_reference else None
    if not path or "root:" not in path:
        return ""
    return unquote(path.partition("root:")[2]) or "/"


def _created(item: DriveItem) -> int | None:
    info = item.file_system_info
    return (when(info.created_date_time) if info else None) or when(item.created_date_time)


def _who(people: IdentitySet | None) -> str:
    if people is None:
        return ""
    for who in (people.user, people.group, people.application):
        if who is not None and (who.display_name or who.email):
            return who.display_name or who.email or ""
    return ""


def _sharer(item: DriveItem) -> IdentitySet | None:
    """The first of the places where the owner of a shared item may stand (QUIRKS 193)."""
    shared = (item.remote_item.shared if item.remote_item else None) or item.shared
    return None if shared is None else shared.shared_by or shared.owner


def _scope(item: DriveItem) -> str:
    scope = item.shared.scope if item.shared else None
    words = {"anonymous": "anyone with the link", "organization": "people in your organisation", "users": "some people"}
    return words.get(scope or "", scope or "")


def _hash(item: DriveItem) -> str:
    hashes = item.file.hashes if item.file else None
    return (hashes.quick_xor_hash or "") if hashes else ""
