"""The questions of transfers: what each key answers, and that the safe answer needs no choice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.widgets import OptionList

from odtui.services.transfers import JobState
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.conflict import ConflictDialog
from odtui.ui.dialogs.job import JobDialog
from odtui.ui.dialogs.preflight import PreflightDialog
from odtui.ui.dialogs.question import Question
from odtui.ui.dialogs.saved import SavedAnswer, SavedDialog
from odtui.ui.widgets.buttons import KeyButton
from tests.ui.scenes.dialogs import HOSTILE, conflict
from tests.ui.scenes.transfers import MANY, PREFLIGHT, SAVED, TROUBLES, properties
from tests.ui.styled_app import StyledApp

BY_STATE = {job.state: job for job in MANY}


def shown(app: StyledApp) -> str:
    """All that is on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def check_all_is_on_the_screen(app: StyledApp) -> None:
    for button in app.screen.query(KeyButton):
        if button.display:
            assert app.screen.region.contains_region(button.region), button.id


# --- any question ----------------------------------------------------------------------------------------------


async def test_keys_of_the_first_moment_answer_nothing() -> None:
    dialog = ConflictDialog(conflict(), grace=3600)
    app = StyledApp(dialog)
    async with app.run_test() as pilot:
        await pilot.press("o", "s", "enter", "escape", "k")
        assert app.answers == []
        dialog.listen()
        await pilot.press("k")
    assert app.answers == [("keep_both", False)]


async def test_a_withdrawn_question_goes_away() -> None:
    dialog = ConflictDialog(conflict())
    app = StyledApp(dialog)
    async with app.run_test() as pilot:
        dialog.withdraw()
        await pilot.pause()
    assert app.answers == [None]


async def test_a_question_withdrawn_below_another_goes_away_with_it() -> None:
    dialog = ConflictDialog(conflict())
    app = StyledApp(dialog)
    async with app.run_test() as pilot:
        await app.push_screen(JobDialog(MANY[0]))
        dialog.withdraw()
        await pilot.pause()
        assert app.answers == []
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers == [None]


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
@pytest.mark.parametrize(
    "make",
    [
        lambda: PreflightDialog(replace(PREFLIGHT, troubles=TROUBLES * 200, more=7, free=1)),
        lambda: SavedDialog([replace(SAVED[2], key=str(number)) for number in range(100)]),
        lambda: JobDialog(replace(BY_STATE[JobState.FAILED], details=f"{HOSTILE}\n" * 500, name=HOSTILE * 9)),
        lambda: ConflictDialog(conflict(HOSTILE * 9), properties=properties),
    ],
)
async def test_buttons_stay_on_the_screen_whatever_is_told(make: Callable[[], Any], size: tuple[int, int]) -> None:
    app = StyledApp(make())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        check_all_is_on_the_screen(app)
        assert "\x1b" not in shown(app)
        assert "\u202e" not in shown(app)


# --- comparing ---------------------------------------------------------------------------------------------------


async def test_d_compares_what_is_known_of_both_and_takes_it_back() -> None:
    app = StyledApp(ConflictDialog(conflict(), properties=properties))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("d")
        await app.workers.wait_for_complete()
        await pilot.pause()
        for label in ("Size", "Modified", "Modified by", "QuickXorHash"):
            assert f"≠ {label}" in shown(app)
        assert "≠ Name" not in shown(app)
        assert "≠ Created" not in shown(app)
        assert "≠ Location" not in shown(app)
        check_all_is_on_the_screen(app)
        await pilot.press("d")
        assert "QuickXorHash" not in shown(app)
        await pilot.press("o")
    assert app.answers == [("replace", False)]


async def test_a_long_comparison_can_be_read_to_its_end() -> None:
    async def long(entry: Any) -> list[tuple[str, str]]:
        return [(f"Label {number}", entry.name) for number in range(40)]

    app = StyledApp(ConflictDialog(conflict(), properties=long))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "Label 39" not in shown(app)
        check_all_is_on_the_screen(app)
        await pilot.press(*["pagedown"] * 5)
        assert "Label 39" in shown(app)


async def test_nothing_is_read_before_it_is_asked_for() -> None:
    asked: list[str] = []

    async def read(entry: Any) -> list[tuple[str, str]]:
        asked.append(entry.name)
        return [("Size", "1 B")]

    app = StyledApp(ConflictDialog(conflict(), properties=read))
    async with app.run_test() as pilot:
        await pilot.press("s")
    assert asked == []


async def test_without_properties_there_is_nothing_to_compare() -> None:
    app = StyledApp(ConflictDialog(conflict()))
    async with app.run_test() as pilot:
        await pilot.press("d")
        assert "Compare" not in shown(app)


# --- before a transfer starts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "go"),
        (["g"], "go"),
        (["l"], "skip_all"),
        (["x"], "cancel"),
        (["escape"], "cancel"),
        (["right", "enter"], "skip_all"),
        (["pagedown", "down", "up", "pageup", "escape"], "cancel"),
    ],
)
async def test_the_preflight_answers(keys: list[str], answer: str) -> None:
    app = StyledApp(PreflightDialog(PREFLIGHT))
    async with app.run_test() as pilot:
        await pilot.press(*keys)
    assert app.answers == [answer]


async def test_every_trouble_says_what_will_be_done() -> None:
    app = StyledApp(PreflightDialog(PREFLIGHT))
    async with app.run_test(size=(100, 40)):
        text = shown(app)
    assert "12,404 files in 88 folders, 7.2 GB" in text
    assert "5 items cannot go over as they are" in text
    assert "src/build/aux.c → aux_.c" in text
    assert "src/.~lock.budget.ods# → left out" in text


async def test_too_little_space_is_said() -> None:
    app = StyledApp(PreflightDialog(replace(PREFLIGHT, free=1024, troubles=())))
    async with app.run_test() as pilot:
        assert "only 1 KB left" in shown(app)
        await pilot.press("l")
        assert app.answers == []
        await pilot.press("g")
    assert app.answers == ["go"]


async def test_a_count_that_goes_on_is_told_as_such() -> None:
    app = StyledApp(PreflightDialog(replace(PREFLIGHT, counted=False, more=40)))
    async with app.run_test():
        assert "so far" in shown(app)
        assert "45 items" in shown(app)


# --- an earlier run ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], SavedAnswer("go_on", ("a", "b", "c"))),
        (["space", "enter"], SavedAnswer("go_on", ("b", "c"))),
        (["down", "space", "enter"], SavedAnswer("go_on", ("a", "c"))),
        (["a", "down", "space", "enter"], SavedAnswer("go_on", ("b",))),
        (["escape"], None),
        (["tab", "tab", "tab", "enter"], None),
        (["d", "y"], SavedAnswer("discard", ("a", "b", "c"))),
    ],
)
async def test_all_or_some_of_them_go_on(keys: list[str], answer: SavedAnswer | None) -> None:
    app = StyledApp(SavedDialog(SAVED))
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
    assert app.answers == [answer]


@pytest.mark.parametrize(
    ("files", "words"),
    [(1, "1 file has changed since and will be sent anew"), (2, "2 files have changed since and will be sent anew")],
)
async def test_a_source_that_changed_meanwhile_is_told_on_its_row(files: int, words: str) -> None:
    app = StyledApp(SavedDialog([SAVED[0], replace(SAVED[1], changed=files)]))
    async with app.run_test() as pilot:
        assert shown(app).count("changed since") == 1
        assert words in shown(app)
        await pilot.press("down", "space", "enter")
    assert app.answers == [SavedAnswer("go_on", ("a",))]


async def test_discarding_asks_and_no_is_the_safe_answer() -> None:
    app = StyledApp(SavedDialog(SAVED))
    async with app.run_test() as pilot:
        await pilot.press("space", "d")
        assert isinstance(app.screen, ConfirmDialog)
        assert "2 unfinished transfers" in shown(app)
        await pilot.press("enter")
        assert isinstance(app.screen, SavedDialog)
        assert app.answers == []


async def test_with_none_chosen_nothing_goes_on() -> None:
    app = StyledApp(SavedDialog(SAVED))
    async with app.run_test() as pilot:
        await pilot.press("a", "enter", "d")
        assert isinstance(app.screen, SavedDialog)
        assert app.answers == []
        assert all(button.disabled for button in app.screen.query("#go_on, #discard"))
        assert app.screen.query_one(OptionList).option_count == 3


# --- one transfer --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("keys", "answer"), [(["r"], "retry"), (["escape"], None), (["enter"], None)])
async def test_a_failed_transfer_can_be_tried_again(keys: list[str], answer: str | None) -> None:
    app = StyledApp(JobDialog(BY_STATE[JobState.FAILED]))
    async with app.run_test() as pilot:
        await pilot.press(*keys)
    assert app.answers == [answer]


async def test_steps_that_help_nothing_are_not_offered() -> None:
    app = StyledApp(JobDialog(BY_STATE[JobState.RUNNING]))
    async with app.run_test() as pilot:
        await pilot.press("r", "s", "o")
        assert app.answers == []
        assert "Try again" not in shown(app)


async def test_the_view_follows_its_job() -> None:
    dialog = JobDialog(MANY[0])
    app = StyledApp(dialog)
    async with app.run_test() as pilot:
        assert "1.4 GB of 2.3 GB (60%)" in shown(app)
        dialog.show(
            replace(MANY[0], state=JobState.FAILED, problem="It is gone.", advice="Look.", details="a.txt: 404")
        )
        await pilot.pause()
        for words in ("failed", "It is gone.", "a.txt: 404", "Try again"):
            assert words in shown(app)
        await pilot.press("r")
    assert app.answers == ["retry"]


async def test_all_of_it_goes_to_the_clipboard() -> None:
    app = StyledApp(JobDialog(replace(BY_STATE[JobState.FAILED], name=HOSTILE)))
    async with app.run_test() as pilot:
        await pilot.press("c")
        for words in ("Upload", "From: /home/anna", "The drive is full.", "507 insufficientStorage"):
            assert words in app.clipboard
        assert "\x1b" not in app.clipboard


def test_every_question_has_a_safe_way_out() -> None:
    for dialog in (ConflictDialog, PreflightDialog, SavedDialog):
        assert issubclass(dialog, Question)
        assert "action_safe_way" in vars(dialog)
