"""What went wrong, as a GraphError: from an answer that is not a success, or from an exception of httpx."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec

from odtui.graph.errors import (
    Forbidden,
    GraphError,
    InvalidRequest,
    ItemNotFound,
    Locked,
    MalwareBlocked,
    NameConflict,
    NotGraph,
    QuotaExceeded,
    ServiceFailure,
    SignInRequired,
    StaleETag,
    Throttled,
    Unreachable,
)
from odtui.graph.waiting import retry_after

LONGEST_MESSAGE = 500
LONGEST_BODY = 64 * 1024
DEEPEST = 8
"""Levels of nested errors that are read; real ones have at most four."""

BY_STATUS: dict[int, type[GraphError]] = {
    401: SignInRequired,
    403: Forbidden,
    404: ItemNotFound,
    409: NameConflict,
    410: ItemNotFound,
    412: StaleETag,
    423: Locked,
    429: Throttled,
    503: Throttled,
    507: QuotaExceeded,
    509: Throttled,
}
BY_CODE: dict[str, type[GraphError]] = {
    "malwaredetected": MalwareBlocked,
    "virussuspicious": MalwareBlocked,
    "namealreadyexists": NameConflict,
    "similarrelationshipnamealreadyexists": NameConflict,
    "resourcemodified": StaleETag,
    "entitytagdoesnotmatch": StaleETag,
    "quotalimitreached": QuotaExceeded,
    "resourcelocked": Locked,
    "activitylimitreached": Throttled,
}
"""Codes that say more than their status does. Source: REFERENCE §6, QUIRKS 110, 136, 160, 230."""
BY_JOB_CODE: dict[str, type[GraphError]] = BY_CODE | {
    "accessdenied": Forbidden,
    "itemnotfound": ItemNotFound,
    "invalidrequest": InvalidRequest,
    "unauthenticated": SignInRequired,
    "generalexception": ServiceFailure,
    "servicenotavailable": ServiceFailure,
}
"""For reports of a failed job, which have no status of their own."""


def fault(response: httpx.Response) -> GraphError:
    """The error that an answer means; its body must have been read. Never raises, whatever the body is (QUIRKS 228)."""
    codes, message, request_id = read_error(response.content)
    status = response.status_code
    return _kind(status, codes)(
        message,
        status=status,
        codes=codes,
        request_id=response.headers.get("request-id") or request_id,
        retry_after=retry_after(response.headers),
    )


def job_fault(body: bytes) -> GraphError:
    """The error of a job that reports `failed`. Source: REFERENCE §5.14."""
    codes, message, request_id = read_error(body)
    kind = next(
        (BY_JOB_CODE[code.casefold()] for code in reversed(codes) if code.casefold() in BY_JOB_CODE), ServiceFailure
    )
    return kind(message, codes=codes, request_id=request_id)


def read_error(body: bytes) -> tuple[tuple[str, ...], str, str | None]:
    """All codes outermost first, the message and the request id of an error body; empty where there is none."""
    if len(body) > LONGEST_BODY:
        return (), "", None
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return (), "", None
    if not isinstance(document, dict):
        return (), "", None
    error = document.get("error")
    if isinstance(error, str):  # the form of token endpoints
        return (error,), _text(document.get("error_description")), None
    if not isinstance(error, dict):
        code = _text(document.get("errorCode"))
        return ((code,) if code else ()), "", None
    codes: list[str] = []
    ids: list[str] = []
    _collect(error, codes, ids, DEEPEST)
    return tuple(codes), _text(error.get("message")), ids[0] if ids else None


def _collect(error: dict[str, Any], codes: list[str], ids: list[str], depth: int) -> None:
    members = {key.casefold(): value for key, value in error.items()}
    if code := _text(members.get("code")):
        codes.append(code)
    if request_id := _text(members.get("request-id")):
        ids.append(request_id)
    if not depth:
        return
    details = members.get("details")
    for inner in [members.get("innererror"), *(details[:DEEPEST] if isinstance(details, list) else [])]:
        if isinstance(inner, dict):
            _collect(inner, codes, ids, depth - 1)


def _text(value: object) -> str:
    return value[:LONGEST_MESSAGE] if isinstance(value, str) else ""


def _kind(status: int, codes: tuple[str, ...]) -> type[GraphError]:
    for code in reversed(codes):
        if status >= 400 and (special := BY_CODE.get(code.casefold())) is not None:
            return special
    if known := BY_STATUS.get(status):
        return known
    if status >= 500:
        return ServiceFailure
    if status >= 400:
        return InvalidRequest
    return NotGraph


@contextmanager
def graph_errors(client: httpx.AsyncClient | None = None) -> Iterator[None]:
    """No exception of httpx leaves this block. Their texts may hold secret addresses, so they are not passed on.

    Args:
        client: Sends in this block; once it is closed, whoever still holds it is told that the session is over.
    """
    if client is not None and client.is_closed:
        raise SignInRequired("this session has been ended here")
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict) as error:
        raise unreachable(error) from None


def unreachable(error: Exception) -> GraphError:
    """The error that an exception of httpx means."""
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Unreachable("timed out while connecting", codes=("connect",))
        case httpx.TimeoutException():
            return Unreachable("timed out while waiting for data")
        case httpx.ProxyError():
            return Unreachable("the proxy refused or could not be reached", codes=("proxy",))
        case httpx.ConnectError():
            return Unreachable(_reason(error), codes=("connect",))
        case httpx.UnsupportedProtocol() | httpx.InvalidURL() | httpx.LocalProtocolError() | httpx.CookieConflict():
            return InvalidRequest("the request cannot be sent")
        case httpx.TooManyRedirects() | httpx.DecodingError() | httpx.StreamError() | httpx.HTTPStatusError():
            return NotGraph("the answer could not be read")
        case _:
            return Unreachable("the connection broke")


def _reason(error: httpx.ConnectError) -> str:
    """What the system says, such as `Name or service not known`; an address never gets here through our engine."""
    text = str(error)
    return "could not connect" if "://" in text or not text else text[:LONGEST_MESSAGE]
