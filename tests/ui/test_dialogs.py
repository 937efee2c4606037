"""Every dialog answers what was chosen, and the safe answer needs no choice."""

from dataclasses import replace

import pytest
from textual.content import Content
from textual.widgets import Static
from textual.widgets._toast import Toast

from odtui.services.words import Explained
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.conflict import ConflictDialog
from odtui.ui.dialogs.error import ErrorDialog
from odtui.ui.dialogs.input import InputDialog
from odtui.ui.dialogs.pick import Option, PickDialog
from odtui.ui.widgets.buttons import KeyButton
from odtui.ui.widgets.line_input import LineInput
from tests.ui.scenes.dialogs import HOSTILE, SETTINGS_CARD, conflict, file
from tests.ui.styled_app import StyledApp


def shown(app: StyledApp) -> str:
    """All that is on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


# --- confirm -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], False),
        (["escape"], False),
        (["n"], False),
        (["y"], True),
        (["right", "enter"], True),
        (["tab", "enter"], True),
        (["right", "right", "enter"], False),
        (["left", "enter"], True),
    ],
)
async def test_the_safe_button_has_the_focus(keys: list[str], answer: bool) -> None:
    app = StyledApp(ConfirmDialog("Delete", Content("Really?"), yes="Delete", danger=True))
    async with app.run_test() as pilot:
        await pilot.press(*keys)
    assert app.answers == [answer]


async def test_a_button_can_be_clicked() -> None:
    app = StyledApp(ConfirmDialog("Delete", Content("Really?"), yes="Delete"))
    async with app.run_test() as pilot:
        await pilot.click("#yes")
    assert app.answers == [True]


async def test_a_long_body_leaves_the_buttons_on_the_screen() -> None:
    app = StyledApp(ConfirmDialog("Delete", Content("word " * 2000), yes="Delete"))
    async with app.run_test(size=(60, 20)):
        for button in app.screen.query(KeyButton):
            assert app.screen.region.contains_region(button.region)


# --- input -----------------------------------------------------------------------------------------------------


def ask_name(value: str = "a.txt") -> StyledApp:
    return StyledApp(
        InputDialog(
            "Rename",
            value=value,
            select=(0, 1),
            problem=lambda text: None if text else "A name is needed.",
            accept="Rename",
        )
    )


async def test_typing_replaces_the_selected_part() -> None:
    app = ask_name()
    async with app.run_test() as pilot:
        await pilot.press("b", "enter")
    assert app.answers == ["b.txt"]


async def test_a_problem_keeps_enter_from_accepting_and_is_told() -> None:
    app = ask_name("a")
    async with app.run_test() as pilot:
        assert "A name is needed." not in shown(app)
        await pilot.press("backspace", "enter")
        assert app.answers == []
        assert "A name is needed." in shown(app)
        assert app.screen.query_one("#accept").disabled
        await pilot.press("b")
        assert "A name is needed." not in shown(app)
        await pilot.press("enter")
    assert app.answers == ["b"]


async def test_an_empty_answer_is_blamed_only_when_it_is_given() -> None:
    app = ask_name("")
    async with app.run_test() as pilot:
        assert "A name is needed." not in shown(app)
        await pilot.press("enter")
        assert "A name is needed." in shown(app)
    assert app.answers == []


async def test_escape_gives_no_answer() -> None:
    app = ask_name()
    async with app.run_test() as pilot:
        await pilot.press("x", "escape")
    assert app.answers == [None]


async def test_the_accept_button_accepts() -> None:
    app = ask_name()
    async with app.run_test() as pilot:
        await pilot.press("tab", "right", "enter")
    assert app.answers == ["a.txt"]


async def test_a_hostile_name_is_edited_but_never_drawn_as_it_is() -> None:
    app = ask_name(HOSTILE)
    async with app.run_test() as pilot:
        assert "\x1b" not in shown(app)
        assert "\u202e" not in shown(app)
        await pilot.press("end", "!", "enter")
    assert app.answers == [HOSTILE + "!"]


async def test_the_cursor_stays_in_step_with_signs_for_control_characters() -> None:
    app = ask_name("\x1b[31m\x07x")
    async with app.run_test() as pilot:
        line = app.screen.query_one(LineInput)
        assert line._position_to_cell(len(line.value)) == len(line.value)
        await pilot.click(LineInput, offset=(2, 0))
        assert line.cursor_position == 1


# --- conflict -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], ("skip", False)),
        (["escape"], ("skip", False)),
        (["s"], ("skip", False)),
        (["o"], ("replace", False)),
        (["k"], ("keep_both", False)),
        (["n"], ("newer", False)),
        (["x"], ("cancel", False)),
        (["a", "n"], ("newer", True)),
        (["a", "o"], ("replace", True)),
        (["a", "a", "k"], ("keep_both", False)),
        (["right", "enter"], ("keep_both", False)),
        (["a", "right", "right", "right", "enter"], ("replace", True)),
    ],
)
async def test_nothing_is_replaced_without_the_choice(keys: list[str], answer: tuple[str, bool]) -> None:
    app = StyledApp(ConflictDialog(conflict()))
    async with app.run_test() as pilot:
        await pilot.press(*keys)
    assert app.answers == [answer]


async def test_the_newer_and_the_larger_are_marked() -> None:
    app = StyledApp(ConflictDialog(conflict()))
    async with app.run_test():
        there, new = (str(side.query(Static).last().content) for side in app.screen.query(".side"))
        assert "newer" in new
        assert "newer" not in there
        assert "50.7 KB  larger" in shown(app)


async def test_folders_have_no_size_to_compare() -> None:
    asked = conflict()
    app = StyledApp(ConflictDialog(replace(asked, existing=file(folder=True))))
    async with app.run_test():
        assert "Folder" in shown(app)
        assert "larger" not in shown(app)


async def test_unknown_dates_are_said_to_be_unknown() -> None:
    asked = conflict()
    app = StyledApp(ConflictDialog(replace(asked, existing=replace(asked.existing, modified=None))))
    async with app.run_test():
        assert "Date not known" in shown(app)
        assert "  newer" not in shown(app)


# --- error card -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "answer"),
    [(["enter"], "settings"), (["o"], "settings"), (["r"], "retry"), (["m"], "other_method"), (["escape"], None)],
)
async def test_a_key_of_the_card_chooses_its_step(keys: list[str], answer: str | None) -> None:
    app = StyledApp(ErrorDialog(SETTINGS_CARD))
    async with app.run_test() as pilot:
        await pilot.press(*keys)
    assert app.answers == [answer]


async def test_keys_of_steps_that_are_not_offered_do_nothing() -> None:
    app = StyledApp(ErrorDialog(SETTINGS_CARD))
    async with app.run_test() as pilot:
        await pilot.press("s", "n", "f", "p", "b")
        assert app.answers == []


async def test_details_unfold_and_hostile_ones_are_harmless() -> None:
    app = StyledApp(ErrorDialog(SETTINGS_CARD))
    async with app.run_test() as pilot:
        assert "AADSTS700016" not in shown(app)
        await pilot.press("d")
        assert "AADSTS700016" in shown(app)
        assert "[/b]" in shown(app)
        assert "\x1b" not in shown(app)
        await pilot.press("d")
        assert "AADSTS700016" not in shown(app)


async def test_copying_takes_the_title_and_the_details_without_control_characters() -> None:
    app = StyledApp(ErrorDialog(SETTINGS_CARD))
    async with app.run_test() as pilot:
        await pilot.press("c")
        assert app.clipboard.startswith("The client ID is not known\n")
        assert "AADSTS700016" in app.clipboard
        assert "\x1b" not in app.clipboard
    assert app.answers == []


async def test_a_card_without_details_offers_none() -> None:
    app = StyledApp(ErrorDialog(Explained("Title", "Why.", "Advice.", ("retry", "copy_details", "none"))))
    async with app.run_test() as pilot:
        assert [button.id for button in app.screen.query(KeyButton)] == ["retry", "close"]
        await pilot.press("d", "c")
        assert app.clipboard == ""


async def test_endless_details_are_cut() -> None:
    app = StyledApp(ErrorDialog(Explained("Title", "Why.", "Advice.", (), "x" * 1_000_000)))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("c", "d")
        assert len(app.clipboard) < 10_000
        for button in app.screen.query(KeyButton):
            assert app.screen.region.contains_region(button.region)


# --- pick ------------------------------------------------------------------------------------------------------------


def choose() -> StyledApp:
    options = [
        Option("one", Content("One")),
        Option("two", Content(HOSTILE.replace("\x1b", ""))),
        Option("three", Content("Three"), enabled=False),
        Option("four", Content("Four")),
    ]
    return StyledApp(PickDialog("Choose", options, current="two"))


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "two"),
        (["1"], "one"),
        (["4"], "four"),
        (["down", "enter"], "four"),
        (["k", "enter"], "one"),
        (["j", "enter"], "four"),
        (["escape"], None),
    ],
)
async def test_moving_and_numbers_choose(keys: list[str], answer: str | None) -> None:
    app = choose()
    async with app.run_test() as pilot:
        await pilot.press(*keys)
    assert app.answers == [answer]


async def test_no_notice_lies_over_a_list() -> None:
    app = choose()
    async with app.run_test(notifications=True) as pilot:
        app.notify("Notice")
        await pilot.pause()
        (toast,) = app.screen.query(Toast)
        assert not toast.visible
        await pilot.press("escape")
        await pilot.pause()
        (toast,) = app.screen.query(Toast)
        assert toast.visible


async def test_the_cursor_can_begin_elsewhere_than_at_what_is_in_use() -> None:
    options = [Option("one", Content("One")), Option("two", Content("Two"))]
    app = StyledApp(PickDialog("Choose", options, begin="two"))
    async with app.run_test() as pilot:
        await pilot.press("enter")
    assert app.answers == ["two"]


async def test_what_is_not_possible_cannot_be_chosen_by_its_number() -> None:
    app = choose()
    async with app.run_test() as pilot:
        await pilot.press("3", "9")
        assert app.answers == []
