"""The HTTP client that MSAL uses: our own httpx client behind the three methods that MSAL knows."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import msgspec

from odtui.auth.errors import AuthError, AuthProblem
from odtui.config.redact import redact

TRANSPORT_ERRORS = (httpx.HTTPError, httpx.InvalidURL)

_LONGEST = 8000
"""Bytes of a failure worth keeping."""
_last = threading.local()


class MsalHttpClient:
    """get, post and close. Answers that Microsoft cannot have sent never reach MSAL, which would log them whole."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Raises httpx.HTTPError, AuthError."""
        return self._send("GET", url, params=_given(params), headers=_given(headers))

    def post(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Raises httpx.HTTPError, AuthError."""
        body: dict[str, Any] = {"content": data} if isinstance(data, str) else {"data": _given(data)}
        return self._send("POST", url, params=_given(params), headers=_given(headers), **body)

    def close(self) -> None:
        """The client belongs to the authenticator, and so does closing it."""

    def _send(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        try:
            response = self._client.request(method, url, **arguments)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            # Nothing has been sent, so once more is safe: MSAL leaves retries to its client.
            response = self._client.request(method, url, **arguments)
        _last.failure = response.content[:_LONGEST] if response.status_code >= 500 else b""
        _refuse_strange(response)
        return response


def take_failure() -> bytes:
    """What the service wrote with its 5xx to this thread's last request, once: MSAL throws it away. Hostile."""
    failure: bytes = getattr(_last, "failure", b"")
    _last.failure = b""
    return failure


def _given(values: Mapping[str, str] | None) -> dict[str, str] | None:
    """Without the Nones, which httpx would send as empty fields."""
    return None if values is None else {key: value for key, value in values.items() if value is not None}


def _refuse_strange(response: httpx.Response) -> None:
    """Raise AuthError unless the answer is a JSON object, or a failure that MSAL handles without reading it."""
    if response.status_code >= 500:
        return
    try:
        msgspec.json.decode(response.content, type=dict[str, object])
    except msgspec.MsgspecError:
        problem = AuthProblem.TEMPORARY if response.status_code == 429 else AuthProblem.CAPTIVE_PORTAL
        kind = response.headers.get("content-type", "no type")[:40]
        details = f"{response.request.url.host} answered {response.status_code} with {kind} instead of JSON."
        raise AuthError(problem, details=details) from None


def connection_error(error: Exception) -> AuthError:
    """The AuthError for a request that got no answer. Names no address beyond the host."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            details = f"The certificate is not trusted: {cause.verify_message}."
            return AuthError(AuthProblem.CAPTIVE_PORTAL, details=details)
    return AuthError(AuthProblem.OFFLINE, details=f"{type(error).__name__}: {redact(str(error))}"[:200])


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those behind it, each once: causes and contexts may form a ring."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
