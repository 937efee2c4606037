"""OAuth 2.0 as the Microsoft identity platform speaks it: discovery, token, device code. Source: REFERENCE §13."""

from __future__ import annotations

import time
from secrets import choice, token_hex
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from odtui.demo.clients import REGISTRATIONS, Registration
from odtui.demo.codes import Pending
from odtui.demo.links import is_loopback
from odtui.demo.refusals import Place, refusal_of
from odtui.demo.state import PERSONAL_TENANT, WORK_TENANT, Demo

CODE_LIFE = 600
DEVICE_LIFE = 900
DEVICE_INTERVAL = 1
"""Seconds between polls. Microsoft asks for 5; on loopback nobody has to wait."""

TENANTS = {
    "common": "",
    "organizations": "",
    "consumers": PERSONAL_TENANT,
    PERSONAL_TENANT: PERSONAL_TENANT,
    WORK_TENANT: WORK_TENANT,
    "contoso.example": WORK_TENANT,
}
"""Directory id by what may stand in the address; empty for the shared ones."""

POLICY_CLAIMS = '{"access_token":{"polids":{"essential":true,"values":["3f1f2e4c-5d6b-4a79-8c0e-b1a2c3d4e5f6"]}}}'
"""What a conditional access policy demands."""

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

    def __init__(
        self, error: str, number: int, text: str, *, suberror: str = "", status: int = 0, claims: str = ""
    ) -> None:
        super().__init__(text)
        self.error = error
        self.number = number
        self.text = text
        self.suberror = suberror
        self.claims = claims
        """What the next sign-in has to bring, as JSON; empty for nothing."""
        self.status = status or (401 if error == "invalid_client" else 400)


def strike(demo: Demo, *places: Place) -> None:
    """Raise the OAuthFault that is to come at one of these places, if any is."""
    rule = demo.faults.refusal(*places)
    if rule is None:
        return
    refusal = refusal_of(rule.number)
    raise OAuthFault(
        refusal.error,
        rule.number,
        refusal.text,
        suberror=refusal.suberror,
        status=refusal.status,
        claims=POLICY_CLAIMS if refusal.claims else "",
    )


def tenant_of(name: str) -> str:
    """The directory id for the first segment of an address; empty for shared ones. Raises OAuthFault."""
    found = TENANTS.get(name.lower())
    if found is None:
        raise OAuthFault(
            "invalid_tenant",
            90002,
            f"Tenant '{name[:80]}' not found. Check to make sure you have the correct tenant ID "
            "and are signing into the correct cloud.",
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
        "error_description": (
            f"{number}{fault.text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {stamp}"
        ),
        "error_codes": [fault.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={fault.number}",
    }
    if fault.suberror:
        body["suberror"] = fault.suberror
    if fault.claims:
        body["claims"] = fault.claims
    return body


def fault_response(fault: OAuthFault, correlation_id: str = "") -> Response:
    return answer(fault_body(fault, correlation_id), fault.status)


def answer(body: Any, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}
    return Response(msgspec.json.encode(body), status, headers, "application/json; charset=utf-8")


def origin(request: Request) -> str:
    """https on the host that the client named, http on loopback."""
    host = request.headers.get("host", "")
    return f"http://{host}" if is_loopback(host) else f"https://{host}"


async def discovery(request: Request) -> Response:
    """GET openid-configuration. Only the page that a browser opens is on this machine."""
    demo: Demo = request.app.state.demo
    tenant = request.path_params["tenant"]
    tenant_of(tenant)
    strike(demo, "tenant")
    base = f"{origin(request)}/{tenant}"
    issuer = TENANTS[tenant.lower()] or "{tenantid}"
    return answer(
        {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["HS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{origin(request)}/{issuer}/v2.0",
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
    return answer({"keys": []})


async def instance(request: Request) -> Response:
    """GET instance discovery: every host that is rerouted here is trusted."""
    target = request.query_params.get("authorization_endpoint", "")
    tenant = "/".join(target.split("/")[:4])
    return answer(
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
    strike(demo, "device")
    scopes = scopes_of(fields.get("scope", ""))
    device, user_code = token_hex(32), "".join(choice("BCDFGHJKLMNPQRSTVWXZ23456789") for _ in range(9))
    codes = demo.codes
    codes.device[device] = Pending(
        fields["client_id"], scopes, demo.clock() + DEVICE_LIFE, claims=fields.get("claims", "")
    )
    codes.user_codes[user_code] = device
    page = f"{demo.base}/devicelogin"
    return answer(
        {
            "user_code": user_code,
            "device_code": device,
            "verification_uri": page,
            "expires_in": DEVICE_LIFE,
            "interval": DEVICE_INTERVAL,
            "message": (
                f"To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."
            ),
        }
    )
