"""Finding and starting the user's browser."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from odtui.auth.opener import find_browser_opener

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="how Linux and its relatives start browsers"
)

URL = "https://login.microsoftonline.com/common?a=b&c=d%20e"


class Desktop:
    """A machine with certain programs, and the environment that goes with it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.environment = monkeypatch
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "SSH_CONNECTION", "SSH_TTY", "WSL_DISTRO_NAME"):
            monkeypatch.delenv(name, raising=False)

    def install(self, name: str) -> Path:
        """A program that writes its arguments and its terminal into a pipe; returns the pipe."""
        import os

        pipe = self.folder / f"{name}.called"
        os.mkfifo(pipe)
        program = self.folder / name
        program.write_text(f'#!/bin/sh\n{{ test -t 0 && echo tty; printf "%s\\n" "$@"; }} > {pipe}\n')
        program.chmod(0o755)
        return pipe


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    return Desktop(tmp_path, monkeypatch)


def opened_with(pipe: Path) -> list[str]:
    return pipe.read_text().splitlines()


def test_a_desktop_opens_with_its_own_program_and_one_argument(desktop: Desktop) -> None:
    pipe = desktop.install("xdg-open")
    desktop.environment.setenv("DISPLAY", ":0")
    opener = find_browser_opener()
    assert opener is not None
    assert opener(URL)
    assert opened_with(pipe) == [URL]


def test_wayland_is_a_desktop_too(desktop: Desktop) -> None:
    desktop.install("xdg-open")
    desktop.environment.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert find_browser_opener() is not None


def test_without_a_display_there_is_no_browser(desktop: Desktop) -> None:
    desktop.install("xdg-open")
    assert find_browser_opener() is None


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_TTY"])
def test_over_ssh_there_is_no_browser(desktop: Desktop, name: str) -> None:
    desktop.install("xdg-open")
    desktop.environment.setenv("DISPLAY", "localhost:10.0")
    desktop.environment.setenv(name, "1.2.3.4 5 6.7.8.9 22")
    assert find_browser_opener() is None


def test_the_browser_of_the_environment_is_preferred(desktop: Desktop) -> None:
    pipe = desktop.install("mybrowser")
    desktop.environment.setenv("BROWSER", "missing:mybrowser --new %s --end")
    opener = find_browser_opener()
    assert opener is not None
    assert opener(URL)
    assert opened_with(pipe) == ["--new", URL, "--end"]


@pytest.mark.parametrize("browser", ["lynx", "w3m", "/usr/bin/elinks", "www-browser %s"])
def test_browsers_that_live_in_the_terminal_are_never_started(desktop: Desktop, browser: str) -> None:
    desktop.install(Path(browser.split()[0]).name)
    desktop.environment.setenv("BROWSER", browser)
    assert find_browser_opener() is None


def test_windows_under_linux_opens_the_browser_of_windows(desktop: Desktop) -> None:
    pipe = desktop.install("wslview")
    desktop.environment.setenv("WSL_DISTRO_NAME", "Debian")
    opener = find_browser_opener()
    assert opener is not None
    assert opener(URL)
    assert opened_with(pipe) == [URL]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "-version", "javascript:alert(1)", "https://a b", "https://a\nb", ""]
)
def test_only_web_addresses_are_opened(desktop: Desktop, url: str) -> None:
    desktop.install("xdg-open")
    desktop.environment.setenv("DISPLAY", ":0")
    opener = find_browser_opener()
    assert opener is not None
    assert not opener(url)


def test_a_program_that_cannot_be_started_is_no_browser(desktop: Desktop) -> None:
    desktop.install("xdg-open")
    desktop.environment.setenv("DISPLAY", ":0")
    opener = find_browser_opener()
    (desktop.folder / "xdg-open").unlink()
    desktop.environment.setenv("PATH", str(desktop.folder))
    assert opener is not None
    assert not opener(URL)
