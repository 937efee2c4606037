"""The application: which address goes where, and what happens around every request."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from odtui.demo import adminconsent, api, batch, content, control, copies, oauth, signin, tokens, uploads
from odtui.demo.errors import GraphFault, answer_headers, error_response, no_space, unauthenticated
from odtui.demo.faults import Logged, Rule
from odtui.demo.links import HOSTS, is_loopback
from odtui.demo.state import Demo

_BREAKS = ("reset", "cut", "cut_request")
"""Faults of the connection."""
_ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def application(demo: Demo) -> ASGIApp:
    """The whole server as one ASGI application."""
    tenant = "/{tenant}"
    owner = "/personal/{owner}"
    routes = [
        *(Route(prefix + "/$batch", batch.batch, methods=_ALL) for prefix in api.PREFIXES),
        *(Route(prefix + "/{rest:path}", api.graph, methods=_ALL) for prefix in api.PREFIXES),
        Route(f"{owner}/_layouts/15/download.aspx", content.download, methods=["GET", "HEAD"]),
        Route(f"{owner}/_api/v2.0/uploadSession", uploads.session, methods=["GET", "PUT", "POST", "DELETE"]),
        Route(owner + "/_api/v2.0/monitor/{job}", copies.monitor, methods=["GET"]),
        Route("/common/discovery/instance", oauth.instance, methods=["GET"]),
        Route(f"{tenant}/v2.0/.well-known/openid-configuration", oauth.discovery, methods=["GET"]),
        Route(f"{tenant}/discovery/v2.0/keys", oauth.keys, methods=["GET"]),
        Route(f"{tenant}/oauth2/v2.0/authorize", signin.authorize, methods=["GET"]),
        Route(f"{tenant}/consent", signin.consent, methods=["POST"]),
        Route(f"{tenant}/adminconsent", adminconsent.ask, methods=["GET"]),
        Route(f"{tenant}/v2.0/adminconsent", adminconsent.ask, methods=["GET"]),
        Route(f"{tenant}/adminconsent", adminconsent.decide, methods=["POST"]),
        Route(f"{tenant}/oauth2/v2.0/token", tokens.token, methods=["POST"]),
        Route(f"{tenant}/oauth2/v2.0/devicecode", oauth.devicecode, methods=["POST"]),
        Route(f"{tenant}/oauth2/v2.0/logout", signin.logout, methods=["GET", "POST"]),
        Route("/devicelogin", signin.device_page, methods=["GET"]),
        Route("/devicelogin", signin.device_code_entered, methods=["POST"]),
        Route("/devicelogin/accept", signin.device_consent, methods=["POST"]),
        Route("/_demo/{action}", control.control, methods=_ALL),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={
            GraphFault: _graph_fault,  # type: ignore[dict-item]  # Starlette types handlers by Exception alone
            oauth.OAuthFault: _oauth_fault,  # type: ignore[dict-item]
            ClientDisconnect: _gone,  # type: ignore[dict-item]
            Exception: _crash,
            404: _no_route,
            405: _no_route,
        },
    )
    app.state.demo = demo
    app.state.whole = whole = Around(app, demo)
    return whole


async def _graph_fault(request: Request, fault: GraphFault) -> Response:
    demo: Demo = request.app.state.demo
    return _refuse(demo, fault, request.headers.get("client-request-id"))


def _refuse(demo: Demo, fault: GraphFault, client_request_id: str | None) -> Response:
    date = datetime.fromtimestamp(demo.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return error_response(fault, client_request_id, date)


async def _oauth_fault(request: Request, fault: oauth.OAuthFault) -> Response:
    return oauth.fault_response(fault, request.headers.get("client-request-id", ""))


async def _gone(request: Request, error: ClientDisconnect) -> Response:
    return Response(status_code=400)


async def _crash(request: Request, error: Exception) -> Response:
    return await _graph_fault(request, GraphFault(500, "generalException", "General exception while processing"))


async def _no_route(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    fault = GraphFault(status, "notAllowed" if status == 405 else "itemNotFound", "There is nothing at this address.")
    return await _graph_fault(request, fault)


class Around:
    """What happens around every request: foreign hosts are refused, faults strike, the log is kept, ids are added."""

    def __init__(self, app: ASGIApp, demo: Demo) -> None:
        self._app = app
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        meant = headers.get(b"x-http-method-override", b"").decode("latin-1").upper()
        if scope["method"] == "POST" and meant in ("DELETE", "PATCH", "PUT"):
            scope = {**scope, "method": meant}
        host = headers.get(b"host", b"").decode("latin-1")
        path = scope["raw_path"].decode("latin-1")
        logged = path.startswith("/_demo/")

        def log(status: int) -> None:
            nonlocal logged
            if not logged:
                self._demo.log.add(Logged(scope["method"], path, host, b"authorization" in headers, status))
                logged = True

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                log(message["status"])  # before the client can know of it and look
                message["headers"] = [
                    *message["headers"],
                    (b"date", self._date()),
                    *(_ids(headers) if message["status"] < 400 else ()),
                ]
            await send(message)

        try:
            if host not in HOSTS and not is_loopback(host):
                await Response("Unknown host", 421)(scope, receive, sending)
            else:
                await self._run(scope, receive, sending, send, path)
        except Exception as error:  # the boundary: it has been answered already
            if not isinstance(error, _Cut):
                self._demo.crashes.append(error)
        finally:
            log(0)

    def _date(self) -> bytes:
        return formatdate(time.time() + self._demo.skew, usegmt=True).encode()

    async def _run(self, scope: Scope, receive: Receive, sending: Send, raw_send: Send, path: str) -> None:
        struck = [] if path.startswith("/_demo/") else self._demo.faults.strike(scope["method"], path)
        for rule in struck:
            if rule.kind == "latency":
                if batch.PART not in scope:  # a part has no way of its own
                    await asyncio.sleep(rule.seconds)
            elif rule.kind == "bandwidth" and rule.rate > 0:
                receive, sending = _slowly(receive, rule.rate), _paced(sending, rule.rate)
        worse = next((each for each in struck if not each.slows), None)
        if worse is not None and worse.kind in _BREAKS and batch.PART in scope:
            worse = None  # a part has no connection of its own
        if worse is None:
            await self._app(scope, receive, sending)
        elif worse.kind in ("delta_reset", "challenge"):
            if worse.kind == "challenge":
                self._demo.demand(interactive=worse.interactive)
            else:
                self._demo.epochs.deltas += 1
            await self._app(scope, receive, sending)
        elif worse.kind == "reset":
            _abort(raw_send)
        elif worse.kind == "cut":
            await self._app(scope, receive, _cutting(sending, raw_send, worse.after))
        elif worse.kind == "cut_request":
            await self._app(scope, _losing(receive, raw_send, worse.after), sending)
        else:
            if worse.effect:
                await self._app(scope, receive, _unheard)
            await _faulty(self._demo, worse, dict(scope["headers"]))(scope, receive, sending)


def _ids(headers: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    client = headers.get(b"client-request-id")
    named = answer_headers(client.decode("latin-1") if client else None)
    return [(name.encode(), value.encode("latin-1")) for name, value in named.items()]


def _faulty(demo: Demo, rule: Rule, headers: dict[bytes, bytes]) -> Response:
    """The answer that a rule gives in place of the real one."""
    client = headers.get(b"client-request-id", b"").decode("latin-1") or None
    match rule.kind:
        case "html":
            return Response(
                rule.body or "<html><body>Please sign in to this network</body></html>", 200, media_type="text/html"
            )
        case "broken_json":
            return Response(rule.body or '{"value": [{"id": "1', 200, media_type="application/json")
        case "unauthorized":
            return _refuse(demo, unauthenticated("The token has expired.", detail="The token is expired."), client)
        case "expired_link":
            return _refuse(
                demo,
                GraphFault(rule.status if rule.status != 500 else 401, "unauthenticated", "The link has expired."),
                client,
            )
        case "quota_full":
            return _refuse(demo, no_space(), client)
    extra = {"Retry-After": f"{rule.retry_after:g}"} if rule.retry_after is not None else {}
    if rule.body is not None:
        return Response(rule.body, rule.status, extra, "application/json")
    return _refuse(demo, GraphFault(rule.status, rule.code, rule.message, headers=extra), client)


class _Cut(Exception):
    """The connection has been closed on purpose; there is nothing more to send."""


def _cutting(send: Send, raw_send: Send, after: int) -> Send:
    """A send that drops the connection once so many bytes of the body have gone out."""
    left = after

    async def cutting(message: Message) -> None:
        nonlocal left
        if message["type"] != "http.response.body":
            await send(message)
            return
        body: bytes = message.get("body", b"")
        if len(body) < left or (len(body) == left and message.get("more_body")):
            left -= len(body)
            await send(message)
            return
        await send({**message, "body": body[:left], "more_body": True})
        _close(raw_send)
        raise _Cut

    return cutting


def _losing(receive: Receive, raw_send: Send, after: int) -> Receive:
    """A receive that drops the connection once so many bytes of the request's body have come in."""
    seen = 0

    async def losing() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if message["type"] == "http.request" and seen > after:
            _abort(raw_send)
            return {"type": "http.disconnect"}
        return message

    return losing


async def _unheard(message: Message) -> None:
    """A send that loses everything: the answer to a request that has taken effect."""


def _paced(send: Send, rate: float) -> Send:
    """A send that lets so many bytes of the body through in a second."""

    async def pacing(message: Message) -> None:
        body: bytes = message.get("body", b"")
        size = max(int(rate / 10), 1)
        while len(body) > size:
            await asyncio.sleep(size / rate)
            await send({**message, "body": body[:size], "more_body": True})
            body = body[size:]
        await asyncio.sleep(len(body) / rate)
        await send({**message, "body": body} if body else message)

    return pacing


def _slowly(receive: Receive, rate: float) -> Receive:
    """A receive that takes so many bytes of the request's body in a second."""

    async def slow() -> Message:
        message = await receive()
        if body := message.get("body", b""):
            await asyncio.sleep(len(body) / rate)
        return message

    return slow


def _transport(send: Send) -> Any:
    """The connection below a send of uvicorn: ASGI itself cannot drop one."""
    return send.__self__.transport  # type: ignore[attr-defined]


def _abort(send: Send) -> None:
    """Reset the connection."""
    _transport(send).abort()


def _close(send: Send) -> None:
    """Close the connection after what has been sent."""
    _transport(send).close()


def encode_ready(base: str) -> str:
    """The line that tells a parent process where the server listens."""
    return msgspec.json.encode({"base": base, "hosts": sorted(HOSTS)}).decode()
