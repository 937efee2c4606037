"""$batch: up to twenty requests in one POST, each with an outcome of its own. Source: REFERENCE §14; QUIRKS 226."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from odtui.graph.errands import ERRAND, Why
from odtui.graph.errors import GraphError, NotGraph
from odtui.graph.transport import PASSING, SAFE, THROTTLING
from odtui.graph.waiting import pause_before
from odtui.graph.wire import Wire, decode

LARGEST = 20
"""Requests in one batch. Each counts on its own when the service throttles."""
ATTEMPTS = 6
"""Including the first."""
PATIENCE = 120.0
"""Seconds of waiting that one batch may cost if it is on no errand; a longer Retry-After is reported at once."""
KEPT = frozenset({"content-type", "date", "request-id", "retry-after"})
"""Headers of an answer that matter here."""


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch."""

    method: str
    address: str
    """Relative to the version of the API, as `addresses.py` builds it: right in every cloud."""
    body: object = field(default=None, repr=False)
    """Sent as JSON; None for no body."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    repeatable: bool = False
    """A second time changes nothing more, although the verb does not say so."""

    @property
    def safe(self) -> bool:
        """Whether a second time would change nothing more (QUIRKS 221)."""
        return self.repeatable or self.method in SAFE


Outcome = httpx.Response | GraphError
"""An answer with a status of 200 to 399, or why there is none."""


class _Answer(msgspec.Struct):
    id: str | int
    status: int
    headers: dict[str, Any] | None = None
    body: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b""))

    def __repr__(self) -> str:
        return f"_Answer({self.id!r}, {self.status})"  # a body may hold download links


class _Answers(msgspec.Struct):
    responses: list[_Answer]


async def batch(wire: Wire, parts: Sequence[Part]) -> list[Outcome]:
    """The outcome of each part, in the order of the parts, whatever order the service answers in.

    Parts that were throttled, or failed in passing and may be repeated, are sent again alone, after the time that they
    name. When a batch fails as a whole, all that have no outcome yet get its error: no GraphError is raised.
    """
    outcomes: dict[int, Outcome] = {}
    for start in range(0, len(parts), LARGEST):
        some = dict(zip(range(start, len(parts)), parts[start : start + LARGEST], strict=False))
        try:
            await _settle(wire, some, outcomes)
        except GraphError as error:
            return [outcomes.get(number, error) for number in range(len(parts))]
    return [outcomes[number] for number in range(len(parts))]


async def _settle(wire: Wire, waiting: dict[int, Part], outcomes: dict[int, Outcome]) -> None:
    """Up to twenty parts by number. Raises GraphError when a whole batch fails."""
    waited, errand = 0.0, ERRAND.get()
    for attempt in range(1, ATTEMPTS + 1):
        answers = await _post(wire, waiting)
        delays: dict[int, float] = {}
        for number, part in waiting.items():
            outcome = outcomes[number] = _outcome(wire, answers.get(number))
            if isinstance(outcome, GraphError) and (delay := _delay(wire, part, outcome, attempt + 1)) is not None:
                delays[number] = delay
        delay = max(delays.values(), default=0.0)
        why: Why = "throttled" if wire.pause.left else "busy"
        if not delays or attempt == ATTEMPTS or waited + delay > (errand.patience(why) if errand else PATIENCE):
            return
        waited += delay
        await (errand.wait(delay, why) if errand else wire.pause.wait(delay))
        waiting = {number: waiting[number] for number in delays}


async def _post(wire: Wire, parts: Mapping[int, Part]) -> dict[int, _Answer]:
    """The answers by number. Raises GraphError."""
    requests = [_request(number, part) for number, part in parts.items()]
    repeatable = all(part.safe for part in parts.values())
    response = await wire.call("POST", "/$batch", json={"requests": requests}, repeatable=repeatable)
    answers = decode(response, _Answers).responses
    return {int(answer.id): answer for answer in answers if str(answer.id).isdecimal()}


def _request(number: int, part: Part) -> dict[str, object]:
    request: dict[str, object] = {"id": str(number), "method": part.method, "url": part.address}
    headers = dict(part.headers)
    if part.body is not None:
        headers["Content-Type"] = "application/json"
        request["body"] = part.body
    return request | {"headers": headers} if headers else request


def _outcome(wire: Wire, answer: _Answer | None) -> Outcome:
    if answer is None:
        return NotGraph("the service left out the answer to a part of a batch")
    headers = [
        (name.lower(), str(value).encode("ascii", "replace"))
        for name, value in (answer.headers or {}).items()
        if name.lower() in KEPT
    ]
    body = bytes(answer.body)
    response = httpx.Response(
        answer.status,
        headers=[(name.encode(), value) for name, value in headers],
        content=b"" if body == b"null" else body,
    )
    return response if 200 <= answer.status < 400 else wire.failed(response)


def _delay(wire: Wire, part: Part, error: GraphError, attempt: int) -> float | None:
    """Seconds to wait before this part is sent again; None if it must not be. The rules of RetryTransport."""
    status = error.status
    asked = error.retry_after if status in THROTTLING else None
    delay = pause_before(attempt, status, asked)
    if status in (429, 509) or (status == 503 and asked is not None):
        wire.pause.extend(delay)
        return delay if part.safe or status == 429 or asked is not None else None
    return delay if part.safe and (status is None or status in PASSING) else None
