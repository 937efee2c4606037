from typing import Any

import httpx
import pytest

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of

ROOT = "/me/drive/root"


def found(graph: httpx.Client, url: str) -> list[dict[str, Any]]:
    """All hits, page after page."""
    hits: list[dict[str, Any]] = []
    while url:
        page = graph.get(url).raise_for_status().json()
        hits += page["value"]
        url = page.get("@odata.nextLink")
    return hits


def names(graph: httpx.Client, url: str) -> list[str]:
    return sorted(hit["name"] for hit in found(graph, url))


def test_a_word_finds_names_that_have_a_word_beginning_with_it(graph: httpx.Client) -> None:
    assert {"Budget 2025.xlsx", "Budget 2026.xlsx"} <= set(names(graph, f"{ROOT}/search(q='budg')"))
    assert names(graph, f"{ROOT}/search(q='BUDGET 2026')") == ["Budget 2026.xlsx"]
    assert "Budget 2026.xlsx" not in names(graph, f"{ROOT}/search(q='udget')")


def test_texts_are_searched_too(graph: httpx.Client) -> None:
    graph.put(f"{ROOT}:/x.txt:/content", content=b"about zebras, and xylophones")
    assert names(graph, f"{ROOT}/search(q='zebras')") == ["x.txt"]
    graph.put(f"{ROOT}:/x.txt:/content", content=b"about nothing")
    assert names(graph, f"{ROOT}/search(q='zebras')") == []


def test_quotes_and_other_signs_are_text(graph: httpx.Client) -> None:
    assert names(graph, f"{ROOT}/search(q='Ada''s%20Notebook')") == ["Ada's Notebook"]
    for text in ("%2F%3A(", "%23", "", "%20"):
        assert found(graph, f"{ROOT}/search(q='{text}')") == []


def test_a_folder_is_searched_from_there_down(graph: httpx.Client) -> None:
    inside = names(graph, f"{ROOT}:/Documents:/search(q='budget')")
    assert "Budget 2026.xlsx" in inside
    assert names(graph, f"{ROOT}:/Music:/search(q='budget')") == []


@pytest.mark.parametrize("order", ["", "&$orderby=name"])
def test_hits_come_in_pages(start: Start, order: str) -> None:
    graph = client(start(items=90))
    url = f"{ROOT}/search(q='content')?$top=7&$select=id,name{order}"
    hits = found(graph, url)
    assert len(hits) >= 90
    assert len({hit["id"] for hit in hits}) == len(hits)
    assert all(set(hit) == {"id", "name", "@odata.etag"} for hit in hits)
    assert len(graph.get(url).json()["value"]) == 7


def test_hits_can_be_ordered(graph: httpx.Client) -> None:
    sizes = [hit["size"] for hit in found(graph, f"{ROOT}/search(q='budget')?$orderby=size desc")]
    assert len(sizes) > 1
    assert sizes == sorted(sizes, reverse=True)


def test_everything_can_be_asked_for(start: Start) -> None:
    demo = start(items=300)
    tree = demo.state.drives["ada"].tree
    own = [hit for hit in found(client(demo), f"{ROOT}/search(q='*')") if hit["name"] != "Field notes 2026"]
    assert len(own) == sum(node.kind != "shortcut" for node in tree.below(tree.root))


def test_personal_says_how_many_and_business_says_less(start: Start) -> None:
    personal = client(start()).get(f"{ROOT}/search(q='budget')").json()
    business = client(start(account="business")).get(f"{ROOT}/search(q='budget')").json()
    assert personal["@search.approximateCount"] == len(personal["value"])
    assert all("searchResult" in hit and "createdBy" in hit for hit in personal["value"])
    assert "@search.approximateCount" not in business
    assert not any("createdBy" in hit or "path" in hit["parentReference"] for hit in business["value"])


def test_the_drive_finds_what_others_share_as_remote_items(demo: DemoThread) -> None:
    url = "/me/drive/search(q='sightings')"
    [hit] = found(client(demo, "Files.Read.All"), url)
    remote = hit["remoteItem"]
    assert (hit["name"], remote["parentReference"]["driveId"]) == ("sightings.csv", "4d2b7156e9fa830")
    there = f"/drives/{remote['parentReference']['driveId']}/items/{remote['id']}"
    assert client(demo, "Files.Read.All").get(there).json()["name"] == "sightings.csv"
    assert found(client(demo, "Files.Read"), url) == []
    assert found(client(demo, "Files.Read.All"), f"{ROOT}/search(q='sightings')") == []


def test_shared_items_are_listed_by_a_star_on_the_root(demo: DemoThread) -> None:
    hits = found(client(demo, "Files.Read.All"), f"{ROOT}/search(q='*')")
    assert "sightings.csv" in [hit["name"] for hit in hits if "remoteItem" in hit]


def test_what_others_keep_private_is_not_found(demo: DemoThread) -> None:
    hits = found(client(demo, "Files.Read.All"), "/me/drive/search(q='contract')")
    assert hits
    assert not any("remoteItem" in hit for hit in hits)


@pytest.mark.parametrize("query", ["search", "search()", f"search(q='{'x' * 1001}')", "search(q='x')?$skiptoken=x"])
def test_unsound_searches_are_refused(graph: httpx.Client, query: str) -> None:
    assert code_of(graph.get(f"{ROOT}/{query}")) == (400, "invalidRequest")
