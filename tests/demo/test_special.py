"""Special folders, deferred uploads, and other ways to say the same."""

import httpx
import pytest

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, inner_of, web

ROOT = "/me/drive/root"


# Special folders


def test_special_folders_are_listed_by_their_alias(start: Start) -> None:
    personal, work = client(start()), client(start(account="business"))
    listed = personal.get("/me/drive/special").json()["value"]
    assert {item["specialFolder"]["name"]: item["name"] for item in listed} == {
        "approot": "odtui",
        "documents": "Documents",
        "music": "Music",
        "photos": "Photos",
    }
    aliases = [item["specialFolder"]["name"] for item in work.get("/me/drive/special").json()["value"]]
    assert sorted(aliases) == ["approot", "documents", "photos"]


@pytest.mark.parametrize(("alias", "name"), [("cameraroll", "Camera Roll"), ("desktop", "Desktop")])
def test_a_special_folder_is_made_by_the_first_write(graph: httpx.Client, alias: str, name: str) -> None:
    assert code_of(graph.get(f"/me/drive/special/{alias}")) == (404, "itemNotFound")
    assert graph.put(f"/me/drive/special/{alias}:/a.txt:/content", content=b"x").status_code == 201
    made = graph.get(f"/me/drive/special/{alias}").json()
    assert (made["name"], made["specialFolder"]) == (name, {"name": alias})
    graph.patch(f"/me/drive/items/{made['id']}", json={"name": "Renamed"})
    assert graph.get(f"/me/drive/special/{alias}").json()["id"] == made["id"]


def test_a_reader_makes_no_special_folder(demo: DemoThread) -> None:
    reader = client(demo, "Files.Read")
    assert reader.put("/me/drive/special/desktop:/a.txt:/content", content=b"x").status_code in (403, 404)
    assert client(demo).get("/me/drive/root:/Desktop").status_code == 404


def test_business_has_three_special_folders(start: Start) -> None:
    graph = client(start(account="business"))
    assert graph.get("/me/drive/special/photos").status_code == 200
    assert code_of(graph.get("/me/drive/special/music")) == (400, "invalidRequest")


# Deferred commit with a source address


def uploaded(graph: httpx.Client, demo: DemoThread, name: str = "big.bin", data: bytes = b"data") -> str:
    """The address of an upload session that has all its bytes and waits."""
    made = graph.post(f"{ROOT}:/{name}:/createUploadSession", json={"deferCommit": True}).json()["uploadUrl"]
    headers = {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"}
    assert web.put(made, content=data, headers=headers).status_code == 202
    url: str = made
    return url


def test_an_upload_is_committed_under_another_name(demo: DemoThread) -> None:
    graph = client(demo)
    url = uploaded(graph, demo)
    assert graph.get(f"{ROOT}:/big.bin").status_code == 404
    body = {"name": "other.bin", "@microsoft.graph.sourceUrl": url, "@microsoft.graph.conflictBehavior": "rename"}
    made = graph.put(f"{ROOT}:/Documents", json=body)
    assert (made.status_code, made.json()["name"]) == (201, "other.bin")
    assert web.get(made.json()["@microsoft.graph.downloadUrl"]).content == b"data"
    assert web.get(url).status_code == 404


def test_a_taken_name_leaves_the_upload_waiting(demo: DemoThread) -> None:
    graph = client(demo)
    url = uploaded(graph, demo)
    body = {"name": "Ideas.md", "@microsoft.graph.sourceUrl": url, "@microsoft.graph.conflictBehavior": "fail"}
    assert code_of(graph.put(f"{ROOT}:/Documents", json=body)) == (409, "nameAlreadyExists")
    renamed = graph.put(f"{ROOT}:/Documents", json=body | {"@microsoft.graph.conflictBehavior": "rename"})
    assert renamed.json()["name"] == "Ideas 1.md"


def test_a_source_must_be_a_finished_upload_of_this_drive(demo: DemoThread, start: Start) -> None:
    graph = client(demo)
    unfinished = graph.post(f"{ROOT}:/x:/createUploadSession", json={"deferCommit": True}).json()["uploadUrl"]
    answer = graph.put(f"{ROOT}:/Documents", json={"name": "x", "@microsoft.graph.sourceUrl": unfinished})
    assert (code_of(answer), inner_of(answer)) == ((400, "invalidRequest"), "uploadSessionIncomplete")
    for url in ("https://example.org/x", "", unfinished.replace("tempauth=", "tempauth=0")):
        answer = graph.put(f"{ROOT}:/Documents", json={"name": "x", "@microsoft.graph.sourceUrl": url})
        assert answer.status_code == 400
    work = client(start(account="business"))
    assert code_of(work.put(f"{ROOT}:/Documents", json={"name": "x"})) == (400, "notSupported")


# The same in other words


def test_the_tree_is_served_as_beta_too(demo: DemoThread) -> None:
    page = client(demo, prefix="/beta").get(f"{ROOT}/children?$top=1").json()
    assert page["@odata.nextLink"].startswith(f"{demo.base}/beta/")


def test_a_post_can_stand_for_another_verb(graph: httpx.Client) -> None:
    path = f"{ROOT}:/Documents/Ideas.md"
    renamed = graph.post(path, json={"name": "Plans.md"}, headers={"X-HTTP-Method-Override": "PATCH"})
    assert renamed.json()["name"] == "Plans.md"
    gone = graph.post(f"{ROOT}:/Documents/Plans.md", headers={"X-HTTP-Method-Override": "DELETE"})
    assert gone.status_code == 204
    assert graph.get(ROOT, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200
