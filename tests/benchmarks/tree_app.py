"""One measured run of the file list in a terminal: `python -m tests.benchmarks.tree_app ROWS OUT`."""

import asyncio
import json
import statistics
import sys
import time
import tracemalloc

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Label

from odtui.services.entry import Entry, Kind
from odtui.services.tree import TreeModel
from odtui.ui.commands import bindings
from odtui.ui.widgets.tree_view import TreeView

PAGE = 200
KEYS = 300


def entry(number: int) -> Entry:
    name = f"Report {number * 7919 % 1_000_003:07} final.docx"
    return Entry("d", f"01ITEM{number}", name, Kind.FILE, number * 37, 1_700_000_000 + number, f'"{{{number}}},1"')


class TreeApp(App[None]):
    """A bare file list with the pane's own keys for moving; with no rows an empty app to compare with."""

    BINDINGS = [binding for binding in bindings("pane") if binding.action.startswith(("move", "page", "top", "end"))]

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows
        self.found: dict[str, float] = {}
        self.files = TreeView()

    def compose(self) -> ComposeResult:
        yield self.files if self.rows else Label("empty")

    def action_move(self, delta: int) -> None:
        if self.rows:
            self.files.go(self.files.cursor + delta)

    def on_mount(self) -> None:
        self.run_worker(self.measure())

    async def drawn(self) -> None:
        """Until what was asked for is on the screen."""
        done = asyncio.Event()
        self.call_after_refresh(done.set)
        await done.wait()

    async def measure(self) -> None:
        await self.drawn()
        found: dict[str, float] = {}
        if self.rows:
            self.files.focus()
            model = TreeModel(Entry("d", "top", "top", Kind.FOLDER))
            self.files.show(model)
            began = time.perf_counter()
            for first in range(0, self.rows, PAGE):
                page = [entry(number) for number in range(first, first + PAGE)]
                with self.files.changing():
                    model.extend(model.top, page)
                await asyncio.sleep(0)
            await self.drawn()
            found["fill"] = time.perf_counter() - began
            found["bytes"] = memory(self.rows)
            self.files.go(self.rows // 2)
            await self.drawn()
        times = []
        for number in range(KEYS):
            began = time.process_time()
            self.post_message(Key("down" if number % 3 else "up", None))
            await self.drawn()
            times.append((time.process_time() - began) * 1000)
        found["median"] = statistics.median(times)
        found["p95"] = sorted(times)[int(len(times) * 0.95)]
        self.found = found
        self.exit()


def memory(rows: int) -> float:
    """Bytes that a model of that many rows holds, measured apart since tracing slows everything."""
    tracemalloc.start()
    model = TreeModel(Entry("d", "top", "top", Kind.FOLDER))
    for first in range(0, rows, PAGE):
        model.extend(model.top, [entry(number) for number in range(first, first + PAGE)])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return float(held)


if __name__ == "__main__":
    app = TreeApp(int(sys.argv[1]))
    app.run()
    with open(sys.argv[2], "w") as file:
        json.dump(app.found, file)
