from random import Random

import httpx
import pytest

from odtui.demo import content
from odtui.demo.quickxor import quickxor
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, inner_of, web

CONFLICT = "@microsoft.graph.conflictBehavior"
PICTURE = "/me/drive/root:/Photos/Wallpaper.png"


def download_url(graph: httpx.Client, path: str = PICTURE) -> str:
    return str(graph.get(path).json()["@microsoft.graph.downloadUrl"])


# Downloads


def test_content_is_somewhere_else(graph: httpx.Client) -> None:
    answer = graph.get("/me/drive/root:/Code/tidewatch/README.md:/content")
    assert (answer.status_code, answer.content) == (302, b"")
    assert web.get(answer.headers["Location"]).text.startswith("# tidewatch")


def test_the_bytes_have_the_size_and_the_hash_of_the_item(graph: httpx.Client) -> None:
    item = graph.get(PICTURE).json()
    data = web.get(item["@microsoft.graph.downloadUrl"]).content
    assert (len(data), quickxor(data)) == (item["size"], item["file"]["hashes"]["quickXorHash"])


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=1400000-", 1400000, 1400220),
        ("bytes=-5", 1400216, 1400220),
        ("bytes=1400220-9999999", 1400220, 1400220),
    ],
)
def test_a_range_is_cut_out(graph: httpx.Client, asked: str, first: int, last: int) -> None:
    url = download_url(graph)
    part = web.get(url, headers={"Range": asked})
    assert (part.status_code, part.headers["Content-Range"]) == (206, f"bytes {first}-{last}/1400221")
    assert part.content == web.get(url).content[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=1400221-", "bytes=5-2", "bytes=-0"])
def test_a_range_outside_is_refused(graph: httpx.Client, asked: str) -> None:
    answer = web.get(download_url(graph), headers={"Range": asked})
    assert code_of(answer) == (416, "invalidRange")
    assert answer.headers["Content-Range"] == "bytes */1400221"


def test_what_is_no_range_is_answered_with_everything(graph: httpx.Client) -> None:
    url = download_url(graph)
    for headers in ({"Range": "lines=1-2"}, {"Range": "bytes=0-1,4-5"}, {"Range": "bytes=0-1", "If-Range": '"old"'}):
        answer = web.get(url, headers=headers)
        assert (answer.status_code, len(answer.content)) == (200, 1400221)


def test_a_head_of_a_link_names_the_size(graph: httpx.Client) -> None:
    answer = web.head(download_url(graph))
    assert (answer.status_code, answer.headers["Content-Length"], answer.headers["Accept-Ranges"]) == (
        200,
        "1400221",
        "bytes",
    )


def test_a_link_refuses_the_bearer_token(graph: httpx.Client) -> None:
    assert code_of(web.get(download_url(graph), headers={"Authorization": "Bearer x"})) == (401, "unauthenticated")


def test_a_link_cannot_be_altered(graph: httpx.Client) -> None:
    url = download_url(graph)
    other = graph.get("/me/drive/root:/Documents/Ideas.md").json()["id"].partition("!s")[2]
    own = graph.get(PICTURE).json()["id"].partition("!s")[2]
    assert web.get(url.replace(own, other)).status_code == 401
    assert web.get(url.partition("&")[0]).status_code == 403
    assert web.get(url[:-1]).status_code == 401


def test_a_link_expires(start: Start) -> None:
    now = [1_800_000_000.0]
    demo = start(clock=lambda: now[0], link_life=60)
    url = download_url(client(demo))
    now[0] += 59
    assert web.get(url).status_code == 200
    now[0] += 2
    assert code_of(web.get(url)) == (401, "unauthenticated")


def test_a_link_to_a_deleted_file_is_dead(graph: httpx.Client) -> None:
    url = download_url(graph)
    graph.delete(PICTURE)
    assert code_of(web.get(url)) == (404, "itemNotFound")


@pytest.mark.parametrize(
    "path", ["/me/drive/root", "/me/drive/root:/Documents", "/me/drive/root:/Notebooks/Kitchen%20renovation"]
)
def test_only_files_have_content(graph: httpx.Client, path: str) -> None:
    answer = graph.get(f"{path}/content" if path.endswith("root") else f"{path}:/content")
    assert code_of(answer) == (400, "invalidRequest")


def test_malware_is_kept_back(graph: httpx.Client) -> None:
    answer = graph.get("/me/drive/root:/Odd%20names/infected.com:/content")
    assert code_of(answer) == (403, "malwareDetected")


def test_content_known_by_its_tag_is_not_sent(graph: httpx.Client) -> None:
    tag = graph.get(PICTURE).json()["cTag"]
    assert graph.get(f"{PICTURE}:/content", headers={"If-None-Match": tag}).status_code == 304


# Small uploads


@pytest.mark.parametrize("data", [b"", b"hello world", Random(1).randbytes(1_000_000)], ids=["empty", "small", "large"])
def test_what_is_put_comes_back(graph: httpx.Client, data: bytes) -> None:
    made = graph.put("/me/drive/root:/Neu/tief/a%20%23b.bin:/content", content=data)
    assert made.status_code == 201
    item = made.json()
    assert (item["name"], item["size"]) == ("a #b.bin", len(data))
    assert item["file"].get("hashes", {}).get("quickXorHash", quickxor(b"")) == quickxor(data)
    assert web.get(item["@microsoft.graph.downloadUrl"]).content == data


def test_a_put_replaces_by_default(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md"
    before = graph.get(path).json()
    answer = graph.put(f"{path}:/content", content=b"new")
    after = answer.json()
    assert (answer.status_code, after["id"], after["size"]) == (200, before["id"], 3)
    assert after["cTag"] != before["cTag"]
    by_id = graph.put(f"/me/drive/items/{before['id']}/content", content=b"newer")
    assert (by_id.status_code, by_id.json()["size"]) == (200, 5)


def test_a_put_can_fail_or_keep_both(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md:/content"
    assert code_of(graph.put(f"{path}?{CONFLICT}=fail", content=b"x")) == (409, "nameAlreadyExists")
    kept = graph.put(f"{path}?%40microsoft.graph.conflictBehavior=rename", content=b"x")
    assert (kept.status_code, kept.json()["name"]) == (201, "Ideas 1.md")
    assert code_of(graph.put(f"{path}?{CONFLICT}=maybe", content=b"x")) == (400, "invalidRequest")


def test_a_put_compares_tags(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md:/content"
    assert code_of(graph.put(path, content=b"x", headers={"If-Match": '"old"'})) == (412, "resourceModified")
    assert code_of(graph.put(path, content=b"x", headers={"If-None-Match": "*"})) == (412, "resourceModified")
    assert graph.get("/me/drive/root:/Documents/Ideas.md").json()["size"] != 1


@pytest.mark.parametrize("name", ["a%3Ab", "a%2Ab.txt", "CON.txt", "%20lead", "dot."])
def test_bad_names_are_not_made(graph: httpx.Client, name: str) -> None:
    assert code_of(graph.put(f"/me/drive/root:/{name}:/content", content=b"x")) == (400, "invalidRequest")


def test_a_folder_takes_no_content(graph: httpx.Client) -> None:
    assert code_of(graph.put("/me/drive/root:/Documents:/content", content=b"x")) == (400, "invalidRequest")


def test_a_full_drive_takes_nothing(start: Start) -> None:
    demo = start()
    graph = client(demo)
    demo.state.drives["ada"].quota.total = demo.state.drives["ada"].used + 10
    assert graph.put("/me/drive/root:/a.txt:/content", content=b"x" * 10).status_code == 201
    assert code_of(graph.put("/me/drive/root:/b.txt:/content", content=b"x")) == (507, "quotaLimitReached")
    assert code_of(graph.put("/me/drive/root:/c.txt:/content", content=iter([b"x"]))) == (507, "quotaLimitReached")
    assert graph.get("/me/drive").json()["quota"]["state"] == "exceeded"


def test_a_file_too_large_for_one_request_is_refused(graph: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_SIMPLE", 10)
    answer = graph.put("/me/drive/root:/a.txt:/content", content=b"x" * 11)
    assert (answer.status_code, inner_of(answer)) == (413, "maxFileSizeExceeded")
    assert graph.put("/me/drive/root:/a.txt:/content", content=iter([b"x" * 6, b"y" * 6])).status_code == 413


def test_refused_uploads_leave_no_bytes_behind(demo: DemoThread, graph: httpx.Client) -> None:
    demo.state.drives["ada"].quota.total = demo.state.drives["ada"].used
    graph.put("/me/drive/root:/c.txt:/content", content=iter([b"x" * 1000]))
    assert list(demo.state.journal.blobs.iterdir()) == []
