"""Absolute addresses that the service hands out are judged before anything goes there."""

from __future__ import annotations

import httpx
import pytest

from odtui.graph.errors import NotGraph
from odtui.graph.links import Links

GRAPH = Links("https://graph.microsoft.com/v1.0")
LOOPBACK = Links("http://127.0.0.1:8123/v1.0")


@pytest.mark.parametrize(
    "link", ["https://graph.microsoft.com/v1.0/x?$skiptoken=%2F'", "https://graph.microsoft.us/v1.0/x"]
)
def test_the_next_page_may_be_on_any_graph_host(link: str) -> None:
    assert GRAPH.next_page(link) is link


@pytest.mark.parametrize(
    "link",
    [
        "http://graph.microsoft.com/v1.0/x",
        "https://graph.microsoft.com.evil.test/x",
        "https://evil.test/graph.microsoft.com",
        "https://user:pw@graph.microsoft.com/x",
        "https://contoso.sharepoint.com/x",
        "http://127.0.0.1:8123/x",
        "/relative",
        "",
        "https://",
        "https://[bad",
    ],
)
def test_the_token_does_not_follow_other_next_links(link: str) -> None:
    with pytest.raises(NotGraph):
        GRAPH.next_page(link)


@pytest.mark.parametrize(
    "host",
    [
        "sn3302.up.1drv.com",
        "contoso-my.sharepoint.com",
        "my.microsoftpersonalcontent.com",
        "x.sharepoint.cn",
        "api.onedrive.com",
        "X.SharePoint.US",
        "public.storage.live.com",
    ],
)
def test_content_goes_to_the_stores_of_onedrive_and_sharepoint(host: str) -> None:
    assert GRAPH.upload(f"https://{host}/up?x=%2f") == f"https://{host}/up?x=%2f"


@pytest.mark.parametrize(
    "link",
    [
        "http://x.sharepoint.com/up",
        "https://evilsharepoint.com/up",
        "https://sharepoint.com.evil.test/up",
        "https://user@x.sharepoint.com/up",
        "https://10.0.0.1/up",
        "https://127.0.0.1/up",
        "https://[::1]/up",
        "https://graph.microsoft.com/up",
        "ftp://x.sharepoint.com/up",
    ],
)
def test_content_goes_nowhere_else_and_the_refusal_keeps_the_secret(link: str) -> None:
    with pytest.raises(NotGraph) as caught:
        GRAPH.upload(f"{link}?tempauth=secret")
    assert "secret" not in str(caught.value)
    assert "sharepoint" not in str(caught.value)


def test_reading_from_an_unknown_host_is_allowed_but_known_as_such() -> None:
    assert GRAPH.download("https://x.sharepoint.com/a") == ("https://x.sharepoint.com/a", True)
    assert GRAPH.download("https://new.cdn.test/a") == ("https://new.cdn.test/a", False)
    assert GRAPH.download("https://graph.microsoft.com/a")[1]
    for link in ("http://x.sharepoint.com/a", "https://10.0.0.1/a", "file:///etc/passwd"):
        with pytest.raises(NotGraph):
            GRAPH.download(link)


def test_a_client_on_this_machine_may_stay_here_and_still_leave() -> None:
    for link in ("http://127.0.0.1:8123/up", "http://localhost:9/up"):
        assert LOOPBACK.upload(link) == link
        assert LOOPBACK.download(link) == (link, True)
    assert LOOPBACK.next_page("http://127.0.0.1:8123/v1.0/x")
    assert LOOPBACK.upload("https://x.sharepoint.com/up")
    with pytest.raises(NotGraph):
        LOOPBACK.upload("http://10.0.0.1/up")


def test_a_relative_location_is_resolved_and_an_absolute_one_left_alone() -> None:
    here = httpx.URL("https://graph.microsoft.com/v1.0/a/copy")
    assert GRAPH.resolve("https://x.test/a%2fb?c=%27", here) == "https://x.test/a%2fb?c=%27"
    assert GRAPH.resolve("/monitor/1", here) == "https://graph.microsoft.com/monitor/1"
