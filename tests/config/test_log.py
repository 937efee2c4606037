"""The log file: private, without secrets, one line per message."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from odtui.config.log import PrivateLogFile, start_log, stop_log


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    level = root.level
    quiet = {name: logging.getLogger(name).level for name in ("httpx", "msal", "asyncio", "keyring")}
    yield tmp_path / "log" / "odtui.log"
    stop_log()
    root.setLevel(level)
    for name, old in quiet.items():
        logging.getLogger(name).setLevel(old)


def log_file() -> PrivateLogFile:
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one, PrivateLogFile)]
    return handler


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def test_a_message_is_a_line_with_time_level_and_place(file: Path) -> None:
    assert start_log(file)
    logging.getLogger("odtui.x").info("Opened %s", "Reports")
    first, empty = read(file).split("\n")
    assert first.endswith("Z INFO odtui.x: Opened Reports")
    assert first[4] == "-"
    assert first[10] == "T"
    assert empty == ""


@pytest.mark.skipif(sys.platform == "win32", reason="modes are for POSIX")
def test_only_the_owner_can_read_the_log(file: Path) -> None:
    old = os.umask(0)
    try:
        start_log(file)
    finally:
        os.umask(old)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="modes are for POSIX")
def test_an_old_log_that_others_could_read_is_closed_to_them(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("old\n")
    file.chmod(0o644)
    start_log(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read(file) == "old\n"


def test_secrets_in_a_message_are_hidden(file: Path) -> None:
    start_log(file)
    logging.getLogger("odtui.x").warning("POST %s client_secret=h8Q~very", "https://x.up.1drv.com/up/abc123")
    assert "h8Q~very" not in read(file)
    assert "abc123" not in read(file)


def test_secrets_in_a_traceback_are_hidden(file: Path) -> None:
    start_log(file)
    try:
        raise ValueError("refresh_token=0.AXo-secret at https://x.example/?tempauth=v1.secret")
    except ValueError:
        logging.getLogger("odtui.x").exception("It failed")
    text = read(file)
    assert "Traceback" in text
    assert "ValueError: refresh_token=[redacted]" in text
    assert "secret at" not in text
    assert "v1.secret" not in text


def test_a_message_cannot_forge_a_line_or_steer_a_terminal(file: Path) -> None:
    start_log(file)
    logging.getLogger("odtui.x").info("name\n2026-01-01 ERROR forged\r\x1b[2J\u2028\x9b1m end")
    text = read(file)
    assert text.count("\n") == 1
    assert text.rstrip("\n").isprintable()
    assert "\\x1b[2J" in text


@pytest.mark.parametrize("name", ["httpx", "httpcore", "aiohttp", "msal", "msal.token_cache", "keyring", "asyncio"])
def test_libraries_that_write_addresses_and_tokens_are_kept_above_info(
    file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("ODTUI_LOG", "debug")
    start_log(file)
    logging.getLogger(name).info("HTTP Request: GET https://graph.microsoft.com/v1.0/me")
    assert read(file) == ""
    logging.getLogger(name).warning("trouble")
    assert "trouble" in read(file)


@pytest.mark.parametrize(("value", "written"), [("debug", True), ("DEBUG", True), ("", False), ("1", False)])
def test_details_are_written_when_they_are_asked_for(
    file: Path, monkeypatch: pytest.MonkeyPatch, value: str, written: bool
) -> None:
    monkeypatch.setenv("ODTUI_LOG", value)
    start_log(file)
    logging.getLogger("odtui.x").debug("detail")
    assert ("detail" in read(file)) is written


def test_warnings_go_to_the_log_and_not_to_the_screen(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        start_log(file)
        warnings.warn("response_mode=form_post is recommended", UserWarning, stacklevel=1)
        stop_log()
    assert "response_mode=form_post is recommended" in read(file)
    assert capsys.readouterr() == ("", "")


def test_after_stopping_nothing_is_written_and_warnings_are_as_before(file: Path) -> None:
    start_log(file)
    stop_log()
    logging.getLogger("odtui.x").error("late")
    assert read(file) == ""
    with pytest.warns(UserWarning, match="again"):
        warnings.warn("again", UserWarning, stacklevel=1)


def test_starting_twice_writes_each_message_once(file: Path) -> None:
    start_log(file)
    start_log(file)
    logging.getLogger("odtui.x").info("once")
    assert read(file).count("once") == 1


def test_a_folder_that_cannot_be_made_leaves_the_program_running(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text("not a folder")
    assert not start_log(file)
    logging.getLogger("odtui.x").error("unheard")
    assert capsys.readouterr() == ("", "")


def test_a_message_that_cannot_be_written_leaves_the_screen_whole(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_log(file)
    record = logging.LogRecord("odtui.x", logging.ERROR, __file__, 1, "%d is no number", ("x",), None)
    log_file().handle(record)
    assert read(file) == ""
    assert capsys.readouterr() == ("", "")


def test_a_name_that_is_no_unicode_is_written_in_escapes(file: Path) -> None:
    start_log(file)
    record = logging.LogRecord("odtui.x", logging.INFO, __file__, 1, "local file %s", ("a\udcff",), None)
    log_file().handle(record)  # not through the logger: pytest would put the name into its report and choke on it
    assert "a\\udcff" in read(file)
