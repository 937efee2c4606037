"""Runs a Python script in a pseudo-terminal of its own."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Sequence


def run(arguments: Sequence[str], env: dict[str, str], *, columns: int, lines: int) -> float:
    """Wall seconds of `python ...` in a pseudo-terminal. Raises RuntimeError if it fails."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    drain = threading.Thread(target=_drain, args=(master,), daemon=True)
    drain.start()
    env = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | env
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], stdin=slave, stdout=slave, stderr=slave, env=env, check=False)
    took = time.perf_counter() - began
    os.close(slave)
    drain.join(1)
    os.close(master)
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments[:2])} ended with {done.returncode}")
    return took


def _drain(master: int) -> None:
    """Reads what the script draws, so that it never waits for the terminal."""
    try:
        while os.read(master, 65536):
            pass
    except OSError:
        return
