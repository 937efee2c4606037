"""Help: every key, the user guide, what is new."""

from collections.abc import Iterable, Mapping
from importlib.resources import files

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Input, Markdown, Static, TabbedContent, TabPane

from odtui.ui.commands import COMMANDS, Command
from odtui.ui.keynames import keys_in_use
from odtui.ui.widgets.line_input import LineInput

_PAGES = {"guide": "guide.md", "news": "CHANGELOG.md"}
"""Tab and its file in odtui/docs."""


class KeyTable(Static):
    """The commands by group: keys, name, what it does."""

    COMPONENT_CLASSES = {"keys--group", "keys--key", "keys--help"}

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys`: the user's own key map."""
        super().__init__()
        self._keys = keys
        self._needle = ""

    def on_mount(self) -> None:
        self.filter("")
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.call_after_refresh(self.filter, self._needle))

    def filter(self, needle: str) -> int:
        """Show the commands whose name, keys or help contain the words. Gives their number."""
        self._needle = needle
        found = [command for command in COMMANDS if self._matches(command, needle.casefold().split())]
        self.update(self._table(found) if found else Text("No command has these words.", "dim"))
        return len(found)

    def _matches(self, command: Command, words: Iterable[str]) -> bool:
        text = f"{command.title} {command.help} {command.group} {keys_in_use(command, self._keys)}".casefold()
        return all(word in text for word in words)

    def _table(self, commands: list[Command]) -> Table:
        style = self.get_component_rich_style
        table = Table.grid(padding=(0, 2))
        widest_keys = max(len(keys_in_use(command, self._keys)) for command in COMMANDS)
        table.add_column(no_wrap=True, style=style("keys--key"), min_width=widest_keys)
        table.add_column(no_wrap=True, style="bold", min_width=max(len(command.title) for command in COMMANDS))
        table.add_column(ratio=1, style=style("keys--help"))
        for group in dict.fromkeys(command.group for command in commands):
            if table.row_count:
                table.add_row()
            table.add_row(Text(group, style("keys--group")))
            for command in commands:
                if command.group == group:
                    table.add_row(Text(keys_in_use(command, self._keys)), Text(command.title), Text(command.help))
        return table


class HelpScreen(Screen[None]):
    """Typing filters the keys; the arrow keys scroll."""

    CSS_PATH = "../styles/help.tcss"
    SEARCH = "#search"
    AUTO_FOCUS = SEARCH
    BINDINGS = [
        Binding("f2", "page('keys')", "Keys", key_display="F2"),
        Binding("f3", "page('guide')", "Guide", key_display="F3"),
        Binding("f4", "page('news')", "What is new", key_display="F4"),
        Binding("up", "scroll(-1)", "Up", show=False),
        Binding("down", "scroll(1)", "Down", show=False),
        Binding("pageup", "scroll_page(-1)", "Page up", show=False),
        Binding("pagedown,space", "scroll_page(1)", "Page down", show=False),
        Binding("f1,question_mark", "leave", "Close", show=False),
        Binding("q", "leave", "Close", show=False),
        Binding("escape", "leave", "Close", key_display="Esc"),
    ]

    def compose(self) -> ComposeResult:
        with TabbedContent(initial="keys"):
            with TabPane("Keys", id="keys"):
                yield LineInput(placeholder="Type to find a key", compact=True, id="search")
                with VerticalScroll(can_focus=False):
                    yield KeyTable(self.app._keymap)  # Textual keeps it without a public name
            with TabPane("Guide", id="guide"):
                yield VerticalScroll(can_focus=True)
            with TabPane("What is new", id="news"):
                yield VerticalScroll(can_focus=True)
        yield Footer(show_command_palette=False)

    @on(Input.Changed, SEARCH)
    def filter_keys(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(KeyTable).filter(event.value)
        self._scroller().scroll_home(animate=False)

    @on(TabbedContent.TabActivated)
    def open_page(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        page = self.query_one(TabbedContent).active
        if page in _PAGES:
            self._scroller().focus()
            self.read_page(page)
        else:
            self.query_one(self.SEARCH).focus()

    @work(exclusive=True, group="page")
    async def read_page(self, page: str) -> None:
        """Put the text in, the first time that the page is opened."""
        scroller = self._scroller()
        if not scroller.query(Markdown):
            text = (files("odtui") / "docs" / _PAGES[page]).read_text(encoding="utf-8")
            await scroller.mount(Markdown(text, open_links=False))

    def action_page(self, page: str) -> None:
        self.query_one(TabbedContent).active = page

    def action_scroll(self, lines: int) -> None:
        self._scroller().scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        scroller = self._scroller()
        scroller.scroll_relative(y=pages * max(1, scroller.size.height - 1), animate=False)

    def action_leave(self) -> None:
        """Take back the filter; without one, close the help."""
        search = self.query_one(self.SEARCH, Input)
        if search.value and self.query_one(TabbedContent).active == "keys":
            search.value = ""
        else:
            self.dismiss(None)

    def _scroller(self) -> VerticalScroll:
        return self.query_one(f"#{self.query_one(TabbedContent).active} VerticalScroll", VerticalScroll)
