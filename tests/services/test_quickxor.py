"""quickXorHash against known vectors and against a naive implementation of its definition."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odtui.services.quickxor import WIDTH, QuickXor

NOTHING = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="


def naive(data: bytes) -> str:
    """The definition, one byte after the other (REFERENCE §11)."""
    mask, state = (1 << 160) - 1, 0
    for index, byte in enumerate(data):
        placed = byte << (11 * index % 160)
        state ^= (placed & mask) | (placed >> 160)
    out = bytearray(state.to_bytes(20, "little"))
    for index, byte in enumerate(len(data).to_bytes(8, "little")):
        out[12 + index] ^= byte
    return base64.b64encode(out).decode()


def quick(*pieces: bytes) -> str:
    hasher = QuickXor()
    for piece in pieces:
        hasher.update(piece)
    return hasher.text()


def counted(length: int, modulo: int) -> bytes:
    return bytes(index % modulo for index in range(length))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", NOTHING),
        (base64.b64decode("Sg=="), "SgAAAAAAAAAAAAAAAQAAAAAAAAA="),
        (base64.b64decode("tbQ="), "taAFAAAAAAAAAAAAAgAAAAAAAAA="),
        (base64.b64decode("0pZP"), "0rDEEwAAAAAAAAAAAwAAAAAAAAA="),
        (base64.b64decode("/aNzzCFPS/A="), "/RjFHJgRgicsAR4ACAAAAAAAAAA="),
        (base64.b64decode("2fuxhBJXtpWFe8dOfdGeHw=="), "O9tHLAghgSvYohKFyMMxnNCHaHg="),
        (base64.b64decode("T6LYJIfDh81JrAK309H2JMJTXis="), "zBTHrspn3mEcohlJdIUAbjGNaNg="),
        (base64.b64decode("NbYXsp5/K6mR+NmHwExjvWeWDJFnXTKWVlzYHoesp2E="), "wjuAuWDiq04qDt1R8hHWDDcwVoQ="),
        (
            base64.b64decode(
                "Mb7EGva2rEE5fENDL85P+BsapHEEjv2/siVhKjvAQe02feExVOQSkfmuYzU/kTF1MaKjPmKF/w+cbvwfdWL8aQ=="
            ),
            "n1anP5NfvD4XDYWIeRPW3ZkPv1Y=",
        ),
        (b"a", "YQAAAAAAAAAAAAAAAQAAAAAAAAA="),
        (b"hello world", "aCgDG9jwBhDc4Q1yawMZAAAAAAA="),
        (b"The quick brown fox jumps over the lazy dog", "bMSlbysmxJL6S75XwfMcQZOpcr4="),
        (b"The contents of the file goes here.", "ReSWVXEBRVw+tb7EXyMlJRtIB58="),
        (b"\xff" * 19, "HOc4xznOj3/84x//68c//vGPf/w="),
        (b"\xff" * 20, "HOc4xznOcX784x//7Mc//vGPf/w="),
        (b"\xff" * 159, "AAAAAAAAAAAAAAAAnwAAAAAA4B8="),
        (b"\0" * 160, "AAAAAAAAAAAAAAAAoAAAAAAAAAA="),
        (b"\xff" * 160, "AAAAAAAAAAAAAAAAoAAAAAAAAAA="),
        (b"\xff" * 161, "/wAAAAAAAAAAAAAAoQAAAAAAAAA="),
        (b"\0" * 1000, "AAAAAAAAAAAAAAAA6AMAAAAAAAA="),
        (counted(256, 256), "QkGEfSisZcA7k+FCh71r2dbCayY="),
        (counted(1760, 251), "vTWo8zUUTrHh3p+tbpjj9Sz71N8="),
        (counted(1761, 251), "vjWo8zUUTrHh3p+tb5jj9Sz71N8="),
        (counted(1 << 20, 251), "pVcWCkWK/HTa4DMyE2B1A1Y9XyM="),
        (counted((1 << 20) + 1, 251), "pVcWCkWK/HTa4DMyh2B1A1Y9XyM="),
        (counted(1 << 20, 256), "QkGEfSisZcA7k+FCh7x72dbCayY="),
    ],
)
def test_known_contents_have_the_known_hash(data: bytes, expected: str) -> None:
    assert quick(data) == expected


@given(st.lists(st.binary(max_size=700), max_size=8))
def test_pieces_of_any_size_hash_like_the_definition(pieces: list[bytes]) -> None:
    assert quick(*pieces) == naive(b"".join(pieces))


@pytest.mark.parametrize("cut", [1, 159, WIDTH - 1, WIDTH, WIDTH + 1, 2 * WIDTH + 80])
def test_a_cut_near_the_width_of_a_step_changes_nothing(cut: int) -> None:
    data = counted(3 * WIDTH + 17, 251)
    assert quick(data[:cut], data[cut:]) == quick(data) == naive(data)
