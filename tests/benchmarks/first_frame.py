"""First frame: from starting Python to the first full picture in a pseudo-terminal, against an empty Textual app."""

import json
import os
import statistics
import tempfile
import time

from tests.benchmarks.terminal import run

ROUNDS = 9

EMPTY = """
import json, os, sys, time
from textual.app import App
from textual.widgets import Footer, Header

class Empty(App):
    def compose(self):
        yield Header()
        yield Footer()
    def on_mount(self):
        self.call_after_refresh(self.drawn)
    def drawn(self):
        with open(os.environ["ODTUI_BENCH_OUT"], "w") as out:
            json.dump([time.time(), []], out)
        self.exit()

Empty().run()
"""

BROWSER = """
import json, os, sys, time
from odtui import cli
from odtui.ui.account_flow import AccountFlow

def begin(self):
    with open(os.environ["ODTUI_BENCH_OUT"], "w") as out:
        json.dump([time.time(), sorted(sys.modules)], out)
    self._app.exit()

AccountFlow.begin = begin
sys.exit(cli.main([]))
"""

HEAVY = ("msal", "keyring", "cryptography", "aiohttp", "httpx", "starlette", "segno", "truststore")


def first_frame(script: str, home: str) -> tuple[float, list[str]]:
    """Wall seconds from starting Python to the drawn frame, in 120 by 36, and the modules imported by then."""
    out = os.path.join(home, "frame.json")
    began = time.time()
    run(["-c", script], {"HOME": home, "ODTUI_BENCH_OUT": out}, columns=120, lines=36)
    with open(out) as file:
        drawn, modules = json.load(file)
    return drawn - began, modules


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        for script in (EMPTY, BROWSER):
            first_frame(script, home)
        empty, browser = [], []
        for _ in range(ROUNDS):
            empty.append(first_frame(EMPTY, home)[0])
            took, modules = first_frame(BROWSER, home)
            browser.append(took)
    one, other = statistics.median(empty), statistics.median(browser)
    print(
        f"  empty Textual app {one * 1000:.0f} ms; browser {other * 1000:.0f} ms; ratio {other / one:.2f} (budget 1.30)"
    )
    print(f"  heavy modules imported before it: {', '.join(name for name in HEAVY if name in modules) or 'none'}")
