"""Taking secrets out of text before it is shown or written down."""

import re
from urllib.parse import urlsplit

from odtui.config.clouds import CLOUDS

HIDDEN = "[redacted]"

_NAMES = (
    r"access_token|refresh_token|id_token|client_secret|client_assertion|assertion|device_code|code_verifier|password|"
    r"secret|client_info|session_state|state|nonce|tempauth|authkey|sig|authorization|claims|user_code"
)
# No word boundary before these: the end of an escape code such as ␛[31m is a letter.
_BEARER = re.compile(r"(bearer|basic)\s+[^\s\"',;]+", re.IGNORECASE)
_FIELD = re.compile(rf"(?<![\w-])({_NAMES}|code)=[^\s&\"'<>)]+", re.IGNORECASE)
_QUOTED = re.compile(rf"([\"'](?:{_NAMES})[\"']\s*[:,=]\s*b?)([\"'])(?:\\.|(?!\2).)*\2", re.IGNORECASE)
_QUOTED_CODE = re.compile(r"([\"']code[\"']\s*[:,=]\s*)([\"'])(?=[^\"']*[^A-Za-z\"'])[^\"']*\2", re.IGNORECASE)
"""An authorization code. Graph's own "code" of an error is letters only and worth keeping."""
_JWT = re.compile(r"eyJ[\w-]{10,}(?:\.[\w-]*)*")
_LONG = re.compile(r"(?<![\w.!*+=-])(?=[\w.!*+=-]*[0-9])(?=[\w.!*+=-]*[A-Za-z])[\w.!*+=-]{64,}")
"""Opaque tokens of personal accounts and refresh tokens have no other mark than their length."""
_URL = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
_KNOWN_HOSTS = {host for cloud in CLOUDS.values() for host in (cloud.login_host, cloud.graph_host)} | {"localhost"}
"""Hosts whose paths are no secrets. localhost is that of redirect URIs; the demo drive has a number instead."""

_concealed: set[str] = set()


def conceal(value: str) -> None:
    """Hide this very text wherever it turns up: for a client secret, which nothing marks as one."""
    if len(value) >= 8:
        _concealed.add(value)


def _shorten(match: re.Match[str]) -> str:
    """An address without its query; of strange hosts only the host, since their paths can be secrets too."""
    try:
        parts = urlsplit(match[0])
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return HIDDEN
    place = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    if host not in _KNOWN_HOSTS:
        return place if parts.path in ("", "/") and not parts.query else f"{place}/{HIDDEN}"
    return place + parts.path + (f"?{HIDDEN}" if parts.query else "")


def redact(text: str) -> str:
    """The text without tokens, codes, secrets, and the parts of addresses that can hold them."""
    for value in _concealed:
        text = text.replace(value, HIDDEN)
    text = _URL.sub(_shorten, text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    text = _QUOTED.sub(rf"\1\2{HIDDEN}\2", text)
    text = _QUOTED_CODE.sub(rf"\1\2{HIDDEN}\2", text)
    text = _FIELD.sub(rf"\1={HIDDEN}", text)
    text = _JWT.sub(HIDDEN, text)
    return _LONG.sub(HIDDEN, text)
