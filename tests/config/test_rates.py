import pytest

from odtui.config.rates import check_rate, parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("", None),
        ("0", None),
        (" 0 MB/s ", None),
        ("512", 512 * 1024),
        ("2 MB/s", 2 * 1024**2),
        ("1.5M", 3 * 1024**2 // 2),
        ("500 KB/s", 500 * 1024),
        ("500kiB", 500 * 1024),
        ("1GiB/s", 1024**3),
        ("65536 B/s", 65536),
        ("100 KBps", 100 * 1024),
    ],
)
def test_a_limit_is_read_as_people_write_it(text: str, rate: int | None) -> None:
    assert parse_rate(text) == rate
    assert check_rate(text) is None


@pytest.mark.parametrize(
    "text", ["fast", "-1", "2 MB/h", "15", "1e9", "2,5 MB/s", "10 B/s", "1" * 400, "\x1b[31m", "٣ MB/s"]
)
def test_what_is_no_limit_is_refused_in_words(text: str) -> None:
    assert check_rate(text) == "bandwidth_limit is not a speed."
