"""Secrets that turn up in text, in every shape that libraries give them."""

from __future__ import annotations

import pytest

from odtui.config.redact import HIDDEN, conceal, redact

OPAQUE = "EwB4A8l6BAAU" + "Ab1" * 40 + "=="
JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJncmFwaCJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer shorttoken", "shorttoken"),
        ("authorization: basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("{'Authorization': 'Bearer shorttoken'}", "shorttoken"),
        (f"token {JWT} end", JWT),
        (f"token {OPAQUE} end", OPAQUE),
        ("grant_type=refresh_token&refresh_token=0.AXo-short&scope=x", "0.AXo-short"),
        ("client_secret=h8Q%7Every&code=0.AYu", "h8Q%7Every"),
        ("client_secret=h8Q%7Every&code=0.AYu", "0.AYu"),
        ("code=M.C123_BAY.2.U.abc", "M.C123_BAY.2.U.abc"),
        ("{'code': '0.AYu-1', 'state': 'abc'}", "0.AYu-1"),
        ('{"access_token": "a\\"bc", "expires_in": 3599}', "bc"),
        ('{"refresh_token":"M.R3_short"}', "M.R3_short"),
        ("[('client_secret', 'h8Q~very')]", "h8Q~very"),
        ("{b'device_code': b'DAQAB'}", "DAQAB"),
        ("code_verifier=abc.def~ghi", "abc.def~ghi"),
        ("https://contoso.sharepoint.com/_layouts/15/download.aspx?UniqueId=1&tempauth=v1.eyJz", "v1.eyJz"),
        ("https://my.microsoftpersonalcontent.com/personal/9/_layouts/download.aspx?tempauth=x1", "personal/9"),
        ("GET https://sn3302.up.1drv.com/up/fe6987415ace7X4e1eF866337 HTTP/1.1", "fe6987415ace7X4e1eF866337"),
        (
            "https://contoso.sharepoint.com/_api/v2.0/drives/b!x/items/1/uploadSession?guid='1'&path='~tmp'",
            "uploadSession",
        ),
        ("https://graph.microsoft.com/v1.0/me/drive/root/delta?token=aTE09", "aTE09"),
        ("http://localhost:8400/callback?code=0.AYu&state=xyz", "0.AYu"),
        ("https://[broken?code=1", "broken"),
        ("<a href='https://storage.live.com/y4mSECRET/a.jpg'>", "y4mSECRET"),
    ],
)
def test_a_secret_is_hidden(text: str, secret: str) -> None:
    cleaned = redact(text)
    assert secret not in cleaned
    assert HIDDEN in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "PUT https://graph.microsoft.com/v1.0/me/drive/items/01ABC/content",
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "https://contoso.sharepoint.com",
        "{'code': 'itemNotFound', 'message': 'The resource could not be found.'}",
        "AADSTS700016: Application with identifier '6f0f5a3e-7c0b-4b5e-9f6a-0d7f0c1b2a39' was not found.",
        "Correlation ID: c0ffee00-1111-2222-3333-444455556666",
        "exit code 1, status code 404",
        "Opened Reports/2026 in 0.3 s",
    ],
)
def test_what_helps_to_find_a_fault_stays(text: str) -> None:
    assert redact(text) == text


def test_of_a_strange_host_only_the_host_stays() -> None:
    assert (
        redact("to https://sn3302.up.1drv.com:8443/up/abc?x=1 now")
        == f"to https://sn3302.up.1drv.com:8443/{HIDDEN} now"
    )


def test_the_password_of_a_proxy_is_cut_out() -> None:
    assert redact("via http://user:pass@proxy.example:3128/") == "via http://proxy.example:3128"


def test_of_a_graph_address_the_path_stays() -> None:
    cleaned = redact("https://graph.microsoft.com/v1.0/me/drive?$select=id")
    assert cleaned == f"https://graph.microsoft.com/v1.0/me/drive?{HIDDEN}"


def test_a_text_that_was_concealed_is_hidden_wherever_it_stands() -> None:
    conceal("plain-old-password")
    assert redact("so plain-old-password's end") == f"so {HIDDEN}'s end"


def test_a_text_too_short_to_be_a_secret_is_not_cut_out_of_words() -> None:
    conceal("the")
    assert redact("the other") == "the other"


def test_redacting_twice_changes_nothing_more() -> None:
    once = redact(f"code=abc https://x.example/y?z Bearer {JWT}")
    assert redact(once) == once
