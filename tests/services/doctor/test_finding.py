"""What a stranger may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from odtui.services.doctor.finding import Finding, mask_addresses, mask_id, presentable

HOME = Path("/home/ada")


def shown(text: str) -> str:
    finding = Finding(section="files", id="x", title="X", said=text, advice=text, details=text)
    mended = presentable(finding, HOME)
    assert mended.said == mended.advice == mended.details
    return mended.said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ada/.config/odtui", "~/.config/odtui"),
        ("ada.lovelace@contoso.example wrote", "a…@c…e wrote"),
        ("ada#EXT#@contoso.onmicrosoft.com", "a…@c…m"),
        ("a\x1b[31mb\x07", "a\ufffd[31mb\ufffd"),
        ("one\ntwo", "one\ntwo"),
        ("code=abc123 and more", "code=[redacted] and more"),
        ("http://localhost:8400/callback is registered.", "http://localhost:8400/callback is registered."),
        ("http://localhost:8400/callback?code=x", "http://localhost:8400/callback?[redacted]"),
    ],
)
def test_what_a_stranger_should_not_read_is_taken_out(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_home_at_the_top_does_not_turn_every_path_around() -> None:
    finding = Finding(section="files", id="x", title="X", said="/etc/passwd")
    assert presentable(finding, Path("/")).said == "/etc/passwd"


def test_short_ids_and_texts_without_addresses_stay() -> None:
    assert mask_id("short") == "short"
    assert mask_id("5f0c6d43-1111-4111-8111-1234567890ab") == "5f0c6d43…"
    assert mask_addresses("@ nobody @") == "@ nobody @"
