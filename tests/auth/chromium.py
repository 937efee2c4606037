"""A headless Chromium, driven through chromedriver's own HTTP interface (W3C WebDriver)."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

PROGRAMS = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
PATIENCE = 30.0
"""Seconds that the driver itself waits for an element, and for a page."""

_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # which root, as in a container, has to do without
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element's id. Source: WebDriver, section 12."""
_STARTED = re.compile(rb"started successfully on port (\d+)")


class Chromium:
    """`with Chromium(folder) as browser:`, where the folder takes all that it writes. Every method blocks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(trust_env=False, verify=False, timeout=2 * PATIENCE)
        self._session = ""

    def __enter__(self) -> Chromium:
        driver = PROGRAMS["chromedriver"]
        assert driver is not None
        environment = os.environ | {"HOME": str(self._folder), "TMPDIR": str(self._folder)}
        self._process = subprocess.Popen(
            [driver, "--port=0"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        assert process is not None
        with suppress(httpx.HTTPError):
            if self._session:
                self._http.delete(self._session)
        self._http.close()
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        if process.stdout is not None:
            process.stdout.close()

    def _open(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        port = next(found[1].decode() for line in process.stdout if (found := _STARTED.search(line)))
        options = {
            "binary": PROGRAMS["chromium"],
            "args": [*_ARGUMENTS, f"--user-data-dir={self._folder / 'profile'}"],
        }
        wanted = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"implicit": PATIENCE * 1000, "pageLoad": PATIENCE * 1000},
        }
        base = f"http://127.0.0.1:{port}/session"
        made = self._told(self._http.post(base, json={"capabilities": {"alwaysMatch": wanted}}))
        self._session = f"{base}/{made['sessionId']}"

    def visit(self, url: str) -> None:
        self._post("url", url=url)

    def click(self, css: str) -> None:
        self._post(f"element/{self._find(css)}/click")

    def type(self, css: str, text: str) -> None:
        self._post(f"element/{self._find(css)}/value", text=text)

    def heading(self, text: str) -> None:
        """Wait for a page with this heading."""
        self._find(f"//h1[normalize-space()='{text}']", using="xpath")

    @property
    def text(self) -> str:
        """What the page shows."""
        return str(self._get(f"element/{self._find('body')}/text"))

    @property
    def source(self) -> str:
        return str(self._get("source"))

    @property
    def url(self) -> str:
        return str(self._get("url"))

    def complaints(self) -> list[str]:
        """What the browser found wrong with the pages since it was asked last."""
        return [str(entry["message"]) for entry in self._post("se/log", type="browser")]

    def _find(self, selector: str, using: str = "css selector") -> str:
        return str(self._post("element", using=using, value=selector)[_ELEMENT])

    def _get(self, command: str) -> Any:
        return self._told(self._http.get(f"{self._session}/{command}"))

    def _post(self, command: str, **body: object) -> Any:
        return self._told(self._http.post(f"{self._session}/{command}", json=body))

    def _told(self, answer: httpx.Response) -> Any:
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value
