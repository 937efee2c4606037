"""Single items are read and changed, with the service's oddities in mind."""

from __future__ import annotations

import json
from contextlib import nullcontext

import httpx
import pytest
import respx

from odtui.graph.errors import InvalidRequest, ItemNotFound, Locked, NameConflict, NotGraph, StaleETag, Unreachable
from tests.graph.harness import DRIVE, GRAPH, Harness, error

TIMES = {"createdDateTime": "2020-01-01T00:00:00Z", "lastModifiedDateTime": "2021-02-03T04:05:06Z"}


def _body(request: httpx.Request) -> object:
    return json.loads(request.content)


async def test_an_item_is_read_with_every_facet(graph: Harness) -> None:
    graph.router.get(url__startswith=f"{DRIVE}/items/i?").respond(
        json={"id": "i", "malware": {"description": "x"}, "bundle": {}}
    )
    item = await graph.client.item("b!d", "i")
    assert item.malware is not None
    assert item.bundle is not None
    assert "malware" in graph.sent[0]


async def test_an_item_is_found_at_a_path(graph: Harness) -> None:
    graph.router.get(url__regex=".*").respond(json={"id": "i"})
    await graph.client.item_at("b!d", "Documents/50% + é.txt")
    await graph.client.item_at("b!d", "a", below="p")
    await graph.client.item_at("b!d", "")
    assert [sent.partition("?")[0] for sent in graph.sent] == [
        "GET /v1.0/drives/b!d/root:/Documents/50%25%20%2B%20%C3%A9.txt",
        "GET /v1.0/drives/b!d/items/p:/a",
        "GET /v1.0/drives/b!d/root",
    ]


async def test_a_sharing_link_is_opened_for_this_request_only(graph: Harness) -> None:
    graph.router.get(url__startswith=f"{GRAPH}/shares/u!").respond(json={"id": "i"})
    await graph.client.shared_item("https://1drv.ms/x")
    assert graph.requests[0].headers["prefer"] == "redeemSharingLinkIfNecessary"


async def test_the_app_folder_is_read(graph: Harness) -> None:
    graph.router.get(url__startswith=f"{GRAPH}/me/drive/special/approot?").respond(json={"id": "app"})
    assert (await graph.client.app_folder()).id == "app"


async def test_a_folder_is_made_and_never_merged(graph: Harness) -> None:
    graph.router.post(f"{DRIVE}/items/p/children").respond(201, json={"id": "n", "name": "New", "folder": {}})
    assert (await graph.client.create_folder("b!d", "p", "New")).id == "n"
    assert _body(graph.requests[0]) == {"name": "New", "folder": {}, "@microsoft.graph.conflictBehavior": "fail"}


async def test_a_taken_name_is_a_conflict(graph: Harness) -> None:
    graph.router.post(f"{DRIVE}/items/p/children").respond(409, json=error("nameAlreadyExists"))
    with pytest.raises(NameConflict):
        await graph.client.create_folder("b!d", "p", "New")


async def test_a_folder_made_without_a_word_is_looked_up_not_made_again(graph: Harness) -> None:
    graph.router.post(f"{DRIVE}/items/p/children").respond(201)
    listing = graph.router.get(url__startswith=f"{DRIVE}/items/p/children")
    listing.mock(
        side_effect=[
            httpx.Response(200, json={"value": [{"id": "x", "name": "other"}]}),
            httpx.Response(200, json={"value": [{"id": "n", "name": "CAFE\u0301"}]}),
        ]
    )
    assert (await graph.client.create_folder("b!d", "p", "Caf\u00e9")).id == "n"
    assert [sent.split(" ")[0] for sent in graph.sent] == ["POST", "GET", "GET"]
    assert graph.time.slept == [0.25]


async def test_a_folder_that_stays_invisible_is_an_error_in_the_end(graph: Harness) -> None:
    graph.router.post(f"{DRIVE}/items/p/children").respond(201)
    graph.router.get(url__startswith=f"{DRIVE}/items/p/children").respond(json={"value": []})
    with pytest.raises(ItemNotFound):
        await graph.client.create_folder("b!d", "p", "New")
    assert graph.time.slept == [0.25, 0.5, 1.0, 2.0, 4.0]


async def test_a_folder_below_a_new_one_is_asked_for_again(graph: Harness) -> None:
    graph.router.post(f"{DRIVE}/items/p/children").respond(201, json={"id": "n"})
    missing = httpx.Response(404, json=error("itemNotFound"))
    graph.router.post(f"{DRIVE}/items/n/children").mock(
        side_effect=[missing, missing, httpx.Response(201, json={"id": "m"})]
    )
    await graph.client.create_folder("b!d", "p", "New")
    assert (await graph.client.create_folder("b!d", "n", "Deeper")).id == "m"
    assert graph.time.slept == [0.25, 0.5]


async def test_a_missing_parent_that_is_not_new_is_not_found_at_once(graph: Harness) -> None:
    graph.router.post(f"{DRIVE}/items/p/children").respond(201, json={"id": "n"})
    graph.router.post(f"{DRIVE}/items/n/children").respond(404)
    await graph.client.create_folder("b!d", "p", "New")
    graph.time.now += 121
    with pytest.raises(ItemNotFound):
        await graph.client.create_folder("b!d", "n", "Deeper")
    assert graph.time.slept == []


def _prepare_update(graph: Harness, answer: httpx.Response) -> None:
    graph.router.get(f"{DRIVE}/items/i?$select=id,fileSystemInfo").respond(json={"id": "i", "fileSystemInfo": TIMES})
    graph.router.patch(f"{DRIVE}/items/i").mock(return_value=answer)


async def test_a_rename_keeps_the_file_s_times(graph: Harness) -> None:
    _prepare_update(graph, httpx.Response(200, json={"id": "i", "name": "b"}))
    assert (await graph.client.rename("b!d", "i", "b", e_tag='"{G},3"')).name == "b"
    assert _body(graph.requests[1]) == {"name": "b", "fileSystemInfo": TIMES}
    assert graph.requests[1].headers["if-match"] == '"{G},3"'


async def test_a_move_names_the_real_parent_and_keeps_the_times(graph: Harness) -> None:
    _prepare_update(graph, httpx.Response(200, json={"id": "i"}))
    await graph.client.move("b!d", "i", "p", name="c")
    assert _body(graph.requests[1]) == {"parentReference": {"id": "p"}, "name": "c", "fileSystemInfo": TIMES}
    assert "if-match" not in graph.requests[1].headers


async def test_the_alias_root_is_never_sent_as_a_parent(graph: Harness) -> None:
    graph.router.get(url__startswith=f"{DRIVE}/root?").respond(json={"id": "R", "root": {}})
    _prepare_update(graph, httpx.Response(200, json={"id": "i"}))
    await graph.client.move("b!d", "i", "root")
    await graph.client.move("b!d", "i", "root")
    bodies = [_body(request) for request in graph.requests if request.method == "PATCH"]
    assert bodies == [{"parentReference": {"id": "R"}, "fileSystemInfo": TIMES}] * 2
    assert sum("/root?" in sent for sent in graph.sent) == 1


async def test_a_change_without_an_answer_is_read_again(graph: Harness) -> None:
    _prepare_update(graph, httpx.Response(204))
    graph.router.get(url__startswith=f"{DRIVE}/items/i?$select=id,name").respond(json={"id": "i", "name": "b"})
    assert (await graph.client.rename("b!d", "i", "b")).name == "b"


async def test_an_item_without_times_is_renamed_without_them(graph: Harness) -> None:
    graph.router.get(f"{DRIVE}/items/i?$select=id,fileSystemInfo").respond(json={"id": "i"})
    graph.router.patch(f"{DRIVE}/items/i").respond(json={"id": "i"})
    await graph.client.rename("b!d", "i", "b")
    assert _body(graph.requests[1]) == {"name": "b"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(412, json=error("resourceModified")), StaleETag),
        (httpx.Response(409, json=error("conflict", "entityTagDoesNotMatch")), StaleETag),
        (httpx.Response(409, json=error("nameAlreadyExists")), NameConflict),
        (httpx.Response(423, json=error("resourceLocked")), Locked),
        (httpx.Response(200, html="<html>"), NotGraph),
    ],
)
async def test_a_refused_rename_says_why(graph: Harness, answer: httpx.Response, kind: type[Exception]) -> None:
    _prepare_update(graph, answer)
    graph.router.get(url__startswith=f"{DRIVE}/items/i?$select=id,name").respond(json={"id": "i", "name": "a"})
    with pytest.raises(kind):
        await graph.client.rename("b!d", "i", "b", e_tag="x")


@pytest.mark.parametrize(("tag", "sent"), [("aQkQ", '"aQkQ"'), ('"{A},1"', '"{A},1"'), ('W/"1"', 'W/"1"'), ("*", "*")])
async def test_a_tag_is_sent_with_its_quotes(graph: Harness, tag: str, sent: str) -> None:
    graph.router.delete(f"{DRIVE}/items/i").respond(204)
    await graph.client.delete("b!d", "i", e_tag=tag)
    assert graph.requests[0].headers["if-match"] == sent


@pytest.mark.parametrize("tag", ['"a\r\nX: 1"', "é"])
async def test_a_hostile_tag_is_refused_not_dropped(graph: Harness, tag: str) -> None:
    with pytest.raises(InvalidRequest):
        await graph.client.delete("b!d", "i", e_tag=tag)
    assert graph.requests == []


async def test_deleting_what_is_gone_is_done(graph: Harness) -> None:
    graph.router.delete(f"{DRIVE}/items/i").respond(404, json=error("itemNotFound"))
    await graph.client.delete("b!d", "i")


async def test_deleting_what_changed_is_refused(graph: Harness) -> None:
    graph.router.delete(f"{DRIVE}/items/i").respond(412, json=error("resourceModified"))
    with pytest.raises(StaleETag):
        await graph.client.delete("b!d", "i", e_tag='"1"')


async def test_a_time_is_set_and_asked_again_while_the_item_is_too_new(graph: Harness) -> None:
    missing = httpx.Response(404, json=error("itemNotFound"))
    graph.router.patch(f"{DRIVE}/items/i").mock(side_effect=[missing, httpx.Response(204)])
    assert await graph.client.set_modified("b!d", "i", 1_600_000_000) is None
    assert _body(graph.requests[1]) == {"fileSystemInfo": {"lastModifiedDateTime": "2020-09-13T12:26:40Z"}}
    assert graph.time.slept == [0.25]


LOST = [
    httpx.ReadError("lost"),
    httpx.Response(500, json=error("generalException")),
    httpx.Response(200, html="<html>"),
]


@pytest.mark.parametrize("answer", LOST)
async def test_a_rename_whose_answer_is_lost_is_looked_after_before_it_is_sent_again(
    graph: Harness, answer: httpx.Response | Exception
) -> None:
    patch = _prepare_lost_update(graph, answer, now="b")
    assert (await graph.client.rename("b!d", "i", "b", e_tag="x")).name == "b"
    assert patch.call_count == 1


@pytest.mark.parametrize("answer", LOST)
async def test_a_rename_that_was_not_made_is_sent_again(graph: Harness, answer: httpx.Response | Exception) -> None:
    patch = _prepare_lost_update(graph, answer, now="a")
    assert (await graph.client.rename("b!d", "i", "b", e_tag="x")).name == "b"
    assert patch.call_count == 2
    assert graph.time.slept == [1.0]


def _prepare_lost_update(graph: Harness, answer: httpx.Response | Exception, *, now: str) -> respx.Route:
    graph.router.get(f"{DRIVE}/items/i?$select=id,fileSystemInfo").respond(json={"id": "i"})
    graph.router.get(url__startswith=f"{DRIVE}/items/i?$select=id,name").respond(json={"id": "i", "name": now})
    made = httpx.Response(200, json={"id": "i", "name": "b"})
    return graph.router.patch(f"{DRIVE}/items/i").mock(side_effect=[answer, made])


@pytest.mark.parametrize(("children", "kind"), [(0, None), (3, NameConflict)])
async def test_a_folder_that_is_there_after_a_lost_answer_is_ours_only_if_it_is_empty(
    graph: Harness, children: int, kind: type[Exception] | None
) -> None:
    post = graph.router.post(f"{DRIVE}/items/p/children")
    post.side_effect = [httpx.ReadError("lost"), httpx.Response(409, json=error("nameAlreadyExists"))]
    there = {"id": "n", "name": "New", "folder": {"childCount": children}}
    graph.router.get(url__startswith=f"{DRIVE}/items/p/children?").respond(json={"value": [there]})
    with pytest.raises(kind) if kind else nullcontext():
        assert (await graph.client.create_folder("b!d", "p", "New")).id == "n"
    assert post.call_count == 2


async def test_a_change_is_not_sent_for_ever(graph: Harness) -> None:
    post = graph.router.post(f"{DRIVE}/items/p/children").mock(side_effect=httpx.ReadError("lost"))
    with pytest.raises(Unreachable):
        await graph.client.create_folder("b!d", "p", "New")
    assert post.call_count == 4
    assert graph.time.slept == [1.0, 4.0, 15.0]


async def test_a_deletion_that_is_answered_with_a_page_was_not_made(graph: Harness) -> None:
    graph.router.delete(f"{DRIVE}/items/i").respond(200, html="<html>")
    with pytest.raises(NotGraph):
        await graph.client.delete("b!d", "i")
