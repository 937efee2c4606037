"""What the server refuses with: Graph's error shape, and the ids that every answer carries. Source: REFERENCE §6."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import msgspec
from starlette.responses import Response

JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


_AUTHORIZE = "https://login.microsoftonline.com/common/oauth2/authorize"


class GraphFault(Exception):
    """A request that Graph answers with an error; raised anywhere, turned into a response in one place."""

    def __init__(
        self, status: int, code: str, message: str, *, inner: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner
        """A more specific code, nested in innerError; empty for none."""
        self.headers = dict(headers or {})


def not_found() -> GraphFault:
    return GraphFault(404, "itemNotFound", "The resource could not be found.")


def bad_request(message: str, inner: str = "") -> GraphFault:
    return GraphFault(400, "invalidRequest", message, inner=inner)


def denied(message: str = "Access denied") -> GraphFault:
    return GraphFault(403, "accessDenied", message)


def name_taken() -> GraphFault:
    return GraphFault(409, "nameAlreadyExists", "An item with the same name already exists under the parent")


def changed() -> GraphFault:
    return GraphFault(
        412, "resourceModified", "ETag does not match current item's value", inner="entityTagDoesNotMatch"
    )


def locked() -> GraphFault:
    return GraphFault(
        423, "resourceLocked", "The resource you are attempting to access is locked", inner="lockMismatch"
    )


def no_space() -> GraphFault:
    return GraphFault(507, "quotaLimitReached", "Insufficient Space Available")


_BEARER = f'Bearer realm="", authorization_uri="{_AUTHORIZE}", client_id="00000003-0000-0000-c000-000000000000"'


def unauthenticated(message: str, *, code: str = "InvalidAuthenticationToken", detail: str = "") -> GraphFault:
    said = f', error="invalid_token", error_description="{detail}"' if detail else ""
    return GraphFault(401, code, message, headers={"WWW-Authenticate": _BEARER + said})


def insufficient_claims(encoded: str) -> GraphFault:
    """The refusal of a token that lacks claims, which are given as base64 of JSON."""
    return GraphFault(
        401,
        "InvalidAuthenticationToken",
        "Continuous access evaluation resulted in challenge with result: InteractionRequired "
        "and code: TokenIssuedBeforeRevocationTimestamp",
        headers={"WWW-Authenticate": f'{_BEARER}, error="insufficient_claims", claims="{encoded}"'},
    )


def answer_headers(client_request_id: str | None) -> dict[str, str]:
    """Headers of every Graph answer, good or bad."""
    request_id = str(uuid4())
    return {
        "request-id": request_id,
        "client-request-id": client_request_id or request_id,
        "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Demo","Slice":"E","Ring":"1","ScaleUnit":"000"}}',
        "OData-Version": "4.0",
    }


def error_response(fault: GraphFault, client_request_id: str | None, date: str) -> Response:
    """The fault as Graph writes it. `date` is ISO 8601 without a zone, as in innerError."""
    headers = answer_headers(client_request_id) | fault.headers
    inner = {"date": date, "request-id": headers["request-id"], "client-request-id": headers["client-request-id"]}
    if fault.inner:
        inner = {"code": fault.inner, **inner}
    body = {"error": {"code": fault.code, "message": fault.message, "innerError": inner}}
    return Response(msgspec.json.encode(body), fault.status, headers, JSON_TYPE)
