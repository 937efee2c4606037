"""A Graph client over a respx router, with a recorded sleep and a clock that only sleeping moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import respx

from odtui.graph.client import GraphClient
from odtui.net.engine import async_client

GRAPH = "https://graph.microsoft.com/v1.0"
STORE = "https://contoso-my.sharepoint.com"
DRIVE = f"{GRAPH}/drives/b!d"
TOKEN = "Bearer the-access-token"


class Bearer(httpx.Auth):
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = TOKEN
        yield request


@dataclass(slots=True)
class Time:
    """Seconds; sleeping takes none of the real ones."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@dataclass(slots=True)
class Harness:
    router: respx.Router
    client: GraphClient
    time: Time

    @property
    def requests(self) -> list[httpx.Request]:
        return [call.request for call in self.router.calls]

    @property
    def sent(self) -> list[str]:
        """Verb and target of every request, byte for byte."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]


@asynccontextmanager
async def harness(*, auth: httpx.Auth | None = None, base_url: str = GRAPH) -> AsyncIterator[Harness]:
    router = respx.Router(assert_all_called=False)
    transport = httpx.MockTransport(router.async_handler)
    time = Time()
    client = GraphClient(
        async_client(auth=auth or Bearer(), transport=transport),
        async_client(transport=transport),
        base_url=base_url,
        sleep=time.sleep,
        clock=time.clock,
    )
    try:
        yield Harness(router, client, time)
    finally:
        await client.aclose()


def error(code: str, *inner: str, message: str = "words of the server") -> dict[str, object]:
    """An error body with nested codes."""
    nested: dict[str, object] = {"request-id": "11111111-2222", "date": "2026-01-02T03:04:05"}
    for deeper in reversed(inner):
        nested = {"code": deeper, "innererror": nested}
    return {"error": {"code": code, "message": message, "innerError": nested}}
