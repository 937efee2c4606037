"""The listener to which the browser returns: what it takes, and what it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from typing import Any

import pytest

from odtui.auth import listener as listening
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.listener import RedirectListener

STATE = "st4te-of-this-sign-in"


async def send(port: int, request: str | bytes, host: str = "127.0.0.1") -> str:
    """The whole answer to these bytes."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request if isinstance(request, bytes) else request.encode())
    await writer.drain()
    answer = (await reader.read()).decode()
    writer.close()
    return answer


def get(target: str, port: int, *headers: str, host: str = "localhost:{port}") -> str:
    lines = [f"GET {target} HTTP/1.1", f"Host: {host.format(port=port)}", *headers]
    return "\r\n".join(lines) + "\r\n\r\n"


def post(target: str, port: int, body: str, *headers: str, kind: str = "application/x-www-form-urlencoded") -> str:
    lines = [f"POST {target} HTTP/1.1", f"Host: localhost:{port}", f"Content-Type: {kind}"]
    lines += headers or (f"Content-Length: {len(body)}",)
    return "\r\n".join(lines) + "\r\n\r\n" + body


async def ends_with(open_listener: RedirectListener, request: str) -> tuple[dict[str, str], str]:
    """The answer that ends the waiting, and the page that the browser gets."""
    waiting = asyncio.create_task(open_listener.answer(STATE))
    await asyncio.sleep(0)
    page = await send(open_listener.port, request)
    return await waiting, page


async def goes_on(open_listener: RedirectListener, request: str | bytes) -> str:
    """The page for a request after which the waiting goes on, which a good request then proves."""
    waiting = asyncio.create_task(open_listener.answer(STATE))
    await asyncio.sleep(0)
    page = await send(open_listener.port, request)
    assert not waiting.done()
    await send(open_listener.port, get(f"{open_listener._path or '/'}?code=good&state={STATE}", open_listener.port))
    assert (await waiting)["code"] == "good"
    return page


async def test_a_query_brings_the_answer() -> None:
    async with RedirectListener("http://localhost") as opened:
        fields, page = await ends_with(opened, get(f"/?code=c&state={STATE}&session_state=s", opened.port))
    assert fields == {"code": "c", "state": STATE, "session_state": "s"}
    assert page.startswith("HTTP/1.1 200 OK")


async def test_a_form_brings_the_answer() -> None:
    async with RedirectListener("http://localhost") as opened:
        fields, _ = await ends_with(opened, post("/", opened.port, f"code=a%2Bb+c&state={STATE}"))
    assert fields == {"code": "a+b c", "state": STATE}


async def test_a_refusal_is_an_answer_too() -> None:
    async with RedirectListener("http://localhost") as opened:
        fields, page = await ends_with(opened, get(f"/?error=access_denied&state={STATE}", opened.port))
    assert fields["error"] == "access_denied"
    assert "Not signed in" in page


async def test_the_page_is_static_and_locked_down() -> None:
    async with RedirectListener("http://localhost") as opened:
        hostile = "%3Cscript%3Ealert(1)%3C/script%3E"
        _, page = await ends_with(opened, get(f"/?error={hostile}&state={STATE}", opened.port))
    assert "alert" not in page
    assert STATE not in page
    for header in ("Cache-Control: no-store", "Content-Security-Policy: default-src 'none'", "Connection: close"):
        assert header in page


async def test_the_uri_is_as_registered_with_the_port_in_use() -> None:
    async with RedirectListener("http://localhost") as opened:
        assert opened.uri == f"http://localhost:{opened.port}"
    async with RedirectListener("http://localhost/callback") as opened:
        assert opened.uri == f"http://localhost:{opened.port}/callback"


async def test_a_registered_path_is_the_only_one(unused_tcp_port: int) -> None:
    async with RedirectListener(f"http://localhost:{unused_tcp_port}/callback") as opened:
        assert opened.port == unused_tcp_port
        fields, _ = await ends_with(opened, get(f"/callback?code=c&state={STATE}", opened.port))
        assert fields["code"] == "c"
        for path in ("/", "/callback/", "/Callback", "/callback/../callback", "//callback"):
            assert " 404 " in await goes_on(opened, get(f"{path}?code=evil&state={STATE}", opened.port))


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}"])
async def test_hosts_of_this_machine_are_taken(host: str) -> None:
    async with RedirectListener("http://localhost") as opened:
        fields, _ = await ends_with(opened, get(f"/?code=c&state={STATE}", opened.port, host=host))
    assert fields["code"] == "c"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost", "localhost:1", "localhost.evil:1", ""]
)
async def test_other_hosts_are_refused_and_the_waiting_goes_on(host: str) -> None:
    async with RedirectListener("http://localhost") as opened:
        assert " 400 " in await goes_on(opened, get(f"/?code=evil&state={STATE}", opened.port, host=host))


@pytest.mark.parametrize(
    "query",
    [
        "code=evil&state=wrong",
        "code=evil",
        f"code=evil&state={STATE}x",
        f"code=evil&state={STATE}&state={STATE}",
        f"code=evil&code=c&state={STATE}",
        f"state={STATE}",
        "code=evil&state=%C3%A9",
        f"code=%FF&state={STATE}",
        "",
        f"code=evil&state={STATE}" + "".join(f"&f{n}=1" for n in range(50)),
    ],
)
async def test_a_wrong_answer_is_refused_and_the_waiting_goes_on(query: str) -> None:
    async with RedirectListener("http://localhost") as opened:
        assert " 400 " in await goes_on(opened, get(f"/?{query}", opened.port))


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        (lambda port: get(f"/?state={STATE}", port).replace("GET", "PUT", 1), 405),
        (lambda port: get("/favicon.ico", port), 404),
        (lambda port: get("/?" + "x" * 20_000, port), 431),
        (lambda port: get("/", port, *[f"X-{n}: {'y' * 100}" for n in range(200)]), 431),
        (lambda port: "nonsense\r\n\r\n", 400),
        (lambda port: "GET / HTTP/2\r\n\r\n", 400),
        (lambda port: f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nHost: localhost:{port}\r\n\r\n", 400),
        (lambda port: f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n folded: x\r\n\r\n", 400),
        (lambda port: post("/", port, "a=b", kind="application/json"), 415),
        (lambda port: post("/", port, "a=b", "Transfer-Encoding: chunked"), 411),
        (lambda port: post("/", port, "a=b", "Content-Length: three"), 411),
        (lambda port: post("/", port, "a=b", "Content-Length: -1"), 411),
        (lambda port: post("/", port, "", "Content-Length: 65537"), 413),
        (lambda port: post("/", port, "", "Content-Length: 99999999999999999999"), 413),
        (lambda port: post("/", port, "a=b", "Content-Length: 3", "Content-Length: 3"), 400),
    ],
)
async def test_a_strange_request_is_refused_and_the_waiting_goes_on(request_of: Any, status: int) -> None:
    async with RedirectListener("http://localhost") as opened:
        assert f" {status} " in (await goes_on(opened, request_of(opened.port)))[:40]


async def test_a_request_before_anybody_waits_is_lost() -> None:
    async with RedirectListener("http://localhost") as opened:
        with contextlib.suppress(ConnectionResetError):
            assert " 404 " in await send(opened.port, get(f"/?code=early&state={STATE}", opened.port))
        await goes_on(opened, get("/elsewhere", opened.port))


async def test_an_idle_connection_holds_up_nobody_and_ends_with_the_listener() -> None:
    async with RedirectListener("http://localhost") as opened:
        waiting = asyncio.create_task(opened.answer(STATE))
        await asyncio.sleep(0)
        reader, writer = await asyncio.open_connection("127.0.0.1", opened.port)
        await send(opened.port, get(f"/?code=c&state={STATE}", opened.port))
        assert (await waiting)["code"] == "c"
    assert await reader.read() == b""
    writer.close()


async def test_a_connection_that_dawdles_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "CONNECTION_LIMIT", 0.0)
    async with RedirectListener("http://localhost") as opened:
        waiting = asyncio.create_task(opened.answer(STATE))
        await asyncio.sleep(0)
        reader, writer = await asyncio.open_connection("127.0.0.1", opened.port)
        assert await reader.read() == b""
        writer.close()
        assert not waiting.done()
        waiting.cancel()


async def test_a_browser_that_hangs_up_early_is_no_trouble() -> None:
    async with RedirectListener("http://localhost") as opened:
        waiting = asyncio.create_task(opened.answer(STATE))
        await asyncio.sleep(0)
        _, writer = await asyncio.open_connection("127.0.0.1", opened.port)
        writer.write(f"POST / HTTP/1.1\r\nHost: localhost:{opened.port}\r\nContent-Len".encode())
        writer.close()
        await writer.wait_closed()
        await send(opened.port, get(f"/?code=c&state={STATE}", opened.port))
        assert (await waiting)["code"] == "c"


async def test_the_same_port_can_be_used_again_at_once(unused_tcp_port: int) -> None:
    for _ in range(2):
        async with RedirectListener(f"http://localhost:{unused_tcp_port}") as opened:
            await ends_with(opened, get(f"/?code=c&state={STATE}", opened.port))


async def test_two_sign_ins_on_one_port_are_told_apart(unused_tcp_port: int) -> None:
    uri = f"http://localhost:{unused_tcp_port}"
    async with RedirectListener(uri):
        with pytest.raises(AuthError) as caught:
            await RedirectListener(uri).__aenter__()
    assert caught.value.problem is AuthProblem.PORT_IN_USE
    assert str(unused_tcp_port) in caught.value.details


async def test_nobody_listens_after_the_block() -> None:
    async with RedirectListener("http://localhost") as opened:
        port = opened.port
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_without_ipv6_the_other_address_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = listening._bound

    def bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "no IPv6 here")
        return usual(family, host, port)

    monkeypatch.setattr(listening, "_bound", bound)
    async with RedirectListener("http://localhost") as opened:
        fields, _ = await ends_with(opened, get(f"/?code=c&state={STATE}", opened.port))
    assert fields["code"] == "c"


async def test_only_this_machine_is_listened_on() -> None:
    async with RedirectListener("http://localhost") as opened:
        hosts = {bound.getsockname()[0] for bound in opened._sockets}
    assert hosts <= {"127.0.0.1", "::1"}
