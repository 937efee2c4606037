import struct
from pathlib import Path

import httpx
import pytest

from odtui.demo import pictures
from odtui.demo.measuring import measure
from tests.demo.conftest import Start, client, code_of, web

PICTURE = "/me/drive/root:/Photos/Wallpaper.png"


def png_size(url: str) -> tuple[int, int]:
    data = web.get(url).raise_for_status().content
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def jpeg_size(data: bytes) -> tuple[int, int]:
    at = data.index(b"\xff\xc0")
    height, width = struct.unpack_from(">HH", data, at + 5)
    return width, height


def test_a_picture_has_three_sizes_with_real_pictures(graph: httpx.Client) -> None:
    [found] = graph.get(f"{PICTURE}:/thumbnails").json()["value"]
    assert {name: (found[name]["width"], found[name]["height"]) for name in ("small", "medium", "large")} == {
        "small": (96, 64),
        "medium": (176, 117),
        "large": (800, 533),
    }
    for name in ("small", "medium", "large"):
        assert png_size(found[name]["url"]) == (found[name]["width"], found[name]["height"])


@pytest.mark.parametrize(
    ("size", "pixels"),
    [("smallSquare", (96, 96)), ("c300x400", (300, 200)), ("c300x400_crop", (300, 400)), ("large", (800, 533))],
)
def test_one_size_can_be_asked_for(graph: httpx.Client, size: str, pixels: tuple[int, int]) -> None:
    one = graph.get(f"{PICTURE}:/thumbnails/0/{size}").json()
    assert png_size(one["url"]) == (one["width"], one["height"]) == pixels
    answer = graph.get(f"{PICTURE}:/thumbnails/0/{size}/content")
    assert (answer.status_code, png_size(answer.headers["Location"])) == (302, pixels)
    [chosen] = graph.get(f"{PICTURE}:/thumbnails?select={size}").json()["value"]
    assert set(chosen) == {"id", size}


def test_what_is_no_picture_has_none(graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md"
    assert graph.get(f"{path}:/thumbnails").json()["value"] == []
    assert code_of(graph.get(f"{path}:/thumbnails/0/small")) == (404, "itemNotFound")
    for size in ("huge", "c0x9", "c9999x10"):
        assert code_of(graph.get(f"{PICTURE}:/thumbnails/0/{size}")) == (400, "invalidRequest")
    assert code_of(graph.get(f"{PICTURE}:/thumbnails/7/small")) == (404, "itemNotFound")


def test_other_content_has_another_address(graph: httpx.Client) -> None:
    before = graph.get(f"{PICTURE}:/thumbnails/0/small").json()["url"]
    graph.put(f"{PICTURE}:/content", content=b"no picture")
    assert graph.get(f"{PICTURE}:/thumbnails").json()["value"] == []
    assert web.get(before).status_code == 404


def test_an_altered_link_opens_nothing(graph: httpx.Client) -> None:
    url = graph.get(f"{PICTURE}:/thumbnails/0/small").json()["url"]
    assert web.get(url.replace("96x64", "97x64")).status_code == 401


# $expand


def test_thumbnails_come_with_items_and_on_personal_with_listings(start: Start) -> None:
    graph, work = client(start()), client(start(account="business"))
    listed = graph.get("/me/drive/root:/Photos:/children?$expand=thumbnails&$select=id,name").json()["value"]
    assert all("thumbnails" in item for item in listed)
    assert [len(item["thumbnails"]) for item in listed if item["name"] == "Wallpaper.png"] == [1]
    assert work.get(f"{PICTURE}?$expand=thumbnails").json()["thumbnails"][0]["id"] == "0"
    assert code_of(work.get("/me/drive/root:/Photos:/children?$expand=thumbnails")) == (400, "notSupported")


def test_children_come_with_a_folder_and_go_on_in_pages(graph: httpx.Client) -> None:
    url = "/me/drive/root:/Documents?$expand=children($select=id,name;$top=2),thumbnails&$select=name"
    item = graph.get(url).json()
    assert item["name"] == "Documents"
    assert [set(child) for child in item["children"]] == [{"id", "name", "@odata.etag"}] * 2
    following = graph.get(item["children@odata.nextLink"]).json()["value"]
    names = [child["name"] for child in graph.get("/me/drive/root:/Documents:/children?$top=4").json()["value"]]
    assert [child["name"] for child in (*item["children"], *following)] == names


@pytest.mark.parametrize("wish", ["permissions", "children(", "nonsense", "children,,"])
def test_what_cannot_be_expanded_is_refused(graph: httpx.Client, wish: str) -> None:
    assert code_of(graph.get(f"/me/drive/root?$expand={wish}")) == (400, "invalidRequest")


# Conversion


def test_a_text_becomes_a_page_of_pdf(graph: httpx.Client) -> None:
    graph.put("/me/drive/root:/a.md:/content", content="Hä (1)\\\n\tx".encode())
    answer = graph.get("/me/drive/root:/a.md:/content?format=pdf")
    page = web.get(answer.headers["Location"])
    assert page.headers["content-type"] == "application/pdf"
    data = page.content
    assert data.startswith(b"%PDF-1.4")
    assert b"(H\xe4 \\(1\\)\\\\) '" in data
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    assert data[start:].startswith(b"xref\n0 6\n")
    for number, line in enumerate(data[start:].splitlines()[3:8], 1):
        assert data[int(line[:10]) :].startswith(b"%d 0 obj" % number)
    office = graph.get("/me/drive/root:/Documents/Budget%202026.xlsx:/content?format=pdf")
    assert b"Budget 2026.xlsx" in web.get(office.headers["Location"]).content


def test_a_picture_becomes_a_jpeg_of_the_size_asked_for(graph: httpx.Client) -> None:
    answer = graph.get(f"{PICTURE}:/content?format=jpg&width=300&height=300")
    data = web.get(answer.headers["Location"])
    assert data.headers["content-type"] == "image/jpeg"
    assert jpeg_size(data.content) == (300, 200)
    assert code_of(graph.get(f"{PICTURE}:/content?format=jpg")) == (400, "invalidRequest")


@pytest.mark.parametrize("wish", ["Photos/Wallpaper.png:/content?format=pdf", "Documents/Ideas.md:/content?format=glb"])
def test_other_conversions_are_not_acceptable(graph: httpx.Client, wish: str) -> None:
    assert code_of(graph.get(f"/me/drive/root:/{wish}")) == (406, "notSupported")


# Pictures that were uploaded

PNG = pictures.png(1, 60, 40)
JPEG = pictures.jpeg(1, 64, 40)
GIF = b"GIF89a" + struct.pack("<HH", 60, 40) + bytes(20)
BMP = b"BM" + bytes(16) + struct.pack("<ii", 60, -40) + bytes(20)


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("p.png", PNG, "image/png"),
        ("p.jpg", JPEG, "image/jpeg"),
        ("p.gif", GIF, "image/gif"),
        ("p.bmp", BMP, "image/bmp"),
    ],
)
def test_an_uploaded_picture_is_its_own_thumbnail(graph: httpx.Client, name: str, content: bytes, mime: str) -> None:
    item = graph.put(f"/me/drive/root:/{name}:/content", content=content).json()
    width = 64 if name == "p.jpg" else 60
    assert item["image"] == {"width": width, "height": 40}
    [found] = graph.get(f"/me/drive/items/{item['id']}/thumbnails").json()["value"]
    for size in ("small", "medium", "large"):
        assert (found[size]["width"], found[size]["height"]) == (width, 40)
        shown = web.get(found[size]["url"])
        assert (shown.content, shown.headers["Content-Type"]) == (content, mime)


def test_an_uploaded_jpeg_is_converted_to_itself_and_nothing_else_is(graph: httpx.Client) -> None:
    query = "format=jpg&width=64&height=64"
    graph.put("/me/drive/root:/p.jpg:/content", content=JPEG)
    answer = graph.get(f"/me/drive/root:/p.jpg:/content?{query}")
    assert web.get(answer.headers["Location"]).content == JPEG
    assert graph.get("/me/drive/root:/p.jpg:/content?format=jpg").status_code == 400
    graph.put("/me/drive/root:/p.png:/content", content=PNG)
    assert code_of(graph.get(f"/me/drive/root:/p.png:/content?{query}")) == (406, "notSupported")


@pytest.mark.parametrize(
    "content",
    [b"no picture", PNG[:20], b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00", b"GIF89a", GIF[:6] + bytes(9), b"BM"],
)
def test_what_only_looks_like_a_picture_has_none(graph: httpx.Client, content: bytes) -> None:
    item = graph.put("/me/drive/root:/p.png:/content", content=content).json()
    assert "image" not in item
    assert graph.get(f"/me/drive/items/{item['id']}/thumbnails").json()["value"] == []


def test_the_size_of_a_jpeg_stands_behind_its_other_segments() -> None:
    assert measure(JPEG[:2] + b"\xff\xe1\x01\x00" + bytes(254) + b"\xff" + JPEG[2:]) == (64, 40)
    assert measure(JPEG[:2] + b"\xff\xe1\xff\xff" + bytes(99)) is None
    assert measure(b"\xff\xd8\xff\xe0\x00\x02\x00\x00") is None


# Thumbnails that a client gives


def test_a_file_can_be_given_a_thumbnail(start: Start, tmp_path: Path) -> None:
    graph = client(start(state=tmp_path))
    path = "/me/drive/root:/Documents/Ideas.md:/thumbnails"
    assert graph.get(path).json()["value"] == []
    for content in (PNG, JPEG):
        assert graph.put(f"{path}/0/source/content", content=content).status_code == 200
    for each in (graph, client(start(state=tmp_path))):
        [found] = each.get(path).json()["value"]
        assert (found["source"]["width"], found["source"]["height"]) == (64, 40)
        assert web.get(found["small"]["url"]).content == JPEG
    assert len(list((tmp_path / "blobs").iterdir())) == 1


def test_a_thumbnail_is_a_small_picture_for_a_personal_file(start: Start, graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md:/thumbnails"
    assert code_of(graph.put(f"{path}/0/source/content", content=b"x")) == (400, "invalidRequest")
    assert code_of(graph.put(f"{path}/0/small/content", content=PNG)) == (405, "notAllowed")
    assert graph.put(f"{path}/0/source/content", content=bytes((4 << 20) + 1)).status_code == 413
    assert graph.get(path).json()["value"] == []
    work = client(start(account="business"))
    assert code_of(work.put(f"{path}/0/source/content", content=PNG)) == (400, "notSupported")
