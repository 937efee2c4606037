"""Faults that are injected on purpose, and the log of what was asked."""

from __future__ import annotations

import re
from collections import deque
from random import Random
from typing import Literal

import msgspec

from odtui.demo.refusals import Place, is_at, refusal_of

Kind = Literal[
    "status",
    "latency",
    "cut",
    "cut_request",
    "reset",
    "html",
    "broken_json",
    "unauthorized",
    "expired_link",
    "quota_full",
    "bandwidth",
    "delta_reset",
    "challenge",
    "aadsts",
]

_GRAPH = r"^/(v1\.0|beta|_api/v2\.0)/"


class Rule(msgspec.Struct, kw_only=True):
    """What happens to requests that match, a number of times."""

    kind: Kind
    method: str = ""
    """Upper case; empty: any."""
    path: str = ""
    """Regular expression, searched for in the raw path without the query; empty: any."""
    times: int = 1
    """How many requests it strikes; 0: all."""
    skip: int = 0
    """How many matching requests go unharmed first."""
    status: int = 500
    code: str = "generalException"
    message: str = "General exception while processing"
    retry_after: float | None = None
    """Seconds, sent as Retry-After."""
    body: str | None = None
    """Replaces the error body."""
    seconds: float = 0.0
    """Delay of a latency rule."""
    rate: float = 0.0
    """Bytes per second of a bandwidth rule, each way."""
    effect: bool = False
    """Of a status rule: whether the request takes effect first, and only its answer is lost."""
    chance: float = 1.0
    """How likely a matching request is struck, 0 to 1."""
    after: int = 0
    """Bytes let through before a cut."""
    interactive: bool = False
    """Of a challenge rule: whether only a sign-in in the browser meets it."""
    number: int = 0
    """Of an aadsts rule: what signing in fails with."""
    at: Place | None = None
    """Of an aadsts rule: where; None: where it is usual."""

    @property
    def slows(self) -> bool:
        """Whether it lets the request be answered as it would be, only later."""
        return self.kind in ("latency", "bandwidth")

    def matches(self, method: str, path: str) -> bool:
        """Whether it can strike a request. Refusals to sign in are asked for by place instead."""
        pattern = self.path or (_GRAPH if self.kind == "challenge" else "")
        allowed = self.kind != "aadsts" and (not self.method or self.method == method)
        return allowed and re.search(pattern, path) is not None


class Faults:
    """The rules in force, oldest first. The same seed and the same requests meet the same faults."""

    def __init__(self, seed: int = 0) -> None:
        self.rules: list[Rule] = []
        self._random = Random(seed)  # noqa: S311  # chance that can be repeated

    def add(self, rule: Rule) -> None:
        """Raises re.error if its path is no regular expression."""
        re.compile(rule.path)
        self.rules.append(rule)

    def clear(self) -> None:
        self.rules.clear()

    def seed(self, seed: int) -> None:
        """Begin the sequence of chances anew."""
        self._random.seed(seed)

    def strike(self, method: str, path: str) -> list[Rule]:
        """Rules for one request: delays, and at most one that does more. Counts them down."""
        struck: list[Rule] = []
        for rule in list(self.rules):
            if not rule.matches(method, path) or (not rule.slows and any(not each.slows for each in struck)):
                continue
            if self._due(rule):
                struck.append(rule)
        return struck

    def refusal(self, *places: Place) -> Rule | None:
        """The rule that refuses a sign-in at one of these places, if there is one. Counts it down."""
        for rule in list(self.rules):
            at = rule.at or refusal_of(rule.number).at
            if rule.kind == "aadsts" and any(is_at(at, here) for here in places) and self._due(rule):
                return rule
        return None

    def _due(self, rule: Rule) -> bool:
        """Whether a rule that matches strikes this time. Counts it down."""
        if rule.chance < 1 and self._random.random() >= rule.chance:
            return False
        if rule.skip:
            rule.skip -= 1
            return False
        if rule.times:
            rule.times -= 1
            if not rule.times:
                self.rules.remove(rule)
        return True


class Logged(msgspec.Struct, frozen=True):
    """One request. Neither query nor headers, for both hold secrets."""

    method: str
    path: str
    host: str
    authorized: bool
    """Whether an Authorization header came along."""
    status: int
    """0 if no answer was begun."""


class RequestLog:
    """The last 20,000 requests."""

    def __init__(self) -> None:
        self._entries: deque[Logged] = deque(maxlen=20_000)

    def add(self, entry: Logged) -> None:
        self._entries.append(entry)

    def clear(self) -> None:
        self._entries.clear()

    def entries(self, path: str = "") -> list[Logged]:
        """Oldest first; `path` is a regular expression searched for in the path."""
        return [entry for entry in self._entries if re.search(path, entry.path)]
