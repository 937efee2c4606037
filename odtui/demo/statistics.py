"""How often items were opened and changed. The demo counts nothing; it tells of every item the same few visits.

Source: the samples of itemAnalytics and itemActivityStat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request
from odtui.demo.render import Json

MAX_INTERVALS = 90
_STEPS = {"day": 1, "week": 7, "month": 30}
_ACCESS: Json = {"actionCount": 0, "actorCount": 0}


def _allowed(call: Call) -> None:
    """Raise GraphFault 400 on personal accounts, 403, 404."""
    _ = call.node
    call.allow()
    if not call.drive.business:
        raise GraphFault(400, "notSupported", "This is not available for personal accounts.")


async def analytics(call: Call) -> Response:
    """GET analytics, analytics/allTime and analytics/lastSevenDays."""
    _allowed(call)
    context = f"{call.links.graph}/$metadata#itemAnalytics"
    match call.rest:
        case ():
            return call.json({"@odata.context": context, "allTime": {"access": _ACCESS}, "lastSevenDays": {}})
        case (("allTime" | "lastSevenDays") as span,):
            return call.json({"@odata.context": context, span: {"access": _ACCESS}})
    raise bad_request("There is nothing of that name.")


async def activities(call: Call) -> Response:
    """GET getActivitiesByInterval(startDateTime='...',endDateTime='...',interval='day')."""
    _allowed(call)
    step = _STEPS.get(call.arguments.get("interval", "day"))
    try:
        first, last = (_day(call.arguments[f"{name}DateTime"]) for name in ("start", "end"))
    except (KeyError, ValueError):
        raise bad_request("The interval is not valid.", inner="invalidParameterFormat") from None
    if step is None or not first <= last or (last - first).days > MAX_INTERVALS:
        raise bad_request("The interval is not valid.", inner="invalidParameterFormat")
    value: list[Json] = []
    while first < last:
        value.append({"startDateTime": _iso(first), "endDateTime": _iso(first + timedelta(step)), "access": _ACCESS})
        first += timedelta(step)
    context = f"{call.links.graph}/$metadata#Collection(itemActivityStat)"
    return call.json({"@odata.context": context, "value": value})


def _day(text: str) -> datetime:
    """The start of a day. Raises ValueError."""
    return datetime.fromisoformat(text[:10]).replace(tzinfo=UTC)


def _iso(when: datetime) -> str:
    return when.isoformat()[:19] + "Z"


ROUTES: Routes = {("GET", "analytics"): analytics, ("GET", "getActivitiesByInterval"): activities}
