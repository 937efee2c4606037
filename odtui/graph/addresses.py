"""Every address that is asked of Graph, built in one place and relative to the version root.

Each segment is encoded on its own. All addresses start with a slash. Source: REFERENCE §2; QUIRKS 40, 58, 59.
"""

from __future__ import annotations

import base64
from urllib.parse import quote

from odtui.graph.errors import InvalidRequest

ITEM_FIELDS = (
    "id,name,size,eTag,cTag,createdDateTime,lastModifiedDateTime,createdBy,lastModifiedBy,webUrl,parentReference,fileSystemInfo,"
    "file,folder,package,bundle,remoteItem,root,deleted,malware,specialFolder,shared"
)
"""What is not named here is missing from the answer, so an item could look like neither file nor folder (QUIRKS 69)."""
LISTED_FIELDS = (
    "id,name,size,eTag,cTag,lastModifiedDateTime,webUrl,parentReference,fileSystemInfo,"
    "file,folder,package,bundle,remoteItem,root,deleted,malware,specialFolder,shared"
)
"""The same for listings, without who and when of its making. No download link: it is long, ages, and is a secret."""

CONTENT_LINK = "@microsoft.graph.downloadUrl"

ME = "/me?$select=id,displayName,mail,userPrincipalName"
MY_DRIVE = "/me/drive"
MY_DRIVES = "/me/drives"
APP_FOLDER = f"/me/drive/special/approot?$select={ITEM_FIELDS}"
ROOT = "root"
"""The alias of a drive's root; an id in addresses only, never in a body (QUIRKS 38)."""


def drive(drive_id: str) -> str:
    return f"/drives/{_id(drive_id)}"


def item(drive_id: str, item_id: str) -> str:
    """The item itself; `root` names the drive's root."""
    return f"{drive(drive_id)}/root" if item_id == ROOT else f"{drive(drive_id)}/items/{_id(item_id)}"


def below(drive_id: str, item_id: str, path: str, action: str = "") -> str:
    """The item at a path below another one, and what to do with it, such as `content`.

    Slashes separate segments, empty ones do not count. Raises InvalidRequest for `.` and `..`, which HTTP would
    resolve away.
    """
    names = [name for name in path.split("/") if name]
    return _below(drive_id, item_id, names, action)


def named(drive_id: str, parent_id: str, name: str, action: str = "") -> str:
    """The child of that exact name. A slash in it is part of the name: the service refuses it, we do not misread it."""
    return _below(drive_id, parent_id, [name], action)


def children(drive_id: str, item_id: str, page: int, *, links: bool = False) -> str:
    """The first page; `page` is a wish (QUIRKS 62)."""
    fields = f"{LISTED_FIELDS},{CONTENT_LINK}" if links else LISTED_FIELDS
    return f"{item(drive_id, item_id)}/children?$select={fields}&$top={page}"


def share(link: str) -> str:
    """The item behind a sharing link. Source: REFERENCE §2.5."""
    return f"/shares/{share_id(link)}/driveItem?$select={ITEM_FIELDS}"


def share_id(link: str) -> str:
    return "u!" + base64.urlsafe_b64encode(link.strip().encode()).decode().rstrip("=")


def with_fields(address: str, fields: str = ITEM_FIELDS) -> str:
    return f"{address}?$select={fields}"


def literal(text: str) -> str:
    """A string literal of a function such as search(q='...'): quotes doubled, encoded, control characters left out."""
    clean = "".join(char for char in text if char.isprintable())
    return "'" + quote(clean.replace("'", "''"), safe="") + "'"


def _below(drive_id: str, item_id: str, names: list[str], action: str) -> str:
    start = item(drive_id, item_id)
    if not names:
        return f"{start}/{action}" if action else start
    if any(name in ("", ".", "..") for name in names):
        raise InvalidRequest("A path cannot contain empty, . or .. names.", codes=("invalidPath",))
    path = "/".join(quote(name, safe="") for name in names)
    return f"{start}:/{path}:/{action}" if action else f"{start}:/{path}"


def _id(opaque: str) -> str:
    """Ids go out as they came in; `!` is part of nearly all of them."""
    if opaque in ("", ".", ".."):
        raise InvalidRequest("An item has no usable id.", codes=("invalidRequest",))
    return quote(opaque, safe="!")
