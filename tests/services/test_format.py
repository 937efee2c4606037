import pytest

from odtui.services.format import bytes_text, duration_text, size_words, time_text


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 KB"),
        (1536, "1.5 KB"),
        (48_231, "47.1 KB"),
        (1024 * 99, "99 KB"),
        (1024 * 999, "999 KB"),
        (1024**2 - 1, "1 MB"),
        (15 * 1024**3, "15 GB"),
        (2**63 - 1, "8 EB"),
    ],
)
def test_sizes(size: int | None, words: str) -> None:
    assert size_words(size) == words
    assert len(size_words(size)) <= 7


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
