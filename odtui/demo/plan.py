"""Faults in one line of text, as the command line takes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from odtui.demo.faults import Faults, Rule

SYNTAX = """\
faults are separated by ';', each is KIND or KIND:NAME=VALUE,NAME=VALUE
  429, 503, 509, 500...   answer with that status; also retry_after=SECONDS, and effect=true: after it took effect
  latency:seconds=0.3     answer later             bandwidth:rate=50000    so many bytes per second
  reset                   drop the connection      cut:after=10000         drop it after so many bytes of the answer
  cut_request:after=N     ... of the request       html, broken_json       answer with something that is no Graph JSON
  unauthorized            401                      expired_link            401 from a download or upload address
  quota_full              507                      delta_reset:path=delta  410 for the next delta
  AADSTS50076             signing in fails with that, where it usually does or at=page, authorize or consent (in the
                          browser), tenant, device, code, refresh, poll, or token for any of the last three
  challenge               Graph demands claims; interactive=true: which only a sign-in in the browser brings
every fault takes path=REGEX, method=PUT, times=N (1; 0 is always), skip=N, chance=0.1 (then times is 0 unless given)
  single_use_refresh      a refresh token works once
  strict_fragments        an upload whose fragments are no multiples of 320 KiB fails at its end
  withheld:scopes=A+B     consent leaves these permissions out
  admin_only:scopes=A+B   only an administrator can allow these (work accounts)
  lag:reads=2             what is new is not found for so many requests
  skew:seconds=-90        the server's clock is off
  seed=7                  the sequence of chances, to repeat a run (0)
example: "seed=7;429:chance=0.05,retry_after=1;latency:seconds=0.2,times=0;lag:reads=1"
"""

_AADSTS = re.compile(r"AADSTS(\d{4,8})", re.IGNORECASE)

Number = TypeVar("Number", int, float)


class Plan(msgspec.Struct):
    """What a line of faults asks for."""

    rules: list[Rule] = []
    seed: int = 0
    lag: int = 0
    """For how many requests a new item is not found."""
    skew: float = 0.0
    """Seconds by which the server's clock is ahead."""
    single_use: bool = False
    """Whether a refresh token works once only."""
    strict_fragments: bool = False
    """Whether an upload with fragments of other sizes than 320 KiB allows fails at its end."""
    withheld: list[str] = []
    """Scopes that consent leaves out, lower case."""
    admin_only: list[str] = []
    """Scopes that only an administrator can allow, lower case."""

    def start(self) -> Faults:
        """The faults that it begins with."""
        faults = Faults(self.seed)
        for rule in self.rules:
            faults.add(msgspec.structs.replace(rule))
        return faults


def parse(text: str) -> Plan:
    """Read a line of faults. Raises ValueError that says what is wrong with it."""
    plan = Plan()
    for part in filter(None, (each.strip() for each in text.split(";"))):
        kind, _, rest = part.partition(":")
        if kind.startswith("seed="):
            plan.seed = _number(kind, int)
            continue
        fields = _fields(part, rest)
        if kind == "lag":
            plan.lag = _number(f"reads={fields.get('reads', '1')}", int)
        elif kind == "skew":
            plan.skew = _number(f"seconds={fields.get('seconds', '')}", float)
        elif kind == "single_use_refresh":
            plan.single_use = True
        elif kind == "strict_fragments":
            plan.strict_fragments = True
        elif kind == "withheld":
            plan.withheld = _scopes(part, fields)
        elif kind == "admin_only":
            plan.admin_only = _scopes(part, fields)
        else:
            plan.rules.append(_rule(kind, fields))
    return plan


def _fields(part: str, rest: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in rest.split(",")] if rest else []
    if not all(name and equals for name, equals, _ in pairs):
        raise ValueError(f"'{part}' is not of the form KIND:NAME=VALUE,NAME=VALUE")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _number(pair: str, kind: Callable[[str], Number]) -> Number:
    try:
        return kind(pair.partition("=")[2])
    except ValueError:
        raise ValueError(f"'{pair}' needs a number") from None


def _scopes(part: str, fields: dict[str, str]) -> list[str]:
    names = fields.get("scopes", "").lower().split("+")
    if not all(names):
        raise ValueError(f"'{part}' needs scopes=NAME+NAME")
    return names


def _rule(kind: str, fields: dict[str, str]) -> Rule:
    """The rule of one fault. Raises ValueError."""
    if kind.isdigit():
        code = {"429": "activityLimitReached", "509": "activityLimitReached", "503": "serviceNotAvailable"}
        fields = {"status": kind, "code": code.get(kind, "generalException"), **fields}
        kind = "status"
    elif (number := _AADSTS.fullmatch(kind)) is not None:
        kind, fields = "aadsts", {**fields, "number": number[1]}
    if "chance" in fields:
        fields.setdefault("times", "0")
    try:
        rule = msgspec.convert({"kind": kind, **fields}, Rule, strict=False)
        re.compile(rule.path)
    except (msgspec.ValidationError, re.error) as error:
        raise ValueError(f"'{kind}': {error}") from None
    unknown = set(fields) - set(Rule.__struct_fields__)
    if unknown:
        raise ValueError(f"'{kind}' has no '{min(unknown)}'")
    return rule
