from base64 import b64encode
from typing import Any

import httpx
import pytest

from odtui.demo.faults import Rule
from odtui.demo.thread import DemoThread
from tests.demo.conftest import check_body, client, code_of, web

JSON = {"Content-Type": "application/json"}


def get(number: int, url: str = "/me/drive/root", **more: Any) -> dict[str, Any]:
    return {"id": str(number), "method": "GET", "url": url, **more}


def send(graph: httpx.Client, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The answers by id."""
    answer = graph.post("/$batch", json={"requests": parts})
    assert answer.status_code == 200
    found = {part["id"]: part for part in answer.json()["responses"]}
    for part in found.values():
        if isinstance(part.get("body"), dict):
            check_body(part["body"])
    return found


def test_every_part_has_its_own_status_headers_and_body(graph: httpx.Client) -> None:
    found = send(graph, get(1), get(2, "me/drive/root:/nothing"), get(3, "/me/drive/root/children?$top=2"))
    assert [found[name]["status"] for name in "123"] == [200, 404, 200]
    assert found["1"]["body"]["name"] == "root"
    assert found["2"]["body"]["error"]["code"] == "itemNotFound"
    assert found["2"]["headers"]["request-id"]
    assert len(found["3"]["body"]["value"]) == 2


def test_headers_are_written_as_the_javascript_sdk_looks_for_them(graph: httpx.Client) -> None:
    found = send(graph, get(1), get(2, "/me/drive/root:/nothing"))
    assert all(part["headers"]["Content-Type"].startswith("application/json") for part in found.values())
    assert found["1"]["headers"]["ETag"] == found["1"]["body"]["eTag"]


def test_parts_may_name_graph_in_full_as_the_official_sdks_do(demo: DemoThread, graph: httpx.Client) -> None:
    found = send(
        graph,
        get(1, "https://graph.microsoft.com/v1.0//me/drive/root:/Documents"),
        get(2, f"{demo.base}/v1.0/me/drive/root/children?$top=2&$select=id", headers=None, dependsOn=None),
        get(3, "/me/drive/root/children?$orderby=name desc&$select=name"),
        get(4, "/me/drive/root:/Schöne Namen"),
    )
    assert [found[name]["status"] for name in "1234"] == [200, 200, 200, 404]
    assert found["1"]["body"]["name"] == "Documents"
    assert len(found["2"]["body"]["value"]) == 2
    names = [item["name"].lower() for item in found["3"]["body"]["value"]]
    assert names == sorted(names, reverse=True)


def test_a_batch_with_an_unsound_address_changes_nothing(graph: httpx.Client) -> None:
    make = {"id": "1", "method": "POST", "url": "/me/drive/root/children", "headers": JSON}
    parts = [make | {"body": {"name": "New", "folder": {}}}, get(2, "https://evil.example/v1.0/me")]
    assert code_of(graph.post("/$batch", json={"requests": parts})) == (400, "invalidRequest")
    assert graph.get("/me/drive/root:/New").status_code == 404


def test_dependent_parts_run_after_what_they_need(graph: httpx.Client) -> None:
    make = {"id": "a", "method": "POST", "url": "/me/drive/root/children", "headers": JSON}
    found = send(
        graph,
        get(2, "/me/drive/root:/New", dependsOn=["A"]),
        make | {"body": {"name": "New", "folder": {}}},
    )
    assert (found["a"]["status"], found["2"]["status"]) == (201, 200)


def test_what_needs_a_failed_part_is_424(graph: httpx.Client) -> None:
    found = send(graph, get(1, "/me/drive/root:/nothing"), get(2, dependsOn=["1"]), get(3, dependsOn=["2"]), get(4))
    assert [found[name]["status"] for name in "1234"] == [404, 424, 424, 200]


def test_content_is_a_302_that_is_not_followed(graph: httpx.Client) -> None:
    found = send(graph, get(1, "/me/drive/root:/Documents/Ideas.md:/content"))
    assert found["1"]["status"] == 302
    assert "body" not in found["1"]
    assert web.get(found["1"]["headers"]["Location"]).is_success


def test_bytes_are_sent_as_base64(graph: httpx.Client) -> None:
    put = {
        "id": "1",
        "method": "PUT",
        "url": "/me/drive/root:/a.txt:/content",
        "headers": {"content-type": "text/plain"},
    }
    assert send(graph, put | {"body": b64encode(b"hello?>").decode()})["1"]["status"] == 201
    url = graph.get("/me/drive/root:/a.txt").json()["@microsoft.graph.downloadUrl"]
    assert web.get(url).content == b"hello?>"
    assert code_of(graph.post("/$batch", json={"requests": [put | {"body": "***"}]})) == (400, "invalidRequest")


def test_parts_are_throttled_one_by_one(demo: DemoThread) -> None:
    demo.state.faults.add(Rule(kind="status", status=429, retry_after=3, path="/children$"))
    found = send(client(demo), get(1), get(2, "/me/drive/root/children"), get(3, "/me/drive/root/children"))
    assert [found[name]["status"] for name in "123"] == [200, 429, 200]
    assert found["2"]["headers"]["Retry-After"] == "3"


def test_a_fault_of_the_connection_spares_parts(demo: DemoThread) -> None:
    demo.state.faults.add(Rule(kind="reset", path="/root$"))
    assert send(client(demo), get(1))["1"]["status"] == 200


def test_parts_are_refused_what_the_token_does_not_allow(demo: DemoThread) -> None:
    found = send(
        client(demo, "Files.Read"), get(1), {"id": "2", "method": "DELETE", "url": "/me/drive/root:/Documents"}
    )
    assert [found[name]["status"] for name in "12"] == [200, 403]
    bare = web.post(f"{demo.base}/v1.0/$batch", json={"requests": [get(1)]}).json()
    assert bare["responses"][0]["status"] == 401


@pytest.mark.parametrize(
    "body",
    [
        {"requests": [get(number) for number in range(21)]},
        {"requests": [get(1), get(1)]},
        {"requests": [get(1) | {"id": "a"}, get(1) | {"id": "A"}]},
        {"requests": [get(1, dependsOn=["2"])]},
        {"requests": [get(1, dependsOn=["2"]), get(2, dependsOn=["1"])]},
        {"requests": [get(1) | {"method": "TRACE"}]},
        {"requests": [get(1, "")]},
        {"requests": [get(1, "https://graph.microsoft.com/beta/me")]},
        {"requests": [get(1, "https://graph.microsoft.com")]},
        {"requests": [get(1, "https://evil.example/v1.0/me")]},
        {"requests": [get(1) | {"method": "POST", "body": {}}]},
        {"requests": [{"id": "1"}]},
        {},
        [],
    ],
)
def test_an_unsound_batch_is_refused_whole(demo: DemoThread, body: Any) -> None:
    assert code_of(client(demo).post("/$batch", json=body)) == (400, "invalidRequest")


def test_twenty_parts_are_allowed(graph: httpx.Client) -> None:
    assert len(send(graph, *(get(number) for number in range(20)))) == 20


def test_a_batch_is_posted(graph: httpx.Client) -> None:
    assert code_of(graph.get("/$batch")) == (405, "notAllowed")
