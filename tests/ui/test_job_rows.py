"""One transfer in one line, whatever its name, state and width."""

from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.style import Style

from odtui.services.transfers import Job, JobState
from odtui.ui.widgets.job_rows import SIGNS, draw_job
from tests.ui.scenes.transfers import LONG_NAME, MANY, job

MIB = 1024**2
RUNNING = job(1, "upload", "backup.tar.gz", JobState.RUNNING, 300 * MIB, 900 * MIB, speed=8.4 * MIB, eta=70.0)


def line(shown: Job, width: int) -> str:
    return draw_job(shown, width, lambda _part: Style()).text


@pytest.mark.parametrize("width", [24, 30, 58, 78, 80, 118, 120, 200])
@pytest.mark.parametrize("state", list(JobState))
def test_every_job_fills_its_line_exactly(width: int, state: JobState) -> None:
    hostile = Job(
        1, "move", "\x1b日本[b]" + "n" * 90, "a", "b\u202e", state, 50, 100, problem="It is full.", advice="Press r."
    )
    variants = (
        hostile,
        replace(hostile, problem="", total=None, speed=3e6, eta=70.0, files_total=12_345),
        replace(hostile, problem="", waiting="OneDrive\x07 asks for a pause: 37 s", files_total=3),
        replace(hostile, problem="", target="", done=10**15, total=10**15),
    )
    for variant in variants:
        strip = draw_job(variant, width, lambda _part: Style())
        assert strip.cell_length == sum(segment.cell_length for segment in strip) == width
        assert not {"\x1b", "\u202e", "\x07"} & set(strip.text)


def test_every_state_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(JobState)
    assert len(set(SIGNS.values())) == len(SIGNS)
    assert {cell_len(sign) for sign in SIGNS.values()} == {1}


@pytest.mark.parametrize("width", [80, 120, 200])
def test_figures_stay_in_their_columns_while_a_job_moves_on(width: int) -> None:
    later = replace(RUNNING, done=899 * MIB, speed=11 * MIB, eta=1.0)
    rows = [line(RUNNING, width), line(later, width), line(replace(RUNNING, speed=0.0, eta=None), width)]
    assert len({row.index("%") for row in rows}) == 1
    assert rows[0].index("MB/s") == rows[1].index("MB/s")
    assert rows[0].rstrip().endswith("1 min")
    assert rows[1].rstrip().endswith("1 s")


@pytest.mark.parametrize("width", [40, 58, 80, 120, 200])
def test_a_long_time_left_is_not_cut_inside_a_word(width: int) -> None:
    row = line(replace(RUNNING, eta=23 * 3600 + 59 * 60), width).rstrip()
    assert row.endswith((" 23 h 59 min", " 23 h"))


def test_a_long_name_keeps_its_beginning_and_its_extension() -> None:
    for width in (58, 80, 120):
        row = line(job(1, "download", LONG_NAME, JobState.RUNNING, 1, 2), width)
        assert "Insur" in row
        assert ".pdf " in row


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (1433 * MIB, 2355 * MIB, "1.4 / 2.3 GB"),
        (512, 3072, "512 B / 3 KB"),
        (0, 3072, "0 / 3 KB"),
        (500 * MIB, 2355 * MIB, "2.3 GB"),
    ],
)
def test_where_there_is_little_room_the_unit_is_said_once(done: int, total: int, words: str) -> None:
    assert f" {words} " in line(replace(RUNNING, done=done, total=total), 80)


def test_a_job_is_never_shown_complete_before_it_is() -> None:
    assert " 99%" in line(replace(RUNNING, done=999_999, total=1_000_000), 80)


def test_a_folder_counts_its_files() -> None:
    photos = next(each for each in MANY if each.name == "Photos")
    assert "41/903" in line(photos, 80)
    assert "41/903" in line(photos, 120)
    assert "312 MB of 7.2 GB" in line(photos, 120)


def test_what_holds_a_job_stands_where_its_speed_would() -> None:
    for waiting in ("OneDrive asks for a pause: 37 s", "OneDrive cannot be reached, next try in 1,204 s"):
        for state in (JobState.RUNNING, JobState.WAITING):
            row = line(replace(RUNNING, state=state, waiting=waiting), 120)
            assert waiting in row
            assert "MB/s" not in row
            assert row.startswith(f" {SIGNS[JobState.WAITING]} ↑")


def test_a_failure_says_why_and_what_to_do_as_far_as_there_is_room() -> None:
    failed = replace(
        RUNNING, state=JobState.FAILED, problem="The drive is full.", advice="Delete something, then press r."
    )
    assert "The drive is full. Delete something, then press r." in line(failed, 120)
    assert "The drive is full. " in line(failed, 60)
    assert "Delete" not in line(failed, 60)
    assert "…" in line(replace(failed, problem="x" * 300), 80)


def test_what_is_done_says_how_much_and_where_it_is() -> None:
    done = replace(RUNNING, state=JobState.DONE, done=900 * MIB, files_done=3, files_total=3)
    assert "3 files, 900 MB → OneDrive: Documents" in line(done, 120)
    assert "… → " not in line(job(1, "delete", "a", JobState.DONE, 0, None), 80)


def test_a_deletion_counts_items_and_has_no_speed() -> None:
    deletion = job(1, "delete", "a", JobState.RUNNING, 0, 900 * MIB, files_done=30, files_total=120, speed=9e9)
    for width in (80, 120):
        row = line(deletion, width)
        assert " 25%" in row
        assert "30 of 120" in row
        assert "/s" not in row
        assert "MB" not in row


def test_a_cancelled_folder_says_how_far_it_came() -> None:
    stopped = replace(RUNNING, state=JobState.CANCELLED, files_done=14, files_total=67)
    assert "cancelled after 14 of 67 files" in line(stopped, 80)
    assert line(replace(stopped, files_done=0), 80).rstrip().endswith("cancelled")
