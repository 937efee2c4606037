"""The demo drive as a server of its own."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.demo.conftest import web


@contextmanager
def serving(folder: Path, *more: str) -> Iterator[str]:
    """A server in a process; what it says until it listens."""
    words = [sys.executable, "-m", "odtui", "demo-server", "--port", "0", "--root", str(folder), *more]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        said = ""
        while "Ctrl+C" not in said:
            line = running.stdout.readline()
            assert line, running.communicate()
            said += line
        yield said
        running.terminate()
        _, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")


def test_it_says_how_to_reach_it_and_keeps_what_is_written(tmp_path: Path) -> None:
    with serving(tmp_path, "--account", "business", "--faults", "503:path=/drive$") as said:
        assert "on this computer only" in said
        base = re.search(r"Graph +(\S+)/v1\.0", said)[1]  # type: ignore[index]
        token = json.loads(re.search(r"token = (.*)", said)[1])  # type: ignore[index]
        drive = re.search(r"drive_id = (\S+)", said)[1]  # type: ignore[index]
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        root = re.search(r"tenant_url = (\S+)", said)[1] + f"/v2.0/drives/{drive}"  # type: ignore[index]
        assert web.get(f"{base}/v1.0/me/drive", headers=headers).status_code == 503
        assert web.put(f"{root}/root:/kept.txt:/content", content=b"x", headers=headers).status_code == 201
    with serving(tmp_path, "--account", "business") as said:
        base = re.search(r"Graph +(\S+)/v1\.0", said)[1]  # type: ignore[index]
        assert web.get(f"{base}/v1.0/me/drive/root:/kept.txt", headers=headers).status_code == 200


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "odtui", "demo-server", *words], capture_output=True, text=True, timeout=20, check=False
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "required"),
        (("--port", "70000", "--root", "x"), "invalid _port value"),
        (("--port", "0", "--root", "x", "--faults", "nonsense"), "faults are separated by"),
    ],
)
def test_wrong_words_are_refused(words: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr


def test_a_folder_that_cannot_be_used_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("--port", "0", "--root", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "Cannot use" in done.stderr
