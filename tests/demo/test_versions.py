from typing import Any

import httpx
import pytest

from odtui.demo import drive
from tests.demo.conftest import Start, client, code_of, web

FILE = "/me/drive/root:/Documents/notes.txt"


def write(graph: httpx.Client, *texts: str) -> None:
    for text in texts:
        graph.put(f"{FILE}:/content", content=text.encode()).raise_for_status()


def ids(graph: httpx.Client) -> list[str]:
    return [each["id"] for each in graph.get(f"{FILE}:/versions").json()["value"]]


def read(graph: httpx.Client, version: str) -> bytes:
    answer = graph.get(f"{FILE}:/versions/{version}/content")
    assert answer.status_code == 302
    return web.get(answer.headers["Location"]).content


def test_the_newest_comes_first_with_its_size(graph: httpx.Client) -> None:
    write(graph, "one", "second", "3")
    value = graph.get(f"{FILE}:/versions").json()["value"]
    assert [(each["id"], each["size"]) for each in value] == [("3.0", 1), ("2.0", 6), ("1.0", 3)]
    assert value[0]["lastModifiedBy"]["user"]["displayName"] == "Ada Lindqvist"


def test_every_version_can_be_read(graph: httpx.Client) -> None:
    write(graph, "one", "two", "three")
    assert [read(graph, name) for name in ("1.0", "2.0", "3.0", "current")] == [b"one", b"two", b"three", b"three"]
    assert graph.get(f"{FILE}:/versions/current").json()["id"] == "3.0"
    assert graph.get(f"{FILE}:/versions/1.0").json()["size"] == 3
    assert code_of(graph.get(f"{FILE}:/versions/9.0")) == (404, "itemNotFound")


def test_generated_files_keep_what_they_were(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md"
    before = web.get(graph.get(path).json()["@microsoft.graph.downloadUrl"]).content
    graph.put(f"{path}:/content", content=b"new")
    answer = graph.get(f"{path}:/versions/1.0/content")
    assert web.get(answer.headers["Location"]).content == before


@pytest.mark.parametrize("account", ["personal", "business"])
def test_restoring_makes_a_new_version(start: Start, account: str) -> None:
    graph = client(start(account=account))
    write(graph, "one", "two")
    assert graph.post(f"{FILE}:/versions/1.0/restoreVersion").status_code == 204
    assert ids(graph) == ["3.0", "2.0", "1.0"]
    assert web.get(graph.get(FILE).json()["@microsoft.graph.downloadUrl"]).content == b"one"
    assert code_of(graph.post(f"{FILE}:/versions/current/restoreVersion")) == (400, "invalidRequest")


def test_business_deletes_versions_and_personal_does_not(start: Start) -> None:
    personal, business = client(start()), client(start(account="business"))
    for graph in (personal, business):
        write(graph, "one", "two", "three")
    assert code_of(personal.delete(f"{FILE}:/versions/1.0")) == (405, "notAllowed")
    assert business.delete(f"{FILE}:/versions/2.0").status_code == 204
    assert ids(business) == ["3.0", "1.0"]
    assert code_of(business.delete(f"{FILE}:/versions/current")) == (400, "invalidRequest")
    assert code_of(business.get(f"{FILE}:/versions/3.0/content")) == (400, "invalidRequest")


def test_the_oldest_fall_away_with_their_bytes(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "MAX_PERSONAL_VERSIONS", 3)
    demo = start()
    graph = client(demo)
    write(graph, "1", "2", "3", "4", "5")
    assert ids(graph) == ["5.0", "4.0", "3.0"]
    assert len(list(demo.state.journal.blobs.iterdir())) == 3


def test_versions_survive_a_restart(start: Start, tmp_path: Any) -> None:
    write(client(start(state=tmp_path)), "one", "two")
    assert read(client(start(state=tmp_path)), "1.0") == b"one"


def test_folders_have_no_versions_and_readers_restore_none(start: Start) -> None:
    demo = start()
    assert code_of(client(demo).get("/me/drive/root:/Documents:/versions")) == (400, "invalidRequest")
    write(client(demo), "one", "two")
    reader = client(demo, "Files.Read.All")
    assert code_of(reader.post(f"{FILE}:/versions/1.0/restoreVersion")) == (403, "accessDenied")


@pytest.mark.parametrize(("account", "versions"), [("personal", 1), ("business", 2)])
def test_new_times_make_a_version_on_business_and_leave_the_content_tag(
    start: Start, account: str, versions: int
) -> None:
    graph = client(start(account=account))
    item = graph.put("/me/drive/root:/a.txt:/content", content=b"one").json()
    path = f"/me/drive/items/{item['id']}"
    times = {"fileSystemInfo": {"lastModifiedDateTime": "2001-02-03T04:05:06Z"}}
    for _ in range(2):  # the same times again change nothing
        changed = graph.patch(path, json=times).json()
    assert (changed["cTag"], changed["eTag"] == item["eTag"]) == (item["cTag"], False)
    found = graph.get(f"{path}/versions").json()["value"]
    assert len(found) == versions
    for version in found[1:]:
        assert web.get(graph.get(f"{path}/versions/{version['id']}/content").headers["Location"]).content == b"one"
    rewritten = graph.put(f"{path}/content", content=b"two").json()
    assert rewritten["cTag"] != item["cTag"]
    assert len(graph.get(f"{path}/versions").json()["value"]) == versions + 1
