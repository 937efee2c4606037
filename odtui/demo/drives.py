"""Profiles and drives. Source: REFERENCE §5.1."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo import render, sites
from odtui.demo.access import check
from odtui.demo.call import Call, Routes
from odtui.demo.drive import User
from odtui.demo.errors import denied, not_found
from odtui.demo.state import Demo


async def me(call: Call) -> Response:
    """GET /me - User.Read."""
    if not any(scope.startswith(("user.read", "profile")) for scope in call.grant.scopes):
        raise denied("Insufficient privileges to complete the operation.")
    user = call.grant.user
    first, _, last = user.name.partition(" ")
    return call.json(
        {
            "@odata.context": f"{call.links.graph}/$metadata#users/$entity",
            "id": user.uid,
            "displayName": user.name,
            "givenName": first,
            "surname": last,
            "mail": None if user.personal else user.address,
            "userPrincipalName": user.address,
            "businessPhones": [],
        }
    )


PHANTOMS = (
    "b!dfQ0Yk5mUUWl3mBq2ZsXoPq7HnVtR1LcJx8uEwKzAyGiTjSoDpFbNvMhCgQrWe31",
    "b!h2Xc7VnKpEyLr5TfQa0WsZ3DmUjGi8BoNt6RvYkHxCqPeJwSlAdFzMbIuOg4T1_9",
)
"""Drives that a personal account lists although they answer nothing but an error (QUIRKS 33)."""


async def drives_of(call: Call, user: User) -> Response:
    """GET /me/drives and /users/{id}/drives. The own drive is not always the first."""
    own = call.demo.drives[user.key]
    check(call.grant, own, None, write=False)
    body = render.drive(call.demo, own, own=own.owner == call.grant.user)
    phantoms = () if own.business else PHANTOMS
    value = [body | {"id": phantom, "name": "", "webUrl": ""} for phantom in phantoms]
    value.insert(min(1, len(value)), body)
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#drives", "value": value})


def user_of(demo: Demo, name: str) -> User:
    """The user of an object id or an address. Raises GraphFault 404."""
    wanted = name.lower()
    for user in demo.users.values():
        if wanted in (user.uid, user.address):
            return user
    raise not_found()


async def drive(call: Call) -> Response:
    """GET /me/drive, /drives/{id}, /users/{id}/drive."""
    check(call.grant, call.drive, None, write=False)
    body = {"@odata.context": f"{call.links.graph}/$metadata#drives/$entity"}
    body |= render.drive(call.demo, call.drive, own=call.drive.owner == call.grant.user)
    if (select := call.query.get("$select")) is not None:
        names = {name.strip() for name in select.split(",")}
        body = {key: value for key, value in body.items() if key in names or key.startswith("@")}
    return call.json(body)


async def top(call: Call) -> Response:
    """What hangs on no drive: people, their drives, sites."""
    match call.address.tail:
        case ("me",):
            return await me(call)
        case ("me", "drives"):
            return await drives_of(call, call.grant.user)
        case ("users", name, "drives"):
            return await drives_of(call, user_of(call.demo, name))
    return await sites.top(call)


ROUTES: Routes = {("GET", ""): drive}
