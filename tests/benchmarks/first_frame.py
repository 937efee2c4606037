"""First frame: from starting Python to the first full picture in a pseudo-terminal, against an empty Textual app."""

import fcntl
import json
import os
import pty
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

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
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    drain = threading.Thread(target=_drain, args=(master,), daemon=True)
    drain.start()
    env = os.environ | {
        "HOME": home,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "ODTUI_BENCH_OUT": os.path.join(home, "modules.json"),
    }
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], stdin=slave, stdout=slave, stderr=slave, env=env, check=False)
    took = time.perf_counter() - began
    os.close(slave)
    drain.join(1)
    os.close(master)
    if done.returncode:
        raise RuntimeError(f"the app left with {done.returncode}")
    return took


def _drain(master: int) -> None:
    try:
        while os.read(master, 65536):
            pass
    except OSError:
        return


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
