"""Who signed in, and what a 401 demands."""

from __future__ import annotations

import base64

import pytest

from odtui.auth.claims import claim, demanded_claims, home_account_id
from tests.auth.identity import encoded

CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
INSUFFICIENT = 'error="insufficient_claims"'


def challenge(claims: str, error: str = INSUFFICIENT) -> str:
    address = "https://login.microsoftonline.com/common/oauth2/authorize"
    return f'Bearer realm="", authorization_uri="{address}", {error}, {claims}'


def packed(text: str, *, strip: int = 0) -> str:
    value = base64.b64encode(text.encode()).decode()
    return value[: len(value) - min(strip, value.count("="))]


@pytest.mark.parametrize("strip", [0, 1, 2])
@pytest.mark.parametrize("tail", ["", " ", "  "])
def test_demanded_claims_are_decoded_with_and_without_padding(strip: int, tail: str) -> None:
    value = packed(CLAIMS + tail, strip=strip)
    assert demanded_claims([challenge(f'claims="{value}"')]) == CLAIMS + tail


def test_both_alphabets_of_base64_are_read() -> None:
    text = '{"a":"???>>>~~~\u00ff"}'
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        value = encode(text.encode()).decode()
        assert set(value) & set("+/-_")
        assert demanded_claims([challenge(f'claims="{value}"')]) == text


def test_the_claims_may_be_in_the_second_challenge() -> None:
    second = challenge(f'claims="{packed(CLAIMS)}"', "error=insufficient_claims")
    assert demanded_claims(["Basic realm=x", second]) == CLAIMS


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        challenge(""),
        challenge('claims=""'),
        challenge('claims="!!!"'),
        challenge(f'claims="{packed("not json")}"'),
        challenge(f'claims="{packed("[1]")}"'),
        challenge(f'claims="{packed("{}")}"'),
        challenge(f'claims="{base64.b64encode(bytes([255, 254])).decode()}"'),
        challenge(f'claims="{packed(CLAIMS)}"', 'error="invalid_token"'),
        challenge(f'noclaims="{packed(CLAIMS)}"'),
    ],
)
def test_a_challenge_without_usable_claims_demands_none(header: str) -> None:
    assert demanded_claims([header]) is None


def test_the_account_is_named_by_client_info() -> None:
    result = {"client_info": encoded({"uid": "u", "utid": "t"}), "id_token_claims": {"sub": "s"}}
    assert home_account_id(result) == "u.t"


@pytest.mark.parametrize("info", [None, "", "!!!", "e30", 5, encoded({"uid": "u"})])
def test_without_client_info_the_subject_names_the_account(info: object) -> None:
    assert home_account_id({"client_info": info, "id_token_claims": {"sub": "s"}}) == "s"


@pytest.mark.parametrize("claims", [None, {}, {"sub": ""}, {"sub": 5}, "sub"])
def test_without_either_nobody_is_named(claims: object) -> None:
    assert home_account_id({"id_token_claims": claims}) is None


def test_the_first_claim_that_is_a_text_counts() -> None:
    result = {"id_token_claims": {"preferred_username": None, "email": "", "upn": "adele@contoso.com"}}
    assert claim(result, "preferred_username", "email", "upn") == "adele@contoso.com"
    assert claim(result, "name") == ""
