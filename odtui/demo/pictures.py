"""The first bytes of seeded files, so that programs recognise what they open: pictures are real ones."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from random import Random

Colour = tuple[int, int, int]

_WIDTH, _HEIGHT = 96, 64
"""Tiles of a picture, each 8 pixels wide and high."""

SIZE = (_WIDTH * 8, _HEIGHT * 8)
"""Pixels of every picture."""

_PALETTES: tuple[tuple[Colour, Colour, Colour, Colour], ...] = (
    ((24, 46, 94), (244, 166, 110), (255, 226, 168), (38, 52, 60)),
    ((92, 156, 214), (214, 232, 244), (255, 252, 226), (62, 104, 66)),
    ((18, 20, 46), (74, 62, 110), (236, 236, 220), (14, 18, 30)),
    ((148, 176, 196), (226, 230, 232), (250, 250, 250), (196, 206, 214)),
    ((238, 150, 92), (250, 206, 148), (255, 244, 214), (120, 58, 46)),
    ((64, 142, 168), (190, 226, 214), (255, 250, 214), (196, 168, 112)),
)
"""Zenith, horizon, sun and land of six landscapes."""


def head(key: str) -> bytes:
    """What the content of `seed:KEY` starts with; the key begins with the extension."""
    kind, _, path = key.partition(":")
    if kind in ("jpg", "png"):
        number = sum(path.encode()) % len(_PALETTES)
        return jpeg(number, *SIZE) if kind == "jpg" else png(number, *SIZE)
    return _MAGIC.get(kind, b"")


def number_of(content: str) -> int | None:
    """Which landscape a `Node.content` shows; None if it is no picture of the demo's own."""
    kind, _, path = content.removeprefix("seed:").partition(":")
    return sum(path.encode()) % len(_PALETTES) if content.startswith("seed:") and kind in ("jpg", "png") else None


def fit(width: int, height: int) -> tuple[int, int]:
    """Width and height of a whole picture that fits into so many pixels."""
    scale = min(width / SIZE[0], height / SIZE[1])
    return max(int(SIZE[0] * scale), 1), max(int(SIZE[1] * scale), 1)


_MAGIC = {
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    "gz": b"\x1f\x8b\x08\x00",
    "zip": b"PK\x03\x04",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "pptx": b"PK\x03\x04",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "dng": b"II*\x00",
}


def _landscape(number: int) -> list[list[Colour]]:
    """Rows of tiles: a sky, a sun, and hills in front of each other."""
    zenith, horizon, sun, land = _PALETTES[number]
    random = Random(number)  # noqa: S311  # a picture, not a secret
    sun_x, sun_y, radius = random.uniform(0.2, 0.8) * _WIDTH, random.uniform(0.25, 0.5) * _HEIGHT, _HEIGHT / 9
    hills = [_skyline(random, _HEIGHT * (0.55 + 0.13 * layer)) for layer in range(3)]
    colours = [_mix(horizon, land, (layer + 1) / 3) for layer in range(3)]
    rows = []
    for y in range(_HEIGHT):
        row = [_mix(zenith, horizon, y / (_HEIGHT * 0.7))] * _WIDTH
        half = max(radius**2 - (y - sun_y) ** 2, 0.0) ** 0.5
        row[round(sun_x - half) : round(sun_x + half)] = [sun] * (round(sun_x + half) - round(sun_x - half))
        for line, colour in zip(hills, colours, strict=True):
            row = [colour if y >= edge else behind for edge, behind in zip(line, row, strict=True)]
        rows.append(row)
    return rows


def _skyline(random: Random, level: float) -> list[float]:
    """Height of a hill's edge over each column, by a walk that is drawn back to its level."""
    heights, here, slope = [], level, 0.0
    for _ in range(_WIDTH):
        slope = slope * 0.8 + random.uniform(-0.6, 0.6) + (level - here) * 0.02
        here += slope
        heights.append(here)
    return heights


def _mix(first: Colour, second: Colour, part: float) -> Colour:
    part = min(max(part, 0.0), 1.0)
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _sampled(number: int, across: int, down: int, width: int, height: int) -> list[list[Colour]]:
    """So many samples of the middle of a landscape that has the shape of width and height."""
    scale = min(_WIDTH / width, _HEIGHT / height)
    part_x, part_y = width * scale, height * scale
    columns = [int((_WIDTH - part_x) / 2 + (x + 0.5) * part_x / across) for x in range(across)]
    lines = [int((_HEIGHT - part_y) / 2 + (y + 0.5) * part_y / down) for y in range(down)]
    rows = _landscape(number)
    made = {y: [rows[y][x] for x in columns] for y in set(lines)}
    return [made[y] for y in lines]


@lru_cache(maxsize=64)
def png(number: int, width: int, height: int) -> bytes:
    """A landscape as PNG of so many pixels."""
    sampled = _sampled(number, width, height, width, height)
    packed = {id(row): b"\0" + b"".join(map(bytes, row)) for row in {id(each): each for each in sampled}.values()}
    rows = b"".join(packed[id(row)] for row in sampled)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


@lru_cache(maxsize=64)
def jpeg(number: int, width: int, height: int) -> bytes:
    """A landscape as baseline JPEG: every block is of a single colour, so only DC coefficients are needed."""
    bits: list[str] = []
    before = (0, 0, 0)
    for row in _sampled(number, -(-width // 8), -(-height // 8), width, height):
        for colour in row:
            values = _ycc(colour)
            bits += [_dc(value - last) for value, last in zip(values, before, strict=True)]
            before = values
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    data = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\x00")
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes((each, 0x11, 0)) for each in (1, 2, 3))
    scan = b"\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00"
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _segment(0xDB, b"\x00" + b"\x08" * 64),
            _segment(0xC0, frame),
            _segment(0xC4, b"\x00" + _DC_COUNTS + bytes(range(12))),
            _segment(0xC4, b"\x10\x01" + bytes(15) + b"\x00"),
            _segment(0xDA, scan),
            data,
            b"\xff\xd9",
        )
    )


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


@lru_cache(maxsize=1024)
def _ycc(colour: Colour) -> tuple[int, int, int]:
    """Y, Cb and Cr of a tile as quantized DC coefficients."""
    red, green, blue = colour
    return (
        round(0.299 * red + 0.587 * green + 0.114 * blue) - 128,
        round(-0.168736 * red - 0.331264 * green + 0.5 * blue),
        round(0.5 * red - 0.418688 * green - 0.081312 * blue),
    )


_DC_COUNTS = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
"""How many Huffman codes there are of each length, from 1 bit on (JPEG, table K.3)."""
_DC_CODES = ("00", "010", "011", "100", "101", "110", "1110", "11110", "111110", "1111110", "11111110", "111111110")
"""The codes that follow from it, by the number of bits of the difference."""


@lru_cache(maxsize=1024)
def _dc(difference: int) -> str:
    """Bits of one DC difference, and of the end of its block."""
    length = abs(difference).bit_length()
    if not length:
        return _DC_CODES[0] + "0"
    shifted = difference if difference > 0 else difference + (1 << length) - 1
    return _DC_CODES[length] + format(shifted, f"0{length}b") + "0"
