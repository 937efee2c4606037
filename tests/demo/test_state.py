"""What survives a restart, and where content comes from."""

from pathlib import Path
from typing import Any

import pytest

from odtui.demo import dataset
from odtui.demo.dataset import NOW
from odtui.demo.journal import Journal
from odtui.demo.state import Demo, Options
from tests.demo.conftest import Start, client, web


def shape(demo: Demo) -> list[tuple[str, str, int, str]]:
    """Everything in Ada's drive that a client can tell apart."""
    drive = demo.drives["ada"]
    tree = drive.tree
    return sorted(
        ("/".join(tree.names(node)), drive.item_id(node.guid), tree.size(node), drive.e_tag(node))
        for node in tree.below(tree.root)
    )


def test_the_content_is_always_the_same() -> None:
    first, second = Demo.create(Options()), Demo.create(Options())
    assert shape(first) == shape(second)
    assert 280 <= len(shape(first)) <= 420
    assert max(node.modified for node in first.drives["ada"].tree.below(first.drives["ada"].tree.root)) <= NOW
    for demo in (first, second):
        demo.close()


def test_every_file_can_be_opened() -> None:
    demo = Demo.create(Options())
    for drive in demo.drives.values():
        for node in drive.tree.below(drive.tree.root):
            if node.kind == "file":
                body = demo.bodies.open(node)
                assert body.size == node.size
                assert len(body.read(0, 100)) == min(node.size, 100)
    demo.close()


def test_the_folder_of_a_drive_without_state_goes_with_it() -> None:
    demo = Demo.create(Options())
    folder = demo.journal.folder
    assert folder.exists()
    demo.close()
    assert not folder.exists()


def test_a_restart_keeps_every_change(start: Start, tmp_path: Path) -> None:
    demo = start(state=tmp_path)
    graph = client(demo)
    made = graph.put("/me/drive/root:/New/deep/a.txt:/content", content=b"kept").json()
    graph.put("/me/drive/root:/Code/scripts/notes.md:/content", content=b"changed")
    graph.patch(
        "/me/drive/root:/Documents/Taxes",
        json={"name": "Old taxes", "parentReference": {"id": made["parentReference"]["id"]}},
    )
    graph.delete("/me/drive/root:/Music")
    graph.delete("/me/drive/root:/Documents/Old.md")
    upload = graph.post(
        "/me/drive/root:/b.txt:/createUploadSession",
        json={"item": {"fileSystemInfo": {"lastModifiedDateTime": "2001-01-01T00:00:00Z"}}},
    )
    web.put(upload.json()["uploadUrl"], content=b"x", headers={"Content-Range": "bytes 0-0/1"})
    before = shape(demo.state)
    tags = graph.get("/me/drive/root/children").headers["ETag"]
    again = start(state=tmp_path)
    assert shape(again.state) == before
    graph = client(again)
    assert graph.get("/me/drive/root/children").headers["ETag"] == tags
    assert web.get(graph.get(f"/me/drive/items/{made['id']}").json()["@microsoft.graph.downloadUrl"]).content == b"kept"
    assert graph.get("/me/drive/root:/New/deep/Old%20taxes/2024/Receipts.xlsx").status_code == 200
    assert graph.get("/me/drive/root:/Music").status_code == 404
    assert graph.get("/me/drive/root:/b.txt").json()["fileSystemInfo"]["lastModifiedDateTime"] == "2001-01-01T00:00:00Z"


def test_a_half_written_line_is_forgotten(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    node = dataset.ada().root
    node.seq = 5
    journal.write("ada", node)
    journal.close()
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b'{"drive":"ada","node":{"guid":"x"')
    again = Journal(tmp_path)
    assert (again.seq, list(again.overlay("ada"))) == (5, [node.guid])
    node.seq = 6
    again.write("ada", node)
    again.close()
    last = Journal(tmp_path)
    assert last.seq == 6
    last.close()


# Many files


def test_many_files_are_listed_without_being_held(start: Start) -> None:
    demo = start(items=2_345)
    graph = client(demo)
    folder = graph.get("/me/drive/root:/Many%20files").json()
    assert folder["folder"]["childCount"] == 2_345
    names: list[str] = []
    url: str | None = "/me/drive/root:/Many%20files:/children?$top=1000"
    pages = 0
    while url:
        page = graph.get(url).json()
        names += [item["name"] for item in page["value"]]
        url, pages = page.get("@odata.nextLink"), pages + 1
    assert (pages, names) == (3, [f"file-{number:06}.txt" for number in range(2_345)])
    assert len(demo.state.drives["ada"].tree._nodes) < 1_000


def test_one_of_many_files_can_be_changed(start: Start, tmp_path: Path) -> None:
    demo = start(items=500, state=tmp_path)
    graph = client(demo)
    total = graph.get("/me/drive/root:/Many%20files").json()["size"]
    item = graph.get("/me/drive/root:/Many%20files/file-000077.TXT").json()
    assert graph.get(f"/me/drive/items/{item['id']}").json()["name"] == "file-000077.txt"
    assert len(web.get(item["@microsoft.graph.downloadUrl"]).content) == item["size"]
    assert graph.patch(
        f"/me/drive/items/{item['id']}", json={"name": "first.txt"}, headers={"If-Match": item["eTag"]}
    ).is_success
    gone = graph.get("/me/drive/root:/Many%20files/file-000400.txt").json()
    assert graph.delete(f"/me/drive/items/{gone['id']}").status_code == 204
    for running in (demo, start(items=500, state=tmp_path)):
        graph = client(running)
        folder = graph.get("/me/drive/root:/Many%20files").json()
        assert (folder["folder"]["childCount"], folder["size"]) == (499, total - gone["size"])
        assert graph.get("/me/drive/root:/Many%20files/first.txt").json()["id"] == item["id"]
        assert graph.get(f"/me/drive/items/{gone['id']}").status_code == 404


@pytest.mark.parametrize("name", ["file-000500.txt", "file-77.txt", "file-0000077.txt", "other.txt"])
def test_names_beyond_the_many_are_not_found(start: Start, name: str) -> None:
    assert client(start(items=500)).get(f"/me/drive/root:/Many%20files/{name}").status_code == 404


def test_the_many_can_be_ordered_otherwise(start: Start) -> None:
    graph = client(start(items=300))
    listed = graph.get("/me/drive/root:/Many%20files:/children?$orderby=name%20desc&$top=2").json()["value"]
    assert [item["name"] for item in listed] == ["file-000299.txt", "file-000298.txt"]


# A real folder


@pytest.fixture
def real(tmp_path: Path) -> Path:
    base = tmp_path / "real"
    (base / "sub" / "deep").mkdir(parents=True)
    (base / "a.txt").write_bytes(b"real content")
    (base / "A.TXT").write_bytes(b"twin")
    (base / "sub" / "deep" / "b.bin").write_bytes(bytes(5000))
    (tmp_path / "secret.txt").write_bytes(b"outside")
    (base / "link.txt").symlink_to(tmp_path / "secret.txt")
    (base / "loop").symlink_to(base)
    return base


def listing(base: Path) -> dict[str, Any]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(base.rglob("*"))
    }


def test_a_real_folder_is_shown_and_never_written_to(start: Start, real: Path, tmp_path: Path) -> None:
    before = listing(real)
    for _ in range(2):
        graph = client(start(real=real, state=tmp_path / "state"))
        names = [item["name"] for item in graph.get("/me/drive/root/children").json()["value"]]
        if "sub" in names:
            assert names == ["a 1.txt", "A.TXT", "sub"]
            item = graph.get("/me/drive/root:/a%201.txt").json()
            assert web.get(item["@microsoft.graph.downloadUrl"]).content == b"real content"
            graph.put("/me/drive/root:/a%201.txt:/content", content=b"changed")
            graph.put("/me/drive/root:/sub/new.txt:/content", content=b"new")
            graph.patch("/me/drive/root:/sub", json={"name": "renamed"})
            graph.delete("/me/drive/root:/A.TXT")
        else:
            assert names == ["a 1.txt", "renamed"]
            below = [item["name"] for item in graph.get("/me/drive/root:/renamed:/children").json()["value"]]
            assert below == ["deep", "new.txt"]
            assert graph.get("/me/drive/root:/renamed/deep/b.bin").json()["size"] == 5000
            assert graph.get(f"/me/drive/items/{item['id']}").json()["size"] == 7
    assert listing(real) == before


def test_an_item_known_from_before_is_found_in_folders_not_opened_yet(start: Start, real: Path, tmp_path: Path) -> None:
    deep = client(start(real=real)).get("/me/drive/root:/sub/deep/b.bin").json()
    assert client(start(real=real)).get(f"/me/drive/items/{deep['id']}").json()["name"] == "b.bin"


def test_a_real_file_that_has_gone_is_not_found(start: Start, real: Path) -> None:
    graph = client(start(real=real))
    url = graph.get("/me/drive/root:/sub/deep/b.bin").json()["@microsoft.graph.downloadUrl"]
    (real / "sub" / "deep" / "b.bin").unlink()
    assert web.get(url).status_code == 404
