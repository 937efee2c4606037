"""Reading the one HTTP request that brings a browser back after signing in."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qsl

HEAD_LIMIT = 16 * 1024
BODY_LIMIT = 64 * 1024
"""Bytes."""

_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """A request that is answered with this status and otherwise ignored."""

    status: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where the browser has to come back to, and with which state."""

    path: str
    port: int
    state: str


async def read_answer(reader: asyncio.StreamReader, expected: Redirect) -> dict[str, str]:
    """The fields of the answer, from the query (GET) or the form (POST). Raises Refused, or EOFError at a hang-up."""
    method, target, headers = await _read_head(reader)
    if method not in ("GET", "POST"):
        raise Refused("405 Method Not Allowed")
    if headers.get("host") not in _allowed_hosts(expected.port):
        raise Refused("400 Bad Request")
    path, _, query = target.partition("?")
    if path != expected.path:
        raise Refused("404 Not Found")
    text = query if method == "GET" else await _read_form(reader, headers)
    fields = _parse(text)
    if not hmac.compare_digest(fields.get("state", "").encode(), expected.state.encode()):
        raise Refused("400 Bad Request")
    if "code" not in fields and "error" not in fields:
        raise Refused("400 Bad Request")
    return fields


def parse_address(address: str, expected: Redirect) -> dict[str, str] | None:
    """The fields of an address that a user pasted; None if it is not the one that this sign-in ends on."""
    _, _, query = address.strip().partition("?")
    try:
        fields = _parse(query.partition("#")[0])
    except Refused:
        return None
    good = hmac.compare_digest(fields.get("state", "").encode(), expected.state.encode())
    return fields if good and ("code" in fields or "error" in fields) else None


def _allowed_hosts(port: int) -> set[str]:
    return {f"{host}:{port}" for host in _HOSTS} | (set(_HOSTS) if port == 80 else set())


async def _read_head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    """Method, target and headers with lower-case names. A header given twice is refused."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Refused("431 Request Header Fields Too Large") from None
    lines = head.decode("latin-1").split("\r\n")
    request = lines[0].split(" ")
    if len(request) != 3 or not request[2].startswith("HTTP/1."):
        raise Refused("400 Bad Request")
    headers: dict[str, str] = {}
    for line in lines[1:-2]:
        name, colon, value = line.partition(":")
        name = name.casefold()
        if not colon or not name or name != name.strip():
            raise Refused("400 Bad Request")
        if name in headers and name in ("host", "content-length", "content-type", "transfer-encoding"):
            raise Refused("400 Bad Request")
        headers[name] = value.strip()
    return request[0], request[1], headers


async def _read_form(reader: asyncio.StreamReader, headers: dict[str, str]) -> str:
    if headers.get("content-type", "").partition(";")[0].strip().casefold() != "application/x-www-form-urlencoded":
        raise Refused("415 Unsupported Media Type")
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not length.isascii() or not length.isdigit():
        raise Refused("411 Length Required")
    if len(length) > 6 or int(length) > BODY_LIMIT:
        raise Refused("413 Content Too Large")
    return (await reader.readexactly(int(length))).decode("latin-1")


def _parse(text: str) -> dict[str, str]:
    """Form fields, none of them twice."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=40, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise Refused("400 Bad Request") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused("400 Bad Request")
    return fields
