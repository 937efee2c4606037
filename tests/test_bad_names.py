"""Names that have broken programs: what the drive's folder of odd names looks like, and what can be done there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.events import Paste

from odtui.demo.dataset import ODD_NAMES
from odtui.demo.thread import DemoThread
from odtui.ui.text import clean
from tests.app_harness import cursor_to, driven, names, screen_text


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with DemoThread() as running:
        yield running


def hostile(text: str) -> list[str]:
    """Characters that move, hide or turn round what a terminal draws."""
    return [
        char for char in text if unicodedata.category(char) in ("Cc", "Cs") or unicodedata.bidirectional(char) in BIDI
    ]


BIDI = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


@pytest.mark.parametrize("size", [(60, 50), (110, 50)], ids=["60 columns", "110 columns"])
async def test_odd_names_are_drawn_safely_in_aligned_columns(
    demo: DemoThread, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with driven(demo, tmp_path, size=size) as odtui:
        await odtui.open("Odd names")
        assert set(names(odtui.left)) >= set(ODD_NAMES)
        assert len(odtui.left.tree_view.rows) <= size[1] - 2, "all of them are on the screen"
        lines = screen_text(odtui.app)
        assert [hostile(line) for line in lines] == [[] for _ in lines]
        assert {cell_len(line) for line in lines} == {size[0]}
        rows = [line.text for line in map(odtui.left.tree_view.render_line, range(len(odtui.left.tree_view.rows)))]
        assert len({cell_len(row) for row in rows}) == 1
        assert all(row[-12:-10].strip() in ("", "2") or "20" in row[-12:] for row in rows), "dates end in one column"


async def test_odd_names_can_be_looked_into_renamed_and_deleted(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Odd names")
        odd = [
            next(name for name in ODD_NAMES if mark in name and name != "[")
            for mark in ("[/", "\x1b[", "\n", "\u202e", "space ")
        ]
        assert len(set(odd)) == 5
        for number, name in enumerate(odd):
            cursor_to(odtui.left, name)
            await odtui.press("v")
            assert odtui.right.view == "preview"
            shown = screen_text(odtui.app)
            assert not any(hostile(line) for line in shown)
            assert clean(name)[:8] in str(odtui.right.border_title), "the title names it"
            await odtui.press("escape", "r")
            odtui.app.screen.focused.post_message(Paste("x"))  # type: ignore[union-attr]
            assert not any(hostile(line) for line in screen_text(odtui.app))
            await odtui.press("home", "shift+end")
            odtui.app.screen.focused.post_message(Paste(f"Plain {number}.txt"))  # type: ignore[union-attr]
            await odtui.press("enter")
            assert f"Plain {number}.txt" in names(odtui.left)
            assert not odtui.remote(f"Odd names/{name}")


async def test_odd_names_can_be_deleted_and_nothing_else_goes(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Odd names")
        before = set(names(odtui.left))
        odtui.left.action_select_all()
        cursor_to(odtui.left, ODD_NAMES[0])
        await odtui.press("d")
        assert not any(hostile(line) for line in screen_text(odtui.app)), "nor in the question"
        job = await odtui.ended("y")
        assert "could not be deleted" in job.problem
        assert not any(hostile(line) for line in screen_text(odtui.app))
        locked = {"locked by someone else.xlsx"}
        assert set(names(odtui.left)) == locked
        assert before - locked >= set(ODD_NAMES)
        assert odtui.remote("Documents/Ideas.md")


async def test_escape_codes_within_a_file_are_shown_as_signs(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Odd names")
        cursor_to(odtui.left, "escape codes inside.log")
        await odtui.press("v")
        lines = screen_text(odtui.app)
        assert any("␛" in line for line in lines)
        assert not any(hostile(line) for line in lines)


async def test_a_file_that_is_malware_says_so_and_is_not_fetched(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Odd names")
        demo.state.log.clear()
        cursor_to(odtui.left, "infected.com")
        await odtui.press("v")
        assert any("Microsoft reports this file as malware" in line for line in screen_text(odtui.app))
        job = await odtui.transfer("infected.com")
        assert job.state == "failed"
        assert "blocked as malware" in job.problem
        assert not demo.state.log.entries("/content")
