"""The page on which an administrator allows a program for everybody in a directory. Source: REFERENCE §12."""

from __future__ import annotations

from secrets import token_hex
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from odtui.demo import pages
from odtui.demo.oauth import GRAPH_SCOPES, OAuthFault, client_of, form, scopes_of, tenant_of
from odtui.demo.state import PERSONAL_TENANT, WORK_TENANT, Demo

_KEPT = ("client_id", "redirect_uri", "state", "scope")


async def ask(request: Request) -> Response:
    """GET adminconsent, with `scope` or without: then for every permission that the registration lists."""
    demo: Demo = request.app.state.demo
    query = {name: request.query_params[name] for name in _KEPT if name in request.query_params}
    tenant = request.path_params["tenant"]
    try:
        found = tenant_of(tenant)
        client = client_of(query.get("client_id", ""), found or WORK_TENANT)
        if demo.options.account == "personal" or found == PERSONAL_TENANT:
            raise OAuthFault("invalid_request", 500200, "Personal Microsoft accounts have no administrator.")
        redirect = query.get("redirect_uri", "")
        if redirect and not client.accepts(redirect):
            raise OAuthFault("invalid_request", 50011, "The redirect URI does not match those of the application.")
        scopes = scopes_of(query.get("scope", "")) or list(GRAPH_SCOPES)
    except OAuthFault as fault:
        return pages.error(f"AADSTS{fault.number}", fault.text)
    sealed = demo.signer.seal("adminconsent", {**query, "scopes": scopes})
    return pages.admin_consent(client.name, scopes, f"/{tenant}/adminconsent", {"request": sealed})


async def decide(request: Request) -> Response:
    """POST of the page."""
    demo: Demo = request.app.state.demo
    try:
        fields = await form(request)
        query = demo.signer.unseal("adminconsent", fields.get("request", ""))
        if query is None:
            raise OAuthFault("invalid_request", 900561, "The page was not made by this server; start again.")
    except OAuthFault as fault:
        return pages.error(f"AADSTS{fault.number}", fault.text)
    answer = {"state": query.get("state", ""), "admin_consent": "True", "tenant": WORK_TENANT}
    if fields.get("decision") == "accept":
        demo.consents.approve(query["client_id"].lower(), query["scopes"])
        answer["scope"] = " ".join(f"https://graph.microsoft.com/{scope}" for scope in query["scopes"])
    else:
        text = f"AADSTS65004: The resource owner denied the request.\r\nTrace ID: {token_hex(16)}"
        answer |= {"error": "permission_denied", "error_description": text}
    if not query.get("redirect_uri"):
        return pages.message("Done", "You can close this page and go back to the program.")
    parts = urlsplit(query["redirect_uri"])
    filled = urlencode({name: value for name, value in answer.items() if value})
    return RedirectResponse(urlunsplit((parts.scheme, parts.netloc, parts.path or "/", filled, "")), 302)
