"""First frame: from starting Python to the first full picture in a pseudo-terminal, against an empty Textual app."""

import json
import os
import statistics
import tempfile

from tests.benchmarks.terminal import run

ROUNDS = 9

EMPTY = """
from textual.app import App
from textual.widgets import Footer, Header

class Empty(App):
    def compose(self):
        yield Header()
        yield Footer()
    def on_mount(self):
        self.call_after_refresh(self.exit)

Empty().run()
"""

BROWSER = """
import sys
from odtui.ui import account_flow
from odtui import cli
from odtui.ui.account_flow import AccountFlow

def begin(self):
    import json, os
    with open(os.environ["ODTUI_BENCH_OUT"], "w") as out:
        json.dump(sorted(sys.modules), out)
    self._app.exit()

AccountFlow.begin = begin
sys.exit(cli.main([]))
"""

HEAVY = ("msal", "keyring", "cryptography", "aiohttp", "httpx", "starlette", "segno", "truststore")


def seconds(script: str, home: str) -> float:
    """Wall time of one run in a pseudo-terminal of 120 by 36."""
    env = {"HOME": home, "ODTUI_BENCH_OUT": os.path.join(home, "modules.json")}
    return run(["-c", script], env, columns=120, lines=36)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        for script in (EMPTY, BROWSER):
            seconds(script, home)
        empty, browser = [], []
        for _ in range(ROUNDS):
            empty.append(seconds(EMPTY, home))
            browser.append(seconds(BROWSER, home))
        with open(os.path.join(home, "modules.json")) as file:
            loaded = set(json.load(file))
    one, other = statistics.median(empty), statistics.median(browser)
    print(
        f"  empty Textual app {one * 1000:.0f} ms; browser {other * 1000:.0f} ms; ratio {other / one:.2f} (budget 1.30)"
    )
    print(f"  heavy modules imported before it: {', '.join(name for name in HEAVY if name in loaded) or 'none'}")
