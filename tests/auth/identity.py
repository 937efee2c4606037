"""A small Microsoft identity platform on respx, a browser that comes back, and what tests need to use them."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import respx

CLIENT_ID = "6f0f5a3e-7c0b-4b5e-9f6a-0d7f0c1b2a39"
LOGIN = "https://login.microsoftonline.com"
WORK_TENANT = "0b2f6f1a-31c2-4a53-9c3f-2f1f5d1f9a10"
CORRELATION = "c0ffee00-1111-2222-3333-444455556666"


def encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def failure(error: str, number: int, text: str = "Something.") -> httpx.Response:
    """A token endpoint's answer that says no."""
    description = (
        f"AADSTS{number}: {text}\r\nTrace ID: x\r\nCorrelation ID: {CORRELATION}\r\nTimestamp: 2026-01-01 00:00:00Z"
    )
    body = {"error": error, "error_description": description, "error_codes": [number], "correlation_id": CORRELATION}
    return httpx.Response(401 if error == "invalid_client" else 400, json=body)


@dataclass
class Identity:
    """Answers for login.microsoftonline.com; what it was sent is in `forms`."""

    router: respx.Router
    tenant: str = "common"
    host: str = LOGIN
    scope: str = "https://graph.microsoft.com/Files.ReadWrite User.Read profile openid email"
    expires_in: int = 3600
    user: str = "adele@contoso.com"
    tid: str = WORK_TENANT
    forms: list[dict[str, str]] = field(default_factory=list)
    scripted: list[httpx.Response | Exception] = field(default_factory=list)
    """Answers of the token endpoint before it starts to say yes."""
    nonce: str = ""
    issued: int = 0

    def __post_init__(self) -> None:
        base = f"{self.host}/{self.tenant}"
        self.discovery = self.router.get(f"{base}/v2.0/.well-known/openid-configuration").respond(
            json={
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "issuer": f"{self.host}/{{tenantid}}/v2.0",
            }
        )
        self.token = self.router.post(f"{base}/oauth2/v2.0/token").mock(side_effect=self._token)
        self.device = self.router.post(f"{base}/oauth2/v2.0/devicecode").mock(side_effect=self._device)
        self.router.route(host="localhost").pass_through()
        self.router.route(host="127.0.0.1").pass_through()

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {key: values[0] for key, values in parse_qs(request.content.decode()).items()}
        self.forms.append(form)
        if self.scripted:
            answer = self.scripted.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return httpx.Response(200, json=self.tokens())

    def tokens(self) -> dict[str, Any]:
        self.issued += 1
        claims = {
            "aud": CLIENT_ID, "iss": "x", "iat": int(time.time()), "exp": int(time.time()) + 3600, "sub": "subject",
            "oid": "o", "tid": self.tid, "preferred_username": self.user, "name": "Adele Vance", "nonce": self.nonce,
        }  # fmt: skip
        return {
            "token_type": "Bearer",
            "scope": self.scope,
            "expires_in": self.expires_in,
            "access_token": f"access-secret-{self.issued}",
            "refresh_token": f"refresh-secret-{self.issued}",
            "id_token": f"eyJhbGciOiJub25lIn0.{encoded(claims)}.signature",
            "client_info": encoded({"uid": self.user.split("@")[0], "utid": self.tid}),
        }

    def _device(self, request: httpx.Request) -> httpx.Response:
        self.forms.append({key: values[0] for key, values in parse_qs(request.content.decode()).items()})
        if self.scripted:
            answer = self.scripted.pop(0)
            assert isinstance(answer, httpx.Response)
            return answer
        return httpx.Response(
            200,
            json={
                "user_code": "ABCD1234",
                "device_code": "device-secret-code",
                "verification_uri": "https://microsoft.com/devicelogin",
                "expires_in": 900,
                "interval": 5,
                "message": "Enter the code.",
            },
        )


class Browser:
    """Follows the sign-in address and comes back to the listener, with a code or with a refusal."""

    def __init__(self, identity: Identity | None = None, **answer: str) -> None:
        self.identity = identity
        self.answer = answer or {"code": "0.auth-secret-code"}
        self.asked: dict[str, str] = {}
        self.urls: list[str] = []
        self.pages: list[httpx.Response] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, url: str) -> bool:
        self.urls.append(url)
        self.asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        task = asyncio.get_running_loop().create_task(self.come_back())
        self._tasks.add(task)
        return True

    def show(self, url: str) -> None:
        self.urls.append(url)

    async def come_back(self) -> None:
        if self.identity is not None:
            self.identity.nonce = self.asked.get("nonce", "")
        fields = {"state": self.asked["state"], **self.answer}
        uri = self.asked["redirect_uri"]
        async with httpx.AsyncClient(trust_env=False) as http:
            if self.asked["response_mode"] == "form_post":
                self.pages.append(await http.post(uri, data=fields))
            else:
                self.pages.append(await http.get(f"{uri}?{urlencode(fields)}"))


def nothing(_value: object) -> None:
    """For a callback that the test does not look at."""


def unopened(_url: str) -> bool:
    """A browser opener that finds no browser."""
    return False


Show = Callable[[str], None]
