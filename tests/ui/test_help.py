"""Help shows what the command table has, with the user's own keys."""

import re
from importlib.resources import files

import pytest

from odtui.ui.commands import BY_ID, COMMANDS
from odtui.ui.keynames import key_name, key_names
from odtui.ui.screens.help import HelpScreen, KeyTable
from odtui.ui.screens.settings import SettingsScreen
from tests.ui.styled_app import StyledApp
from tests.ui.test_dialogs import shown

KEY = re.compile(r"\S|F\d+|(Ctrl|Shift|Alt)\+\S+|[A-Z][a-z]+|Pg(Up|Dn)")
"""What a key looks like in the guide; file names, variables and lists of characters look otherwise."""


async def test_every_command_is_listed() -> None:
    app = StyledApp(HelpScreen())
    async with app.run_test(size=(160, 100)):
        text = shown(app)
        for command in COMMANDS:
            assert command.help in text


async def test_the_users_own_keys_are_shown() -> None:
    app = StyledApp(HelpScreen())
    app.set_keymap({"items.delete": "ctrl+f,f9"})
    async with app.run_test(size=(160, 100)):
        (line,) = (line for line in shown(app).splitlines() if "recycle bin or trash" in line)
        assert line.split()[:2] == ["Ctrl+F", "F9"]


async def test_typing_filters_and_escape_first_takes_the_filter_back() -> None:
    app = StyledApp(HelpScreen())
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press(*"trash")
        assert "Delete" in shown(app)
        assert "Go up one screen." not in shown(app)
        await pilot.press("escape")
        assert app.answers == []
        assert "Go up one screen." in shown(app)
        await pilot.press("escape")
    assert app.answers == [None]


async def test_a_search_without_result_says_so() -> None:
    app = StyledApp(HelpScreen())
    async with app.run_test() as pilot:
        await pilot.press(*"[/b]")
        assert "No command has these words." in shown(app)


@pytest.mark.parametrize(("key", "words"), [("f3", "Using odtui"), ("f4", "What is new")])
async def test_the_guide_and_the_news_open(key: str, words: str) -> None:
    app = StyledApp(HelpScreen())
    async with app.run_test() as pilot:
        await pilot.press(key)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert words in shown(app).split("\n", 3)[3]
        await pilot.press("f2")
        assert app.focused is app.screen.query_one("#search")
        await pilot.press("escape")
    assert app.answers == [None]


async def test_the_arrow_keys_scroll_while_one_can_type() -> None:
    app = StyledApp(HelpScreen())
    async with app.run_test(size=(80, 24)) as pilot:
        scroller = app.screen.query_one(KeyTable).parent
        await pilot.press("down", "down")
        assert scroller.scroll_offset.y == 2
        await pilot.press("pagedown")
        assert scroller.scroll_offset.y > 10
        await pilot.press("up")
        await pilot.press("x")
        assert scroller.scroll_offset.y == 0


async def test_a_change_of_theme_recolours_the_keys() -> None:
    app = StyledApp(HelpScreen())
    async with app.run_test() as pilot:
        before = app.screen.query_one(KeyTable).get_component_rich_style("keys--key")
        app.theme = "odtui-light"
        await pilot.pause()
        after = app.screen.query_one(KeyTable).get_component_rich_style("keys--key")
        assert before != after
        colours = {
            segment.style.color
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if "PgUp" in segment.text and segment.style
        }
        assert colours == {after.color}


def test_the_guide_names_keys_and_commands_that_exist() -> None:
    guide = (files("odtui") / "docs" / "guide.md").read_text(encoding="utf-8")
    keys = {key for command in COMMANDS for key in key_names(command.keys).split()}
    keys |= {key_name(binding.key) for binding in SettingsScreen.BINDINGS}
    quoted = set(re.findall(r"`([^`\n]+)`", guide.split("## Your own keys")[0]))
    pressed = {text for text in quoted if KEY.fullmatch(text)}
    assert len(pressed) > 20
    assert pressed <= keys
    assert set(re.findall(r'^"([a-z._]+)" =', guide, re.MULTILINE)) <= set(BY_ID)
