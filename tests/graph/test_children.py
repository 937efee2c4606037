"""Listings: every item once, by links byte for byte, to the real end."""

from __future__ import annotations

import httpx
import pytest

from odtui.graph import children
from odtui.graph.errors import Forbidden, InvalidRequest, ItemNotFound, NotGraph
from tests.graph.harness import DRIVE, GRAPH, TOKEN, Harness, error

NEXT = f"{GRAPH}/drives/b%21d/items/f/children?$select=id&$skiptoken=Paged%3dTRUE%26p_SortBehavior%3d0&x=%27%2F"


def _page(*ids: str, next_link: str | None = None) -> httpx.Response:
    body: dict[str, object] = {"value": [{"id": each, "name": each.upper()} for each in ids]}
    if next_link:
        body["@odata.nextLink"] = next_link
    return httpx.Response(200, json=body)


async def _ids(graph: Harness, folder: str = "f") -> list[list[str]]:
    return [[item.id for item in page] async for page in graph.client.children("b!d", folder)]


def _first(graph: Harness, folder: str = "items/f") -> httpx.Response:
    return graph.router.get(url__startswith=f"{DRIVE}/{folder}/children")  # type: ignore[no-any-return]


async def test_the_next_link_is_followed_byte_for_byte_with_token_and_preference(graph: Harness) -> None:
    graph.router.get(NEXT).mock(return_value=_page("c"))
    _first(graph).mock(return_value=_page("a", "b", next_link=NEXT))
    assert await _ids(graph) == [["a", "b"], ["c"]]
    assert graph.sent[1] == "GET " + NEXT.removeprefix("https://graph.microsoft.com")
    for request in graph.requests:
        assert request.headers["authorization"] == TOKEN
        assert request.headers["prefer"] == "Include-Feature=AddToOneDrive"


async def test_the_first_page_has_the_size_that_was_asked_for(graph: Harness) -> None:
    _first(graph).mock(return_value=_page("a"))
    async for _ in graph.client.children("b!d", "f", first_page=50):
        pass
    assert graph.sent[0].endswith("&$top=50")


async def test_an_empty_page_with_a_link_is_not_the_end(graph: Harness) -> None:
    graph.router.get(NEXT).mock(return_value=_page("c"))
    _first(graph).mock(return_value=_page(next_link=NEXT))
    assert await _ids(graph) == [[], ["c"]]


async def test_an_empty_folder_is_one_empty_page(graph: Harness) -> None:
    _first(graph).mock(return_value=_page())
    assert await _ids(graph) == [[]]


async def test_an_item_that_comes_twice_is_shown_once(graph: Harness) -> None:
    graph.router.get(NEXT).mock(return_value=_page("b", "c"))
    _first(graph).mock(return_value=_page("a", "a", "b", next_link=NEXT))
    assert await _ids(graph) == [["a", "b"], ["c"]]


async def test_deleted_items_are_left_out(graph: Harness) -> None:
    _first(graph).respond(json={"value": [{"id": "a", "deleted": {}}, {"id": "b"}]})
    assert await _ids(graph) == [["b"]]


async def test_items_of_unknown_kinds_with_missing_and_null_members_are_kept(graph: Harness) -> None:
    _first(graph).respond(
        json={"value": [{"id": "a", "future": {"x": 1}, "size": None, "file": None, "package": {"type": "?"}}]}
    )
    async for page in graph.client.children("b!d", "f"):
        assert page[0].id == "a"
        assert page[0].package is not None


@pytest.mark.parametrize("link", ["https://evil.test/x", "http://graph.microsoft.com/v1.0/x", "/v1.0/x"])
async def test_a_next_link_elsewhere_gets_no_token(graph: Harness, link: str) -> None:
    _first(graph).mock(return_value=_page("a", next_link=link))
    with pytest.raises(NotGraph):
        await _ids(graph)
    assert len(graph.requests) == 1


async def test_a_link_that_repeats_is_an_error(graph: Harness) -> None:
    graph.router.get(NEXT).mock(return_value=_page("b", next_link=NEXT))
    _first(graph).mock(return_value=_page("a", next_link=NEXT))
    with pytest.raises(NotGraph, match="end"):
        await _ids(graph)


async def test_a_listing_without_end_is_given_up(graph: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "MOST_PAGES", 3)
    _first(graph).mock(side_effect=[_page(str(n), next_link=f"{DRIVE}/items/f/children?n={n}") for n in range(9)])
    with pytest.raises(NotGraph, match="end"):
        await _ids(graph)
    assert len(graph.requests) == 4


async def test_a_dead_paging_token_starts_the_listing_once_more_without_repeating_items(graph: Harness) -> None:
    expired = httpx.Response(400, json=error("invalidRequest", message="Invalid paging token"))
    graph.router.get(NEXT).mock(side_effect=[expired, _page("b", "c")])
    _first(graph).mock(return_value=_page("a", "b", next_link=NEXT))
    assert await _ids(graph) == [["a", "b"], ["c"]]


async def test_a_second_dead_token_is_reported(graph: Harness) -> None:
    graph.router.get(NEXT).respond(400, json=error("invalidRequest"))
    _first(graph).mock(return_value=_page("a", next_link=NEXT))
    with pytest.raises(InvalidRequest):
        await _ids(graph)


async def test_a_refusal_of_the_first_page_is_not_repeated(graph: Harness) -> None:
    _first(graph).respond(400, json=error("invalidRequest"))
    with pytest.raises(InvalidRequest):
        await _ids(graph)
    assert len(graph.requests) == 1


async def test_forbidden_is_never_empty(graph: Harness) -> None:
    _first(graph).respond(403, json=error("accessDenied"))
    with pytest.raises(Forbidden):
        await _ids(graph)


async def test_a_folder_that_is_gone_is_not_found_at_once(graph: Harness) -> None:
    _first(graph).respond(404, json=error("itemNotFound"))
    with pytest.raises(ItemNotFound):
        await _ids(graph)
    assert graph.time.slept == []


async def test_the_root_is_asked_again_when_it_is_not_found(graph: Harness) -> None:
    missing = httpx.Response(404, json=error("itemNotFound"))
    _first(graph, "root").mock(side_effect=[missing, missing, _page("a")])
    assert await _ids(graph, "root") == [["a"]]
    assert graph.time.slept == [0.25, 0.5]


async def test_the_root_is_known_by_its_real_id_too(graph: Harness) -> None:
    graph.router.get(url__startswith=f"{DRIVE}/root?").respond(json={"id": "R", "root": {}})
    _first(graph, "items/R").respond(404)
    await graph.client.root("b!d")
    with pytest.raises(ItemNotFound):
        await _ids(graph, "R")
    assert graph.time.slept == [0.25, 0.5]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html="<html>Sign in to the hotel network</html>"),
        httpx.Response(200, content=b'{"value":[', headers={"Content-Type": "application/json"}),
        httpx.Response(200, json={"value": "no list"}),
        httpx.Response(200, json={"value": [{"name": "without id"}]}),
        httpx.Response(302, headers={"Location": "https://portal.test/login"}),
        httpx.Response(200, content=b""),
    ],
)
async def test_an_answer_that_is_not_graph_s_is_no_empty_folder(graph: Harness, answer: httpx.Response) -> None:
    _first(graph).mock(return_value=answer)
    with pytest.raises(NotGraph) as caught:
        await _ids(graph)
    assert "hotel" not in str(caught.value)
