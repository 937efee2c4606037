"""A bug ends odtui in order: exit code 1, two lines on the terminal, the rest in the log, without secrets."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from tests.benchmarks.terminal import transcript

TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.c2VjcmV0LXRva2Vu.c2ln"
SCRIPT = f"""
import sys

from odtui.ui.app import OdtuiApp
from odtui.ui.launch import launch


def on_ready(self):
    token = {TOKEN!r}
    link = "https://my.microsoftpersonalcontent.com/personal/x/download.aspx?tempauth=v1.secret"
    raise ValueError(f"no such row: Bearer {{token}} {{link}} [bold]")


OdtuiApp.on_ready = on_ready
sys.exit(launch(target=None, profile=None, config=None, demo=None))
"""
"""A handler with a bug, and secrets in its variables and in the text of its error."""


def test_a_bug_leaves_two_lines_and_a_log_without_secrets(tmp_path: Path) -> None:
    home = tmp_path / "home [b]"
    home.mkdir()
    environment = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    code, seen = transcript(["-c", SCRIPT], environment, columns=80, lines=24)
    assert code == 1
    after = seen.rpartition("\x1b[?1049l")[2]
    last = re.sub(r"\x1b\[[?<>=]*[\d;]*[A-Za-z]", "", after).replace("\r\n", "\n")
    (log,) = home.rglob("odtui.log")
    assert last == f"odtui has stopped because of a bug (ValueError).\nThe log says more: {log}\n"
    for text in (seen, log.read_text(encoding="utf-8")):
        assert TOKEN not in text
        assert "tempauth" not in text
    assert "Traceback" not in seen
    logged = log.read_text(encoding="utf-8")
    assert "Traceback" in logged
    assert (
        "ValueError: no such row: Bearer [redacted] https://my.microsoftpersonalcontent.com/[redacted] [bold]" in logged
    )
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
