"""Many items are changed in batches of twenty, and each has its own outcome."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from odtui.graph.batch import Part
from odtui.graph.client import ItemVersion
from odtui.graph.errands import ERRAND
from odtui.graph.errors import (
    Forbidden,
    GraphError,
    InvalidRequest,
    ItemNotFound,
    NameConflict,
    NotGraph,
    QuotaExceeded,
    ServiceFailure,
    SignInRequired,
    StaleETag,
    Throttled,
    Unreachable,
)
from odtui.graph.models import DriveItem
from tests.graph.harness import GRAPH, Harness, error, harness

BATCH = f"{GRAPH}/$batch"
TIMES = {"createdDateTime": "2020-01-02T03:04:05Z", "lastModifiedDateTime": "2021-01-02T03:04:05Z"}
Answer = dict[str, Any] | None
Reply = Callable[[dict[str, Any]], Answer]


def items(count: int, tag: str | None = None) -> list[ItemVersion]:
    return [ItemVersion("b!d", str(number), tag) for number in range(count)]


def refused(status: int, code: str, *inner: str, **headers: str) -> dict[str, Any]:
    return {"status": status, "headers": headers, "body": error(code, *inner)}


class Service:
    """Answers the parts of batches, last one first; `reply` gives None to leave one out."""

    def __init__(self, graph: Harness, reply: Reply) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self._reply = reply
        graph.router.post(BATCH).mock(side_effect=self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        parts = json.loads(request.content)["requests"]
        self.batches.append(parts)
        answers = [{"id": part["id"]} | answer for part in parts if (answer := self._reply(part)) is not None]
        return httpx.Response(200, json={"responses": answers[::-1]})

    @property
    def urls(self) -> list[list[str]]:
        return [[part["url"] for part in parts] for parts in self.batches]


def deleted(part: dict[str, Any]) -> Answer:
    return {"status": 204, "headers": {}}


async def test_requests_go_in_twenties(graph: Harness) -> None:
    service = Service(graph, deleted)
    assert await graph.client.delete_many(items(45)) == [None] * 45
    assert [len(parts) for parts in service.batches] == [20, 20, 5]
    assert graph.sent == ["POST /v1.0/$batch"] * 3


async def test_nothing_is_asked_for_nothing(graph: Harness) -> None:
    assert await graph.client.delete_many([]) == []
    assert await graph.client.move_many([], "b!d", "p") == []
    assert graph.requests == []


async def test_a_part_is_relative_to_the_version_and_names_the_item_s_version(graph: Harness) -> None:
    service = Service(graph, deleted)
    await graph.client.delete_many([ItemVersion("b!d", "A!1", '"{G},3"'), ItemVersion("c", "B")])
    assert service.batches[0] == [
        {"id": "0", "method": "DELETE", "url": "/drives/b!d/items/A!1", "headers": {"If-Match": '"{G},3"'}},
        {"id": "1", "method": "DELETE", "url": "/drives/c/items/B"},
    ]


async def test_another_cloud_gets_the_same_parts() -> None:
    async with harness(base_url="https://microsoftgraph.chinacloudapi.cn/v1.0") as graph:
        china = graph.router.post("https://microsoftgraph.chinacloudapi.cn/v1.0/$batch")
        china.respond(json={"responses": [{"id": "0", "status": 204}]})
        assert await graph.client.delete_many(items(1)) == [None]
    assert json.loads(china.calls[0].request.content)["requests"][0]["url"] == "/drives/b!d/items/0"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(412, "resourceModified"), StaleETag),
        (refused(409, "conflict", "entityTagDoesNotMatch"), StaleETag),
        (refused(403, "accessDenied"), Forbidden),
        (refused(400, "invalidRequest"), InvalidRequest),
        (refused(507, "quotaLimitReached"), QuotaExceeded),
        (refused(401, "InvalidAuthenticationToken"), SignInRequired),
        ({"status": 99}, NotGraph),
    ],
)
async def test_what_is_refused_fails_alone(graph: Harness, answer: dict[str, Any], kind: type[GraphError]) -> None:
    service = Service(graph, lambda part: answer if part["id"] == "1" else deleted(part))
    outcomes = await graph.client.delete_many(items(3))
    assert [type(outcome) for outcome in outcomes] == [type(None), kind, type(None)]
    assert len(service.batches) == 1
    assert graph.time.slept == []


async def test_the_error_of_a_part_keeps_its_codes_and_request_id(graph: Harness) -> None:
    Service(graph, lambda part: refused(423, "resourceLocked", "lockMismatch", **{"request-id": "abc"}))
    failed = (await graph.client.delete_many(items(1)))[0]
    assert failed is not None
    assert (failed.codes, failed.request_id, failed.status) == (("resourceLocked", "lockMismatch"), "abc", 423)


async def test_only_throttled_parts_are_sent_again_after_the_time_they_name(graph: Harness) -> None:
    once = {"3": "7", "5": "11"}

    def reply(part: dict[str, Any]) -> Answer:
        wait = once.pop(part["id"], None)
        return refused(429, "activityLimitReached", **{"Retry-After": wait}) if wait else deleted(part)

    service = Service(graph, reply)
    assert await graph.client.delete_many(items(8)) == [None] * 8
    assert [part["id"] for part in service.batches[1]] == ["3", "5"]
    assert graph.time.slept == [11.0]


async def test_throttling_without_an_end_is_reported_with_the_time_that_is_left(graph: Harness) -> None:
    service = Service(graph, lambda part: refused(429, "tooManyRequests", **{"Retry-After": "50"}))
    failed = (await graph.client.delete_many(items(1)))[0]
    assert isinstance(failed, Throttled)
    assert failed.retry_after == 50.0
    assert (graph.time.slept, len(service.batches)) == ([50.0, 50.0], 3)


async def test_a_wait_beyond_patience_is_not_begun(graph: Harness) -> None:
    service = Service(graph, lambda part: refused(429, "tooManyRequests", **{"Retry-After": "121"}))
    assert isinstance((await graph.client.delete_many(items(1)))[0], Throttled)
    assert (graph.time.slept, len(service.batches)) == ([], 1)


async def test_attempts_have_an_end(graph: Harness) -> None:
    service = Service(graph, lambda part: refused(503, "serviceNotAvailable", **{"Retry-After": "1"}))
    assert isinstance((await graph.client.delete_many(items(1)))[0], Throttled)
    assert len(service.batches) == 6


async def test_a_change_that_may_have_happened_is_not_repeated(graph: Harness) -> None:
    def reply(part: dict[str, Any]) -> Answer:
        look = {"status": 200, "body": {"id": "x", "fileSystemInfo": TIMES}}
        return look if part["method"] == "GET" else refused(503, "serviceNotAvailable")

    service = Service(graph, reply)
    assert isinstance((await graph.client.rename_many(items(1), ["new"]))[0], Throttled)
    assert [parts[0]["method"] for parts in service.batches] == ["GET", "PATCH", "GET"]


async def test_a_change_whose_answer_was_lost_is_looked_for(graph: Harness) -> None:
    def reply(part: dict[str, Any]) -> Answer:
        found = {"status": 200, "body": {"id": "x", "name": "new"}}
        return found if part["method"] == "GET" else refused(500, "generalException")

    Service(graph, reply)
    done, other = await graph.client.rename_many(items(2), ["new", "another"])
    assert isinstance(done, DriveItem)
    assert isinstance(other, ServiceFailure)


class Patient:
    """An errand that waits for as long as it takes."""

    held = False

    def __init__(self) -> None:
        self.waits: list[tuple[float, str]] = []

    def patience(self, why: str) -> float:
        return 3600.0

    async def wait(self, seconds: float, why: str) -> float:
        self.waits.append((seconds, why))
        return seconds


async def test_a_batch_on_an_errand_waits_as_long_as_that_does(graph: Harness) -> None:
    answers: list[Answer] = [refused(429, "tooManyRequests", **{"Retry-After": "300"}), {"status": 204}]
    Service(graph, lambda part: answers.pop(0))
    errand = Patient()
    token = ERRAND.set(errand)  # type: ignore[arg-type]
    try:
        assert await graph.client.delete_many(items(1)) == [None]
    finally:
        ERRAND.reset(token)
    assert errand.waits == [(300.0, "throttled")]


async def test_a_deletion_is_repeated_after_a_passing_failure_and_when_its_answer_is_missing(graph: Harness) -> None:
    answers: list[Answer] = [refused(500, "generalException"), None, {"status": 204}]
    service = Service(graph, lambda part: answers.pop(0))
    assert await graph.client.delete_many(items(1)) == [None]
    assert (graph.time.slept, len(service.batches)) == ([2.0, 4.0], 3)


async def test_a_change_without_an_answer_is_not_called_done(graph: Harness) -> None:
    Service(graph, lambda part: {"status": 200, "body": {"id": "x"}} if part["method"] == "GET" else None)
    assert isinstance((await graph.client.rename_many(items(1), ["new"]))[0], NotGraph)


async def test_what_is_gone_is_done_but_looked_up_once_more(graph: Harness) -> None:
    """While many are deleted, a live item may be called gone."""
    asked: list[str] = []

    def reply(part: dict[str, Any]) -> Answer:
        asked.append(f"{part['method']} {part['url'].rpartition('/')[2].partition('?')[0]}")
        if part["method"] == "GET":
            return {"status": 200, "body": {"id": "0"}} if asked[-1] == "GET 0" else refused(404, "itemNotFound")
        return refused(404, "itemNotFound") if len(asked) <= 2 else {"status": 204}

    Service(graph, reply)
    assert await graph.client.delete_many(items(2)) == [None, None]
    assert asked == ["DELETE 0", "DELETE 1", "GET 0", "GET 1", "DELETE 0"]


async def test_a_hostile_tag_or_id_fails_alone_and_is_never_sent(graph: Harness) -> None:
    service = Service(graph, deleted)
    hostile = [ItemVersion("b!d", "1", '"a\r\nX: 1"'), ItemVersion("b!d", ".."), ItemVersion("b!d", "2")]
    outcomes = await graph.client.delete_many(hostile)
    assert [type(outcome) for outcome in outcomes] == [InvalidRequest, InvalidRequest, type(None)]
    assert service.urls == [["/drives/b!d/items/2"]]


async def test_a_batch_that_fails_whole_is_the_error_of_all_that_have_none_yet(graph: Harness) -> None:
    graph.router.post(BATCH).mock(
        side_effect=[
            httpx.Response(200, json={"responses": [{"id": str(number), "status": 204} for number in range(20)]}),
            httpx.Response(401, json=error("InvalidAuthenticationToken")),
        ]
    )
    outcomes = await graph.client.delete_many(items(50))
    assert outcomes[:20] == [None] * 20
    assert all(isinstance(outcome, SignInRequired) for outcome in outcomes[20:])
    assert len(graph.requests) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(200, html="<html>"), NotGraph),
        (httpx.Response(200, json={}), NotGraph),
        (httpx.Response(200, content=b'{"responses":[{"id":"0"'), NotGraph),
        (httpx.Response(400, json=error("invalidRequest")), InvalidRequest),
        (httpx.Response(500, json=error("generalException")), ServiceFailure),
        (httpx.ConnectError("no"), Unreachable),
    ],
)
async def test_a_broken_batch_says_why(graph: Harness, answer: Any, kind: type[GraphError]) -> None:
    graph.router.post(BATCH).mock(side_effect=[answer])
    assert [type(each) for each in await graph.client.delete_many(items(2))] == [kind, kind]


async def test_answers_that_nobody_asked_for_are_ignored(graph: Harness) -> None:
    strange: list[object] = [
        {"id": "x", "status": 204},
        {"id": 0, "status": 204, "headers": None, "body": None},
        {"id": "9", "status": 500},
    ]
    graph.router.post(BATCH).respond(json={"responses": strange})
    assert await graph.client.delete_many(items(1)) == [None]


def _renaming(answer: Answer) -> Reply:
    look = {"status": 200, "body": {"id": "x", "fileSystemInfo": TIMES}}
    return lambda part: look if part["method"] == "GET" else answer


async def test_a_move_of_many_keeps_the_times_and_names_the_real_parent(graph: Harness) -> None:
    graph.router.get(url__startswith=f"{GRAPH}/drives/b!d/root?").respond(json={"id": "R", "root": {}})
    service = Service(graph, _renaming({"status": 200, "body": {"id": "x", "name": "a"}}))
    moved = await graph.client.move_many(items(2, '"1"'), "b!d", "root")
    assert [item.name for item in moved if isinstance(item, DriveItem)] == ["a", "a"]
    assert service.batches[0][0]["url"] == "/drives/b!d/items/0?$select=id,fileSystemInfo"
    assert service.batches[1][0] == {
        "id": "0",
        "method": "PATCH",
        "url": "/drives/b!d/items/0",
        "headers": {"If-Match": '"1"', "Content-Type": "application/json"},
        "body": {"parentReference": {"id": "R"}, "fileSystemInfo": TIMES},
    }


async def test_names_go_to_their_items(graph: Harness) -> None:
    service = Service(graph, _renaming({"status": 200, "body": {"id": "x"}}))
    await graph.client.rename_many(items(2), ["one", "two"])
    assert [part["body"]["name"] for part in service.batches[1]] == ["one", "two"]


async def test_an_item_that_cannot_be_looked_up_is_not_renamed(graph: Harness) -> None:
    def reply(part: dict[str, Any]) -> Answer:
        if "items/0" in part["url"]:
            return refused(404, "itemNotFound")
        return {"status": 200, "body": {"id": "1"}}

    service = Service(graph, reply)
    outcomes = await graph.client.rename_many(items(2), ["a", "b"])
    assert isinstance(outcomes[0], ItemNotFound)
    assert isinstance(outcomes[1], DriveItem)
    assert service.urls[1] == ["/drives/b!d/items/1"]


async def test_a_taken_name_is_told_of_its_item(graph: Harness) -> None:
    Service(graph, _renaming(refused(409, "nameAlreadyExists")))
    assert isinstance((await graph.client.rename_many(items(1), ["a"]))[0], NameConflict)


async def test_a_change_without_content_is_read_again(graph: Harness) -> None:
    Service(graph, _renaming({"status": 204}))
    graph.router.get(url__startswith=f"{GRAPH}/drives/b!d/items/0?").respond(json={"id": "0", "name": "b"})
    changed = (await graph.client.rename_many(items(1), ["b"]))[0]
    assert isinstance(changed, DriveItem)
    assert changed.name == "b"


async def test_an_answer_that_is_no_item_fails_alone(graph: Harness) -> None:
    Service(graph, _renaming({"status": 200, "headers": {"Content-Type": "text/html"}, "body": "PGh0bWw+"}))
    assert isinstance((await graph.client.rename_many(items(1), ["b"]))[0], NotGraph)


async def test_times_are_set_and_asked_again_while_an_item_is_too_new(graph: Harness) -> None:
    seen: list[str] = []

    def reply(part: dict[str, Any]) -> Answer:
        seen.append(part["id"])
        return refused(404, "itemNotFound") if len(seen) < 3 else {"status": 200, "body": {"id": "x"}}

    service = Service(graph, reply)
    timed = await graph.client.set_modified_many(items(2), [1_600_000_000, 1_600_000_001])
    assert [each.id for each in timed if isinstance(each, DriveItem)] == ["x", "x"]
    assert service.batches[0][1]["body"] == {"fileSystemInfo": {"lastModifiedDateTime": "2020-09-13T12:26:41Z"}}
    assert graph.time.slept == [0.25]


def test_neither_bodies_nor_headers_are_in_a_repr() -> None:
    assert "secret" not in repr(Part("PUT", "/x", {"a": "secret"}, {"b": "secret"}))


async def test_times_that_failed_in_passing_are_set_again(graph: Harness) -> None:
    failures = {"0": 1}

    def reply(part: dict[str, Any]) -> Answer:
        if failures.pop(part["id"], 0):
            return refused(503, "serviceNotAvailable")
        return {"status": 200, "body": {"id": part["id"], "name": "a"}}

    service = Service(graph, reply)
    timed = await graph.client.set_modified_many(items(2), [1_600_000_000, 1_600_000_001])
    assert all(isinstance(item, DriveItem) for item in timed), timed
    assert [len(batch) for batch in service.batches] == [2, 1]
