"""Profiles and drives. Source: REFERENCE §5.1."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo import render
from odtui.demo.access import check
from odtui.demo.call import Call, Routes
from odtui.demo.errors import denied, not_found


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


async def my_drives(call: Call) -> Response:
    """GET /me/drives."""
    own = call.demo.drives[call.grant.user.key]
    check(call.grant, own, None, write=False)
    value = [render.drive(call.demo, own, own=True)]
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#drives", "value": value})


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
    """What hangs on no drive: /me and /me/drives."""
    match call.address.tail:
        case ("me",):
            return await me(call)
        case ("me", "drives"):
            return await my_drives(call)
    raise not_found()


ROUTES: Routes = {("GET", ""): drive}
