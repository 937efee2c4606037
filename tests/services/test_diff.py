"""Two versions of a text are compared by lines."""

import pytest

from odtui.services.diff import LARGEST, DiffLine, compare


def test_added_and_missing_lines_are_told_apart() -> None:
    assert compare(b"a\nb\nc\n", b"a\nB\nc\n") == [
        DiffLine("gap", "@@ -1,3 +1,3 @@"),
        DiffLine("same", "a"),
        DiffLine("theirs", "b"),
        DiffLine("mine", "B"),
        DiffLine("same", "c"),
    ]


def test_lines_that_look_like_a_header_stay_lines() -> None:
    lines = compare(b"-- x\n", b"++ y\n")
    assert lines is not None
    assert lines[1:] == [DiffLine("theirs", "-- x"), DiffLine("mine", "++ y")]


def test_far_lines_are_left_out() -> None:
    before = "\n".join(str(number) for number in range(100))
    lines = compare(before.encode(), before.replace("50", "x").encode())
    assert lines is not None
    assert len(lines) == 9


@pytest.mark.parametrize(("theirs", "mine"), [(b"a\r\nb\r\n", b"a\nb\n"), (b"a", b"a\n"), ("ä".encode(), b"\xe4")])
def test_other_ends_and_encodings_are_no_other_lines(theirs: bytes, mine: bytes) -> None:
    assert compare(theirs, mine) == []


@pytest.mark.parametrize("data", [b"\0\1\2", b"x" * (LARGEST + 1), b"\n" * 20_001])
def test_what_is_no_text_or_too_large_is_not_compared(data: bytes) -> None:
    assert compare(data, b"a") is None
    assert compare(b"a", data) is None
