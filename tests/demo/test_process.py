import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from odtui.demo.links import HOSTS
from odtui.demo.process import DemoError, DemoProcess
from tests.demo.conftest import web


async def test_a_process_serves_until_it_is_stopped(tmp_path: Path) -> None:
    demo = await DemoProcess.start(state=tmp_path, items=3)
    assert demo.hosts == HOSTS
    assert web.get(f"{demo.base}/devicelogin").status_code == 200
    await demo.stop()
    with pytest.raises(OSError, match="refused"):
        connect(demo.base)


def connect(base: str) -> None:
    host, _, port = base.removeprefix("http://").partition(":")
    socket.create_connection((host, int(port)), 5).close()


async def test_a_port_in_use_is_said_so() -> None:
    demo = await DemoProcess.start()
    port = int(demo.base.rpartition(":")[2])
    with pytest.raises(DemoError, match=f"cannot listen on port {port}"):
        await DemoProcess.start(port=port)
    await demo.stop()


async def test_a_folder_that_is_none_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="is not a folder"):
        await DemoProcess.start(real=tmp_path / "nothing")


def test_it_ends_with_its_parent_and_says_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "odtui.demo"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20
    )
    assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (0, b"", 1)


def test_a_signal_ends_it_in_order(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "odtui.demo"], stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        assert len(list(tmp_path.iterdir())) == 1
        running.terminate()
        _, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["process", "visitor"])
def test_what_the_program_imports_is_small(module: str) -> None:
    heavy = ("starlette", "uvicorn", "msgspec", "httpx")
    code = f"import sys, odtui.demo.{module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.strip() == "[]"
