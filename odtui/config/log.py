"""The log file: what happened, without secrets, and never on the terminal."""

import logging
import os
import re
import time
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from odtui.config.files import make_private
from odtui.config.redact import redact

__all__ = ["redact", "start_log"]

_QUIET = ("httpx", "httpcore", "aiohttp", "msal", "keyring", "asyncio", "uvicorn", "urllib3", "markdown_it", "PIL")
"""Libraries that write whole addresses, headers or token events below WARNING."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class RedactingFormatter(logging.Formatter):
    """One line per message, UTC, then the traceback; neither holds a secret or a control character."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's own name
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        text = redact(super().format(record))
        return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


class PrivateLogFile(RotatingFileHandler):
    """A log file of mode 0600. When it cannot be written, the message is lost and the screen stays whole."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.chmod(self.baseFilename, 0o600)  # a file of before may have been open to all
        return open(handle, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own name
        pass


def start_log(file: Path) -> bool:
    """Send all logging and warnings to this file; DEBUG with ODTUI_LOG=debug. False if it cannot be written."""
    root = logging.getLogger()
    logging.captureWarnings(capture=True)
    debug = os.environ.get("ODTUI_LOG", "").casefold() == "debug"
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    handler: logging.Handler
    try:
        make_private(file.parent)
        handler = PrivateLogFile(file, maxBytes=1_000_000, backupCount=3)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(RedactingFormatter())
    _replace_handlers(root, handler)
    return isinstance(handler, PrivateLogFile)


def stop_log() -> None:
    """Close the log file and stop routing warnings to it."""
    logging.captureWarnings(capture=False)
    _replace_handlers(logging.getLogger(), None)


def _replace_handlers(root: logging.Logger, handler: logging.Handler | None) -> None:
    for old in list(root.handlers):
        if isinstance(old, (PrivateLogFile, logging.NullHandler)):
            root.removeHandler(old)
            old.close()
    if handler is not None:
        root.addHandler(handler)
