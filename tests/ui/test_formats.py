"""Numbers as people read them."""

from odtui.ui.formats import bar, count, day, eta_words, minute, share, speed_words


def test_times_that_no_calendar_knows_are_left_out() -> None:
    assert day(1_760_000_000) == "2025-10-09"
    assert minute(1_760_000_000) == "2025-10-09 08:53"
    assert day(None) == day(10**18) == day(-(10**15)) == ""


def test_counts_speed_and_time_left() -> None:
    assert (count(1, "item"), count(1204, "item")) == ("1 item", "1,204 items")
    assert (speed_words(0), speed_words(4.2 * 1024**2)) == ("", "4.2 MB/s")
    assert [eta_words(value) for value in (None, 0.2, 59, 61, 3600, 5400, 200_000)] == [
        "", "1 s", "59 s", "1 min", "1 h", "1 h 30 min", "2 d",
    ]  # fmt: skip


def test_a_share_is_never_beyond_its_ends() -> None:
    assert (share(5, None), share(0, 0), share(9, 5), share(-1, 5)) == (None, 1.0, 1.0, 0.0)


def test_a_bar_fills_in_half_cells() -> None:
    assert bar(0.25, 10) == ("━━╸", "─" * 7)
    assert bar(0, 4) == ("", "────")
    assert bar(2, 4) == ("━━━━", "")
