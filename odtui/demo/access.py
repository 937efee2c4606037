"""What a token allows. Source: REFERENCE §5 and §12."""

from __future__ import annotations

from dataclasses import dataclass

from odtui.demo.drive import Drive, User
from odtui.demo.errors import GraphFault, denied, insufficient_claims, unauthenticated
from odtui.demo.nodes import Node
from odtui.demo.state import Demo

_READ_OWN = frozenset({"files.read", "files.readwrite", "files.read.all", "files.readwrite.all"})
_WRITE_OWN = frozenset({"files.readwrite", "files.readwrite.all"})
_READ_ANY = frozenset({"files.read.all", "files.readwrite.all", "sites.read.all", "sites.readwrite.all"})
_WRITE_ANY = frozenset({"files.readwrite.all", "sites.readwrite.all"})
_LINKS = frozenset(
    {"files.readwrite", "files.read.all", "files.readwrite.all", "sites.read.all", "sites.readwrite.all"}
)
_READ_SELECTED, _WRITE_SELECTED = "files.read.selected", "files.readwrite.selected"
_APP = "files.readwrite.appfolder"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who is calling, and with which permissions."""

    user: User
    scopes: frozenset[str]
    """Lower case, without prefix."""
    now: float = 0.0
    """Seconds since the epoch, against which sharing expires."""
    picked: frozenset[str] = frozenset()
    """guids of items that the user has picked for this app, which is what the Selected scopes are for."""

    def has(self, wanted: frozenset[str]) -> bool:
        return bool(self.scopes & wanted)


def grant_of(demo: Demo, authorization: str | None) -> Grant:
    """The grant behind an Authorization header.

    Raises:
        GraphFault: 401 if there is none, or if it is altered, expired, from another server or lacks demanded claims.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("Access token is empty.")
    value = demo.signer.unseal("access", token.strip())
    if value is None:
        raise unauthenticated("IDX14100: JWT is not well formed, there are no dots (.).", detail="invalid_token")
    if value["exp"] < demo.clock() or value["epoch"] != demo.epochs.tokens or value["user"] not in demo.users:
        raise unauthenticated("Lifetime validation failed, the token is expired.", detail="The token is expired.")
    if demo.challenge is not None and value.get("met") != demo.challenge.value:
        raise insufficient_claims(demo.challenge.encoded)
    return Grant(demo.users[value["user"]], frozenset(value["scopes"]), demo.clock(), frozenset(demo.picked))


def check_stray(demo: Demo, authorization: str | None) -> None:
    """Let a request with credentials in its address pass if it carries no token, or a living one: clients send it too.

    Raises:
        GraphFault: 401 for any other token (REFERENCE §18, 4; QUIRKS 20).
    """
    if authorization is None:
        return
    try:
        grant_of(demo, authorization)
    except GraphFault:
        raise GraphFault(401, "unauthenticated", "The bearer token has the wrong audience.") from None


def app_folder(drive: Drive) -> Node | None:
    """The folder Apps/odtui, if it has been made."""
    apps = drive.tree.child(drive.tree.root, "Apps")
    return drive.tree.child(apps, "odtui") if apps is not None else None


def check(grant: Grant, drive: Drive, node: Node | None, *, write: bool, link: str = "") -> None:
    """Refuse what the token does not allow. `node` None is the drive itself.

    Args:
        link: what the sharing link allows by which the item was reached, read or write; empty if by none.

    Raises:
        GraphFault: 403 accessDenied.
    """
    if link:
        if not grant.has(_LINKS) or (write and (link != "write" or not grant.has(_WRITE_ANY | _WRITE_OWN))):
            raise denied()
        return
    if drive.owner == grant.user:
        if grant.has(_WRITE_OWN if write else _READ_OWN) or grant.has(_site_scopes(drive, write=write)):
            return
        if node is not None and _narrow(grant, drive, node, write=write):
            return
    elif grant.has(_WRITE_ANY if write else _READ_ANY) and _allows(drive, node, grant, write=write):
        return
    raise denied()


def _narrow(grant: Grant, drive: Drive, node: Node, *, write: bool) -> bool:
    """Whether a scope for single items covers it: the app's own folder, or what has been picked (work only)."""
    if _APP in grant.scopes and _below_app_folder(drive, node):
        return True
    selected = {_WRITE_SELECTED} if write else {_READ_SELECTED, _WRITE_SELECTED}
    return drive.business and node.guid in grant.picked and bool(grant.scopes & selected)


def _allows(drive: Drive, node: Node | None, grant: Grant, *, write: bool) -> bool:
    """Whether someone else's drive lets the caller in."""
    role = drive.members.get(grant.user.key, "")
    if not role and node is not None:
        role = role_of(grant, drive, node)
    elif not role and not drive.library:
        role = "read"
    return role == "write" or (role == "read" and not write)


def role_of(grant: Grant, drive: Drive, node: Node) -> str:
    """What is shared with the caller on an item or a folder around it: read, write, or nothing (empty)."""
    roles = [
        share.role
        for each in (node, *drive.tree.ancestors(node))
        for share in each.permissions
        if grant.user.key in (share.to, *share.redeemed) and not 0 < share.expires < grant.now
    ]
    return "write" if "write" in roles else "read" if roles else ""


def _site_scopes(drive: Drive, *, write: bool) -> frozenset[str]:
    if not drive.business:
        return frozenset()
    return _WRITE_ANY if write else _READ_ANY


def _below_app_folder(drive: Drive, node: Node) -> bool:
    return node.special == "approot" or any(folder.special == "approot" for folder in drive.tree.ancestors(node))
