from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from odtui.demo.control import Change, Expiry, change, expire
from odtui.demo.nodes import Node
from odtui.demo.thread import DemoThread
from odtui.demo.tree import Tree
from tests.demo.conftest import Start, client, code_of, inner_of

ROOT = "/me/drive/root"


def run(graph: httpx.Client, url: str) -> tuple[list[dict[str, Any]], str]:
    """All items of a round, and the link for the next one."""
    items: list[dict[str, Any]] = []
    while True:
        page = graph.get(url).raise_for_status().json()
        items += page["value"]
        if "@odata.deltaLink" in page:
            assert "@odata.nextLink" not in page
            return items, page["@odata.deltaLink"]
        url = page["@odata.nextLink"]


def latest(graph: httpx.Client) -> str:
    items, link = run(graph, f"{ROOT}/delta?token=latest")
    assert items == []
    return link


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


@pytest.mark.parametrize("account", ["personal", "business"])
def test_a_full_run_gives_everything_once_and_folders_first(start: Start, account: str) -> None:
    demo = start(account=account, items=300)
    items, _ = run(client(demo), f"{ROOT}/delta?$top=190")
    tree = demo.state.drives["ada"].tree
    whole = [tree.root, *tree.below(tree.root)]
    assert sorted(item["id"] for item in items) == sorted(demo.state.drives["ada"].item_id(node.guid) for node in whole)
    assert "root" in items[0]
    seen: set[str] = set()
    for item in items:
        parent = item["parentReference"].get("id")
        assert parent is None or parent in seen
        assert "path" not in item["parentReference"]
        seen.add(item["id"])


def test_what_leaves_a_folder_is_deleted_there_and_moved_for_the_drive(graph: httpx.Client) -> None:
    inside = graph.get("/me/drive/root:/Documents/Ideas.md").json()
    documents, photos = (graph.get(f"/me/drive/root:/{name}").json() for name in ("Documents", "Photos"))
    links = [
        graph.get(f"/me/drive/items/{item['id']}/delta?token=latest").json()["@odata.deltaLink"]
        for item in (documents, photos, graph.get("/me/drive/root").json())
    ]
    graph.patch(f"/me/drive/items/{inside['id']}", json={"parentReference": {"id": photos["id"]}})
    old, new, whole = ({item["id"]: item for item in graph.get(link).json()["value"]} for link in links)
    assert old[inside["id"]]["deleted"]
    assert old[inside["id"]]["parentReference"]["id"] == documents["id"]
    for page in (new, whole):
        assert "deleted" not in page[inside["id"]]
        assert page[inside["id"]]["parentReference"]["id"] == photos["id"]
    again = graph.get(links[0]).json()["@odata.deltaLink"]
    assert inside["id"] not in {item["id"] for item in graph.get(again).json()["value"]}
    graph.patch(f"/me/drive/items/{inside['id']}", json={"parentReference": {"id": documents["id"]}})
    back = {item["id"]: item for item in graph.get(again).json()["value"]}
    assert "deleted" not in back[inside["id"]]


@pytest.mark.parametrize("account", ["personal", "business"])
def test_a_deleted_folder_takes_everything_below_it_along_deepest_first(start: Start, account: str) -> None:
    demo = start(account=account)
    graph = client(demo)
    folder = graph.get(f"{ROOT}:/Documents").json()
    drive = demo.state.drives["ada"]
    node = drive.find(folder["id"])
    assert node is not None
    below = [drive.item_id(each.guid) for each in drive.tree.below(node)]
    link = graph.get(f"{ROOT}/delta?token=latest").json()["@odata.deltaLink"]
    graph.delete(f"/me/drive/items/{folder['id']}")
    gone = [item["id"] for item in run(graph, link)[0] if "deleted" in item]
    assert gone == [*below[::-1], folder["id"]]


def test_of_a_very_large_folder_only_itself_is_reported(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odtui.demo.drive.MAX_REPORTED", 50)
    graph = client(start(items=60))
    link = graph.get(f"{ROOT}/delta?token=latest").json()["@odata.deltaLink"]
    graph.delete(f"{ROOT}:/Many files")
    assert names([item for item in run(graph, link)[0] if "deleted" in item]) == ["Many files"]


def test_the_work_of_a_run_grows_as_the_drive_does(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    real_after = Tree.after

    def after(tree: Tree, folder: Node, name: str) -> Iterator[Node]:
        nonlocal looked_at
        for node in real_after(tree, folder, name):
            looked_at += 1
            yield node

    monkeypatch.setattr(Tree, "after", after)
    works = []
    for items in (1000, 4000):
        graph = client(start(items=items))
        looked_at = 0
        found, _ = run(graph, f"{ROOT}/delta?$top=100&$select=id")
        assert looked_at < 1.2 * len(found)
        works.append(looked_at)
    assert works[1] - works[0] < 1.2 * 3000


def test_many_changes_are_put_in_order_once_for_all_pages(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = start(items=500)
    graph = client(demo)
    link = graph.get(f"{ROOT}/delta?token=latest&$top=10").json()["@odata.deltaLink"]
    drive = demo.state.drives["ada"]
    many = drive.tree.child(drive.tree.root, "Many files")
    assert many is not None
    for node in drive.tree.page(many, 0, 500):
        drive.changed(drive.tree.owned(node))
    first = graph.get(link).json()
    ordered = drive.tree._in_order
    found, _ = run(graph, first["@odata.nextLink"])
    assert drive.tree._in_order is ordered
    assert len({item["id"] for item in (*first["value"], *found)}) >= 500


def test_pages_have_the_length_asked_for_and_keep_the_selection(graph: httpx.Client) -> None:
    page = graph.get(f"{ROOT}/delta?$top=7&$select=id,name").json()
    assert len(page["value"]) == 7
    following = graph.get(page["@odata.nextLink"]).json()
    assert len(following["value"]) == 7
    assert all(set(item) <= {"id", "name", "@odata.etag"} for item in following["value"])


@pytest.mark.parametrize("form", ["delta", "delta()", "microsoft.graph.delta()", "delta(token='latest')"])
def test_every_form_of_the_address_works(graph: httpx.Client, form: str) -> None:
    page = graph.get(f"{ROOT}/{form}?$top=1").json()
    assert len(page["value"]) == (0 if "latest" in form else 1)


def test_nothing_new_is_an_empty_page_with_a_link_whose_token_is_in_the_query(graph: httpx.Client) -> None:
    link = latest(graph)
    assert httpx.URL(link).params["token"]
    items, following = run(graph, link)
    assert items == []
    token = httpx.URL(following).params["token"]
    assert graph.get(f"{ROOT}/delta(token='{token}')").json()["value"] == []


def test_a_change_comes_once_with_the_folders_around_it(graph: httpx.Client) -> None:
    link = latest(graph)
    graph.put(f"{ROOT}:/Documents/Taxes/new.txt:/content", content=b"x")
    items, following = run(graph, link)
    assert names(items) == ["root", "Documents", "Taxes", "new.txt"]
    assert run(graph, following)[0] == []
    alone = graph.get(link, headers={"deltaExcludeParent": "true"}).json()["value"]
    assert names(alone) == ["new.txt"]


def test_a_rename_is_one_entry_however_much_lies_below(graph: httpx.Client) -> None:
    link = latest(graph)
    graph.patch(f"{ROOT}:/Documents", json={"name": "Papers"})
    assert names(run(graph, link)[0]) == ["root", "Papers"]


def test_a_deletion_comes_once_without_size(graph: httpx.Client) -> None:
    link = latest(graph)
    graph.delete(f"{ROOT}:/Documents/Ideas.md")
    items, following = run(graph, link)
    gone = [item for item in items if "deleted" in item]
    assert [(item["name"], "size" in item, "cTag" in item) for item in gone] == [("Ideas.md", False, False)]
    assert not any("deleted" in item for item in run(graph, following)[0])
    assert not any("deleted" in item for item in run(graph, f"{ROOT}/delta")[0])


def test_business_leaves_out_c_tags_and_names_of_deleted_items(start: Start) -> None:
    graph = client(start(account="business"))
    link = latest(graph)
    graph.delete(f"{ROOT}:/Documents/Ideas.md")
    graph.put(f"{ROOT}:/a.txt:/content", content=b"x")
    items, _ = run(graph, link)
    assert not any("cTag" in item for item in items)
    assert ["name" in item for item in items if "deleted" in item] == [False]


def test_many_changes_come_in_pages(graph: httpx.Client) -> None:
    link = latest(graph)
    for number in range(5):
        graph.put(f"{ROOT}:/{number}.txt:/content", content=b"x")
    items, _ = run(graph, f"{link}&$top=2")
    assert [name for name in names(items) if name != "root"] == [f"{number}.txt" for number in range(5)]


def test_a_folder_has_its_own_delta_on_personal(graph: httpx.Client) -> None:
    first, link = run(graph, f"{ROOT}:/Documents/Taxes:/delta")
    assert names(first)[0] == "Taxes"
    graph.put(f"{ROOT}:/elsewhere.txt:/content", content=b"x")
    assert run(graph, link)[0] == []
    graph.put(f"{ROOT}:/Documents/Taxes/2030/here.txt:/content", content=b"x")
    assert names(run(graph, link)[0]) == ["Taxes", "2030", "here.txt"]


def test_business_has_delta_on_the_root_only(start: Start) -> None:
    graph = client(start(account="business"))
    assert code_of(graph.get(f"{ROOT}:/Documents:/delta")) == (400, "notSupported")


def test_business_takes_a_time_for_a_token(start: Start) -> None:
    graph = client(start(account="business"))
    graph.put(f"{ROOT}:/fresh.txt:/content", content=b"x")
    items, _ = run(graph, f"{ROOT}/delta?token=2026-03-02T00%3A00%3A00Z")
    assert names(items) == ["fresh.txt"]


def test_a_token_that_is_not_known_is_gone_and_says_where_to_start(demo: DemoThread) -> None:
    graph = client(demo)
    link = latest(graph)
    expire(demo.state, Expiry(deltas=True))
    for url in (link, f"{ROOT}/delta?token=nonsense", f"{ROOT}/delta?token=2026-03-02T00%3A00%3A00Z"):
        answer = graph.get(url)
        assert (code_of(answer), inner_of(answer)) == ((410, "resyncRequired"), "resyncChangesApplyDifferences")
        assert "root" in graph.get(answer.headers["Location"]).json()["value"][0]


def test_a_link_for_one_folder_is_worthless_for_another(graph: httpx.Client) -> None:
    token = httpx.URL(latest(graph)).params["token"]
    assert graph.get(f"{ROOT}:/Documents:/delta?token={token}").status_code == 410


def test_shortcuts_come_only_when_asked_for(graph: httpx.Client) -> None:
    with_them, _ = run(graph, f"{ROOT}/delta")
    assert "Field notes 2026" in names(with_them)
    plain = graph.get(f"{ROOT}/delta?$top=1000", headers={"Prefer": "x"}).json()["value"]
    assert "Field notes 2026" not in names(plain)


def test_what_is_written_during_a_full_run_comes_with_the_next_one(graph: httpx.Client) -> None:
    page = graph.get(f"{ROOT}/delta?$top=5").json()
    graph.patch(f"{ROOT}:/Documents/Ideas.md", json={"name": "0.md"})
    _, link = run(graph, page["@odata.nextLink"])
    assert "0.md" in names(run(graph, link)[0])


def test_a_change_behind_the_back_is_seen_after_a_restart(start: Start, tmp_path: Any) -> None:
    demo = start(state=tmp_path)
    link = latest(client(demo))
    change(demo.state, Change("Documents/Ideas.md", "delete"))
    again = start(state=tmp_path)
    items, _ = run(client(again), link.replace(demo.base, again.base))
    assert [item["name"] for item in items if "deleted" in item] == ["Ideas.md"]


def test_a_file_has_no_delta(graph: httpx.Client) -> None:
    assert code_of(graph.get(f"{ROOT}:/Documents/Ideas.md:/delta")) == (400, "invalidRequest")
