"""Graph's resources as typed values. Source: REFERENCE §4; only `id` is certain to be there (QUIRKS 73)."""

from __future__ import annotations

from datetime import datetime

import msgspec


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Unknown members are ignored (QUIRKS 269)."""


class Identity(_Wire, frozen=True):
    id: str | None = None
    display_name: str | None = None
    email: str | None = None


class IdentitySet(_Wire, frozen=True):
    user: Identity | None = None
    group: Identity | None = None
    application: Identity | None = None


class Quota(_Wire, frozen=True):
    """Bytes. Absent or all zero means unknown, never full (QUIRKS 37)."""

    total: int | None = None
    used: int | None = None
    remaining: int | None = None
    deleted: int | None = None
    state: str | None = None
    """normal, nearing, critical or exceeded."""


class Drive(_Wire, frozen=True):
    id: str
    name: str | None = None
    drive_type: str = "business"
    """personal, business or documentLibrary; anything else is to be treated like business."""
    web_url: str | None = None
    owner: IdentitySet | None = None
    quota: Quota | None = None


class ItemReference(_Wire, frozen=True):
    drive_id: str | None = None
    drive_type: str | None = None
    id: str | None = None
    name: str | None = None
    path: str | None = None
    """Percent-encoded, from `/drive/root:` on; often absent, which is not the same as the root (QUIRKS 41)."""


class Hashes(_Wire, frozen=True):
    quick_xor_hash: str | None = None
    sha1_hash: str | None = None
    sha256_hash: str | None = None


class FileFacet(_Wire, frozen=True):
    mime_type: str | None = None
    hashes: Hashes | None = None


class FolderFacet(_Wire, frozen=True):
    child_count: int | None = None
    """Advisory: may be stale (QUIRKS 71)."""


class PackageFacet(_Wire, frozen=True):
    type: str | None = None


class FileSystemInfo(_Wire, frozen=True):
    """The user's own times; show these (QUIRKS 101). Text as sent: parse with `when`."""

    created_date_time: str | None = None
    last_modified_date_time: str | None = None


class SpecialFolder(_Wire, frozen=True):
    name: str | None = None


class Facet(_Wire, frozen=True):
    """A facet whose presence is all we need."""


class Shared(_Wire, frozen=True):
    scope: str | None = None
    owner: IdentitySet | None = None
    shared_by: IdentitySet | None = None


class RemoteItem(_Wire, frozen=True):
    """The target of a shortcut: its own id and drive; never the one to delete (QUIRKS 78, 185)."""

    id: str | None = None
    name: str | None = None
    size: int | None = None
    file: FileFacet | None = None
    folder: FolderFacet | None = None
    package: PackageFacet | None = None
    parent_reference: ItemReference | None = None
    file_system_info: FileSystemInfo | None = None
    web_url: str | None = None
    shared: Shared | None = None


class DriveItem(_Wire, frozen=True):
    """One driveItem: a file, a folder, a package such as a notebook, or a shortcut to one elsewhere."""

    id: str
    name: str | None = None
    size: int | None = None
    """Bytes. For a folder the sum over its descendants, often late."""
    e_tag: str | None = None
    """Changes with content or metadata; sent as If-Match, quotes and all."""
    c_tag: str | None = None
    """Changes with content only; absent for business folders."""
    created_date_time: str | None = None
    last_modified_date_time: str | None = None
    """The server's own event time; see file_system_info."""
    created_by: IdentitySet | None = None
    last_modified_by: IdentitySet | None = None
    web_url: str | None = None
    parent_reference: ItemReference | None = None
    file_system_info: FileSystemInfo | None = None
    file: FileFacet | None = None
    folder: FolderFacet | None = None
    package: PackageFacet | None = None
    bundle: Facet | None = None
    remote_item: RemoteItem | None = None
    root: Facet | None = None
    deleted: Facet | None = None
    malware: Facet | None = None
    special_folder: SpecialFolder | None = None
    shared: Shared | None = None
    download_url: str | None = msgspec.field(default=None, name="@microsoft.graph.downloadUrl")
    """Pre-authenticated: a secret, and short-lived."""

    def __repr__(self) -> str:
        return f"DriveItem(id={self.id!r}, name={self.name!r})"


class ItemPage(_Wire, frozen=True):
    value: list[DriveItem] = msgspec.field(default_factory=list)
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class DrivePage(_Wire, frozen=True):
    value: list[Drive] = msgspec.field(default_factory=list)
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


class User(_Wire, frozen=True):
    id: str | None = None
    display_name: str | None = None
    mail: str | None = None
    user_principal_name: str | None = None


class CopyStatus(_Wire, frozen=True):
    """What the monitor of a copy says. Source: REFERENCE §5.14."""

    status: str = "inProgress"
    percentage_complete: float | None = None
    resource_id: str | None = None


def when(text: str | None) -> int | None:
    """Whole seconds since the epoch, UTC, of a Graph time.

    None if absent, unreadable, or outside 1970-2100 (QUIRKS 102-104).
    """
    if not text:
        return None
    try:
        seconds = int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < 4_102_444_800 else None
