import struct

import httpx
import pytest

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
