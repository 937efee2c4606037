"""Checks of the way to Microsoft, with each thing that can be wrong there."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import ssl
from pathlib import Path

import httpx
import pytest

from odtui.config.clouds import CLOUDS
from odtui.services.checks import CheckResult, Verdict
from odtui.services.checks import network as module
from odtui.services.checks.network import NetworkChecks, handshake, resolve
from tests.net.test_aiohttp_transport import make_certificate

CLOUD = CLOUDS["us-gov"]


async def well(host: str) -> None:
    """Every name is found, every connection made."""


def checks(
    answer: httpx.Response | Exception | None = None,
    *,
    names: Exception | None = None,
    tls: Exception | None = None,
) -> NetworkChecks:
    def respond(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None, request.url
        return answer

    def failing(error: Exception | None):  # type: ignore[no-untyped-def]
        async def fail(host: str) -> None:
            if error is not None and host == CLOUD.graph_host:
                raise error

        return fail

    http = httpx.AsyncClient(transport=httpx.MockTransport(respond))
    return NetworkChecks(CLOUD, http, None, resolve=failing(names), handshake=failing(tls))


def certificate_error(code: int, message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


def assert_fails(result: CheckResult, *words: str) -> None:
    assert result.verdict is Verdict.FAIL
    for word in words:
        assert word in f"{result.said} {result.advice}"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def test_without_a_proxy_none_is_named() -> None:
    assert (await checks().proxy()).said == "None is in use."


async def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:hunter2@proxy.example:3128")
    result = await checks().proxy()
    assert result.verdict is Verdict.OK
    assert "proxy.example:3128" in result.said
    assert "hunter2" not in repr(result)
    assert "ada" not in repr(result)


async def test_a_proxy_that_cannot_be_used_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1080")
    assert_fails(await checks().proxy(), "socks5", "HTTPS_PROXY")


async def test_a_name_that_is_not_found_is_said() -> None:
    assert_fails(await checks(names=socket.gaierror(-2, "unknown")).names(), CLOUD.graph_host, "not found", "network")


async def test_behind_a_proxy_names_need_not_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    checked = checks(names=socket.gaierror(-2, "unknown"))
    await checked.proxy()
    assert (await checked.names()).verdict is Verdict.OK


async def test_a_bug_in_looking_names_up_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        await checks(names=ZeroDivisionError()).names()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (9, ("not valid yet", "clock")),
        (10, ("has expired", "clock")),
        (18, ("not signed by anybody", "company proxy")),
        (20, ("not signed by anybody", "company proxy")),
        (62, ("belongs to another server", "sign in to the network")),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_said(code: int, words: tuple[str, ...]) -> None:
    result = await checks(tls=certificate_error(code, "the words of OpenSSL")).connection()
    assert_fails(result, CLOUD.graph_host, *words)
    assert result.details == "the words of OpenSSL"


async def test_something_that_speaks_no_tls_is_said() -> None:
    assert_fails(await checks(tls=ssl.SSLError(1, "wrong version number")).connection(), "does not speak TLS")


async def test_a_refused_connection_is_said() -> None:
    assert_fails(
        await checks(tls=ConnectionRefusedError(111, "refused")).connection(), "cannot be connected", "firewall"
    )


async def test_through_a_proxy_a_strange_certificate_is_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    checked = checks(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), tls=AssertionError())
    await checked.proxy()
    assert_fails(await checked.connection(), "not signed by anybody", "company proxy")


async def test_through_a_proxy_a_refusal_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    checked = checks(httpx.ProxyError("the proxy refused or could not be reached"))
    await checked.proxy()
    assert_fails(await checked.connection(), "cannot be connected", "proxy")


@pytest.mark.parametrize(
    ("status", "verdict"), [(401, "ok"), (429, "warn"), (503, "warn"), (200, "fail"), (302, "fail"), (407, "fail")]
)
async def test_onedrive_is_known_by_its_401(status: int, verdict: str) -> None:
    assert (await checks(httpx.Response(status)).onedrive()).verdict.value == verdict


async def test_onedrive_that_cannot_be_reached_is_said() -> None:
    assert_fails(await checks(httpx.ConnectError("refused")).onedrive(), CLOUD.graph_host)


async def test_a_real_handshake_tells_a_strange_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path))

    async def idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(idle, "127.0.0.1", 0, ssl=context) as server:
        monkeypatch.setattr(module, "_HTTPS", server.sockets[0].getsockname()[1])
        with pytest.raises(ssl.SSLCertVerificationError):
            await handshake("127.0.0.1")


async def test_a_real_handshake_with_a_trusted_server_is_well_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    ended = asyncio.Event()

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read()
        writer.close()
        ended.set()

    monkeypatch.setattr(module, "tls_context", lambda: ssl.create_default_context(cafile=certificate))
    async with await asyncio.start_server(read, "127.0.0.1", 0, ssl=context) as server:
        monkeypatch.setattr(module, "_HTTPS", server.sockets[0].getsockname()[1])
        await handshake("127.0.0.1")
        await ended.wait()
    gc.collect()


async def test_this_computer_is_found() -> None:
    await resolve("localhost")
