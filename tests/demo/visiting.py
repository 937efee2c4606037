"""Signing in over plain HTTP, step by step, as MSAL and a browser do it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from odtui.demo.clients import PUBLIC_CLIENT
from odtui.demo.thread import DemoThread
from tests.demo.conftest import web

REDIRECT = "http://localhost:49152"
CALLBACK = "http://localhost:8400/callback"
VERIFIER = "v" * 64
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPE = "openid profile offline_access Files.ReadWrite User.Read"
WORK_TENANT = "5f0c3a9e-2b7d-4c61-9f4e-d0a81c6b7e42"


class Form(HTMLParser):
    """The form of a page."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__()
        self.action, self.fields, self.text = "", {}, page.text
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "form":
            self.action = named.get("action") or ""
        if tag == "input" and named.get("name") and (named.get("type") != "radio" or "checked" in named):
            self.fields[named["name"]] = named.get("value") or ""


def authorize(demo: DemoThread, tenant: str = "common", **changes: str) -> httpx.Response:
    query = {
        "client_id": PUBLIC_CLIENT,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": SCOPE,
        "state": "s&t=1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "nonce": "n0",
        "client_info": "1",
    } | changes
    return web.get(
        f"{demo.base}/{tenant}/oauth2/v2.0/authorize", params={key: value for key, value in query.items() if value}
    )


def consent(demo: DemoThread, page: httpx.Response, decision: str = "accept", account: str = "") -> httpx.Response:
    form = Form(page)
    fields = form.fields | {"decision": decision} | ({"account": account} if account else {})
    return web.post(urljoin(demo.base, form.action), data=fields)


def answer_of(response: httpx.Response) -> dict[str, str]:
    """What the program gets, from a redirect or a form."""
    if response.status_code == 302:
        return dict(parse_qsl(urlsplit(response.headers["Location"]).query))
    return Form(response).fields


def sign_in(demo: DemoThread, **changes: str) -> dict[str, str]:
    return answer_of(consent(demo, authorize(demo, **changes)))


def token(
    demo: DemoThread, tenant: str = "common", headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    return web.post(
        f"{demo.base}/{tenant}/oauth2/v2.0/token", data={"client_id": PUBLIC_CLIENT, **fields}, headers=headers
    )


def redeem(demo: DemoThread, code: str, **changes: str) -> httpx.Response:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "client_info": "1",
    }
    return token(demo, **(fields | changes))


def tokens(demo: DemoThread, **changes: str) -> dict[str, Any]:
    answer = redeem(demo, sign_in(demo, **changes)["code"])
    assert answer.status_code == 200
    return dict(answer.json())


def refused(answer: httpx.Response) -> tuple[int, str, int]:
    body = answer.json()
    assert f"AADSTS{body['error_codes'][0]}: " in body["error_description"]
    assert body["correlation_id"]
    return answer.status_code, body["error"], body["error_codes"][0]


def claims(jwt: str) -> dict[str, Any]:
    body = jwt.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def device(demo: DemoThread, **changes: str) -> dict[str, Any]:
    fields = {"client_id": PUBLIC_CLIENT, "scope": SCOPE} | changes
    return dict(web.post(f"{demo.base}/common/oauth2/v2.0/devicecode", data=fields).json())


def poll(demo: DemoThread, device_code: str, **changes: str) -> httpx.Response:
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    return token(demo, **({"grant_type": grant, "device_code": device_code} | changes))


def enter(demo: DemoThread, user_code: str, decision: str = "accept") -> httpx.Response:
    return consent(demo, web.post(f"{demo.base}/devicelogin", data={"user_code": user_code}), decision)
