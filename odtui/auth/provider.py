"""Signs Graph requests: the only thing of signing in that Graph code sees."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from odtui.auth.claims import demanded_claims
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.threads import in_thread

MARGIN = 300.0
"""Seconds before its end from which a token is not used any more; at most half of a short life."""
PASSING = 1.0
"""Seconds before a request is sent again that the service refused by mistake."""
_MISTAKEN = b"RPS"
"""What the text of such a 401 speaks of (QUIRKS 15)."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token for Graph. Opaque: it is never decoded."""

    value: str = field(repr=False)
    lifetime: float
    """Seconds from now."""


class TokenSource(Protocol):
    """Where tokens come from; blocks, and is called in a daemon thread. Raises AuthError."""

    def __call__(self, *, force: bool = False, claims: str | None = None) -> AccessToken: ...


class TokenProvider(httpx.Auth):
    """Bearer tokens for one account, sent to one host over https and nowhere else.

    A 401 is answered once, with a fresh token; a second one raises AuthError. For async clients only. A token ends by
    the clock that a suspended computer stops as well as by the one that may be set (QUIRKS 256).
    """

    requires_request_body = False
    requires_response_body = False

    def __init__(
        self,
        source: TokenSource,
        graph_host: str,
        *,
        on_demand: Callable[[str], None] = lambda claims: None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`on_demand` is told the claims that no silent refresh could bring."""
        self._source = source
        self._host = graph_host
        self._on_demand = on_demand
        self._clocks = (clock, wall_clock)
        self._sleep = sleep
        self._lock = asyncio.Lock()
        self._token: AccessToken | None = None
        self._good_until = (0.0, 0.0)
        """By either clock."""

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        raise RuntimeError("tokens come without blocking: use httpx.AsyncClient")

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if not self._is_graph(request.url):
            yield request
            return
        token = await self.token()
        request.headers["Authorization"] = f"Bearer {token.value}"
        response = yield request
        if response.status_code == 401 and _MISTAKEN in await response.aread():
            await self._sleep(PASSING)
            response = yield request
        if response.status_code != 401:
            return
        claims = demanded_claims(response.headers.get_list("WWW-Authenticate"))
        token = await self._renewed(token, claims)
        request.headers["Authorization"] = f"Bearer {token.value}"
        response = yield request
        if response.status_code == 401:
            claims = demanded_claims(response.headers.get_list("WWW-Authenticate")) or claims
            if claims:
                self._on_demand(claims)
            problem = AuthProblem.VERIFICATION if claims else AuthProblem.SESSION_ENDED
            raise AuthError(problem, details="Graph refused a fresh token.", interactive=True)

    async def token(self, *, rejected: AccessToken | None = None, claims: str | None = None) -> AccessToken:
        """A token to use now. Callers that come together wait for one refresh. Raises AuthError.

        Args:
            rejected: The token that Graph refused: a newer one is fetched, unless somebody has done so meanwhile.
            claims: What Graph demanded with the refusal.
        """
        token = self._current(rejected)
        if token is not None:
            return token
        async with self._lock:
            while (token := self._current(rejected)) is None:
                source, force = self._source, rejected is not None and claims is None
                fetched = await in_thread(lambda _: source(force=force, claims=claims), name="odtui-token")  # noqa: B023 - awaited here
                if source is self._source:  # else somebody has signed in anew meanwhile
                    self._keep(fetched)
                    return fetched
        return token

    def renew(self, source: TokenSource) -> None:
        """The account has signed in again, maybe with more permissions: tokens come from here now."""
        self._source, self._token = source, None

    def _keep(self, token: AccessToken) -> None:
        self._token = token
        life = token.lifetime - min(MARGIN, token.lifetime / 2)
        self._good_until = (self._clocks[0]() + life, self._clocks[1]() + life)

    async def _renewed(self, rejected: AccessToken, claims: str | None) -> AccessToken:
        try:
            return await self.token(rejected=rejected, claims=claims)
        except AuthError as error:
            if claims and error.interactive:
                self._on_demand(claims)
            raise

    def _current(self, rejected: AccessToken | None) -> AccessToken | None:
        token = self._token
        if token is None or token is rejected:
            return None
        good = all(clock() < until for clock, until in zip(self._clocks, self._good_until, strict=True))
        return token if good else None

    def _is_graph(self, url: httpx.URL) -> bool:
        return url.scheme == "https" and url.host == self._host and url.port in (None, 443)
