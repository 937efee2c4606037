"""Microsoft's error numbers and what kind of problem each one is. Source: REFERENCE §13.6."""

import re

from odtui.auth.errors import AuthProblem as P

_TABLE: dict[P, str] = {
    P.REDIRECT_URI: "50011 900971 9002327 500113",
    P.CLIENT_ID: "700016 700011 7000112 70001",
    P.TENANT: "90002 50059 90019 50128 50194 900023",
    P.ACCOUNT_KIND: "9002332 90130 9002331 9002346",
    P.SECRET_NEEDED: "7000218 70002 700026",
    P.SECRET_WRONG: "7000215",
    P.SECRET_EXPIRED: "7000222",
    P.SECRET_UNWANTED: "700025",
    P.CONSENT: "65001 65005 650057 650052 650056",
    P.DECLINED: "65004",
    P.ADMIN: "90094 90095 90093",
    P.SCOPE: "70011 28002 28003 700022 1002012",
    P.WRONG_ACCOUNT: "50020 500200 500208 50034 16000 51004 50105 50057",
    P.VERIFICATION: "50072 50076 50078 50079 50074 50158 50058",
    P.BLOCKED: "53000 53001 53002 53003 530032 530035 50097 50155 50053",
    P.STALE_ANSWER: "54005 501481 501491 50147",
    P.CODE_EXPIRED: "70019 70020 70018",
    P.SESSION_ENDED: "700082 700084 70008 70043 50173 50132 50133 70000",
    P.TEMPORARY: "90033 90006 90012 90024",
}

_PROBLEMS = {number: problem for problem, numbers in _TABLE.items() for number in numbers.split()}
_NUMBER = re.compile(r"AADSTS(\d{4,8})")


def numbers_in(text: str) -> list[str]:
    """The error numbers in a message, in its order."""
    return _NUMBER.findall(text)


def problem_of(number: str) -> P | None:
    """The kind of problem; None for a number that is not known here."""
    return _PROBLEMS.get(number)
