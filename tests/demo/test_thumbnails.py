import struct
import zlib
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from odtui.demo import pictures, scaling
from odtui.demo.bodies import Bodies, Memory
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


def picture(
    form: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", colour: object = "red", orientation: int = 1
) -> bytes:
    """A picture of one colour but for its left half, which is blue."""
    image = Image.new(mode, size, colour)  # type: ignore[arg-type]  # a colour of any kind
    if mode == "RGB":
        image.paste("blue", (0, 0, size[0] // 2, size[1]))
    made, exif = BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    image.save(made, form, **({"exif": exif} if orientation != 1 else {}))
    return made.getvalue()


PNG, JPEG, GIF, BMP = picture("PNG"), picture("JPEG"), picture("GIF"), picture("BMP")


def shown(answer: httpx.Response) -> Image.Image:
    """The JPEG that a link of an item leads to."""
    assert answer.headers["Content-Type"] == "image/jpeg"
    return Image.open(BytesIO(answer.raise_for_status().content), formats=["JPEG"])


def upload(graph: httpx.Client, content: bytes, name: str = "p.png") -> str:
    """The address of the new item's thumbnails."""
    item = graph.put(f"/me/drive/root:/{name}:/content", content=content).json()
    return f"/me/drive/items/{item['id']}/thumbnails"


@pytest.mark.parametrize(
    ("size", "pixels"),
    [
        ("small", (96, 64)),
        ("medium", (176, 117)),
        ("large", (800, 533)),
        ("mediumSquare", (176, 176)),
        ("c300x400", (300, 200)),
        ("c300x400_crop", (300, 400)),
        ("c4096x4096", (1200, 800)),
        ("c4096x100_crop", (1200, 100)),
    ],
)
def test_an_uploaded_picture_is_scaled(graph: httpx.Client, size: str, pixels: tuple[int, int]) -> None:
    path = upload(graph, picture(size=(1200, 800)))
    found = graph.get(f"{path}/0/{size}").json()
    assert (found["width"], found["height"]) == pixels
    assert shown(web.get(found["url"])).size == pixels


@pytest.mark.parametrize("form", ["JPEG", "GIF", "BMP"])
def test_pictures_of_other_formats_are_scaled_too(graph: httpx.Client, form: str) -> None:
    path = upload(graph, picture(form, (1200, 800)), f"p.{form.lower()}")
    assert shown(web.get(graph.get(f"{path}/0/small").json()["url"])).size == (96, 64)


def test_a_small_picture_is_not_enlarged(graph: httpx.Client) -> None:
    [found] = graph.get(upload(graph, PNG)).json()["value"]
    for size in ("small", "medium", "large"):
        assert (found[size]["width"], found[size]["height"]) == shown(web.get(found[size]["url"])).size == (60, 40)


def test_the_facet_of_an_uploaded_picture_has_its_size(graph: httpx.Client) -> None:
    item = graph.put("/me/drive/root:/p.bmp:/content", content=BMP).json()
    assert item["image"] == {"width": 60, "height": 40}


def blue(image: Image.Image, place: tuple[int, int]) -> bool:
    red, _, blue = image.convert("RGB").getpixel(place)  # type: ignore[misc]  # three numbers
    return blue > red


@pytest.mark.parametrize(("orientation", "place"), [(3, (70, 30)), (6, (30, 10)), (8, (30, 80))])
def test_a_photo_stands_upright(graph: httpx.Client, orientation: int, place: tuple[int, int]) -> None:
    path = upload(graph, picture("JPEG", (960, 640), orientation=orientation), "p.jpg")
    found = graph.get(f"{path}/0/small").json()
    assert (found["width"], found["height"]) == ((96, 64) if orientation == 3 else (64, 96))
    turned = shown(web.get(found["url"]))
    assert turned.size == (found["width"], found["height"])
    assert blue(turned, place)
    asis = graph.get(f"{path}/0/small?originalOrientation=true").json()
    assert (asis["width"], asis["height"]) == (96, 64)
    assert blue(shown(web.get(asis["url"])), (10, 30))
    answer = graph.get(f"{path.removesuffix('/thumbnails')}/content?format=jpg&width=96&height=96")
    assert shown(web.get(answer.headers["Location"])).size == turned.size


@pytest.mark.parametrize(("mode", "colour"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0)), ("P", 7), ("I;16", 9), ("1", 1)])
def test_pictures_of_every_kind_are_scaled_and_lie_on_white(graph: httpx.Client, mode: str, colour: object) -> None:
    made = shown(web.get(graph.get(f"{upload(graph, picture('PNG', mode=mode, colour=colour))}/0/small").json()["url"]))
    assert made.mode == "RGB"
    if mode in ("RGBA", "LA"):
        assert made.getpixel((5, 5)) == (255, 255, 255)


def test_uploaded_pictures_are_converted_to_jpeg(graph: httpx.Client) -> None:
    query = "format=jpg&width=30&height=30"
    for name, content in (("p.jpg", JPEG), ("p.png", PNG), ("p.gif", GIF)):
        upload(graph, content, name)
        answer = graph.get(f"/me/drive/root:/{name}:/content?{query}")
        assert shown(web.get(answer.headers["Location"])).size == (30, 20)
        assert graph.get(f"/me/drive/root:/{name}:/content?format=jpg").status_code == 400
    upload(graph, b"text", "p.png")
    assert code_of(graph.get(f"/me/drive/root:/p.png:/content?{query}")) == (406, "notSupported")


@pytest.mark.parametrize(
    "content",
    [b"no picture", PNG[:20], PNG[:24], b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00", b"GIF89a", b"GIF89a\0\0", b"BM"],
)
def test_what_only_looks_like_a_picture_has_none(graph: httpx.Client, content: bytes) -> None:
    path = upload(graph, content)
    assert graph.get(path).json()["value"] == []
    assert code_of(graph.get(f"{path}/0/small")) == (404, "itemNotFound")


@pytest.mark.parametrize("content", [picture("PNG", (900, 600))[:300], picture("BMP", (900, 600))[:3000]])
def test_a_picture_that_breaks_off_leads_nowhere(graph: httpx.Client, content: bytes) -> None:
    path = upload(graph, content)
    url = graph.get(f"{path}/0/small").json()["url"]
    assert web.get(url).status_code == 404


class One(Bodies):
    """A single content."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def open_content(self, content: str, size: int) -> Memory:
        return Memory(self._content)


def test_a_picture_that_claims_to_be_huge_is_not_unpacked(graph: httpx.Client) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = PNG[:8] + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + PNG[33:]
    assert graph.get(upload(graph, bomb)).json()["value"] == []
    assert scaling.jpeg(One(bomb), "", len(bomb), 96, 96, upright=True) is None


def test_the_size_of_a_jpeg_stands_behind_its_other_segments() -> None:
    photo = pictures.jpeg(1, 64, 40)
    assert measure(photo[:2] + b"\xff\xe1\x01\x00" + bytes(254) + b"\xff" + photo[2:]) == (64, 40)
    photo = pictures.jpeg(1, 64, 40)
    assert measure(photo[:2] + b"\xff\xe1\xff\xff" + bytes(99)) is None
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
        assert (found["source"]["width"], found["source"]["height"]) == (60, 40)
        assert web.get(found["source"]["url"]).content == JPEG
        assert shown(web.get(found["small"]["url"])).size == (60, 40)
    assert len(list((tmp_path / "blobs").iterdir())) == 1


def test_a_thumbnail_is_a_small_picture_for_a_personal_file(start: Start, graph: httpx.Client) -> None:
    path = "/me/drive/root:/Documents/Ideas.md:/thumbnails"
    assert code_of(graph.put(f"{path}/0/source/content", content=b"x")) == (400, "invalidRequest")
    assert code_of(graph.put(f"{path}/0/small/content", content=PNG)) == (405, "notAllowed")
    assert graph.put(f"{path}/0/source/content", content=bytes((4 << 20) + 1)).status_code == 413
    assert graph.get(path).json()["value"] == []
    work = client(start(account="business"))
    assert code_of(work.put(f"{path}/0/source/content", content=PNG)) == (400, "notSupported")
