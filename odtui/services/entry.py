"""One row of a pane: a file or folder of any place, slim enough for a hundred thousand of them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

LOCAL_DRIVE = ""
"""The drive id of everything on this computer."""


class Kind(StrEnum):
    """What an entry is, in the words of the screen."""

    FILE = "file"
    FOLDER = "folder"
    NOTEBOOK = "notebook"
    """A package such as a OneNote notebook: opens in the browser only (QUIRKS 246, 247)."""
    OTHER = "other"
    """Neither file nor folder: a locked vault, a socket, a kind of tomorrow (QUIRKS 72)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a shortcut leads: an item of another drive (QUIRKS 78, 185)."""

    drive_id: str
    id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder as its place listed it."""

    drive_id: str
    """LOCAL_DRIVE for this computer. Send it as received; compare with `key`."""
    id: str
    """Item id; for this computer the absolute path."""
    name: str
    """As stored: hostile, never put on screen as it is."""
    kind: Kind
    size: int | None = None
    """Bytes; None if not known."""
    modified: int | None = None
    """Seconds since the epoch, UTC; None if not known."""
    e_tag: str | None = None
    child_count: int | None = None
    """Folders only, advisory."""
    target: Target | None = None
    """Set for a shortcut: children and content come from there, rename and delete act on the entry itself."""
    link: bool = False
    """A symbolic link on this computer."""
    blocked: bool = False
    """Reported as malware by the service."""
    web_url: str | None = None
    digest: str = ""
    """The content's hash as `digest_of` writes it; empty if not known, as for everything on this computer."""

    @property
    def is_folder(self) -> bool:
        return self.kind is Kind.FOLDER

    @property
    def is_local(self) -> bool:
        """Whether it is on this computer."""
        return self.drive_id == LOCAL_DRIVE

    @property
    def key(self) -> tuple[str, str]:
        """Identity to compare and index by: personal drive ids lose zeros and change case (QUIRKS 26-30)."""
        return drive_key(self.drive_id), self.id

    @property
    def content(self) -> Target:
        """Where children and content are read."""
        return self.target or Target(self.drive_id, self.id)


@lru_cache(maxsize=256)
def drive_key(drive_id: str) -> str:
    """A drive id to compare by: one of 1 to 16 hex digits is lower-cased and padded, any other stays."""
    if 0 < len(drive_id) <= 16 and all(char in "0123456789abcdefABCDEF" for char in drive_id):
        return drive_id.lower().rjust(16, "0")
    return drive_id
