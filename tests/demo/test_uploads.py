from random import Random
from typing import Any

import httpx
import pytest

from odtui.demo import uploads
from odtui.demo.faults import Rule
from odtui.demo.plan import parse
from odtui.demo.quickxor import quickxor
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, inner_of, web
from tests.demo.schema import problems

UNIT = 320 * 1024
DATA = Random(1).randbytes(2 * UNIT + 1234)
CONFLICT = "@microsoft.graph.conflictBehavior"


def session(graph: httpx.Client, path: str = "root:/big.bin:", **item: Any) -> str:
    answer = graph.post(f"/me/drive/{path}/createUploadSession", json={"item": item} if item else None)
    assert answer.status_code == 200
    assert answer.json()["nextExpectedRanges"] == ["0-"]
    return str(answer.json()["uploadUrl"])


def send(url: str, data: bytes, first: int, total: int, **headers: str) -> httpx.Response:
    spanned = f"bytes {first}-{first + len(data) - 1}/{total}"
    answer = web.put(url, content=data, headers={"Content-Range": spanned, **headers})
    if answer.status_code == 202:
        assert problems(answer.json(), "uploadSession") == []
    elif answer.is_success:
        assert problems(answer.json(), "driveItem") == []
    return answer


def test_fragments_in_order_make_a_file(graph: httpx.Client) -> None:
    url = session(graph)
    first = send(url, DATA[:UNIT], 0, len(DATA))
    assert (first.status_code, first.json()["nextExpectedRanges"]) == (202, [f"{UNIT}-{len(DATA) - 1}"])
    assert web.get(url).json()["nextExpectedRanges"] == [f"{UNIT}-{len(DATA) - 1}"]
    last = send(url, DATA[UNIT:], UNIT, len(DATA))
    item = last.json()
    assert (last.status_code, item["size"]) == (201, len(DATA))
    assert item["file"]["hashes"]["quickXorHash"] == quickxor(DATA)
    assert web.get(item["@microsoft.graph.downloadUrl"]).content == DATA
    assert code_of(web.get(url)) == (404, "itemNotFound")


def test_an_existing_file_is_replaced(graph: httpx.Client) -> None:
    before = graph.get("/me/drive/root:/Documents/Ideas.md").json()
    for path in ("root:/Documents/Ideas.md:", f"items/{before['id']}"):
        answer = send(session(graph, path), b"x" * 77, 0, 77)
        assert (answer.status_code, answer.json()["id"], answer.json()["size"]) == (200, before["id"], 77)


def test_times_of_the_client_are_kept(graph: httpx.Client) -> None:
    info = {"createdDateTime": "2001-01-01T00:00:00Z", "lastModifiedDateTime": "2002-01-01T00:00:00Z"}
    item = send(session(graph, fileSystemInfo=info), b"x", 0, 1).json()
    assert item["fileSystemInfo"] == info
    replaced = send(session(graph, fileSystemInfo={"lastModifiedDateTime": "2003-01-01T00:00:00Z"}), b"y", 0, 1).json()
    assert replaced["fileSystemInfo"]["lastModifiedDateTime"] == "2003-01-01T00:00:00Z"


@pytest.mark.parametrize(("first", "inner"), [(0, "fragmentOverlap"), (2 * UNIT, "fragmentOutOfOrder")])
def test_a_fragment_out_of_order_is_refused(graph: httpx.Client, first: int, inner: str) -> None:
    url = session(graph)
    send(url, DATA[:UNIT], 0, len(DATA))
    answer = send(url, DATA[first : first + 100], first, len(DATA))
    assert (answer.status_code, answer.json()["error"]["code"], inner_of(answer)) == (416, "invalidRange", inner)
    assert send(url, DATA[UNIT:], UNIT, len(DATA)).status_code == 201


def test_a_fragment_of_another_size_is_taken_with_a_warning(demo: DemoThread, graph: httpx.Client) -> None:
    url = session(graph)
    assert send(url, DATA[: UNIT + 1], 0, len(DATA)).status_code == 202
    assert send(url, DATA[UNIT + 1 :], UNIT + 1, len(DATA)).json()["file"]["hashes"]["quickXorHash"] == quickxor(DATA)
    [warning] = web.get(f"{demo.base}/_demo/warnings").json()
    assert "327681 bytes" in warning


@pytest.mark.parametrize("by_line", [True, False])
def test_on_request_fragments_of_another_size_fail_at_the_end(start: Start, *, by_line: bool) -> None:
    demo = start(faults=parse("strict_fragments")) if by_line else start()
    if not by_line:
        assert web.post(f"{demo.base}/_demo/settings", json={"strict_fragments": True}).status_code == 204
    graph = client(demo)
    url = session(graph)
    assert send(url, DATA[: UNIT + 1], 0, len(DATA)).status_code == 202
    answer = send(url, DATA[UNIT + 1 :], UNIT + 1, len(DATA))
    assert (answer.status_code, inner_of(answer)) == (500, "uploadSessionFailed")
    assert graph.get("/me/drive/root:/big.bin").status_code == 404
    aligned = session(graph)
    assert send(aligned, DATA[:UNIT], 0, len(DATA)).status_code == 202
    assert send(aligned, DATA[UNIT:], UNIT, len(DATA)).status_code == 201


def test_the_last_fragment_may_come_twice_and_nothing_else(graph: httpx.Client) -> None:
    url = session(graph)
    send(url, DATA[:UNIT], 0, len(DATA))
    made = send(url, DATA[UNIT:], UNIT, len(DATA)).json()
    again = send(url, DATA[UNIT:], UNIT, len(DATA))
    assert (again.status_code, again.json()["id"], again.json()["eTag"]) == (200, made["id"], made["eTag"])
    assert code_of(send(url, DATA[:UNIT], 0, len(DATA))) == (404, "itemNotFound")
    assert code_of(send(url, DATA[UNIT:], UNIT, len(DATA) + 1)) == (404, "itemNotFound")
    empty = web.put(url, headers={"Content-Range": f"bytes {UNIT}-{len(DATA) - 1}/{len(DATA)}"})
    assert code_of(empty) == (400, "invalidRequest")
    for method in ("GET", "POST", "DELETE"):
        assert code_of(web.request(method, url)) == (404, "itemNotFound")
    graph.delete(f"/me/drive/items/{made['id']}")
    assert code_of(send(url, DATA[UNIT:], UNIT, len(DATA))) == (404, "itemNotFound")


@pytest.mark.parametrize("spanned", ["", "bytes 0-9", "bytes 9-0/10", "bytes 0-10/10", "bytes 0-8/10", "bytes 0-9/*"])
def test_a_bad_content_range_is_refused(graph: httpx.Client, spanned: str) -> None:
    answer = web.put(session(graph), content=b"x" * 10, headers={"Content-Range": spanned})
    assert code_of(answer) == (400, "invalidRequest")


def test_the_total_stays(graph: httpx.Client) -> None:
    url = session(graph)
    send(url, DATA[:UNIT], 0, len(DATA))
    assert code_of(send(url, DATA[UNIT : 2 * UNIT], UNIT, 3 * UNIT)) == (400, "invalidRequest")
    announced = session(graph, "root:/other.bin:", fileSize=10)
    assert code_of(send(announced, b"x" * 11, 0, 11)) == (400, "invalidRequest")


def test_a_fragment_is_below_60_mib(graph: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_FRAGMENT", 2 * UNIT)
    answer = send(session(graph), DATA[: 2 * UNIT], 0, len(DATA))
    assert (answer.status_code, inner_of(answer)) == (413, "maxFragmentLengthExceeded")


def test_a_cut_fragment_counts_for_nothing(demo: DemoThread, graph: httpx.Client) -> None:
    url = session(graph)
    demo.state.faults.add(Rule(kind="cut_request", method="PUT", after=50_000))
    with pytest.raises(httpx.TransportError):
        send(url, DATA[:UNIT], 0, len(DATA))
    assert web.get(url).json()["nextExpectedRanges"] == ["0-"]
    item = send(url, DATA, 0, len(DATA)).json()
    assert web.get(item["@microsoft.graph.downloadUrl"]).content == DATA


def test_a_bearer_token_is_tolerated_while_it_lives(demo: DemoThread, graph: httpx.Client) -> None:
    url = session(graph)
    assert send(url, DATA[:UNIT], 0, len(DATA), Authorization=graph.headers["Authorization"]).status_code == 202
    demo.state.epochs.tokens += 1
    answer = send(url, DATA[UNIT:], UNIT, len(DATA), Authorization=graph.headers["Authorization"])
    assert code_of(answer) == (401, "unauthenticated")


def test_a_wrong_bearer_token_is_refused(graph: httpx.Client) -> None:
    url = session(graph)
    assert code_of(send(url, b"x", 0, 1, Authorization="Bearer x")) == (401, "unauthenticated")
    assert web.get(url, headers={"Authorization": "Bearer x"}).status_code == 200


def test_the_address_cannot_be_altered(graph: httpx.Client) -> None:
    url = session(graph)
    assert web.get(url[:-1]).status_code == 401
    assert web.get(url.partition("&")[0]).status_code == 401


def test_a_cancelled_session_is_gone(demo: DemoThread, graph: httpx.Client) -> None:
    url = session(graph)
    send(url, DATA[:UNIT], 0, len(DATA))
    assert web.delete(url).status_code == 204
    assert code_of(web.delete(url)) == (404, "itemNotFound")
    assert list(demo.state.journal.blobs.iterdir()) == []
    assert graph.get("/me/drive/root:/big.bin").status_code == 404


def test_a_session_expires_without_fragments(start: Start) -> None:
    now = [1_800_000_000.0]
    graph = client(start(clock=lambda: now[0]))
    url = session(graph)
    now[0] += uploads.LIFE - 1
    assert send(url, DATA[:UNIT], 0, len(DATA)).status_code == 202
    now[0] += uploads.LIFE - 1
    assert web.get(url).status_code == 200
    now[0] += 2
    assert code_of(web.get(url)) == (404, "itemNotFound")


def test_a_name_taken_meanwhile_is_a_conflict_and_the_session_stays(graph: httpx.Client) -> None:
    url = session(graph, **{CONFLICT: "fail"})
    graph.put("/me/drive/root:/BIG.bin:/content", content=b"first")
    assert code_of(send(url, b"x", 0, 1)) == (409, "nameAlreadyExists")
    graph.delete("/me/drive/root:/BIG.bin")
    assert web.get(url).json()["nextExpectedRanges"] == []


def test_conflicts_are_seen_at_the_start(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md:/createUploadSession"
    assert code_of(graph.post(path, json={"item": {CONFLICT: "fail"}})) == (409, "nameAlreadyExists")
    kept = send(session(graph, "root:/Documents/Ideas.md:", **{CONFLICT: "rename"}), b"x", 0, 1)
    assert (kept.status_code, kept.json()["name"]) == (201, "Ideas 1.md")


def test_a_file_deleted_meanwhile_is_made_again(graph: httpx.Client) -> None:
    url = session(graph, "root:/Documents/Ideas.md:")
    graph.delete("/me/drive/root:/Documents/Ideas.md")
    answer = send(url, b"x", 0, 1)
    assert (answer.status_code, answer.json()["name"]) == (201, "Ideas.md")


def test_a_folder_deleted_meanwhile_is_not_found(graph: httpx.Client) -> None:
    url = session(graph, "root:/Documents/House/new.bin:")
    graph.delete("/me/drive/root:/Documents")
    assert code_of(send(url, b"x", 0, 1)) == (404, "itemNotFound")


def test_the_commit_can_be_a_request_of_its_own(graph: httpx.Client) -> None:
    answer = graph.post("/me/drive/root:/big.bin:/createUploadSession", json={"deferCommit": True})
    url = answer.json()["uploadUrl"]
    assert code_of(web.post(url)) == (400, "invalidRequest")
    assert send(url, b"x", 0, 1).status_code == 202
    assert graph.get("/me/drive/root:/big.bin").status_code == 404
    assert web.post(url).status_code == 201


@pytest.mark.parametrize(
    "body", [{"item": {"name": "other.bin"}}, {"item": {"fileSize": -1}}, {"item": [1]}, {"item": {CONFLICT: "x"}}]
)
def test_bad_wishes_are_refused(graph: httpx.Client, body: dict[str, Any]) -> None:
    assert code_of(graph.post("/me/drive/root:/big.bin:/createUploadSession", json=body)) == (400, "invalidRequest")


def test_sizes_beyond_the_quota_get_no_session(graph: httpx.Client) -> None:
    answer = graph.post("/me/drive/root:/big.bin:/createUploadSession", json={"item": {"fileSize": 1 << 50}})
    assert code_of(answer) == (507, "quotaLimitReached")


def test_a_session_compares_tags(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md:/createUploadSession"
    assert code_of(graph.post(path, headers={"If-Match": '"old"'})) == (412, "resourceModified")
