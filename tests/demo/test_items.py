import httpx
import pytest

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, inner_of

CONFLICT = "@microsoft.graph.conflictBehavior"


def folder(graph: httpx.Client, name: str, parent: str = "/me/drive/root") -> dict:
    answer = graph.post(f"{parent}/children", json={"name": name, "folder": {}})
    assert answer.status_code == 201
    return answer.json()


def names(graph: httpx.Client, path: str) -> list[str]:
    return [item["name"] for item in graph.get(path).json()["value"]]


# Reading


def test_the_root_is_odd(graph: httpx.Client) -> None:
    root = graph.get("/me/drive/root").json()
    assert (root["name"], root["root"]) == ("root", {})
    assert "id" not in root["parentReference"]
    assert graph.get(f"/me/drive/items/{root['id']}").json()["id"] == root["id"]


def test_an_item_is_found_by_path_by_id_and_below_another(graph: httpx.Client) -> None:
    by_path = graph.get("/me/drive/root:/DOCUMENTS/ideas.MD:").json()
    assert by_path["name"] == "Ideas.md"
    assert by_path["parentReference"]["path"] == "/drive/root:/Documents"
    by_id = graph.get(f"/me/drive/items/{by_path['id'].lower()}").json()
    below = graph.get(f"/drives/8c1f0a6d2b7e4935/items/{by_path['parentReference']['id']}:/Ideas.md").json()
    assert by_id["id"] == below["id"] == by_path["id"]
    assert below["parentReference"]["path"] == "/drives/8c1f0a6d2b7e4935/root:/Documents"


@pytest.mark.parametrize(
    "path", ["root:/nothing", "items/8C1F0A6D2B7E4935!s0", "items/x", "root:/Documents/Ideas.md/below"]
)
def test_what_is_not_there_is_not_found(graph: httpx.Client, path: str) -> None:
    assert code_of(graph.get(f"/me/drive/{path}")) == (404, "itemNotFound")


def test_parent_paths_are_percent_encoded(graph: httpx.Client) -> None:
    item = graph.get("/me/drive/root:/Odd%20names/empty%20folder").json()
    assert item["parentReference"]["path"] == "/drive/root:/Odd%20names"


def test_a_known_tag_is_answered_with_304(graph: httpx.Client) -> None:
    item = graph.get("/me/drive/root:/Documents/Ideas.md").json()
    for tag in (item["eTag"], item["cTag"], f'"other", {item["eTag"]}', "*"):
        answer = graph.get(f"/me/drive/items/{item['id']}", headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
    assert graph.get(f"/me/drive/items/{item['id']}", headers={"If-None-Match": '"other"'}).status_code == 200
    malformed = graph.get(f"/me/drive/items/{item['id']}", headers={"If-None-Match": "bare"})
    assert (code_of(malformed), inner_of(malformed)) == ((400, "invalidRequest"), "malformedEntityTag")


def test_select_leaves_the_rest_out(graph: httpx.Client) -> None:
    item = graph.get("/me/drive/root:/Documents/Ideas.md?$select=name,@microsoft.graph.downloadUrl").json()
    assert sorted(key for key in item if not key.startswith("@odata")) == ["@microsoft.graph.downloadUrl", "name"]


def test_a_head_has_no_body(graph: httpx.Client) -> None:
    answer = graph.head("/me/drive/root")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_notebook_is_a_package_and_a_shortcut_is_remote(graph: httpx.Client) -> None:
    notebook = graph.get("/me/drive/root:/Notebooks/Ada's%20Notebook").json()
    assert notebook["package"] == {"type": "oneNote"}
    assert "file" not in notebook
    assert "folder" not in notebook
    shortcut = graph.get("/me/drive/root:/Field%20notes%202026").json()
    assert shortcut["remoteItem"]["parentReference"]["driveId"] == "4d2b7156e9fa830"
    assert "folder" not in shortcut


# Listing


def test_children_come_in_pages_whose_links_are_followed_verbatim(graph: httpx.Client) -> None:
    whole = names(graph, "/me/drive/root/children")
    assert whole == sorted(whole, key=str.lower)
    seen: list[str] = []
    url = "/me/drive/root/children?$top=4&$select=name"
    while url:
        page = graph.get(url).json()
        assert all(set(item) == {"name", "@odata.etag"} for item in page["value"])
        seen += [item["name"] for item in page["value"]]
        url = page.get("@odata.nextLink")
    assert seen == whole


def test_the_dollar_may_be_left_out(graph: httpx.Client) -> None:
    assert len(graph.get("/me/drive/root/children?top=2&select=name").json()["value"]) == 2


def test_children_can_be_ordered(graph: httpx.Client) -> None:
    items = graph.get("/me/drive/root:/Documents:/children?$orderby=size%20desc").json()["value"]
    sizes = [item["size"] for item in items]
    assert sizes == sorted(sizes, reverse=True)
    times = [
        item["fileSystemInfo"]["lastModifiedDateTime"]
        for item in graph.get("/me/drive/root:/Documents:/children?$orderby=lastModifiedDateTime").json()["value"]
    ]
    assert times == sorted(times)


@pytest.mark.parametrize(
    "query", ["$top=0", "$top=x", "$top=-1", "$orderby=colour", "$orderby=name%20up", "$skiptoken=forged"]
)
def test_bad_options_are_refused(graph: httpx.Client, query: str) -> None:
    assert code_of(graph.get(f"/me/drive/root/children?{query}")) == (400, "invalidRequest")


def test_a_page_mark_belongs_to_its_folder(graph: httpx.Client) -> None:
    link = graph.get("/me/drive/root/children?$top=1").json()["@odata.nextLink"]
    mark = link.partition("$skiptoken=")[2]
    assert code_of(graph.get(f"/me/drive/root:/Documents:/children?$skiptoken={mark}")) == (400, "invalidRequest")


def test_shortcuts_are_hidden_unless_asked_for(graph: httpx.Client) -> None:
    assert "Field notes 2026" in names(graph, "/me/drive/root/children")
    plain = graph.get("/me/drive/root/children", headers={"Prefer": ""}).json()["value"]
    assert "Field notes 2026" not in [item["name"] for item in plain]


def test_a_listing_is_304_until_something_below_changes(graph: httpx.Client) -> None:
    tag = graph.get("/me/drive/root/children").headers["ETag"]
    assert graph.get("/me/drive/root/children", headers={"If-None-Match": tag}).status_code == 304
    folder(graph, "new", "/me/drive/root:/Documents/House:")
    assert graph.get("/me/drive/root/children", headers={"If-None-Match": tag}).status_code == 200


# Folders


def test_a_folder_is_made_once(graph: httpx.Client) -> None:
    made = folder(graph, "Neu 100% #1")
    assert made["folder"]["childCount"] == 0
    again = graph.post("/me/drive/root/children", json={"name": "NEU 100% #1", "folder": {}})
    assert code_of(again) == (409, "nameAlreadyExists")
    renamed = graph.post(
        "/me/drive/root/children", json={"name": "Neu 100% #1", "folder": {}, CONFLICT: "rename"}
    ).json()
    assert renamed["name"] == "Neu 100% #1 1"


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"{", b'{"name":"x"}', b'{"name":"a/b","folder":{}}', b'{"name":7,"folder":{}}']
)
def test_bodies_that_make_no_folder_are_refused(graph: httpx.Client, body: bytes) -> None:
    assert graph.post("/me/drive/root/children", content=body).status_code == 400


def test_a_file_has_no_children(graph: httpx.Client) -> None:
    answer = graph.post("/me/drive/root:/Documents/Ideas.md:/children", json={"name": "x", "folder": {}})
    assert answer.status_code == 400
    assert names(graph, "/me/drive/root:/Documents/Ideas.md:/children") == []


# Renaming and moving


def test_a_rename_keeps_the_id_and_changes_the_tag(graph: httpx.Client) -> None:
    item = graph.get("/me/drive/root:/Documents/Ideas.md").json()
    changed = graph.patch(
        f"/me/drive/items/{item['id']}", json={"name": "IDEAS.md"}, headers={"If-Match": item["eTag"]}
    ).json()
    assert (changed["id"], changed["name"]) == (item["id"], "IDEAS.md")
    assert changed["eTag"] != item["eTag"]
    assert changed["cTag"] == item["cTag"]


def test_a_stale_tag_changes_nothing(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md"
    headers = {"If-Match": '"{00000000-0000-0000-0000-000000000000},9"'}
    assert code_of(graph.patch(path, json={"name": "x.md"}, headers=headers)) == (412, "resourceModified")
    assert code_of(graph.delete(path, headers=headers)) == (412, "resourceModified")
    assert graph.get(path).status_code == 200


def test_a_taken_name_is_a_conflict(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md"
    assert code_of(graph.patch(path, json={"name": "reading LIST.txt"})) == (409, "nameAlreadyExists")
    renamed = graph.patch(path, json={"name": "Reading list.txt", CONFLICT: "rename"}).json()
    assert renamed["name"] == "Reading list 1.txt"


@pytest.mark.parametrize("name", ["a:b", "", "CON", "x" * 256, None])
def test_a_bad_new_name_is_refused(graph: httpx.Client, name: object) -> None:
    assert code_of(graph.patch("/me/drive/root:/Documents/Ideas.md", json={"name": name})) == (400, "invalidRequest")


def test_a_move_takes_everything_along(graph: httpx.Client) -> None:
    target = folder(graph, "Target")
    moved = graph.patch("/me/drive/root:/Documents/Taxes", json={"parentReference": {"id": target["id"]}}).json()
    assert moved["parentReference"]["path"] == "/drive/root:/Target"
    deep = graph.get("/me/drive/root:/Target/Taxes/2024/Receipts.xlsx").json()
    assert deep["parentReference"]["path"] == "/drive/root:/Target/Taxes/2024"
    assert graph.get("/me/drive/root:/Documents/Taxes").status_code == 404
    assert graph.get("/me/drive/root:/Target").json()["size"] == moved["size"] > 0


def test_a_folder_does_not_move_into_itself(graph: httpx.Client) -> None:
    below = graph.get("/me/drive/root:/Documents/Taxes/2024").json()["id"]
    answer = graph.patch("/me/drive/root:/Documents", json={"parentReference": {"id": below}})
    assert code_of(answer) == (400, "invalidRequest")


def test_the_root_stays(graph: httpx.Client) -> None:
    assert code_of(graph.patch("/me/drive/root", json={"name": "x"})) == (400, "invalidRequest")
    assert code_of(graph.delete("/me/drive/root")) == (403, "accessDenied")
    answer = graph.patch("/me/drive/root:/Documents", json={"parentReference": {"id": "root"}})
    assert code_of(answer) == (400, "invalidRequest")


def test_a_move_to_another_drive_is_refused(graph: httpx.Client) -> None:
    reference = {"driveId": "04d2b7156e9fa830", "id": "x"}
    answer = graph.patch("/me/drive/root:/Documents", json={"parentReference": reference})
    assert code_of(answer) == (400, "invalidRequest")


def test_times_of_the_client_are_kept(graph: httpx.Client) -> None:
    info = {"createdDateTime": "2001-02-03T04:05:06Z", "lastModifiedDateTime": "2002-02-03T05:05:06.123+01:00"}
    item = graph.patch("/me/drive/root:/Documents/Ideas.md", json={"fileSystemInfo": info}).json()
    assert item["fileSystemInfo"] == {
        "createdDateTime": "2001-02-03T04:05:06Z",
        "lastModifiedDateTime": "2002-02-03T04:05:06Z",
    }
    bad = graph.patch(
        "/me/drive/root:/Documents/Ideas.md", json={"fileSystemInfo": {"lastModifiedDateTime": "yesterday"}}
    )
    assert code_of(bad) == (400, "invalidRequest")


def test_a_path_beyond_400_characters_is_refused(graph: httpx.Client) -> None:
    folder(graph, "x" * 200)
    answer = graph.post(f"/me/drive/root:/{'x' * 200}:/children", json={"name": "y" * 200, "folder": {}})
    assert inner_of(answer) == "pathIsTooLong"


# Deleting


def test_a_folder_goes_with_everything_below(graph: httpx.Client) -> None:
    deep = graph.get("/me/drive/root:/Documents/Taxes/2024/Receipts.xlsx").json()
    before = graph.get("/me/drive").json()["quota"]
    assert graph.delete("/me/drive/root:/Documents").status_code == 204
    assert code_of(graph.get(f"/me/drive/items/{deep['id']}")) == (404, "itemNotFound")
    assert code_of(graph.delete("/me/drive/root:/Documents")) == (404, "itemNotFound")
    after = graph.get("/me/drive").json()["quota"]
    assert before["used"] - after["used"] == after["deleted"] > 0


def test_a_locked_file_stays(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Odd%20names/locked%20by%20someone%20else.xlsx"
    assert code_of(graph.delete(path)) == (423, "resourceLocked")
    assert code_of(graph.patch(path, json={"name": "x"})) == (423, "resourceLocked")
    assert code_of(graph.put(f"{path}:/content", content=b"x")) == (423, "resourceLocked")


def test_deleting_a_shortcut_leaves_its_target(demo: DemoThread, graph: httpx.Client) -> None:
    target = graph.get("/me/drive/root:/Field%20notes%202026").json()["remoteItem"]
    assert graph.delete("/me/drive/root:/Field%20notes%202026").status_code == 204
    other = client(demo, "Files.Read.All")
    assert other.get(f"/drives/{target['parentReference']['driveId']}/items/{target['id']}").status_code == 200


# Special folders and hostile names


def test_special_folders_have_aliases(graph: httpx.Client) -> None:
    assert graph.get("/me/drive/special/documents").json()["specialFolder"] == {"name": "documents"}
    assert graph.get("/me/drive/special/music").json()["name"] == "Music"
    assert code_of(graph.get("/me/drive/special/nonsense")) == (400, "invalidRequest")


def test_the_app_folder_is_made_when_it_is_asked_for(graph: httpx.Client) -> None:
    graph.delete("/me/drive/root:/Apps")
    made = graph.get("/me/drive/special/approot").json()
    assert made["parentReference"]["path"] == "/drive/root:/Apps"
    assert graph.get("/me/drive/special/approot").json()["id"] == made["id"]


def test_every_item_of_the_drive_can_be_read_and_renamed(graph: httpx.Client) -> None:
    odd = graph.get("/me/drive/root:/Odd%20names:/children?$top=1000").json()["value"]
    assert max(len(item["name"]) for item in odd) == 255
    assert any("\x1b" in item["name"] for item in odd)
    for number, item in enumerate(odd):
        if item["name"].startswith("locked"):
            continue
        assert graph.get(f"/me/drive/items/{item['id']}").json()["name"] == item["name"]
        assert graph.patch(f"/me/drive/items/{item['id']}", json={"name": f"plain {number}"}).status_code == 200


def test_business_orders_by_name_only(start: Start) -> None:
    graph = client(start(account="business"))
    assert graph.get("/me/drive/root/children?$orderby=name").status_code == 200
    assert code_of(graph.get("/me/drive/root/children?$orderby=size")) == (400, "invalidRequest")
