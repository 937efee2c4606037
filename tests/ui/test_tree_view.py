"""The file list keeps its cursor, its top line and its columns."""

from typing import ClassVar

import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult

from odtui.services.entry import Entry, Kind, Target
from odtui.services.tree import Order, TreeModel
from odtui.ui.widgets.columns import Columns
from odtui.ui.widgets.tree_view import TreeView
from tests.ui.browser_app import STYLES
from tests.ui.scenes.browser import HOSTILE


def file(name: str, **changes: object) -> Entry:
    return Entry("d", name, name, changes.pop("kind", Kind.FILE), **changes)  # type: ignore[arg-type]  # by name


def model(*entries: Entry, order: Order = Order()) -> TreeModel:  # noqa: B008 - frozen
    tree = TreeModel(Entry("d", "top", "top", Kind.FOLDER), order)
    tree.extend(tree.top, list(entries))
    return tree


class ListApp(App[None]):
    """Only a list."""

    CSS_PATH: ClassVar = [STYLES / "browser.tcss"]

    def __init__(self, tree: TreeModel) -> None:
        super().__init__()
        self._shown = tree
        self.files = TreeView()

    def compose(self) -> ComposeResult:
        yield self.files

    def on_mount(self) -> None:
        self.files.show(self._shown)
        self.files.focus()


def lines(view: TreeView) -> list[str]:
    return [view.render_line(y).text for y in range(view.size.height)]


@pytest.mark.parametrize("width", [10, 24, 37, 57, 80, 160])
async def test_every_line_has_exactly_the_cells_of_the_list(width: int) -> None:
    entries = [file(name, size=10**number, modified=1_760_000_000) for number, name in enumerate(HOSTILE)]
    entries += [file("folder \u202e[b]", kind=Kind.FOLDER, target=Target("x", "y"), blocked=True)]
    app = ListApp(model(*entries))
    async with app.run_test(size=(width, 20)):
        app.files.note(entries[3], "renaming \x1b…")
        region = app.files.scrollable_content_region
        for y in range(region.height):
            strip = app.files.render_line(y)
            assert Segment.get_line_length(strip) == region.width
            assert not any(ord(char) < 32 or char in "\u202e\u200b\x9b" for char in strip.text)


def test_columns_vanish_from_the_right() -> None:
    wide, middle, narrow, tiny = (Columns.within(width) for width in (100, 57, 37, 24))
    assert wide.with_time
    assert middle.modified
    assert not middle.with_time
    assert narrow.size
    assert not narrow.modified
    assert not tiny.size
    for columns in (wide, middle, narrow, tiny):
        parts = [part.width for part in (columns.name, columns.size, columns.modified) if part]
        assert sum(parts) + 3 == columns.total


async def test_sizes_and_dates_stand_right_aligned() -> None:
    app = ListApp(model(file("a", size=5, modified=1_760_000_000), file("b", size=123_456, modified=1_760_000_000)))
    async with app.run_test(size=(60, 4)):
        assert [line.rstrip()[-19:] for line in lines(app.files)[:2]] == ["    5 B  2025-10-09", " 121 KB  2025-10-09"]


async def test_the_cursor_stays_on_its_row_while_pages_arrive_above_it() -> None:
    tree = model(*(file(f"m{number:03}") for number in range(100)))
    app = ListApp(tree)
    async with app.run_test(size=(60, 10)):
        view = app.files
        view.go(50)
        top = view.rows[view.scroll_offset.y]
        with view.changing():
            tree.extend(tree.top, [file(f"a{number:03}") for number in range(200)])
        assert view.entry == file("m050")
        assert view.rows[view.scroll_offset.y] is top


async def test_an_untouched_list_stays_at_its_first_row_while_pages_arrive() -> None:
    tree = model(*(file(f"m{number}") for number in range(5)))
    app = ListApp(tree)
    async with app.run_test(size=(60, 10)):
        with app.files.changing():
            tree.extend(tree.top, [file("a")])
        assert app.files.entry == file("a")
        assert app.files.scroll_offset.y == 0


async def test_a_row_that_is_gone_leaves_the_cursor_where_it_was() -> None:
    tree = model(file("a"), file("b"), file("c"))
    app = ListApp(tree)
    async with app.run_test(size=(60, 10)):
        app.files.go(1)
        with app.files.changing():
            tree.remove(file("b"))
        assert app.files.entry == file("c")
        with app.files.changing():
            tree.remove(file("c"))
        assert app.files.entry == file("a")


async def test_folding_takes_the_cursor_to_the_folder() -> None:
    tree = model(file("docs", kind=Kind.FOLDER))
    tree.expand(0)
    tree.extend(tree.rows[0], [file("x"), file("y")])
    app = ListApp(tree)
    async with app.run_test(size=(60, 10)):
        app.files.go(2)
        with app.files.changing():
            tree.collapse(0)
        assert app.files.entry == file("docs", kind=Kind.FOLDER)


async def test_a_sought_entry_gets_the_cursor_when_it_arrives_unless_the_user_moves_first() -> None:
    for moved, name in ((False, "z"), (True, "b")):
        tree = model(file("a"), file("b"))
        app = ListApp(tree)
        async with app.run_test(size=(60, 10)):
            app.files.seek(file("z").key)
            if moved:
                app.files.go(1)
            with app.files.changing():
                tree.extend(tree.top, [file("z")])
            assert app.files.entry == file(name)


async def test_only_rows_whose_looks_change_are_drawn_again() -> None:
    tree = model(*(file(f"m{number:03}") for number in range(100)))
    app = ListApp(tree)
    async with app.run_test(size=(60, 10)):
        first, second = app.files.render_line(0), app.files.render_line(5)
        app.files.go(1)
        assert app.files.render_line(5) is second
        assert app.files.render_line(0) is not first


async def test_states_of_folders_are_told_in_words() -> None:
    tree = model(file("a", kind=Kind.FOLDER), file("b", kind=Kind.FOLDER), file("c", kind=Kind.FOLDER))
    for row in (2, 1, 0):
        tree.expand(row)
        tree.begin(tree.rows[row])
    tree.finish(tree.rows[0])
    tree.finish(tree.rows[1], failed=True)
    app = ListApp(tree)
    async with app.run_test(size=(60, 10)):
        assert [line.split()[2:] for line in lines(app.files)[:3]] == [
            ["empty"],
            ["could", "not", "be", "read"],
            ["reading…"],
        ]


async def test_the_cursor_can_be_seen_without_colours() -> None:
    app = ListApp(model(file("a"), file("b")))
    async with app.run_test(size=(60, 10)) as pilot:
        cursor, other = app.files.render_line(0), app.files.render_line(1)
        assert cursor._segments[1].style != other._segments[1].style
        app.set_focus(None)
        await pilot.pause()
        assert all(segment.style and segment.style.underline for segment in app.files.render_line(0))


async def test_clicks_move_open_unfold_and_select() -> None:
    app = ListApp(model(file("docs", kind=Kind.FOLDER), file("x")))
    heard: list[str] = []
    async with app.run_test(size=(60, 10), message_hook=lambda message: heard.append(type(message).__name__)) as pilot:
        await pilot.click(app.files, offset=(8, 1))
        assert app.files.cursor == 1
        await pilot.click(app.files, offset=(2, 0))
        assert "ArrowClicked" in heard
        await pilot.click(app.files, offset=(8, 1), control=True)
        assert "SelectionClicked" in heard
        assert "Opened" not in heard
        await pilot.double_click(app.files, offset=(8, 1))
        assert "Opened" in heard


async def test_a_hint_too_long_for_the_list_goes_on_in_the_next_line() -> None:
    app = ListApp(model())
    async with app.run_test(size=(30, 10)):
        app.files.hint = "Signed out here; your browser may still be signed in.\nPress a to sign in."
        shown = [line.strip() for line in lines(app.files) if line.strip()]
        assert " ".join(shown) == app.files.hint.replace("\n", " ")
        assert shown[-1] == "Press a to sign in."
