"""One item of a drive as the server keeps it, and the identifiers that clients see for it."""

from __future__ import annotations

from base64 import b32encode
from hashlib import md5
from typing import Literal

import msgspec

Kind = Literal["file", "folder", "package", "shortcut"]


class Version(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Earlier content of a file."""

    number: int
    """`content_version` of its time."""
    content: str
    size: int
    hash: str
    modified: int


class Share(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A permission on an item, for a person or for whoever holds a link."""

    id: str
    role: str
    """read or write."""
    to: str = ""
    """Key of a user, or the address of somebody else; empty for a link."""
    link: str = ""
    """view, edit or embed; empty for a person."""
    scope: str = ""
    """Of a link: anonymous, organization or users."""
    token: str = ""
    """The secret in the address of a link."""
    password: str = ""
    expires: int = 0
    """Seconds since the epoch; 0: never."""
    redeemed: list[str] = []
    """Keys of users who have opened the link and keep what it gives."""
    when: int = 0
    """When it was made."""


class Node(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One item. Everything in it is kept across restarts; indexes are not (see tree.py)."""

    guid: str
    """32 hex digits; all identifiers derive from it."""
    name: str
    parent: str = ""
    """guid of the folder; empty for the root and for nothing else."""
    kind: Kind = "file"
    size: int = 0
    """Bytes of a file. Folders are summed up by the tree."""
    created: int = 0
    """Seconds since the epoch, as the server saw it; the two below are the client's own."""
    modified: int = 0
    fs_created: int = 0
    fs_modified: int = 0
    version: int = 1
    """Number in the eTag: grows with every change."""
    content_version: int = 1
    """Number of the current version of a file: grows with its content, and on business with its times (QUIRKS 206)."""
    retimed: int = 0
    """How many versions have come from new times alone; the number in the cTag of a file is without them."""
    seq: int = 0
    """Position of its last change among all changes of the drive; 0 for an item as it was generated."""
    content: str = ""
    """Where the bytes come from (see bodies.py); empty for an empty file."""
    hash: str = ""
    """quickXorHash; empty while unknown."""
    source: str = ""
    """For a folder whose children come from elsewhere: where (see tree.Source)."""
    special: str = ""
    """Alias of a special folder, such as `documents`."""
    package: str = ""
    """Type of a package, such as `oneNote`."""
    target: tuple[str, str] | None = None
    """Of a shortcut: drive id and guid."""
    description: str = ""
    versions: list[Version] = []
    """Earlier contents, newest first."""
    permissions: list[Share] = []
    """Its own ones; those of the folders around it hold for it too."""
    followers: list[str] = []
    """Keys of users who follow it."""
    checked_out: str = ""
    """Key of the user who alone may change it; empty for none."""
    checked_out_version: int = 0
    """`content_version` at that moment."""
    thumbnail: str = ""
    """Where the bytes of a picture come from that was given as its thumbnail; empty for none."""
    thumbnail_size: int = 0
    """Bytes."""
    malware: bool = False
    locked: bool = False
    left: list[tuple[str, int]] = []
    """guids of folders that it was moved out of, each with the seq of that; the last ones only."""
    deleted: bool = False
    gone: int = 0
    """When it was put into the recycle bin; 0 if never."""
    purged: bool = False
    """Deleted for good: not in the recycle bin either."""

    @property
    def is_container(self) -> bool:
        return self.kind in ("folder", "package")


def guid_of(text: str) -> str:
    """A guid that follows from a text and nothing else."""
    return md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def braced(guid: str) -> str:
    """{8C1F0A6D-...} as it stands in tags."""
    upper = guid.upper()
    return f"{{{upper[:8]}-{upper[8:12]}-{upper[12:16]}-{upper[16:20]}-{upper[20:]}}}"


def business_id(guid: str, prefix: bytes) -> str:
    """`01` and 32 base32 characters, of which the first are the same in a whole drive."""
    return "01" + b32encode(prefix + bytes.fromhex(guid)).decode()
