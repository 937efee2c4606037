"""The token endpoint: grants redeemed, tokens made. Source: REFERENCE §13.3 and 13.7."""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from secrets import token_hex
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from odtui.demo.challenge import Challenge
from odtui.demo.clients import CLIENT_SECRET, EXPIRED_SECRET, Registration
from odtui.demo.drive import User
from odtui.demo.oauth import OIDC, OAuthFault, answer, client_of, form, origin, scopes_of, strike, tenant_of
from odtui.demo.refusals import refusal_of
from odtui.demo.signing import b64
from odtui.demo.state import Demo

REFRESH_LIFE = 90 * 86_400


async def token(request: Request) -> Response:
    """POST token."""
    demo: Demo = request.app.state.demo
    fields = await form(request)
    tenant = tenant_of(request.path_params["tenant"])
    client_id, secret = _credentials(request, fields)
    client = client_of(client_id, tenant)
    _check_secret(client, secret)
    match fields.get("grant_type"):
        case "authorization_code":
            strike(demo, "code")
            redeemed = _by_code(demo, client, fields)
        case "refresh_token":
            strike(demo, "refresh")
            redeemed = _by_refresh_token(demo, client, fields)
        case "urn:ietf:params:oauth:grant-type:device_code" | "device_code":
            strike(demo, "poll")
            redeemed = _by_device_code(demo, client, fields)
        case other:
            raise OAuthFault("unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{other}'.")
    asked, info = scopes_of(fields.get("scope", "")), fields.get("client_info") == "1"
    return answer(_tokens(demo, request, client, redeemed, asked, with_info=info))


class Redeemed(NamedTuple):
    """What a grant was worth."""

    user: str
    """Key."""
    scopes: list[str]
    """Granted."""
    nonce: str = ""
    met: int = 0
    """The demand of claims that it meets; 0 for none."""


def _met(demo: Demo, *claims: str) -> int:
    """The demand that is met by one of these `claims` parameters; 0 for none."""
    demand = demo.challenge
    return demand.value if demand is not None and any(demand.met_by(each) for each in claims) else 0


def _credentials(request: Request, fields: dict[str, str]) -> tuple[str, str | None]:
    """Client id and secret, from the form or from basic authentication."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            raise OAuthFault("invalid_client", 900144, "The Authorization header is malformed.") from None
        return client_id, secret
    return fields.get("client_id", ""), fields.get("client_secret")


def _check_secret(client: Registration, secret: str | None) -> None:
    if client.public:
        if secret is not None:
            raise OAuthFault(
                "invalid_client",
                700025,
                "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
            )
    elif not secret:
        raise OAuthFault(
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    elif secret == EXPIRED_SECRET:
        raise OAuthFault(
            "invalid_client", 7000222, f"The provided client secret keys for app '{client.client_id}' are expired."
        )
    elif not compare_digest(secret.encode(), CLIENT_SECRET.encode()):
        raise OAuthFault(
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{client.client_id}'.",
        )


def _by_code(demo: Demo, client: Registration, fields: dict[str, str]) -> Redeemed:
    """What an authorization code is worth. Raises OAuthFault."""
    found = demo.codes.authorization.get(fields.get("code", ""))
    if found is None or found.client_id != client.client_id:
        raise OAuthFault("invalid_grant", 9002313, "Invalid request. The authorization code is malformed or invalid.")
    if found.used:
        raise OAuthFault(
            "invalid_grant",
            54005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code.",
        )
    if found.expires < demo.clock():
        raise OAuthFault(
            "invalid_grant", 70008, "The provided authorization code is expired.", suberror="token_expired"
        )
    if fields.get("redirect_uri") != found.redirect:
        raise OAuthFault(
            "invalid_grant",
            500112,
            "The reply address does not match the reply address provided when requesting the code.",
        )
    verifier = fields.get("code_verifier", "")
    expected = b64(sha256(verifier.encode()).digest()) if found.method == "S256" else verifier
    if found.challenge and not compare_digest(expected.encode(), found.challenge.encode()):
        raise OAuthFault(
            "invalid_grant",
            501481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        )
    found.used = True
    return Redeemed(found.user, found.scopes, found.nonce, _met(demo, found.claims, fields.get("claims", "")))


def _by_device_code(demo: Demo, client: Registration, fields: dict[str, str]) -> Redeemed:
    codes = demo.codes
    device = fields.get("device_code", "")
    found = codes.device.get(device)
    if found is None or found.client_id != client.client_id:
        raise OAuthFault("bad_verification_code", 70018, "Invalid verification code.")
    if found.expires < demo.clock():
        raise OAuthFault(
            "expired_token",
            70020,
            "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
        )
    if found.declined:
        raise OAuthFault("authorization_declined", 70017, "User declined to grant access.")
    if not found.user:
        raise OAuthFault(
            "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
        )
    del codes.device[device]
    return Redeemed(found.user, found.scopes, met=_met(demo, found.claims, fields.get("claims", "")))


def _by_refresh_token(demo: Demo, client: Registration, fields: dict[str, str]) -> Redeemed:
    value = demo.signer.unseal("refresh", fields.get("refresh_token", ""))
    if value is None or value["client"] != client.client_id or value["user"] not in demo.users:
        raise OAuthFault("invalid_grant", 70000, "The provided grant is invalid or malformed.", suberror="bad_token")
    if value["epoch"] != demo.epochs.refresh:
        raise OAuthFault(
            "invalid_grant",
            50173,
            "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
            suberror="bad_token",
        )
    if value["exp"] < demo.clock():
        raise OAuthFault(
            "invalid_grant", 700082, "The refresh token has expired due to inactivity.", suberror="token_expired"
        )
    mark = value.get("n", "")
    if demo.single_use and mark in demo.spent:
        raise OAuthFault(
            "invalid_grant",
            70000,
            "The provided value for the input parameter 'refresh_token' is not valid: it has been used.",
            suberror="bad_token",
        )
    granted = _still_granted(demo, client, value, fields)
    met = value.get("met", 0)
    if demo.challenge is not None and met != demo.challenge.value and (met := _met(demo, fields.get("claims", ""))):
        _check_session(demo.challenge)
    demo.spent.add(mark)
    return Redeemed(value["user"], granted, met=met)


def _still_granted(demo: Demo, client: Registration, value: Mapping[str, Any], fields: Mapping[str, str]) -> list[str]:
    """What a refresh may have: the scopes of its sign-in, and others that were consented to. Raises OAuthFault."""
    given = demo.consents.given(value["user"], client.client_id)
    if value.get("taken_back", 0) == demo.consents.taken_back:
        given += value["scopes"]
    asked = [scope for scope in scopes_of(fields.get("scope", "")) if scope not in OIDC]
    if any(scope not in given for scope in asked or value["scopes"]):
        raise OAuthFault(
            "invalid_grant",
            65001,
            "The user or administrator has not consented to use the application with ID "
            f"'{client.client_id}' named '{client.name}'. "
            "Send an interactive authorization request for this user and resource.",
            suberror="consent_required",
        )
    return [*value["scopes"], *(scope for scope in asked if scope not in value["scopes"])]


def _check_session(demand: Challenge) -> None:
    """Raise OAuthFault if the demand needs a person."""
    if demand.interactive:
        raise OAuthFault(
            "invalid_grant",
            50076,
            refusal_of(50076).text,
            suberror="basic_action",
            claims=demand.claims,
        )


def _tokens(
    demo: Demo,
    request: Request,
    client: Registration,
    redeemed: Redeemed,
    asked: list[str],
    *,
    with_info: bool,
) -> dict[str, Any]:
    """The answer to a redeemed grant. A personal token carries what was asked for, a work one all that was granted."""
    user, now, granted = demo.users[redeemed.user], demo.clock(), redeemed.scopes
    files = [scope for scope in granted if scope not in OIDC]
    effective = [scope for scope in files if scope in asked and user.personal] or files
    life = int(demo.options.token_life)
    access = {
        "user": user.key,
        "met": redeemed.met,
        "scopes": [scope.lower() for scope in effective],
        "exp": now + life,
        "epoch": demo.epochs.tokens,
        "n": token_hex(6),
    }
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": " ".join([*effective, *(scope for scope in ("openid", "profile", "email") if scope in granted)]),
        "expires_in": life,
        "ext_expires_in": life,
        "access_token": demo.signer.seal("access", access),
    }
    if "offline_access" in granted:
        refresh = {
            "user": user.key,
            "met": redeemed.met,
            "taken_back": demo.consents.taken_back,
            "client": client.client_id,
            "scopes": granted,
            "exp": now + REFRESH_LIFE,
            "epoch": demo.epochs.refresh,
            "n": token_hex(6),
        }
        body["refresh_token"] = demo.signer.seal("refresh", refresh)
    if "openid" in granted:
        body["id_token"] = _id_token(demo, request, client, user, granted, redeemed.nonce)
    if with_info:
        body["client_info"] = b64(msgspec.json.encode({"uid": user.uid, "utid": user.tenant}))
    return body


def _id_token(demo: Demo, request: Request, client: Registration, user: User, granted: list[str], nonce: str) -> str:
    """A well-formed JWT. Its times are real ones, for clients compare them with their own clock."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "ver": "2.0",
        "iss": f"{origin(request)}/{user.tenant}/v2.0",
        "aud": client.client_id,
        "sub": b64(sha256(f"{client.client_id}{user.uid}".encode()).digest()),
        "iat": now,
        "nbf": now - 5,
        "exp": now + 3600,
        "tid": user.tenant,
    }
    if "profile" in granted:
        claims |= {"name": user.name, "preferred_username": user.address, "oid": user.uid}
    if "email" in granted:
        claims["email"] = user.address
    if nonce:
        claims["nonce"] = nonce
    header = {"typ": "JWT", "alg": "HS256", "kid": "demo"}
    signed = f"{b64(msgspec.json.encode(header))}.{b64(msgspec.json.encode(claims))}"
    return f"{signed}.{demo.signer.mac(signed)}"
