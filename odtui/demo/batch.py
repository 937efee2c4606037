"""$batch: up to 20 requests in one, each answered as if it had come alone. Source: REFERENCE §14, QUIRKS 226."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Scope

from odtui.demo.errors import JSON_TYPE, GraphFault, bad_request
from odtui.demo.links import GRAPH_HOSTS, is_loopback

MAX_PARTS = 20
MAX_BYTES = 4 << 20
PART = "odtui.part"
"""Key in the scope of a request that is part of a batch."""
_AS_IT_IS = "%:/?[]@!$&'()*+,;=-._~"
"""What an address may hold; anything else, such as a space in a filter, is encoded."""
_CASES = {"etag": "ETag", "odata-version": "OData-Version", "www-authenticate": "WWW-Authenticate"}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_INHERITED = frozenset({b"authorization", b"host", b"client-request-id", b"user-agent"})


class Part(msgspec.Struct, kw_only=True, rename="camel"):
    """One request of a batch."""

    id: str
    method: str
    url: str
    """Relative to the version of the API, or an address of Graph in full, as the official SDKs send it."""
    headers: dict[str, str] | None = None
    body: Any = None
    depends_on: list[str] | None = None


class Batch(msgspec.Struct):
    requests: list[Part]


async def batch(request: Request) -> Response:
    """POST $batch. Raises GraphFault 400 if it is not a sound batch, 405 for other methods."""
    if request.method != "POST":
        raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    prefix = request.scope["raw_path"].decode("latin-1").removesuffix("/$batch")
    parts = _read(await request.body(), prefix)
    inherited = [pair for pair in request.scope["headers"] if pair[0] in _INHERITED]
    statuses: dict[str, int] = {}
    responses = []
    for part in parts:
        failed = [name for name in part.depends_on or () if statuses[name.lower()] >= 400]
        answer = _dependency_failed() if failed else await _run(request, part, prefix, inherited)
        statuses[part.id.lower()] = answer["status"]
        responses.append({"id": part.id, **answer})
    return Response(msgspec.json.encode({"responses": responses}), 200, media_type=JSON_TYPE)


def _read(raw: bytes, prefix: str) -> list[Part]:
    """The parts in the order to run them: each after those that it depends on."""
    if len(raw) > MAX_BYTES:
        raise GraphFault(413, "invalidRequest", "The batch is too large.")
    try:
        parts = msgspec.json.decode(raw, type=Batch).requests
    except msgspec.MsgspecError:
        raise bad_request("Invalid batch payload format.") from None
    if len(parts) > MAX_PARTS:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {MAX_PARTS}.")
    ids = [part.id.lower() for part in parts]
    if len(set(ids)) < len(ids) or not all(ids):
        raise bad_request("Batch request ids must be unique.")
    for part in parts:
        if part.method.upper() not in _METHODS or not part.url:
            raise bad_request(f"The request '{part.id[:40]}' is not valid.")
        _relative(part, prefix)
        if part.body is not None and not any(name.lower() == "content-type" for name in part.headers or ()):
            raise bad_request(f"The request '{part.id[:40]}' has a body without a Content-Type.")
    return _ordered(parts)


def _ordered(parts: list[Part]) -> list[Part]:
    done: dict[str, Part] = {}
    waiting = list(parts)
    while waiting:
        ready = [part for part in waiting if all(name.lower() in done for name in part.depends_on or ())]
        if not ready:
            raise bad_request("A request depends on one that is not in the batch, or on itself.")
        done |= {part.id.lower(): part for part in ready}
        waiting = [part for part in waiting if part.id.lower() not in done]
    return list(done.values())


def _dependency_failed() -> dict[str, Any]:
    error = {"code": "FailedDependency", "message": "A request that this one depends on has failed."}
    return {"status": 424, "headers": {"Content-Type": "application/json"}, "body": {"error": error}}


def _body(part: Part) -> bytes:
    """JSON as it is; any other content is base64 text."""
    if part.body is None:
        return b""
    kind = next(value for name, value in (part.headers or {}).items() if name.lower() == "content-type")
    if not isinstance(part.body, str) or "json" in kind:
        return msgspec.json.encode(part.body)
    try:
        return b64decode(part.body.replace("-", "+").replace("_", "/") + "=" * (-len(part.body) % 4), validate=True)
    except Error:
        raise bad_request(f"The body of request '{part.id[:40]}' is not base64.") from None


def _relative(part: Part, prefix: str) -> str:
    """The address of a part below the version root, encoded. Raises GraphFault 400 for one that is not there."""
    url = quote(part.url.partition("#")[0], safe=_AS_IT_IS)
    if "://" not in url.partition("?")[0]:
        return url
    parts = urlsplit(url)
    path = "/" + parts.path.lstrip("/")
    if (parts.netloc not in GRAPH_HOSTS and not is_loopback(parts.netloc)) or not path.startswith(f"{prefix}/"):
        raise bad_request(f"The request '{part.id[:40]}' is not for this version of the API.")
    return f"{path.removeprefix(prefix)}?{parts.query}"


def _written(name: str) -> str:
    """A header as the service writes it: keys of JSON have a case, and the JavaScript SDK looks for Content-Type."""
    return name if name.startswith("x-") or name.endswith("request-id") else _CASES.get(name) or name.title()


async def _run(request: Request, part: Part, prefix: str, inherited: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Send one part through the whole server and collect its answer."""
    body = _body(part)
    path, _, query = _relative(part, prefix).partition("?")
    raw_path = f"{prefix}/{path.lstrip('/')}".encode()
    own = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (part.headers or {}).items()]
    names = {name for name, _ in own} | {b"host"}
    scope: Scope = dict(request.scope) | {
        "method": part.method.upper(),
        "path": unquote(raw_path.decode()),
        "raw_path": raw_path,
        "query_string": query.encode(),
        "headers": [
            *(pair for pair in inherited if pair[0] not in names or pair[0] == b"host"),
            *(pair for pair in own if pair[0] not in (b"host", b"content-length")),
            (b"content-length", str(len(body)).encode()),
        ],
        "state": {},
        PART: True,
    }
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    whole: ASGIApp = request.app.state.whole
    await whole(scope, receive, send)
    head, content = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    headers = {_written(name.decode("latin-1")): value.decode("latin-1") for name, value in head["headers"]}
    answer: dict[str, Any] = {"status": head["status"], "headers": headers}
    if content:
        is_json = "json" in headers.get("Content-Type", "")
        answer["body"] = msgspec.Raw(content) if is_json else b64encode(content).decode()
    return answer
