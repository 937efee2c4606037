from random import Random

import pytest

from odtui.demo.bodies import BLOCK, Seeded
from odtui.demo.quickxor import QuickXor, quickxor


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        (b"a", "YQAAAAAAAAAAAAAAAQAAAAAAAAA="),
        (b"hello world", "aCgDG9jwBhDc4Q1yawMZAAAAAAA="),
        (bytes(range(256)), "QkGEfSisZcA7k+FCh71r2dbCayY="),
        (bytes(1000), "AAAAAAAAAAAAAAAA6AMAAAAAAAA="),
        (b"The contents of the file goes here.", "ReSWVXEBRVw+tb7EXyMlJRtIB58="),
    ],
)
def test_known_hashes_come_out(data: bytes, expected: str) -> None:
    assert quickxor(data) == expected


def test_pieces_of_any_size_give_the_hash_of_the_whole() -> None:
    random = Random(1)
    data = random.randbytes(40_000)
    hasher, start = QuickXor(), 0
    while start < len(data):
        step = random.randrange(1, 900)
        hasher.update(data[start : start + step])
        start += step
    assert hasher.base64() == quickxor(data)


@pytest.mark.parametrize("size", [1, 159, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 77, 5 * BLOCK + 4_321])
def test_the_hash_of_seeded_content_is_that_of_its_bytes(size: int) -> None:
    body = Seeded("mp3:x", size, b"head")
    data = b"".join(body.pieces(0, size))
    assert len(data) == size
    assert body.hash() == quickxor(data)


def test_seeded_content_is_the_same_from_any_offset() -> None:
    body = Seeded("x", 3 * BLOCK, b"head of the file")
    whole = b"".join(body.pieces(0, body.size))
    for start in (0, 3, 16, BLOCK - 2, BLOCK, BLOCK + 5, 2 * BLOCK + 7):
        assert body.read(start, 100) == whole[start : start + 100]
