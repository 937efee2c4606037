"""What tokens and challenges say: who signed in, and what Graph demands besides."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tid of every personal Microsoft account."""

_CLAIMS = re.compile(r'(?:^|[\s,])claims="([A-Za-z0-9+/_=-]+)"')
_ERROR = re.compile(r'(?:^|[\s,])error="?insufficient_claims"?')


def home_account_id(result: Mapping[str, Any]) -> str | None:
    """MSAL's key for the account: uid.utid of client_info, else the ID token's subject. None if there is neither."""
    info = _object(result.get("client_info"))
    if info.get("uid") and info.get("utid"):
        return f"{info['uid']}.{info['utid']}"
    subject = id_claims(result).get("sub")
    return subject if isinstance(subject, str) and subject else None


def id_claims(result: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of the ID token as MSAL decoded them; empty without one."""
    claims = result.get("id_token_claims")
    return claims if isinstance(claims, dict) else {}


def claim(result: Mapping[str, Any], *names: str) -> str:
    """The first of these claims that is a text; else an empty one."""
    claims = id_claims(result)
    return next((value for name in names if isinstance(value := claims.get(name), str) and value), "")


def demanded_claims(challenges: Iterable[str]) -> str | None:
    """The claims that a 401 demands in WWW-Authenticate, decoded JSON; None if it demands none."""
    for challenge in challenges:
        found = _CLAIMS.search(challenge)
        if found and _ERROR.search(challenge):
            text = _decoded(found[1])
            if text is not None and _parsed(text):
                return text
    return None


def _object(value: object) -> dict[str, Any]:
    text = _decoded(value) if isinstance(value, str) else None
    return _parsed(text) if text else {}


def _decoded(value: str) -> str | None:
    """Base64 of either alphabet, whose padding may lack."""
    value = value.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    except (binascii.Error, ValueError):
        return None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
