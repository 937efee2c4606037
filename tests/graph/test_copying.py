"""Copies are started once and watched to their end."""

from __future__ import annotations

import json

import httpx
import pytest

from odtui.graph.errors import (
    Forbidden,
    GraphError,
    InvalidRequest,
    NameConflict,
    NotGraph,
    ServiceFailure,
)
from tests.graph.harness import DRIVE, GRAPH, STORE, TOKEN, Harness, error

COPY = f"{DRIVE}/items/i/copy"
MONITOR = f"{STORE}/sites/FromSite/_api/v2.1/monitor/780293e6?tempauth=secret"
TARGET = f"{GRAPH}/drives/b!t"
COMPLETED = {
    "@odata.context": "https://contoso.sharepoint.com/sites/site1/_api/v2.1/$metadata#drives('driveId')/operations/$entity",
    "id": "049af13f-d177-4c70-aed0-eb6f04a5d88b",
    "createdDateTime": "0001-01-01T00:00:00Z",
    "percentageComplete": 100,
    "percentComplete": 100,
    "resourceId": "016OGUC",
    "resourceLocation": "https://contoso.sharepoint.com/sites/site2/_api/v2.0/drives/b!t/items/016OGUC",
    "status": "completed",
}
FAILED = {
    "id": "46cf980a-28e1-4623-b8d0-11fc5278efe6",
    "createdDateTime": "0001-01-01T00:00:00Z",
    "status": "failed",
    "error": {"code": "nameAlreadyExists", "message": "Name already exists"},
}


def _running(percent: float | None = None, status: str = "inProgress") -> httpx.Response:
    return httpx.Response(202, json={"operation": "ItemCopy", "percentageComplete": percent, "status": status})


async def _copy(graph: Harness, *answers: httpx.Response, progress: list[float] | None = None) -> str | None:
    graph.router.post(COPY).respond(202, headers={"Location": MONITOR})
    graph.router.get(MONITOR).mock(side_effect=list(answers))
    graph.router.get(url__startswith=f"{TARGET}/items/016OGUC?").respond(json={"id": "016OGUC"})
    told = progress if progress is not None else []
    item = await graph.client.copy("b!d", "i", "b!t", "p", name="Copy", on_progress=told.append)
    return item.id if item else None


async def test_a_copy_is_watched_without_the_token_until_it_is_complete(graph: Harness) -> None:
    progress: list[float] = []
    answers = [
        _running(status="notStarted"),
        _running(27.8),
        _running(250, "updating"),
        httpx.Response(200, json=COMPLETED),
    ]
    assert await _copy(graph, *answers, progress=progress) == "016OGUC"
    assert json.loads(graph.requests[0].content) == {"parentReference": {"driveId": "b!t", "id": "p"}, "name": "Copy"}
    assert graph.requests[0].headers["prefer"] == "respond-async"
    assert all("authorization" not in request.headers for request in graph.requests[1:5])
    assert graph.requests[5].headers["authorization"] == TOKEN
    assert progress == [pytest.approx(0.278), 1.0, 1.0]


async def test_the_wait_grows_to_five_seconds(graph: Harness) -> None:
    await _copy(graph, *[_running(1)] * 6, httpx.Response(200, json=COMPLETED))
    assert graph.time.slept == [1.0, 1.5, 2.25, 3.375, 5.0, 5.0, 5.0]


async def test_a_redirect_means_done_and_is_not_followed(graph: Harness) -> None:
    done = httpx.Response(303, headers={"Location": f"{TARGET}/items/016OGUC"})
    assert await _copy(graph, done) == "016OGUC"


async def test_a_redirect_with_a_report_is_read_by_the_report(graph: Harness) -> None:
    assert await _copy(graph, httpx.Response(303, headers={"Location": "https://x/"}, json=COMPLETED)) == "016OGUC"


async def test_a_finished_copy_without_a_name_is_finished(graph: Harness) -> None:
    assert await _copy(graph, httpx.Response(303, headers={"Location": f"{STORE}/somewhere"})) is None
    assert await _copy(graph, httpx.Response(200, json={"status": "Completed"})) is None


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        (FAILED, NameConflict),
        ({"status": "failed", "errorCode": "nameAlreadyExists"}, NameConflict),
        ({"status": "failed", "error": {"code": "accessDenied"}}, Forbidden),
        ({"status": "deleteFailed"}, ServiceFailure),
        ({"status": "cancelled"}, ServiceFailure),
    ],
)
async def test_a_failed_copy_says_why(graph: Harness, report: dict[str, object], kind: type[GraphError]) -> None:
    with pytest.raises(kind):
        await _copy(graph, _running(1), httpx.Response(200, json=report))


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_forgotten_monitor_is_no_failure(graph: Harness, status: int) -> None:
    assert await _copy(graph, _running(1), httpx.Response(status)) is None


async def test_a_copy_whose_first_answer_is_lost_is_taken_for_done_if_it_is_there(graph: Harness) -> None:
    post = graph.router.post(f"{DRIVE}/items/i/copy")
    post.side_effect = [httpx.ReadError("lost"), httpx.Response(409, json=error("nameAlreadyExists"))]
    graph.router.get(url__startswith=f"{DRIVE}/items/i?").respond(json={"id": "i", "size": 7, "file": {}})
    there = {"id": "n", "name": "b", "size": 7, "file": {}}
    graph.router.get(url__startswith=f"{DRIVE}/items/p:/b").respond(json=there)
    item = await graph.client.copy("b!d", "i", "b!d", "p", name="b")
    assert item is not None
    assert (item.id, post.call_count) == ("n", 2)


async def test_a_monitor_that_talks_html_is_not_graph(graph: Harness) -> None:
    with pytest.raises(NotGraph):
        await _copy(graph, httpx.Response(200, html="<html>"))


async def test_a_copy_that_is_done_at_once_needs_no_watching(graph: Harness) -> None:
    graph.router.post(COPY).respond(201, json={"id": "now"})
    item = await graph.client.copy("b!d", "i", "b!t", "p")
    assert item is not None
    assert item.id == "now"
    assert json.loads(graph.requests[0].content) == {"parentReference": {"driveId": "b!t", "id": "p"}}


async def test_a_copy_without_a_monitor_is_taken_as_started(graph: Harness) -> None:
    graph.router.post(COPY).respond(202)
    assert await graph.client.copy("b!d", "i", "b!t", "p") is None


async def test_a_refused_copy_says_why(graph: Harness) -> None:
    graph.router.post(COPY).respond(400, json=error("invalidRequest", message="Cannot copy the root folder."))
    with pytest.raises(InvalidRequest):
        await graph.client.copy("b!d", "i", "b!t", "p")


async def test_the_target_is_named_by_its_real_id(graph: Harness) -> None:
    graph.router.get(url__startswith=f"{TARGET}/root?").respond(json={"id": "R"})
    graph.router.post(COPY).respond(202)
    await graph.client.copy("b!d", "i", "b!t", "root")
    assert json.loads(graph.requests[1].content)["parentReference"] == {"driveId": "b!t", "id": "R"}


async def test_a_copy_that_is_not_visible_yet_is_asked_for_again(graph: Harness) -> None:
    graph.router.post(COPY).respond(202, headers={"Location": MONITOR})
    graph.router.get(MONITOR).respond(json=COMPLETED)
    made = graph.router.get(url__startswith=f"{TARGET}/items/016OGUC?")
    made.mock(side_effect=[httpx.Response(404), httpx.Response(200, json={"id": "016OGUC"})])
    assert await graph.client.copy("b!d", "i", "b!t", "p") is not None
    assert graph.time.slept == [1.0, 0.25]


async def test_an_unsafe_monitor_is_not_called(graph: Harness) -> None:
    graph.router.post(COPY).respond(202, headers={"Location": "http://evil.test/monitor?tempauth=secret"})
    with pytest.raises(NotGraph) as caught:
        await graph.client.copy("b!d", "i", "b!t", "p")
    assert "secret" not in str(caught.value)
