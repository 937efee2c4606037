"""Retention and sensitivity labels, which the demo's tenant has not set up. Source: REFERENCE §4, QUIRKS 183."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, denied, not_found


async def retention(call: Call) -> Response:
    """GET, PATCH and DELETE retentionLabel: no item bears one, and there is none to give."""
    _ = call.node
    write = call.request.method not in ("GET", "HEAD")
    call.allow(write=write)
    if not call.drive.business:
        raise GraphFault(400, "notSupported", "Labels are not available for personal accounts.")
    if write:
        raise denied("The label is not published to this library.")
    raise not_found()


async def sensitivity(call: Call) -> Response:
    """POST assignSensitivityLabel and extractSensitivityLabels: metered calls, which the app is not enabled for."""
    _ = call.node
    call.allow(write=True)
    if not call.drive.business:
        raise GraphFault(400, "notSupported", "Labels are not available for personal accounts.")
    await call.body()
    raise GraphFault(402, "paymentRequired", "The application is not enabled for metered APIs.")


ROUTES: Routes = {
    ("GET", "retentionLabel"): retention,
    ("PATCH", "retentionLabel"): retention,
    ("DELETE", "retentionLabel"): retention,
    ("POST", "assignSensitivityLabel"): sensitivity,
    ("POST", "extractSensitivityLabels"): sensitivity,
}
