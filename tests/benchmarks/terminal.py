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
    began = time.perf_counter()
    code, _ = transcript(arguments, env, columns=columns, lines=lines)
    took = time.perf_counter() - began
    if code:
        raise RuntimeError(f"python {' '.join(arguments[:2])} ended with {code}")
    return took


def transcript(arguments: Sequence[str], env: dict[str, str], *, columns: int, lines: int) -> tuple[int, str]:
    """Exit code of `python ...` in a pseudo-terminal, and everything that it wrote there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    written: list[bytes] = []
    drain = threading.Thread(target=_drain, args=(master, written), daemon=True)
    drain.start()
    env = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | env
    done = subprocess.run([sys.executable, *arguments], stdin=slave, stdout=slave, stderr=slave, env=env, check=False)
    os.close(slave)
    drain.join(1)
    os.close(master)
    return done.returncode, b"".join(written).decode(errors="replace")


def _drain(master: int, written: list[bytes]) -> None:
    """Reads what the script draws, so that it never waits for the terminal."""
    try:
        while piece := os.read(master, 65536):
            written.append(piece)
    except OSError:
        return
