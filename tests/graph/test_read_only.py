"""Read-only mode: what counts as a change, and that none is sent."""

from __future__ import annotations

import json

import httpx
import pytest

from odtui.graph.errors import ReadOnlyMode
from odtui.graph.read_only import ReadOnlyGuard, changes
from odtui.graph.transport import RetryTransport

GRAPH = "https://graph.microsoft.com/v1.0"


def batch(*methods: str) -> bytes:
    return json.dumps({"requests": [{"id": "1", "method": method, "url": "/me"} for method in methods]}).encode()


@pytest.mark.parametrize(
    ("method", "path", "content", "expected"),
    [
        ("GET", "/me/drive", b"", False),
        ("HEAD", "/me/drive", b"", False),
        ("GET", "/drives/d/root/delta", b"", False),
        ("POST", "/search/query", b"{}", False),
        ("POST", "/drives/d/items/i/preview", b"{}", False),
        ("POST", "/$batch", batch("GET", "get"), False),
        ("POST", "/$batch", batch("GET", "DELETE"), True),
        ("POST", "/$batch", b"not json", True),
        ("POST", "/$batch", b"[]", True),
        ("POST", "/$batch", b'{"requests": [{"id": "1"}]}', True),
        ("POST", "/$batch", b'{"requests": [{"method": 1}]}', True),
        ("POST", "/drives/d/items/i/children", b"{}", True),
        ("POST", "/drives/d/items/i/createLink", b"{}", True),
        ("POST", "/drives/d/items/i/copy", b"{}", True),
        ("POST", "/drives/d/items/i:/a.txt:/createUploadSession", b"{}", True),
        ("PUT", "/drives/d/items/i:/a.txt:/content", b"x", True),
        ("PATCH", "/drives/d/items/i", b"{}", True),
        ("DELETE", "/drives/d/items/i", b"", True),
        ("PROPFIND", "/drives/d/items/i", b"", True),
    ],
)
def test_what_counts_as_a_change(method: str, path: str, content: bytes, expected: bool) -> None:
    assert changes(httpx.Request(method, GRAPH + path, content=content)) is expected


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("redeemSharingLink", True),
        ("respond-async, RedeemSharingLink", True),
        ("redeemSharingLinkIfNecessary", False),
        ("", False),
    ],
)
def test_a_link_that_is_redeemed_for_good_is_a_change(wish: str, expected: bool) -> None:
    assert changes(httpx.Request("GET", f"{GRAPH}/shares/u!x/driveItem", headers={"Prefer": wish})) is expected


class Sent:
    """Counts what goes out."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.methods: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.methods.append(request.method)
        return httpx.Response(self.statuses.pop(0) if self.statuses else 200)


async def test_in_read_only_mode_changes_stay_here_and_reading_goes_on() -> None:
    sent = Sent()
    on = True
    guard = ReadOnlyGuard(httpx.MockTransport(sent), lambda: on)
    async with httpx.AsyncClient(transport=guard) as http:
        await http.get(GRAPH)
        with pytest.raises(ReadOnlyMode):
            await http.put(GRAPH, content=b"x")
        on = False
        await http.put(GRAPH, content=b"x")
    assert sent.methods == ["GET", "PUT"]


async def test_a_change_that_waits_to_be_repeated_is_held_back_as_well() -> None:
    sent, on = Sent(503, 503), False

    async def switched_on_meanwhile(seconds: float) -> None:
        nonlocal on
        on = True

    guard = ReadOnlyGuard(httpx.MockTransport(sent), lambda: on)
    async with httpx.AsyncClient(transport=RetryTransport(guard, sleep=switched_on_meanwhile)) as http:
        with pytest.raises(ReadOnlyMode):
            await http.put(GRAPH, content=b"x")
    assert sent.methods == ["PUT"]
