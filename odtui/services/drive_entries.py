"""From driveItems to entries."""

from __future__ import annotations

from odtui.graph.models import DriveItem, FileFacet, RemoteItem, when
from odtui.services.entry import Entry, Kind, Target, drive_key


def from_drive_item(item: DriveItem, drive_id: str, *, name: str | None = None) -> Entry:
    """An entry of a drive.

    Args:
        drive_id: The drive that was asked; used when the item does not name one, and in its spelling when both mean the
            same drive.
        name: Shown instead of the item's own, such as a drive's title for its root (QUIRKS 39).
    """
    remote = item.remote_item
    body: DriveItem | RemoteItem = item if remote is None else remote
    return Entry(
        drive_id=_drive_of(item, drive_id),
        id=item.id,
        name=name or item.name or (remote.name if remote else None) or item.id,
        kind=_kind(item),
        size=item.size if body.size is None else body.size,
        modified=_modified(item),
        e_tag=item.e_tag,
        digest=digest_of(body.file, item.size if body.size is None else body.size),
        child_count=body.folder.child_count if body.folder else None,
        target=_target(remote),
        blocked=item.malware is not None,
        web_url=item.web_url or (remote.web_url if remote else None),
    )


NOTHING = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""The quickXorHash of no bytes: a placeholder where there are some (QUIRKS 243)."""


def digest_of(file: FileFacet | None, size: int | None) -> str:
    """The hash by which a content can be recognised; its length tells the kind. Empty if the service gives none.

    quickXorHash in base64, else SHA-256, else SHA-1, both in lower-case hex (QUIRKS 240-243).
    """
    hashes = file.hashes if file is not None else None
    if hashes is None or not size:
        return ""
    quick = hashes.quick_xor_hash or ""
    if len(quick) == 28 and quick != NOTHING:
        return quick
    for text, length in ((hashes.sha256_hash, 64), (hashes.sha1_hash, 40)):
        if text and len(text) == length and text.strip("0"):
            return text.lower()
    return ""


def _drive_of(item: DriveItem, asked: str) -> str:
    reference = item.parent_reference
    named = reference.drive_id if reference else None
    return named if named and drive_key(named) != drive_key(asked) else asked


def _kind(item: DriveItem) -> Kind:
    """By facets, never by name or media type (QUIRKS 72, 115, 246-249)."""
    body: DriveItem | RemoteItem = item.remote_item or item
    if item.bundle is not None:
        return Kind.OTHER
    if body.package is not None or item.package is not None:
        return Kind.NOTEBOOK
    if body.folder is not None or item.root is not None:
        return Kind.FOLDER
    return Kind.FILE if body.file is not None else Kind.OTHER


def _modified(item: DriveItem) -> int | None:
    """The user's own time of the file, else the service's (QUIRKS 101)."""
    remote = item.remote_item
    for info in (remote.file_system_info if remote else None, item.file_system_info):
        if info is not None and (time := when(info.last_modified_date_time)) is not None:
            return time
    return when(item.last_modified_date_time)


def _target(remote: RemoteItem | None) -> Target | None:
    """Where children and content of a shortcut are. None if the service did not say (QUIRKS 194)."""
    if remote is None or not remote.id or remote.parent_reference is None or not remote.parent_reference.drive_id:
        return None
    return Target(remote.parent_reference.drive_id, remote.id)
