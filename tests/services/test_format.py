import pytest

from odtui.services.format import bytes_text, duration_text, size_text, time_text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (1024, "1.0 KB"),
        (10_188, "9.9 KB"),
        (10_189, "10 KB"),
        (1_023_000, "999 KB"),
        (1_023_999, "1.0 MB"),
        (1_468_006, "1.4 MB"),
        (5 << 30, "5.0 GB"),
        (7 << 60, "7.0 EB"),
        (10**25, "8,673,617 EB"),
    ],
)
def test_sizes(size: int | None, text: str) -> None:
    assert size_text(size) == text


def test_exact_sizes() -> None:
    assert bytes_text(1) == "1 byte"
    assert bytes_text(0) == "0 bytes"
    assert bytes_text(1_468_006) == "1.4 MB (1,468,006 bytes)"
    assert bytes_text(None) == ""


def test_times_never_raise() -> None:
    assert time_text(1_700_000_000) == "2023-11-14 22:13"
    assert time_text(-1) == "1969-12-31 23:59"
    for strange in (None, float("nan"), 1e300, -1e300, 2**80):
        assert time_text(strange) == ""


def test_durations() -> None:
    assert [duration_text(value) for value in (-1, 0, 59.4, 59.6, 245, 3600, 8100, 360_000)] == [
        "0 s", "0 s", "59 s", "1:00 min", "4:05 min", "1:00 h", "2:15 h", "100:00 h",
    ]  # fmt: skip
