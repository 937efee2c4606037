"""Every call carries what it must, and nothing secret comes back out."""

from __future__ import annotations

import logging
from collections.abc import Generator

import httpx
import pytest

from odtui.graph.errors import GraphError, SignInRequired, Unreachable
from tests.graph.harness import DRIVE, GRAPH, TOKEN, Harness, error, harness


async def test_each_call_has_an_id_of_its_own_for_support(graph: Harness) -> None:
    graph.router.get(DRIVE).respond(json={"id": "b!d"})
    await graph.client.drive("b!d")
    await graph.client.drive("b!d")
    ids = {request.headers["client-request-id"] for request in graph.requests}
    assert len(ids) == 2
    assert graph.requests[0].headers["user-agent"].startswith("NONISV|odtui|")
    assert graph.requests[0].headers["accept"] == "application/json"


async def test_a_failure_is_logged_with_what_support_asks_for_and_no_more(
    graph: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    graph.router.get(DRIVE).respond(403, json=error("accessDenied", message="secret words"))
    with pytest.raises(GraphError):
        await graph.client.drive("b!d")
    assert "accessDenied" in caplog.text
    assert "11111111-2222" in caplog.text
    assert "secret" not in caplog.text
    assert TOKEN.removeprefix("Bearer ") not in caplog.text


async def test_a_401_means_sign_in_again(graph: Harness) -> None:
    graph.router.get(DRIVE).respond(401, json=error("InvalidAuthenticationToken"))
    with pytest.raises(SignInRequired):
        await graph.client.drive("b!d")


async def test_no_connection_is_unreachable(graph: Harness) -> None:
    graph.router.get(DRIVE).mock(side_effect=httpx.ConnectError("Name or service not known"))
    with pytest.raises(Unreachable, match="Name or service not known") as caught:
        await graph.client.drive("b!d")
    assert caught.value.status is None


async def test_what_the_sign_in_raises_passes_through_unchanged() -> None:
    class AuthError(Exception):
        pass

    class Failing(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            raise AuthError("sign in")
            yield request

    async with harness(auth=Failing()) as graph:
        with pytest.raises(AuthError, match="sign in"):
            await graph.client.drive("b!d")
        with pytest.raises(AuthError):
            await graph.client.read("b!d", "i", 0, 1)


async def test_a_post_without_a_body_has_a_length(graph: Harness) -> None:
    graph.router.post(f"{GRAPH}/x").respond(204)
    await graph.client._wire.call("POST", "/x")
    assert graph.requests[0].headers["content-length"] == "0"


async def test_another_cloud_has_another_base() -> None:
    async with harness(base_url="https://graph.microsoft.us/v1.0/") as graph:
        graph.router.get("https://graph.microsoft.us/v1.0/me/drive").respond(json={"id": "d"})
        assert (await graph.client.my_drive()).id == "d"
