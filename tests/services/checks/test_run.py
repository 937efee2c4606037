"""All checks together, at the demo server over real HTTP."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest

from odtui.config.settings import Profile
from odtui.demo.clients import CLIENT_SECRET, CONFIDENTIAL_CLIENT, PUBLIC_CLIENT
from odtui.demo.thread import DemoThread
from odtui.net.reroute import Routes
from odtui.services.checks import TITLES, CheckResult, Verdict, planned, run_checks

PUBLIC = Profile(client_id=PUBLIC_CLIENT)
CONFIDENTIAL = Profile(client_id=CONFIDENTIAL_CLIENT, confidential=True)


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoThread]:
    with DemoThread() as running:
        yield running


@pytest.fixture
def routes(demo: DemoThread) -> Routes:
    return Routes(frozenset(demo.hosts), demo.base)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def on_free_port(profile: Profile, path: str = "/callback") -> Profile:
    return replace(profile, redirect_uri=f"http://localhost:{free_port()}{path}")


async def results(profile: Profile, routes: Routes, secret: str | None = None) -> dict[str, CheckResult]:
    return {result.id: result async for result in run_checks(profile, routes=routes, secret=secret)}


def verdicts(found: dict[str, CheckResult]) -> dict[str, str]:
    return {check: result.verdict.value for check, result in found.items() if result.verdict is not Verdict.OK}


async def test_all_is_well_with_a_public_registration(routes: Routes) -> None:
    found = await results(PUBLIC, routes)
    assert tuple(found) == planned(PUBLIC)
    assert verdicts(found) == {}
    assert all(result.said.endswith(".") and not result.advice for result in found.values())


async def test_a_wrong_secret_is_named(routes: Routes) -> None:
    found = await results(on_free_port(CONFIDENTIAL), routes, "not-the-secret-of-this-app")
    assert tuple(found) == planned(CONFIDENTIAL)
    assert verdicts(found) == {"secret": "fail"}
    assert "AADSTS7000215" in found["secret"].said
    assert found["secret"].setting == "client_secret"


async def test_the_right_secret_is_not_refused(routes: Routes) -> None:
    found = await results(on_free_port(CONFIDENTIAL), routes, CLIENT_SECRET)
    assert found["secret"].verdict in (Verdict.OK, Verdict.UNKNOWN)
    assert not any(CLIENT_SECRET in repr(result) for result in found.values())


async def test_a_registration_that_wants_a_secret_says_so_to_a_public_profile(routes: Routes) -> None:
    found = await results(Profile(client_id=CONFIDENTIAL_CLIENT), routes)
    assert verdicts(found) == {"public": "fail", "redirect_uri": "fail"}
    assert "AADSTS7000218" in found["public"].said
    assert "AADSTS50011" in found["redirect_uri"].said


async def test_an_unknown_client_id_leaves_open_what_depends_on_it(routes: Routes) -> None:
    found = await results(Profile(client_id="99999999-1111-4111-8111-111111111111"), routes)
    assert verdicts(found) == {"client_id": "fail", "public": "unknown", "redirect_uri": "unknown"}
    assert found["client_id"].setting == "client_id"
    assert "AADSTS700016" in found["client_id"].said


async def test_an_unknown_directory_leaves_open_what_depends_on_it(routes: Routes) -> None:
    found = await results(replace(PUBLIC, tenant="nobody.example"), routes)
    assert verdicts(found) == {
        "directory": "fail", "client_id": "unknown", "public": "unknown", "redirect_uri": "unknown",
    }  # fmt: skip
    assert "AADSTS90002" in found["directory"].said
    assert "directory has to be right" in found["public"].said


async def test_a_port_that_is_taken_is_named(routes: Routes) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = await results(replace(PUBLIC, redirect_uri=f"http://localhost:{port}"), routes)
    assert verdicts(found) == {"port": "fail"}
    assert f"Port {port}" in found["port"].details


async def test_no_device_code_is_shown_or_kept(routes: Routes, demo: DemoThread) -> None:
    demo.state.codes.user_codes.clear()
    found = await results(PUBLIC, routes)
    (code,) = demo.state.codes.user_codes
    assert not any(code in repr(result) for result in found.values())


async def test_without_a_network_only_this_computer_is_checked() -> None:
    async def unknown(host: str) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    checks = run_checks(PUBLIC, resolve=unknown, transport=httpx.MockTransport(never))
    found = {result.id: result async for result in checks}
    assert verdicts(found) == {"names": "fail"} | dict.fromkeys(
        ("connection", "onedrive", "directory", "clock", "client_id", "public", "redirect_uri"), "unknown"
    )
    assert "cannot be reached" in found["redirect_uri"].said


async def test_a_check_that_takes_too_long_ends() -> None:
    async def forever(host: str) -> None:
        await asyncio.get_running_loop().create_future()

    async with aclosing(run_checks(PUBLIC, resolve=forever, patience=0.0)) as checks:
        found = [await anext(checks) for _ in range(2)]
    assert (found[1].id, found[1].verdict) == ("names", Verdict.FAIL)
    assert "within 0 s" in found[1].said


@pytest.mark.parametrize("last", planned(PUBLIC))
async def test_stopping_at_any_check_leaves_no_connection_and_no_listener(routes: Routes, last: str) -> None:
    """A socket that is left open warns when it is collected, and warnings are errors."""
    reached = asyncio.Event()

    async def run() -> None:
        async with aclosing(run_checks(PUBLIC, routes=routes)) as checks:
            async for result in checks:
                if result.id == last:
                    reached.set()
                    await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(run())
    await reached.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    gc.collect()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


def test_every_check_has_a_title() -> None:
    assert {*planned(PUBLIC), *planned(CONFIDENTIAL)} == set(TITLES)


REQUESTS = 7
"""What a check of a public registration sends."""


@pytest.mark.parametrize("held", range(1, REQUESTS + 1))
async def test_giving_up_while_any_request_is_on_its_way_leaves_nothing(held: int) -> None:
    reached, released = asyncio.Event(), asyncio.Event()
    sent: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.url.path}")
        if len(sent) == held:
            reached.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                released.set()
        if request.url.host.startswith("graph."):
            return httpx.Response(401)
        if request.url.path.endswith("/token"):
            return httpx.Response(400, json={"error": "authorization_pending"})
        return httpx.Response(200, json={"token_endpoint": "x", "device_code": "y"})

    async def well(host: str) -> None:
        sent.append(f"TLS {host}")
        if len(sent) == held:
            reached.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                released.set()

    async def run() -> None:
        async for _ in run_checks(PUBLIC, handshake=well, resolve=known, transport=httpx.MockTransport(answer)):
            pass

    task = asyncio.create_task(run())
    await reached.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert released.is_set()
    assert len(sent) == held, "nothing is sent after giving up"
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def known(host: str) -> None:
    """Every name is found."""
