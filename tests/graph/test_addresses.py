"""Addresses: each segment encoded on its own, nothing doubled, nothing lost."""

from __future__ import annotations

import httpx
import pytest

from odtui.graph import addresses
from odtui.graph.errors import InvalidRequest


def test_ids_go_out_as_they_came_in() -> None:
    assert addresses.item("b!aB-_", "01ABC") == "/drives/b!aB-_/items/01ABC"
    assert addresses.item("0F04AA", "F04AA!s12") == "/drives/0F04AA/items/F04AA!s12"


def test_the_root_has_an_address_of_its_own() -> None:
    assert addresses.item("d", "root") == "/drives/d/root"
    assert addresses.children("d", "root", 200).startswith("/drives/d/root/children?$select=")


@pytest.mark.parametrize(
    ("item_id", "path", "action", "expected"),
    [
        ("root", "", "", "/drives/d/root"),
        ("root", "/", "children", "/drives/d/root/children"),
        ("i", "", "", "/drives/d/items/i"),
        ("i", "", "content", "/drives/d/items/i/content"),
        ("root", "A/b c.txt", "", "/drives/d/root:/A/b%20c.txt"),
        ("root", "//A//b/", "", "/drives/d/root:/A/b"),
        ("i", "A/b", "content", "/drives/d/items/i:/A/b:/content"),
    ],
)
def test_paths_below_an_item(item_id: str, path: str, action: str, expected: str) -> None:
    assert addresses.below("d", item_id, path, action) == expected


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("estimate%s.docx", "estimate%25s.docx"),
        ("Break#Out", "Break%23Out"),
        ("Adele's Files", "Adele%27s%20Files"),
        ("a+b&c=d", "a%2Bb%26c%3Dd"),
        ("100%41", "100%2541"),
        ("a/b", "a%2Fb"),
        ("x:y", "x%3Ay"),
        ("[1] {2} |3| ^4` \\", "%5B1%5D%20%7B2%7D%20%7C3%7C%20%5E4%60%20%5C"),
        ("中文 é", "%E4%B8%AD%E6%96%87%20%C3%A9"),
        ("e\u0301", "e%CC%81"),
        ("line\nbreak", "line%0Abreak"),
        ("...", "..."),
        ("~$lock", "~%24lock"),
    ],
)
def test_odd_names_are_one_segment_and_survive_httpx(name: str, segment: str) -> None:
    address = addresses.named("d", "p", name, "content")
    assert address == f"/drives/d/items/p:/{segment}:/content"
    assert httpx.URL("https://graph.microsoft.com/v1.0" + address).raw_path.decode() == "/v1.0" + address


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_names_that_http_would_resolve_away_are_refused(name: str) -> None:
    with pytest.raises(InvalidRequest):
        addresses.named("d", "p", name)
    with pytest.raises(InvalidRequest):
        addresses.item("d", name)


def test_a_path_cannot_climb() -> None:
    with pytest.raises(InvalidRequest):
        addresses.below("d", "i", "a/../../other")


def test_an_id_cannot_leave_its_segment() -> None:
    assert addresses.item("d", "../x?y#z") == "/drives/d/items/..%2Fx%3Fy%23z"


def test_a_sharing_link_is_encoded_as_documented() -> None:
    link = "https://onedrive.live.com/redir?resid=1231244193912!12&authKey=1201919!12921!1"
    expected = (
        "u!aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbS9yZWRpcj9yZXNpZD0xMjMxMjQ0MTkzOTEyITEyJmF1dGhLZXk9MTIwMTkxOSExMjkyMSEx"
    )
    assert addresses.share_id(link) == expected
    assert addresses.share_id(f" {link}\n") == expected
    assert addresses.share(link).startswith(f"/shares/{expected}/driveItem?$select=id,")


def test_a_sharing_link_uses_the_url_safe_alphabet() -> None:
    assert addresses.share_id("https://x/???>>>") == "u!aHR0cHM6Ly94Lz8_Pz4-Pg"


def test_literals_double_their_quotes() -> None:
    assert addresses.literal("O'Brien & Co\n") == "'O%27%27Brien%20%26%20Co'"


@pytest.mark.parametrize("fields", [addresses.ITEM_FIELDS, addresses.LISTED_FIELDS])
def test_selections_name_every_facet_that_tells_what_an_item_is(fields: str) -> None:
    needed = (
        "id name size folder file package remoteItem parentReference fileSystemInfo eTag cTag webUrl deleted root "
        "specialFolder malware bundle"
    )
    assert set(needed.split()) <= set(fields.split(","))
    assert "downloadUrl" not in fields
