"""`odtui doctor` as one types it: text, JSON, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from odtui import cli


def doctor(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odtui", "doctor", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_demo_drive_is_well() -> None:
    done = doctor("--demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok   Client ID              Microsoft knows it." in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith(("All is well", "Nothing is wrong"))
    assert done.stderr == ""


def test_offline_it_works_without_settings_and_in_json() -> None:
    done = doctor("--offline", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert told["sections"]["settings"][-1]["said"] == "Nothing is set up yet."


def test_broken_settings_are_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("theme = 3\n", encoding="utf-8")
    done = doctor("--offline", "--config", str(file))
    assert done.returncode == 1
    assert "FAIL File" in done.stdout
    assert "1 thing is wrong" in done.stdout
    assert file.read_text(encoding="utf-8") == "theme = 3\n"


def test_a_reader_that_has_seen_enough_is_no_crash() -> None:
    script = f"{sys.executable} -m odtui doctor --offline | head -n 1"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""


@pytest.mark.parametrize("words", [["--nonsense"], ["--demo", "--profile", "x"], ["--demo", "--offline"]])
def test_wrong_arguments_end_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["doctor", *words])
    assert ended.value.code == 2
    assert "usage: odtui doctor" in capsys.readouterr().err


def test_the_doctor_loads_no_screen() -> None:
    script = "import sys, odtui.cli; odtui.cli.main(['doctor', '--offline']); print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "False"
