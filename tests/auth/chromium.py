"""Debian's Chromium without a window, driven through chromedriver's WebDriver interface."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key under which WebDriver names an element."""
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Chromium:
    """One browser window."""

    def __init__(self, http: httpx.Client, session: str) -> None:
        self._http = http
        self._session = f"/session/{session}"

    def go(self, url: str) -> None:
        self._ask("url", {"url": url})

    def click(self, selector: str) -> None:
        """Click on the one element that this CSS selector finds, as soon as it is there."""
        self._ask(f"element/{self._find(selector)}/click", {})

    def text(self, selector: str) -> str:
        answer = self._http.get(f"{self._session}/element/{self._find(selector)}/text")
        return str(answer.raise_for_status().json()["value"])

    def _find(self, selector: str) -> str:
        return str(self._ask("element", {"using": "css selector", "value": selector})[_ELEMENT])

    def _ask(self, command: str, arguments: dict[str, Any]) -> Any:
        answer = self._http.post(f"{self._session}/{command}", json=arguments)
        assert answer.status_code == 200, answer.json()["value"]["message"]
        return answer.json()["value"]


@contextmanager
def chromium(profile: Path) -> Iterator[Chromium]:
    """A browser that keeps its things in the folder `profile`, until the block ends."""
    assert CHROMIUM is not None
    assert DRIVER is not None
    with subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as driver:
        try:
            with httpx.Client(base_url=_address(driver), timeout=60, trust_env=False) as http:
                options = {"binary": CHROMIUM, "args": [*_ARGUMENTS, f"--user-data-dir={profile}"]}
                wanted = {"goog:chromeOptions": options, "timeouts": {"implicit": 20_000}}
                answer = http.post("/session", json={"capabilities": {"alwaysMatch": wanted}})
                assert answer.status_code == 200, answer.text
                session = answer.json()["value"]["sessionId"]
                try:
                    yield Chromium(http, session)
                finally:
                    http.delete(f"/session/{session}")
        finally:
            driver.terminate()


def _address(driver: subprocess.Popen[str]) -> str:
    assert driver.stdout is not None
    for line in driver.stdout:
        found = re.search(r"started successfully on port (\d+)", line)
        if found:
            return f"http://127.0.0.1:{found[1]}"
    raise AssertionError("chromedriver did not start")
