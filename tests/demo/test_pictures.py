import struct
import zlib

import httpx
import pytest

from odtui.demo import pictures
from tests.demo.conftest import web

TILES = pictures._WIDTH * pictures._HEIGHT


@pytest.mark.parametrize("number", range(6))
def test_a_png_holds_the_landscape(number: int) -> None:
    data = pictures.png(number, *pictures.SIZE)
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(name + body),)
        chunks[name] = body
        at += length + 12
    width, height = struct.unpack_from(">II", chunks[b"IHDR"])
    pixels = zlib.decompress(chunks[b"IDAT"])
    assert len(pixels) == height * (1 + 3 * width)
    landscape = pictures._landscape(number)
    for x, y in ((0, 0), (50, 20), (95, 63)):
        start = 8 * y * (1 + 3 * width) + 1 + 3 * 8 * x
        assert tuple(pixels[start : start + 3]) == landscape[y][x]


@pytest.mark.parametrize("number", range(6))
def test_a_jpeg_holds_every_tile(number: int) -> None:
    data = pictures.jpeg(number, *pictures.SIZE)
    assert (data[:2], data[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    at = 2
    while data[at + 1] != 0xDA:
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    stream = data[at:-2].replace(b"\xff\x00", b"\xff")
    bits = format(int.from_bytes(stream, "big"), f"0{8 * len(stream)}b")
    lengths = {code: length for length, code in enumerate(pictures._DC_CODES)}
    values, position, last = [], 0, [0, 0, 0]
    for block in range(TILES * 3):
        code = next(bits[position : position + n] for n in range(2, 10) if bits[position : position + n] in lengths)
        position += len(code)
        length = lengths[code]
        raw = int(bits[position : position + length] or "0", 2)
        position += length
        last[block % 3] += raw if not length or raw >> (length - 1) else raw - (1 << length) + 1
        assert bits[position] == "0"
        position += 1
        values.append(last[block % 3])
    assert set(bits[position:]) <= {"1"}
    colours = [colour for row in pictures._landscape(number) for colour in row]
    assert values == [value for colour in colours for value in pictures._ycc(colour)]


def test_photos_are_pictures_of_their_size(graph: httpx.Client) -> None:
    item = graph.get("/me/drive/root:/Photos/2026/2026-02%20Lunar%20eclipse:/children").json()["value"][0]
    assert (item["image"], item["file"]["mimeType"]) == ({"width": 768, "height": 512}, "image/jpeg")
    assert item["photo"]["takenDateTime"] == item["fileSystemInfo"]["lastModifiedDateTime"]
    data = web.get(item["@microsoft.graph.downloadUrl"]).content
    assert len(data) == item["size"]
    assert data.startswith(b"\xff\xd8\xff")
