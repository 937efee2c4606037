"""OAuth 2.0 as the Microsoft identity platform speaks it: discovery, token, device code. Source: REFERENCE §13."""

from __future__ import annotations

import time
from base64 import b64decode
from hashlib import sha256
from hmac import compare_digest
from secrets import choice, token_hex
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from odtui.demo.clients import CLIENT_SECRET, EXPIRED_SECRET, REGISTRATIONS, Registration
from odtui.demo.codes import Pending
from odtui.demo.drive import User
from odtui.demo.links import is_loopback
from odtui.demo.signing import b64
from odtui.demo.state import PERSONAL_TENANT, WORK_TENANT, Demo

CODE_LIFE = 600
DEVICE_LIFE = 900
DEVICE_INTERVAL = 1
"""Seconds between polls. Microsoft asks for 5; on loopback nobody has to wait."""
REFRESH_LIFE = 90 * 86_400

TENANTS = {
    "common": "",
    "organizations": "",
    "consumers": PERSONAL_TENANT,
    PERSONAL_TENANT: PERSONAL_TENANT,
    WORK_TENANT: WORK_TENANT,
    "contoso.example": WORK_TENANT,
}
"""Directory id by what may stand in the address; empty for the shared ones."""

OIDC = frozenset({"openid", "profile", "email", "offline_access"})
GRAPH_SCOPES = (
    "Files.Read",
    "Files.ReadWrite",
    "Files.Read.All",
    "Files.ReadWrite.All",
    "Files.Read.Selected",
    "Files.ReadWrite.Selected",
    "Files.ReadWrite.AppFolder",
    "Sites.Read.All",
    "Sites.ReadWrite.All",
    "User.Read",
)
_BY_NAME = {name.lower(): name for name in GRAPH_SCOPES} | {name: name for name in OIDC}


class OAuthFault(Exception):
    """A refusal with its AADSTS number."""

    def __init__(self, error: str, number: int, text: str, *, suberror: str = "", status: int = 0) -> None:
        super().__init__(text)
        self.error = error
        self.number = number
        self.text = text
        self.suberror = suberror
        self.status = status or (401 if error == "invalid_client" else 400)


def tenant_of(name: str) -> str:
    """The directory id for the first segment of an address; empty for shared ones. Raises OAuthFault."""
    found = TENANTS.get(name.lower())
    if found is None:
        raise OAuthFault(
            "invalid_tenant",
            90002,
            f"Tenant '{name[:80]}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
        )
    return found


def client_of(client_id: str, tenant: str) -> Registration:
    """The registration of a client id. Raises OAuthFault."""
    found = REGISTRATIONS.get(client_id.lower())
    if found is None:
        raise OAuthFault(
            "unauthorized_client",
            700016,
            f"Application with identifier '{client_id[:80]}' was not found in the directory 'Demo'.",
        )
    if found.tenant and tenant != found.tenant:
        raise OAuthFault(
            "invalid_request",
            50194,
            f"Application '{client_id}'({found.name}) is not configured as a multi-tenant application. "
            "Usage of the /common endpoint is not supported for such apps.",
        )
    return found


def scopes_of(text: str) -> list[str]:
    """The scopes asked for, as their owners spell them. Raises OAuthFault for unknown ones."""
    found: list[str] = []
    for scope in text.split():
        prefix, _, name = scope.rpartition("/")
        if prefix and not prefix.startswith("https://"):
            name = scope
        known = ["Files.ReadWrite", "User.Read"] if name == ".default" else [_BY_NAME.get(name.lower(), "")]
        if known == [""]:
            raise OAuthFault(
                "invalid_scope",
                70011,
                f"The provided request must include a 'scope' input parameter. The scope {scope[:80]} is not valid.",
            )
        found += [each for each in known if each not in found]
    return found


async def form(request: Request) -> dict[str, str]:
    """The fields of a form; of doubled ones the last. Raises OAuthFault for what is no form."""
    raw = await request.body()
    if len(raw) > 1 << 20:
        raise OAuthFault("invalid_request", 900144, "The request is too large.", status=413)
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=200))
    except ValueError:
        raise OAuthFault("invalid_request", 900144, "The request body is not a form.") from None


def fault_body(fault: OAuthFault, correlation_id: str = "") -> dict[str, Any]:
    """The fault as the token endpoint writes it."""
    trace, correlation = str(uuid4()), correlation_id or str(uuid4())
    stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    number = f"AADSTS{fault.number}: " if fault.number else ""
    body: dict[str, Any] = {
        "error": fault.error,
        "error_description": f"{number}{fault.text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {stamp}",
        "error_codes": [fault.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={fault.number}",
    }
    if fault.suberror:
        body["suberror"] = fault.suberror
    return body


def fault_response(fault: OAuthFault, correlation_id: str = "") -> Response:
    return _json(fault_body(fault, correlation_id), fault.status)


def _json(body: Any, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}
    return Response(msgspec.json.encode(body), status, headers, "application/json; charset=utf-8")


def _origin(request: Request) -> str:
    """https on the host that the client named, http on loopback."""
    host = request.headers.get("host", "")
    return f"http://{host}" if is_loopback(host) else f"https://{host}"


async def discovery(request: Request) -> Response:
    """GET openid-configuration. Only the page that a browser opens is on this machine."""
    demo: Demo = request.app.state.demo
    tenant = request.path_params["tenant"]
    tenant_of(tenant)
    base = f"{_origin(request)}/{tenant}"
    issuer = TENANTS[tenant.lower()] or "{tenantid}"
    return _json(
        {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["HS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{_origin(request)}/{issuer}/v2.0",
            "request_uri_parameter_supported": False,
            "authorization_endpoint": f"{demo.base}/{tenant}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{demo.base}/{tenant}/oauth2/v2.0/logout",
            "tenant_region_scope": None,
            "cloud_instance_name": "microsoftonline.com",
            "msgraph_host": "graph.microsoft.com",
        }
    )


async def keys(request: Request) -> Response:
    """GET keys: none, for the demo's id tokens are not signed with a public one."""
    return _json({"keys": []})


async def instance(request: Request) -> Response:
    """GET instance discovery: every host that is rerouted here is trusted."""
    target = request.query_params.get("authorization_endpoint", "")
    tenant = "/".join(target.split("/")[:4])
    return _json(
        {
            "tenant_discovery_endpoint": f"{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [],
        }
    )


async def devicecode(request: Request) -> Response:
    """POST devicecode."""
    demo: Demo = request.app.state.demo
    fields = await form(request)
    client_of(fields.get("client_id", ""), tenant_of(request.path_params["tenant"]))
    scopes = scopes_of(fields.get("scope", ""))
    device, user_code = token_hex(32), "".join(choice("BCDFGHJKLMNPQRSTVWXZ23456789") for _ in range(9))
    codes = demo.codes
    codes.device[device] = Pending(fields["client_id"], scopes, demo.clock() + DEVICE_LIFE)
    codes.user_codes[user_code] = device
    page = f"{demo.base}/devicelogin"
    return _json(
        {
            "user_code": user_code,
            "device_code": device,
            "verification_uri": page,
            "expires_in": DEVICE_LIFE,
            "interval": DEVICE_INTERVAL,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate.",
        }
    )


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
            user, scopes, nonce = _by_code(demo, client, fields)
        case "refresh_token":
            user, scopes, nonce = _by_refresh_token(demo, client, fields)
        case "urn:ietf:params:oauth:grant-type:device_code" | "device_code":
            user, scopes, nonce = _by_device_code(demo, client, fields)
        case other:
            raise OAuthFault("unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{other}'.")
    asked = scopes_of(fields.get("scope", ""))
    return _json(_tokens(demo, request, client, user, scopes, asked, nonce, with_info=fields.get("client_info") == "1"))


def _credentials(request: Request, fields: dict[str, str]) -> tuple[str, str | None]:
    """Client id and secret, from the form or from basic authentication."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = b64decode(value).decode().partition(":")
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


def _by_code(demo: Demo, client: Registration, fields: dict[str, str]) -> tuple[str, list[str], str]:
    """User, granted scopes and nonce for an authorization code. Raises OAuthFault."""
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
    return found.user, found.scopes, found.nonce


def _by_device_code(demo: Demo, client: Registration, fields: dict[str, str]) -> tuple[str, list[str], str]:
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
    return found.user, found.scopes, ""


def _by_refresh_token(demo: Demo, client: Registration, fields: dict[str, str]) -> tuple[str, list[str], str]:
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
    asked = [scope for scope in scopes_of(fields.get("scope", "")) if scope not in OIDC]
    missing = [scope for scope in asked if scope not in value["scopes"]]
    if missing:
        raise OAuthFault(
            "invalid_grant",
            65001,
            f"The user or administrator has not consented to use the application with ID '{client.client_id}' named '{client.name}'. "
            "Send an interactive authorization request for this user and resource.",
            suberror="consent_required",
        )
    return value["user"], value["scopes"], ""


def _tokens(
    demo: Demo,
    request: Request,
    client: Registration,
    user_key: str,
    granted: list[str],
    asked: list[str],
    nonce: str,
    *,
    with_info: bool,
) -> dict[str, Any]:
    """The answer to a redeemed grant. The access token carries what was asked for, or all that was granted."""
    user, now = demo.users[user_key], demo.clock()
    files = [scope for scope in granted if scope not in OIDC]
    effective = [scope for scope in files if scope in asked] or files
    life = int(demo.options.token_life)
    access = {
        "user": user_key,
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
            "user": user_key,
            "client": client.client_id,
            "scopes": granted,
            "exp": now + REFRESH_LIFE,
            "epoch": demo.epochs.refresh,
            "n": token_hex(6),
        }
        body["refresh_token"] = demo.signer.seal("refresh", refresh)
    if "openid" in granted:
        body["id_token"] = _id_token(demo, request, client, user, granted, nonce)
    if with_info:
        body["client_info"] = b64(msgspec.json.encode({"uid": user.uid, "utid": user.tenant}))
    return body


def _id_token(demo: Demo, request: Request, client: Registration, user: User, granted: list[str], nonce: str) -> str:
    """A well-formed JWT. Its times are real ones, for clients compare them with their own clock."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "ver": "2.0",
        "iss": f"{_origin(request)}/{user.tenant}/v2.0",
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
