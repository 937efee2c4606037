"""Microsoft's error numbers and the kind of problem each one is."""

from __future__ import annotations

import pytest

from odtui.auth.aadsts import numbers_in, problem_of
from odtui.auth.errors import AuthProblem as P

ROWS: list[tuple[P, str]] = [
    (P.REDIRECT_URI, "50011 900971 9002327"),
    (P.CLIENT_ID, "700016 700011 7000112"),
    (P.TENANT, "90002 50059 90019 50128 50194"),
    (P.ACCOUNT_KIND, "9002332 90130 9002331 9002346"),
    (P.SECRET_NEEDED, "7000218 70002 700026"),
    (P.SECRET_WRONG, "7000215"),
    (P.SECRET_EXPIRED, "7000222"),
    (P.SECRET_UNWANTED, "700025"),
    (P.CONSENT, "65001 65005 650057"),
    (P.DECLINED, "65004"),
    (P.ADMIN, "90094 90095 90093"),
    (P.SCOPE, "70011 28002 700022 1002012"),
    (P.WRONG_ACCOUNT, "50020 500200 500208 50034 16000"),
    (P.VERIFICATION, "50076 50079 50074 50158"),
    (P.BLOCKED, "53000 53001 53002 53003 530032 50097"),
    (P.STALE_ANSWER, "54005 501481"),
    (P.CODE_EXPIRED, "70019 70020 70018"),
    (P.SESSION_ENDED, "700082 70008 70043 50173 70000"),
    (P.TEMPORARY, "90033 90006 90012 90024"),
]
"""Every row of the documented table that is a failure; 70016 is no failure: the code has not been entered yet."""

PAIRS = [(number, problem) for problem, numbers in ROWS for number in numbers.split()]


@pytest.mark.parametrize(("number", "problem"), PAIRS)
def test_a_number_is_this_kind_of_problem(number: str, problem: P) -> None:
    assert problem_of(number) is problem


@pytest.mark.parametrize("number", ["70016", "1", "", "999999", "5001"])
def test_another_number_is_no_known_problem(number: str) -> None:
    assert problem_of(number) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("AADSTS65001: The user has not consented. Trace ID: 1", ["65001"]),
        ("AADSTS50079: More. AADSTS50076: Less.", ["50079", "50076"]),
        ("{'error': 'x', 'error_description': 'AADSTS90002: No.'}", ["90002"]),
        ("AADSTS: nothing, AADSTS12: too short, aadsts65001: not written so", []),
        ("", []),
    ],
)
def test_numbers_are_found_in_a_message_in_its_order(text: str, numbers: list[str]) -> None:
    assert numbers_in(text) == numbers
