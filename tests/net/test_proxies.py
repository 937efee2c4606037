"""Requests take the proxy that the environment names, and only those that should."""

from __future__ import annotations

import asyncio
import base64
import ssl
from pathlib import Path

import httpx
import pytest

from odtui.net.aiohttp_transport import AiohttpTransport
from odtui.net.proxies import SystemProxies, is_this_machine, parse_proxy
from tests.net.server import Exchange, serve
from tests.net.test_aiohttp_transport import make_certificate


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _find(url: str) -> str | None:
    proxy = SystemProxies().proxy_for(httpx.URL(url))
    return proxy.url if proxy else None


def test_without_settings_there_is_no_proxy() -> None:
    assert _find("https://graph.microsoft.com") is None


def test_each_scheme_has_its_own_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://secure.corp:3128")
    monkeypatch.setenv("http_proxy", "plain.corp:8080")
    assert _find("https://graph.microsoft.com") == "http://secure.corp:3128"
    assert _find("http://example.com") == "http://plain.corp:8080"


def test_one_proxy_can_serve_all_schemes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://any.corp:1")
    assert _find("https://graph.microsoft.com") == "http://any.corp:1"


def test_exceptions_go_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://secure.corp:3128")
    monkeypatch.setenv("NO_PROXY", "intern.corp, .sharepoint.com")
    assert _find("https://intern.corp") is None
    assert _find("https://contoso.sharepoint.com") is None
    assert _find("https://graph.microsoft.com") is not None
    monkeypatch.setenv("NO_PROXY", "*")
    assert _find("https://graph.microsoft.com") is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "demo.localhost"])
def test_this_machine_is_never_proxied(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://plain.corp:8080")
    assert _find(f"http://{host}:8000/") is None
    assert is_this_machine(host)


def test_other_machines_are_not_this_one() -> None:
    assert not is_this_machine("localhost.example.com")
    assert not is_this_machine("10.0.0.1")


def test_user_and_password_become_a_header_and_stay_out_of_reprs() -> None:
    proxy = parse_proxy("http://al%40corp:p%3Aw@proxy.corp:3128")
    assert proxy.url == "http://proxy.corp:3128"
    assert base64.b64decode(proxy.headers["Proxy-Authorization"].removeprefix("Basic ")) == b"al@corp:p:w"
    assert proxy.headers["Proxy-Authorization"] not in repr(proxy)


@pytest.mark.parametrize("address", ["socks5://proxy.corp:1080", "http://"])
def test_a_proxy_that_cannot_be_used_is_an_error_not_a_detour(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(httpx.ProxyError):
        SystemProxies().proxy_for(httpx.URL("https://graph.microsoft.com"))


def _client(tls: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=AiohttpTransport(lambda: tls or ssl.create_default_context()))


async def test_a_plain_request_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(b"proxied")

    async with serve(handler) as proxy, _client() as client:
        monkeypatch.setenv("http_proxy", proxy.url.replace("http://", "http://al:pw@"))
        response = await client.get("http://example.test/a%2Fb?x=%27")
    assert response.content == b"proxied"
    assert proxy.seen[0].target == "http://example.test/a%2Fb?x=%27"
    assert proxy.seen[0].headers["proxy-authorization"] == "Basic " + base64.b64encode(b"al:pw").decode()


async def test_an_https_request_goes_through_a_tunnel_that_learns_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path)
    server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_tls.load_cert_chain(certificate)
    client_tls = ssl.create_default_context(cafile=str(certificate))
    client_tls.check_hostname = False

    async def hello(exchange: Exchange) -> None:
        await exchange.answer(b"hello")

    async with serve(hello, tls=server_tls) as graph:

        async def tunnel(exchange: Exchange) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", graph.port)
            exchange.writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

            async def pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
                while data := await source.read(65536):
                    target.write(data)
                target.close()

            await asyncio.gather(pipe(exchange.reader, writer), pipe(reader, exchange.writer))

        async with serve(tunnel) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url.replace("http://", "http://al:pw@"))
            async with _client(client_tls) as client:
                response = await client.get("https://graph.test/v1.0/me", headers={"Authorization": "Bearer secret"})
    assert response.content == b"hello"
    assert graph.seen[0].headers["authorization"] == "Bearer secret"
    assert "proxy-authorization" not in graph.seen[0].headers
    assert (proxy.seen[0].method, proxy.seen[0].target) == ("CONNECT", "graph.test:443")
    assert "authorization" not in proxy.seen[0].headers
    assert proxy.seen[0].headers["proxy-authorization"].startswith("Basic ")


async def test_a_proxy_that_refuses_is_a_proxy_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(status="407 Proxy Authentication Required")

    async with serve(handler) as proxy, _client() as client:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(httpx.ProxyError):
            await client.get("https://graph.test/")


async def test_a_proxy_that_is_not_there_is_a_proxy_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def handler(exchange: Exchange) -> None:
        raise AssertionError

    async with serve(handler) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
    async with _client() as client:
        with pytest.raises(httpx.ProxyError):
            await client.get("https://graph.test/")
