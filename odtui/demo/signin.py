"""The part of signing in that happens in a browser. Source: REFERENCE §13.1, 13.2, 13.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from secrets import token_urlsafe
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from odtui.demo import pages
from odtui.demo.codes import Pending
from odtui.demo.drive import User
from odtui.demo.oauth import (
    CODE_LIFE,
    OIDC,
    OAuthFault,
    client_of,
    fault_body,
    form,
    scopes_of,
    strike,
    tenant_of,
)
from odtui.demo.signing import b64
from odtui.demo.state import WORK_TENANT, Demo

_KEPT = (
    "client_id",
    "redirect_uri",
    "response_mode",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "client_info",
    "claims",
)


async def authorize(request: Request) -> Response:
    """GET authorize: an error page, an answer at once, or the sign-in page."""
    demo: Demo = request.app.state.demo
    query = dict(request.query_params)
    tenant = request.path_params["tenant"]
    redirect = query.get("redirect_uri", "")
    try:
        client = client_of(query.get("client_id", ""), tenant_of(tenant))
        if not client.accepts(redirect):
            raise OAuthFault(
                "invalid_request",
                50011,
                f"The redirect URI '{redirect[:200]}' specified in the request does not match the redirect URIs "
                f"configured for the application '{client.client_id}'. Make sure that it matches one of them.",
            )
        strike(demo, "page")
    except OAuthFault as fault:
        return pages.error(f"AADSTS{fault.number}", fault.text)
    try:
        scopes = _check(query)
        strike(demo, "authorize")
    except OAuthFault as fault:
        return _answer(query, _refusal(query, fault))
    users = _users_for(demo, tenant)
    hint = query.get("login_hint", "").lower()
    chosen = next((user.key for user in users if user.address == hint), users[0].key if users else "")
    fields = {"request": demo.signer.seal("authorize", {name: query[name] for name in _KEPT if name in query})}
    wanted = _Wish(client.client_id, scopes, again=query.get("prompt") == "consent")
    return pages.sign_in(client.name, _choices(demo, users, wanted), chosen, f"/{tenant}/consent", fields)


def _check(query: Mapping[str, str]) -> list[str]:
    """The scopes of an authorization request that can be shown to a user. Raises OAuthFault."""
    if query.get("response_type") != "code":
        raise OAuthFault(
            "unsupported_response_type", 700054, "response_type 'code' is the only one enabled for the application."
        )
    if query.get("response_mode", "query") not in ("query", "form_post", "fragment"):
        raise OAuthFault("invalid_request", 90055, "The response_mode is not supported.")
    if query.get("code_challenge") and query.get("code_challenge_method", "plain") not in ("S256", "plain"):
        raise OAuthFault("invalid_request", 501491, "The code_challenge_method is not supported.")
    if query.get("prompt") == "none":
        raise OAuthFault("login_required", 50058, "A silent sign-in request was sent but no user is signed in.")
    scopes = scopes_of(query.get("scope", ""))
    if not scopes:
        raise OAuthFault("invalid_request", 900144, "The request must contain the following parameter: 'scope'.")
    return scopes


def _users_for(demo: Demo, tenant: str) -> list[User]:
    """Who can sign in through a directory."""
    wanted = tenant_of(tenant)
    personal = {"organizations": False}.get(tenant.lower())
    users = demo.users.values()
    return [user for user in users if (not wanted or user.tenant == wanted) and personal in (None, user.personal)]


class _Wish(NamedTuple):
    """What a program asks for."""

    client_id: str
    scopes: list[str]
    again: bool = False
    """Whether to ask for everything anew, as prompt=consent does."""


def _choices(demo: Demo, users: Iterable[User], wish: _Wish) -> list[pages.Choice]:
    """The accounts of a sign-in page, each with what it has not allowed the program before."""
    return [
        pages.Choice(
            user.key,
            user.name,
            user.address,
            tuple(
                scope
                for scope in wish.scopes
                if wish.again or scope not in demo.consents.given(user.key, wish.client_id)
            ),
            tuple(demo.consents.needs_admin(wish.client_id, wish.scopes)) if not user.personal else (),
        )
        for user in users
    ]


async def consent(request: Request) -> Response:
    """POST of the sign-in page."""
    demo: Demo = request.app.state.demo
    try:
        fields = await form(request)
        tenant = request.path_params["tenant"]
        query = demo.signer.unseal("authorize", fields.get("request", ""))
        if query is None:
            raise OAuthFault("invalid_request", 900561, "The page was not made by this server; start again.")
        user = next((each for each in _users_for(demo, tenant) if each.key == fields.get("account")), None)
        if fields.get("decision") == "accept" and user is None:
            raise OAuthFault("invalid_request", 50020, "The selected user account does not exist in this tenant.")
    except OAuthFault as fault:
        return pages.error(f"AADSTS{fault.number}", fault.text)
    try:
        if fields.get("decision") != "accept" or user is None:
            raise OAuthFault("access_denied", 65004, "User declined to consent to access the app.")
        strike(demo, "consent")
        code = _code(demo, query, user)
    except OAuthFault as fault:
        return _answer(query, _refusal(query, fault))
    answer = {"code": code, "state": query.get("state", ""), "session_state": token_urlsafe(12)}
    if query.get("client_info") == "1":
        answer["client_info"] = b64(msgspec.json.encode({"uid": user.uid, "utid": user.tenant}))
    return _answer(query, answer)


def _code(demo: Demo, query: Mapping[str, str], user: User) -> str:
    """A fresh authorization code. Raises OAuthFault if the account cannot be given a scope."""
    code = token_urlsafe(48)
    demo.codes.authorization[code] = Pending(
        client_id=query["client_id"].lower(),
        scopes=granted(demo, query["client_id"].lower(), scopes_of(query["scope"]), user),
        expires=demo.clock() + CODE_LIFE,
        user=user.key,
        redirect=query["redirect_uri"],
        challenge=query.get("code_challenge", ""),
        method=query.get("code_challenge_method", "plain"),
        nonce=query.get("nonce", ""),
        claims=query.get("claims", ""),
    )
    return code


def granted(demo: Demo, client_id: str, scopes: list[str], user: User) -> list[str]:
    """What a user's consent gives, and what an earlier one has: work accounts are told all of it.

    Raises:
        OAuthFault: for scopes that personal accounts do not have, or that only an administrator can allow.
    """
    bad = [scope for scope in scopes if scope.startswith("Sites.") or scope.endswith(".Selected")]
    if bad and user.personal:
        raise OAuthFault("invalid_scope", 70011, f"The scope '{bad[0]}' is not valid for personal Microsoft accounts.")
    if not user.personal and (closed := demo.consents.needs_admin(client_id, scopes)):
        raise OAuthFault("access_denied", 90094, f"The grant requires administrator permission: {', '.join(closed)}.")
    given = [scope for scope in scopes if scope.lower() not in demo.withheld or scope in OIDC]
    earlier = [] if user.personal else demo.consents.given(user.key, client_id)
    demo.consents.give(user.key, client_id, given)
    kept = (scope for scope in earlier if scope not in given and scope not in OIDC)
    return [*given, *(scope for scope in kept if scope.lower() not in demo.withheld)]


def _refusal(query: Mapping[str, str], fault: OAuthFault) -> dict[str, str]:
    body = fault_body(fault)
    answer = {"error": fault.error, "error_description": body["error_description"], "state": query.get("state", "")}
    if fault.number == 65004:
        answer["error_subcode"] = "cancel"
    return answer


def _answer(query: Mapping[str, str], answer: Mapping[str, str]) -> Response:
    """Send the browser back to the program."""
    filled = {name: value for name, value in answer.items() if value}
    redirect, mode = query["redirect_uri"], query.get("response_mode", "query")
    if mode == "form_post":
        return pages.form_post(redirect, filled)
    parts = urlsplit(redirect)
    encoded = urlencode(filled)
    query_part, fragment = (
        (parts.query, encoded) if mode == "fragment" else ("&".join(filter(None, (parts.query, encoded))), "")
    )
    return RedirectResponse(urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query_part, fragment)), 302)


async def device_page(request: Request) -> Response:
    """GET /devicelogin."""
    return pages.enter_code("/devicelogin")


async def device_code_entered(request: Request) -> Response:
    """POST /devicelogin: the consent page for a user code."""
    demo: Demo = request.app.state.demo
    fields = await form(request)
    found = _device(demo, fields.get("user_code", ""))
    if found is None:
        return pages.enter_code("/devicelogin", "That code is not known or has expired. Check it and try again.")
    client = client_of(found.client_id, WORK_TENANT)
    accounts = _choices(demo, demo.users.values(), _Wish(client.client_id, found.scopes))
    hidden = {"user_code": fields["user_code"]}
    return pages.sign_in(client.name, accounts, accounts[0].key, "/devicelogin/accept", hidden)


async def device_consent(request: Request) -> Response:
    """POST of the consent page for a user code."""
    demo: Demo = request.app.state.demo
    fields = await form(request)
    found = _device(demo, fields.get("user_code", ""))
    user = demo.users.get(fields.get("account", ""))
    if found is None:
        return pages.error("AADSTS70018", "The code is not known or has expired.")
    if fields.get("decision") != "accept" or user is None:
        found.declined = True
        return pages.message("Declined", "Nothing was given access. You can close this page.")
    try:
        strike(demo, "consent")
        found.scopes = granted(demo, found.client_id.lower(), found.scopes, user)
    except OAuthFault as fault:
        return pages.error(f"AADSTS{fault.number}", fault.text)
    found.user = user.key
    return pages.message("Signed in", "You can close this page and go back to the program.")


def _device(demo: Demo, user_code: str) -> Pending | None:
    """The sign-in that waits for a user code, if it has not expired."""
    codes = demo.codes
    plain = "".join(user_code.upper().split()).replace("-", "")
    found = codes.device.get(codes.user_codes.get(plain, ""))
    return found if found is not None and found.expires >= demo.clock() else None


async def logout(request: Request) -> Response:
    """GET or POST logout."""
    return pages.message("Signed out", "The demo drive keeps no session in your browser.")
