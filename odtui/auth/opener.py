"""Starting the user's browser without touching the terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping

_IN_TERMINAL = frozenset(
    {"lynx", "w3m", "links", "links2", "elinks", "browsh", "www-browser", "carbonyl", "chawan", "cha"}
)
"""Browsers that would draw over the screen, or wait unseen."""


def is_remote() -> bool:
    """Whether the terminal belongs to another computer: a browser that is started here opens where nobody sits."""
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))


def find_browser_opener() -> Callable[[str], bool] | None:
    """How to start a browser without touching the terminal; None if there is none (SSH, no display)."""
    if is_remote():
        return None
    if sys.platform == "win32":
        return _start_file
    if sys.platform == "darwin":
        return _starter(["open", "%s"])
    command = _command_of(os.environ)
    return _starter(command) if command else None


def _command_of(environment: Mapping[str, str]) -> list[str] | None:
    """What to run on Linux and its relatives, with %s for the address."""
    for entry in environment.get("BROWSER", "").split(":"):
        try:
            command = shlex.split(entry)
        except ValueError:
            continue
        if command and os.path.basename(command[0]) not in _IN_TERMINAL and shutil.which(command[0]):
            return command if any("%s" in part for part in command) else [*command, "%s"]
    if environment.get("WSL_DISTRO_NAME") and shutil.which("wslview"):
        return ["wslview", "%s"]
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        for command in (["xdg-open", "%s"], ["gio", "open", "%s"]):
            if shutil.which(command[0]):
                return command
    return None


def _starter(command: list[str]) -> Callable[[str], bool]:
    def start(url: str) -> bool:
        """Whether the program could be started; it runs on by itself."""
        if not _is_web(url):
            return False
        try:
            process = subprocess.Popen(  # noqa: S603  # the user's own browser; the address is one argument
                [part.replace("%s", url) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return False
        threading.Thread(target=process.wait, name="odtui-browser", daemon=True).start()  # leaves no zombie
        return True

    return start


def _start_file(url: str) -> bool:
    if sys.platform != "win32" or not _is_web(url):
        return False
    try:
        os.startfile(url)  # noqa: S606  # the system's own way; only web addresses come here
    except OSError:
        return False
    return True


def _is_web(url: str) -> bool:
    """An address that no shell or desktop takes for a program or an option."""
    return url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
