"""Keeps addresses out of the log: httpx logs whole URLs, and pre-authenticated ones are secrets (QUIRKS 21)."""

import logging

import httpx


def hide_addresses() -> None:
    """From now on httpx's log lines name the host only."""
    logger = logging.getLogger("httpx")
    if _host_only not in logger.filters:
        logger.addFilter(_host_only)


def _host_only(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            f"{arg.scheme}://{arg.host}/…" if isinstance(arg, httpx.URL) else arg for arg in record.args
        )
    return True
