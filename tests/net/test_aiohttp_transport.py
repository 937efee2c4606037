"""The engine under httpx keeps every promise that httpx's own transport makes."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from odtui.net.aiohttp_transport import PIECE, AiohttpTransport
from tests.net.server import Exchange, serve

QUICK = httpx.Timeout(connect=5, read=0.05, write=0.05, pool=None)
"""Seconds; only for tests in which the other side never answers at all."""


def _no_tls() -> ssl.SSLContext:
    raise AssertionError("plain http needs no certificates")


def _client(**options: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=AiohttpTransport(_no_tls), **options)  # type: ignore[arg-type]


async def _hello(exchange: Exchange) -> None:
    await exchange.answer(b"hello")


@pytest.mark.parametrize(
    "target",
    [
        "/a%2Fb?link=%2Fx%2fy",
        "/it%27s?q=%27a%27",
        "/a%26b?x=1%262",
        "/p?sig=a%3d%3D==",
        "/drives/b!x/items/01%7B1%7D?a={b}&c=|",
        "/root:/50%25%20off/a+b:/content?@microsoft.graph.conflictBehavior=fail",
        "/x?$select=id,name&$skiptoken=s!%20+;",
        "/%e4%b8%ad%E6%96%87",
        "//double//slash/",
    ],
)
async def test_addresses_go_out_as_httpx_built_them(target: str) -> None:
    async with serve(_hello) as server, _client() as engine, httpx.AsyncClient() as plain:
        await plain.get(server.url + target)
        await engine.get(server.url + target)
    expected, sent = (exchange.target for exchange in server.seen)
    assert sent == expected
    assert sent == target.replace("{", "%7B").replace("}", "%7D").replace("|", "%7C") or sent == target


async def test_headers_are_httpx_s_alone() -> None:
    async with serve(_hello) as server, _client() as client, httpx.AsyncClient() as plain:
        for each in (plain, client):
            await each.post(server.url, headers={"X-Odtui": "1", "Host": "graph.microsoft.com"}, content=b"x")
            await each.post(server.url)
    assert server.seen[0].headers == server.seen[2].headers
    assert server.seen[1].headers == server.seen[3].headers
    assert server.seen[3].headers["content-length"] == "0"
    assert server.seen[2].headers["host"] == "graph.microsoft.com"


async def test_an_answer_keeps_status_headers_and_bytes() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(b"\x00body", status="207 Multi-Status", headers={"X-A": "1", "Set-Cookie": "a=1"})

    async with serve(handler) as server, _client() as client:
        response = await client.get(server.url)
    assert (response.status_code, response.reason_phrase, response.content) == (207, "Multi-Status", b"\x00body")
    assert response.headers["x-a"] == "1"


async def test_redirects_are_left_to_the_caller() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(status="302 Found", headers={"Location": "/elsewhere"})

    async with serve(handler) as server, _client() as client:
        response = await client.get(server.url)
    assert response.status_code == 302
    assert len(server.seen) == 1


async def test_compressed_bytes_stay_compressed_until_httpx_decodes_them() -> None:
    packed = gzip.compress(b"hello" * 100)

    async def handler(exchange: Exchange) -> None:
        await exchange.answer(packed, headers={"Content-Encoding": "gzip"})

    async with serve(handler) as server, _client() as client:
        assert (await client.get(server.url)).content == b"hello" * 100
        async with client.stream("GET", server.url, headers={"Accept-Encoding": "identity"}) as response:
            raw = b"".join([chunk async for chunk in response.aiter_raw()])
    assert raw == packed
    assert server.seen[1].headers["accept-encoding"] == "identity"


async def test_a_large_body_arrives_whole_and_with_its_length() -> None:
    body = bytes(range(256)) * ((PIECE * 3 + 512) // 256)
    async with serve(_hello) as server, _client() as client:
        await client.put(server.url, content=body)
    assert server.seen[0].body == body
    assert server.seen[0].headers["content-length"] == str(len(body))
    assert "transfer-encoding" not in server.seen[0].headers


async def test_a_streamed_body_keeps_the_length_that_it_names() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"c"

    async with serve(_hello) as server, _client() as client:
        await client.put(server.url, content=pieces(), headers={"Content-Length": "3"})
    assert server.seen[0].body == b"abc"


async def test_a_connection_is_kept_after_a_whole_answer_and_given_up_after_an_early_close() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(b"x" * 4_000_000 if exchange.target == "/big" else b"hello")

    async with serve(handler) as server, _client() as client:
        for _ in range(3):
            await client.get(server.url)
        async with client.stream("GET", server.url + "/big") as response:
            async for _ in response.aiter_raw():
                break
        assert (await client.get(server.url)).content == b"hello"
    assert [exchange.connection for exchange in server.seen] == [1, 1, 1, 1, 2]


async def test_a_kept_connection_that_died_is_replaced_for_a_get() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(b"hello")
        exchange.writer.close()  # without saying so

    async with serve(handler) as server, _client() as client:
        assert [(await client.get(server.url)).content for _ in range(3)] == [b"hello"] * 3
    assert server.connections == 3


async def test_a_silent_server_is_a_read_timeout() -> None:
    async def handler(exchange: Exchange) -> None:
        await asyncio.Event().wait()

    async with serve(handler) as server, _client(timeout=QUICK) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(server.url)


async def test_a_body_that_stalls_is_a_read_timeout() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(b"half", headers={"Content-Length": "8"})
        await asyncio.Event().wait()

    async with serve(handler) as server, _client(timeout=QUICK) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(server.url)


async def test_a_server_that_stops_reading_is_a_write_timeout() -> None:
    async def handler(exchange: Exchange) -> None:
        await asyncio.Event().wait()

    async with serve(handler) as server, _client(timeout=QUICK) as client:
        with pytest.raises(httpx.WriteTimeout):
            await client.put(server.url, content=bytes(64 << 20), headers={"X-Leave-Body": "1"})


async def test_reading_waits_only_once_the_body_is_sent() -> None:
    """A slow upload is no silent server: the read time-out starts after the last byte.

    The second piece comes after another request with the same read time-out has run into it.
    """

    async def silent(exchange: Exchange) -> None:
        await asyncio.Event().wait()

    waits = httpx.Timeout(5, read=QUICK.read)
    async with serve(_hello) as server, serve(silent) as mute, _client(timeout=waits) as client:

        async def pieces() -> AsyncIterator[bytes]:
            yield b"a"
            with pytest.raises(httpx.ReadTimeout):
                await client.get(mute.url)
            yield b"b"

        response = await client.put(server.url, content=pieces(), headers={"Content-Length": "2"})
    assert response.content == b"hello"


async def test_an_answer_before_the_body_was_read_is_an_answer() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(b"full", status="507 Insufficient Storage", headers={"Connection": "close"})

    async with serve(handler) as server, _client(timeout=httpx.Timeout(5)) as client:
        response = await client.put(server.url, content=bytes(32 << 20), headers={"X-Leave-Body": "1"})
    assert (response.status_code, response.content) == (507, b"full")


async def test_a_refused_connection_is_a_connect_error() -> None:
    async with serve(_hello) as server:
        url = server.url
    async with _client() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_an_unknown_host_is_a_connect_error() -> None:
    async with _client() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://nowhere.invalid/")


async def test_a_dropped_post_is_no_connect_error() -> None:
    """It may have done its work, so nobody may take it for one that was never sent."""

    async def handler(exchange: Exchange) -> None:
        exchange.writer.close()

    async with serve(handler) as server, _client() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(server.url, content=b"x")


async def test_a_body_that_ends_early_is_a_protocol_error() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(b"half", headers={"Content-Length": "8"})
        exchange.writer.close()

    async with serve(handler) as server, _client() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(server.url)


async def test_an_answer_that_is_not_http_is_a_protocol_error() -> None:
    async def handler(exchange: Exchange) -> None:
        exchange.writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        exchange.writer.close()

    async with serve(handler) as server, _client() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(server.url)


async def test_other_schemes_are_refused() -> None:
    async with _client() as client:
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get("ftp://127.0.0.1/")


async def test_no_error_and_nothing_behind_it_repeats_the_address() -> None:
    async def handler(exchange: Exchange) -> None:
        if exchange.target.startswith("/garbage"):
            exchange.writer.write(b"garbage\r\n\r\n")
        elif exchange.target.startswith("/silent"):
            await asyncio.Event().wait()
        exchange.writer.close()

    async with serve(handler) as server, _client(timeout=QUICK) as client:
        for path in ("garbage", "silent", "drop"):
            with pytest.raises(httpx.TransportError) as caught:
                await client.get(f"{server.url}/{path}?tempauth=secret")
            assert "secret" not in str(caught.value)
            assert caught.value.__cause__ is None
            assert caught.value.__suppress_context__


async def test_cancelling_in_mid_body_closes_the_connection_and_leaves_the_client_usable() -> None:
    gone = asyncio.Event()

    async def handler(exchange: Exchange) -> None:
        if exchange.target == "/":
            await exchange.answer(b"hello")
            return
        await exchange.answer(b"half", headers={"Content-Length": "8"})
        await exchange.reader.read()
        gone.set()
        exchange.writer.close()

    async with serve(handler) as server, _client() as client:
        begun = asyncio.Event()

        async def download() -> None:
            async with client.stream("GET", server.url + "/slow") as response:
                async for _ in response.aiter_raw():
                    begun.set()

        task = asyncio.create_task(download())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone.wait()
        assert (await client.get(server.url)).content == b"hello"


async def test_cancelling_before_the_answer_closes_the_connection() -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def handler(exchange: Exchange) -> None:
        asked.set()
        await exchange.reader.read()
        gone.set()
        exchange.writer.close()

    async with serve(handler) as server, _client() as client:
        task = asyncio.create_task(client.get(server.url))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone.wait()


async def test_cookies_are_not_shared_behind_httpx_s_back() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(headers={"Set-Cookie": "session=1"})

    async with serve(handler) as server, _client() as client:
        await client.get(server.url)
        client.cookies.clear()
        await client.get(server.url)
    assert "cookie" not in server.seen[1].headers


async def test_many_requests_at_once_each_get_their_own_answer() -> None:
    async def handler(exchange: Exchange) -> None:
        await exchange.answer(exchange.target.encode())

    async with serve(handler) as server, _client() as client:
        answers = await asyncio.gather(*(client.get(f"{server.url}/{number}") for number in range(200)))
    assert [answer.text for answer in answers] == [f"/{number}" for number in range(200)]


async def test_an_unused_client_closes_without_a_session() -> None:
    await AiohttpTransport(_no_tls).aclose()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def make_certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odtui test")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM) + private)
    return path


def _server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_the_system_s_certificates_decide(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import truststore

    def system() -> ssl.SSLContext:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    async with serve(_hello, tls=_server_tls(certificate)) as server:
        async with httpx.AsyncClient(transport=AiohttpTransport(system)) as client:
            with pytest.raises(httpx.ConnectError, match=r"(?i)certificate"):
                await client.get(server.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with httpx.AsyncClient(transport=AiohttpTransport(system)) as client:
            assert (await client.get(server.url)).content == b"hello"


async def test_one_context_serves_all_https_requests(certificate: Path) -> None:
    made: list[ssl.SSLContext] = []

    def context() -> ssl.SSLContext:
        made.append(ssl.create_default_context(cafile=str(certificate)))
        return made[-1]

    engine = httpx.AsyncClient(transport=AiohttpTransport(context))
    async with serve(_hello, tls=_server_tls(certificate)) as server, engine as client:
        for _ in range(3):
            assert (await client.get(server.url)).content == b"hello"
    assert len(made) == 1
    assert server.connections == 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts the open sockets as Linux shows them")
async def test_a_body_that_is_answered_before_it_is_sent_leaves_no_connection_behind() -> None:
    class Hasty(asyncio.Protocol):
        """Answers at the first byte, and reads no more."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport
            made.set_result(transport)

        def data_received(self, data: bytes) -> None:
            self.transport.pause_reading()
            self.transport.write(b"HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 2\r\n\r\n{}")

    loop = asyncio.get_running_loop()
    made: asyncio.Future[asyncio.Transport] = loop.create_future()
    server = await loop.create_server(Hasty, "127.0.0.1", 0)
    before = _sockets()
    async with server, _client() as client:
        port = server.sockets[0].getsockname()[1]
        assert (await client.put(f"http://127.0.0.1:{port}/", content=bytes(64 << 20))).status_code == 507
        for _ in range(3):  # turns of the loop in which a connection is closed
            await asyncio.sleep(0)
        accepted = (await made).get_extra_info("socket").fileno()
        assert _sockets() - before == {accepted}
        (await made).abort()


def _sockets() -> set[int]:
    """Open sockets of this process."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            if str(entry.readlink()).startswith("socket:"):
                found.add(int(entry.name))
    return found
