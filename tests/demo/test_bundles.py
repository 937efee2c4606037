from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.demo.conftest import Start, client, code_of

ALBUMS = "/drive/bundles?$filter=bundle/album%20ne%20null"


def item(graph: httpx.Client, path: str = "Photos/Wallpaper.png") -> str:
    return str(graph.get(f"/me/drive/root:/{path}").json()["id"])


def make(graph: httpx.Client, name: str = "Summer", **changes: Any) -> httpx.Response:
    body = {"name": name, "bundle": {"album": {}}, "children": [{"id": item(graph)}]} | changes
    return graph.post("/drive/bundles", json=body)


def test_an_album_is_made_read_changed_and_deleted(graph: httpx.Client) -> None:
    assert graph.get("/drive/bundles").json()["value"] == []
    answer = make(graph)
    album = answer.json()
    assert (answer.status_code, album["bundle"]["childCount"]) == (201, 1)
    assert album["bundle"]["album"]["coverImageItemId"] == item(graph)
    assert [each["id"] for each in graph.get(ALBUMS).json()["value"]] == [album["id"]]
    path = f"/drive/bundles/{album['id']}"
    assert graph.post(f"{path}/children", json={"id": item(graph, "Documents/Ideas.md")}).status_code == 204
    names = [each["name"] for each in graph.get(f"{path}/children").json()["value"]]
    assert names == ["Wallpaper.png", "Ideas.md"]
    assert graph.delete(f"{path}/children/{item(graph)}").status_code == 204
    by_item = graph.get(f"/drive/items/{album['id']}?expand=children").json()
    assert [each["name"] for each in by_item["children"]] == ["Ideas.md"]
    assert by_item["eTag"] != album["eTag"]
    assert graph.patch(f"/drive/items/{album['id']}", json={"name": "Winter"}).json()["name"] == "Winter"
    assert graph.delete(f"/drive/items/{album['id']}").status_code == 204
    assert code_of(graph.get(path)) == (404, "itemNotFound")
    assert graph.get("/me/drive/root:/Documents/Ideas.md").status_code == 200


def test_albums_outlive_the_server_and_lose_what_is_deleted(start: Start, tmp_path: Path) -> None:
    graph = client(start(state=tmp_path))
    album = make(graph).json()
    graph.delete(f"/me/drive/items/{item(graph)}")
    again = client(start(state=tmp_path))
    assert again.get(f"/drive/bundles/{album['id']}").json()["bundle"] == {"childCount": 0, "album": {}}


def test_names_clash_unless_they_may_change(graph: httpx.Client) -> None:
    make(graph)
    assert code_of(make(graph, "SUMMER")) == (409, "nameAlreadyExists")
    renamed = make(graph, **{"@microsoft.graph.conflictBehavior": "rename"})
    assert renamed.json()["name"] == "Summer 1"


def test_a_bundle_need_not_be_an_album(graph: httpx.Client) -> None:
    bundle = make(graph, bundle={}, children=[]).json()
    assert bundle["bundle"] == {"childCount": 0}
    assert graph.get(ALBUMS).json()["value"] == []
    assert len(graph.get("/drive/bundles").json()["value"]) == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"bundle": None}, 400), ({"children": [1]}, 400), ({"children": [{"id": "x"}]}, 404), ({"name": "a/b"}, 400)],
)
def test_an_unsound_bundle_is_refused(graph: httpx.Client, changes: dict[str, Any], status: int) -> None:
    assert make(graph, **changes).status_code == status
    assert graph.get("/drive/bundles").json()["value"] == []


def test_what_bundles_do_not_have_is_refused(graph: httpx.Client) -> None:
    album = make(graph).json()["id"]
    assert graph.get("/drive/bundles?$filter=name eq 'x'").status_code == 400
    assert graph.delete("/drive/bundles").status_code == 404
    assert code_of(graph.post(f"/drive/items/{album}/copy", json={})) == (405, "notAllowed")


def test_bundles_are_personal_and_need_a_scope(start: Start) -> None:
    demo = start()
    reads = client(demo, "Files.Read")
    assert reads.get("/drive/bundles").status_code == 200
    assert code_of(make(reads)) == (403, "accessDenied")
    work = client(start(account="business"))
    assert code_of(work.get("/drive/bundles")) == (400, "notSupported")
