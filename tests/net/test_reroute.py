"""Named hosts are answered by this machine; nothing else about a request changes."""

from __future__ import annotations

import httpx
import pytest

from odtui.net.reroute import Reroute, Routes

ROUTES = Routes(frozenset({"graph.microsoft.com"}), "http://127.0.0.1:8123")


@pytest.mark.parametrize("target", ["http://example.com", "http://10.0.0.1:80"])
def test_only_this_machine_can_be_a_target(target: str) -> None:
    with pytest.raises(ValueError, match=r"this machine|IPv4 or IPv6"):
        Routes(frozenset({"graph.microsoft.com"}), target)


async def _sent(routes: Routes, url: str, **options: object) -> httpx.Request:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=Reroute(httpx.MockTransport(answer), routes)) as client:
        response = await client.post(url, **options)  # type: ignore[arg-type]
    assert response.request.url == url
    return seen[0]


async def test_a_named_host_is_answered_here_under_its_own_name() -> None:
    request = await _sent(ROUTES, "https://graph.microsoft.com/v1.0/a%2Fb?$x=%27", content=b"body")
    assert str(request.url) == "http://127.0.0.1:8123/v1.0/a%2Fb?$x=%27"
    assert request.headers["host"] == "graph.microsoft.com"
    assert request.content == b"body"


async def test_other_hosts_are_left_alone() -> None:
    request = await _sent(ROUTES, "https://graph.microsoft.com.evil.test/")
    assert request.url.host == "graph.microsoft.com.evil.test"


async def test_without_a_target_nothing_changes() -> None:
    request = await _sent(Routes(), "https://graph.microsoft.com/")
    assert request.url == "https://graph.microsoft.com/"
