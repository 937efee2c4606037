from typing import Any

import httpx

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, web

ALL = "Files.ReadWrite.All"


def delete(graph: httpx.Client, path: str) -> str:
    """Deletes an item and gives its id."""
    item_id: str = graph.get(f"/me/drive/root:/{path}").json()["id"]
    assert graph.delete(f"/me/drive/items/{item_id}").status_code == 204
    return item_id


def test_a_folder_comes_back_with_everything_in_it(demo: DemoThread) -> None:
    graph = client(demo, ALL)
    graph.put("/me/drive/root:/Documents/Taxes/deep/new.txt:/content", content=b"kept")
    before = graph.get("/me/drive/root:/Documents").json()
    item_id = delete(graph, "Documents")
    assert code_of(graph.get(f"/me/drive/items/{item_id}")) == (404, "itemNotFound")
    restored = graph.post(f"/me/drive/items/{item_id}/restore").json()
    assert (restored["id"], restored["size"], restored["folder"]["childCount"]) == (
        item_id,
        before["size"],
        before["folder"]["childCount"],
    )
    item = graph.get("/me/drive/root:/Documents/Taxes/deep/new.txt").json()
    assert web.get(item["@microsoft.graph.downloadUrl"]).content == b"kept"
    assert graph.get("/me/drive").json()["quota"]["deleted"] == 0


def test_it_comes_back_after_a_restart_too(start: Start, tmp_path: Any) -> None:
    first = client(start(state=tmp_path), ALL)
    first.put("/me/drive/root:/Documents/Taxes/deep/new.txt:/content", content=b"kept")
    item_id = delete(first, "Documents")
    again = client(start(state=tmp_path), ALL)
    assert again.post(f"/me/drive/items/{item_id}/restore").status_code == 200
    assert again.get("/me/drive/root:/Documents/Taxes/deep/new.txt").json()["size"] == 4
    assert again.get("/me/drive/root:/Documents/Ideas.md").status_code == 200


def test_it_can_come_back_elsewhere_under_another_name(demo: DemoThread) -> None:
    graph = client(demo, ALL)
    item_id = delete(graph, "Documents/Ideas.md")
    photos = graph.get("/me/drive/root:/Photos").json()["id"]
    body = {"name": "Found.md", "parentReference": {"id": photos}}
    assert graph.post(f"/me/drive/items/{item_id}/restore", json=body).json()["parentReference"]["name"] == "Photos"
    assert graph.get("/me/drive/root:/Photos/Found.md").json()["id"] == item_id


def test_a_name_that_is_taken_keeps_it_in_the_bin(demo: DemoThread) -> None:
    graph = client(demo, ALL)
    item_id = delete(graph, "Documents/Ideas.md")
    graph.put("/me/drive/root:/Documents/Ideas.md:/content", content=b"x")
    assert code_of(graph.post(f"/me/drive/items/{item_id}/restore")) == (409, "nameAlreadyExists")
    assert graph.post(f"/me/drive/items/{item_id}/restore", json={"name": "Old.md"}).status_code == 200


def test_an_item_whose_folder_is_gone_needs_another(demo: DemoThread) -> None:
    graph = client(demo, ALL)
    item_id = delete(graph, "Documents/Ideas.md")
    delete(graph, "Documents")
    assert code_of(graph.post(f"/me/drive/items/{item_id}/restore")) == (404, "itemNotFound")


def test_restoring_needs_the_widest_scope_and_a_personal_account(start: Start) -> None:
    demo, business = start(), start(account="business")
    item_id = delete(client(demo), "Documents/Ideas.md")
    assert code_of(client(demo).post(f"/me/drive/items/{item_id}/restore")) == (403, "accessDenied")
    work = client(business, ALL)
    gone = delete(work, "Documents/Ideas.md")
    assert code_of(work.post(f"/me/drive/items/{gone}/restore")) == (400, "notSupported")


def test_what_was_not_deleted_cannot_be_restored(demo: DemoThread) -> None:
    graph = client(demo, ALL)
    item_id = graph.get("/me/drive/root:/Documents").json()["id"]
    assert code_of(graph.post(f"/me/drive/items/{item_id}/restore")) == (400, "invalidRequest")
    assert code_of(graph.post("/me/drive/items/8C1F0A6D2B7E4935!s0/restore")) == (404, "itemNotFound")


def test_deleted_items_can_be_read_by_id_on_personal(start: Start) -> None:
    graph, work = client(start()), client(start(account="business"))
    item_id = delete(graph, "Documents/Ideas.md")
    item = graph.get(f"/me/drive/items/{item_id}?includeDeletedItems=true").json()
    assert (item["name"], item["deleted"]) == ("Ideas.md", {"state": "deleted"})
    gone = delete(work, "Documents/Ideas.md")
    assert work.get(f"/me/drive/items/{gone}?includeDeletedItems=true").status_code == 404
    assert graph.delete(f"/me/drive/items/{item_id}?includeDeletedItems=true").status_code == 404


def test_permanent_deletion_is_for_business_and_leaves_nothing(start: Start) -> None:
    demo = start(account="business")
    work = client(demo)
    made = work.put("/me/drive/root:/New/a.txt:/content", content=b"1").json()
    work.put("/me/drive/root:/New/a.txt:/content", content=b"2")
    assert work.post("/me/drive/root:/New:/permanentDelete").status_code == 204
    assert work.get(f"/me/drive/items/{made['id']}").status_code == 404
    assert list(demo.state.journal.blobs.iterdir()) == []
    assert work.get("/me/drive").json()["quota"]["deleted"] == 0
    assert code_of(work.post("/me/drive/root/permanentDelete")) == (403, "accessDenied")
    personal = client(start())
    assert code_of(personal.post("/me/drive/root:/Documents:/permanentDelete")) == (405, "notAllowed")


def test_delta_tells_of_everything_that_came_back(demo: DemoThread) -> None:
    graph = client(demo, ALL)
    item_id = delete(graph, "Documents/Taxes")
    link = graph.get("/me/drive/root/delta?token=latest").json()["@odata.deltaLink"]
    graph.post(f"/me/drive/items/{item_id}/restore")
    items = graph.get(f"{link}&$top=500").json()["value"]
    below = graph.get("/me/drive/root:/Documents/Taxes:/children").json()["value"]
    assert {item["id"] for item in below} <= {item["id"] for item in items}


def test_the_bin_is_a_special_folder_of_work_accounts(start: Start) -> None:
    demo = start(account="business")
    graph = client(demo)
    empty = graph.get("/me/drive/special/recyclebin").json()
    assert (empty["specialFolder"], empty["folder"]) == ({"name": "recyclebin"}, {"childCount": 0})
    ids = [delete(graph, "Documents/Ideas.md"), delete(graph, "Documents/Taxes")]
    first = graph.get("/me/drive/special/recyclebin/children?$top=1").json()
    second = graph.get(first["@odata.nextLink"]).json()
    found = [*first["value"], *second["value"]]
    assert ([item["id"] for item in found], "@odata.nextLink" in second) == (ids[::-1], False)
    assert all(item["deleted"] and item["name"] for item in found)
    assert graph.get("/me/drive/special/recyclebin").json()["folder"]["childCount"] == 2


def test_the_special_folder_of_the_bin_is_only_read_and_asks_for_a_scope(start: Start) -> None:
    demo = start(account="business")
    graph, path = client(demo), "/me/drive/special/recyclebin"
    assert code_of(graph.delete(path)) == (405, "notAllowed")
    assert graph.put(f"{path}:/new.txt:/content", content=b"x").status_code == 405
    assert code_of(graph.get(f"{path}:/x")) == (404, "itemNotFound")
    assert code_of(graph.get(f"{path}/children?$skiptoken=x")) == (400, "invalidRequest")
    assert code_of(client(demo, "User.Read").get(path)) == (403, "accessDenied")
    assert code_of(client(start()).get(path)) == (400, "invalidRequest")
