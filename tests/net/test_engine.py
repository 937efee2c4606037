"""The one place that makes HTTP clients."""

from __future__ import annotations

import logging
import subprocess
import sys

import httpx
import pytest

from odtui import __version__
from odtui.net.engine import CONTENT_TIMEOUT, METADATA_TIMEOUT, async_client, sync_client, tls_context
from odtui.net.reroute import Routes
from tests.net.server import Exchange, serve


def test_importing_it_brings_in_nothing_heavy() -> None:
    heavy = ("aiohttp", "yarl", "truststore", "msal")
    code = f"import sys, odtui.net.engine; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_there_is_no_total_timeout() -> None:
    for limit in (METADATA_TIMEOUT, CONTENT_TIMEOUT):
        assert limit.pool is None
        assert limit.read is not None
    assert METADATA_TIMEOUT.read == 120


async def test_a_client_names_the_program_and_follows_nothing() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"Location": "https://elsewhere.test/"})

    async with async_client(transport=httpx.MockTransport(answer)) as client:
        response = await client.get("https://graph.microsoft.com/v1.0/me")
    assert response.status_code == 302
    assert [request.headers["user-agent"] for request in seen] == [f"NONISV|odtui|odtui/{__version__}"]


async def test_a_wrap_goes_around_the_engine_and_the_routes() -> None:
    order: list[str] = []

    class Outer(httpx.AsyncBaseTransport):
        def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
            self._inner = inner

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            order.append(request.url.host)
            return await self._inner.handle_async_request(request)

    def answer(request: httpx.Request) -> httpx.Response:
        order.append(request.url.host)
        return httpx.Response(200)

    routes = Routes(frozenset({"graph.microsoft.com"}), "http://127.0.0.1:8123")
    async with async_client(routes, wrap=Outer, transport=httpx.MockTransport(answer)) as client:
        await client.get("https://graph.microsoft.com/v1.0/me")
    assert order == ["graph.microsoft.com", "127.0.0.1"]


async def test_named_hosts_reach_this_machine_through_the_real_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    async def handler(exchange: Exchange) -> None:
        await exchange.answer(b"demo")

    async with serve(handler) as server:
        routes = Routes(frozenset({"graph.microsoft.com"}), server.url)
        async with async_client(routes) as client:
            response = await client.put("https://graph.microsoft.com/v1.0/a%2Fb?c=%27", content=b"x")
    assert response.content == b"demo"
    assert server.seen[0].target == "/v1.0/a%2Fb?c=%27"
    assert server.seen[0].headers["host"] == "graph.microsoft.com"
    assert server.seen[0].body == b"x"


def test_certificates_are_read_once() -> None:
    assert tls_context() is tls_context()


def test_the_blocking_client_follows_nothing_and_takes_the_routes() -> None:
    with sync_client(Routes(frozenset({"login.test"}), "http://127.0.0.1:9")) as client:
        assert not client.follow_redirects
        with pytest.raises(httpx.ConnectError):
            client.get("https://login.test/")


async def test_the_log_never_holds_a_whole_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def handler(exchange: Exchange) -> None:
        await exchange.answer()

    async with serve(handler) as server, async_client() as client:
        await client.get(f"{server.url}/up/secret-path?tempauth=secret-token")
    lines = [record.getMessage() for record in caplog.records]
    assert any("200" in line for line in lines)
    assert not any("secret" in line for line in lines)
