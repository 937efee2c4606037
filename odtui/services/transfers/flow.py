"""What all jobs come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from odtui.services.transfers.job import Flow, JobState
from odtui.services.transfers.meter import LONG_WINDOW, Meter
from odtui.services.transfers.record import Record
from odtui.services.transfers.waits import Waits


@dataclass(slots=True)
class _Share:
    """What one job adds to the sums."""

    state: JobState = JobState.DONE
    done: int = 0
    total: int = 0
    counting: bool = False
    carried: int = 0
    files: int = 0


class FlowSums:
    """Sums that are kept, not counted: a change costs the same however many jobs there are.

    Bytes are those of all jobs since nothing was left to do, so that what ends takes no progress away.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.unended = 0
        self.begun: dict[Record, None] = {}
        """Jobs that have begun and not ended."""
        self._clock = clock
        self._meter = Meter(clock)
        self._shares: dict[int, _Share] = {}
        self._states = dict.fromkeys(JobState, 0)
        self._done = self._total = self._counting = 0

    def note(self, record: Record) -> tuple[int, int]:
        """The newest of a job: bytes that it carried, and files that ended to move, since the last time."""
        share = self._shares.get(record.id)
        if share is None:
            share = self._shares[record.id] = _Share()
            self._states[share.state] += 1
        state = record.state
        if state is not share.state:
            self._moved_on(record, share, state)
        self._add_bytes(record, share)
        carried, share.carried = record.carried - share.carried, record.carried
        files, share.files = record.through - share.files, record.through
        if carried:
            self._meter.add(carried)
        if not self.unended:
            self._begin_anew()
        return carried, files

    def _moved_on(self, record: Record, share: _Share, state: JobState) -> None:
        self._states[share.state] -= 1
        self._states[state] += 1
        self.unended += share.state.ended - state.ended
        share.state = state
        if state.ended or record.stage is JobState.QUEUED:
            self.begun.pop(record, None)
        else:
            self.begun[record] = None

    def _add_bytes(self, record: Record, share: _Share) -> None:
        done, total = record.done, record.total
        if share.state.ended or total is None:
            total = done
        counting = record.total is None and not share.state.ended
        self._done += min(done, total) - share.done
        self._total += total - share.total
        self._counting += counting - share.counting
        share.done, share.total, share.counting = min(done, total), total, counting

    def _begin_anew(self) -> None:
        """Nothing is left to do: the next job starts at nothing."""
        for share in self._shares.values():
            share.done = share.total = 0
        self._done = self._total = 0
        self._meter.clear()

    def forget(self, record: Record) -> None:
        share = self._shares.pop(record.id, None)
        if share is not None:
            self._states[share.state] -= 1

    def flow(self, *, moving: int, width: int, limit: int | None, waits: Waits) -> Flow:
        waiting = waits.words if waits.hold(moving) else ""
        if not waiting and self.unended and self.unended == self._states[JobState.ASKING]:
            waiting = "The transfers wait for your answer."
        lasting = self._meter.speed(LONG_WINDOW)
        left = None if self._counting else max(0, self._total - self._done)
        return Flow(
            moving=moving,
            width=width,
            speed=self._meter.speed(),
            limit=limit,
            paused=0 < self.unended == self._states[JobState.PAUSED],
            waiting=waiting,
            unended=self.unended,
            failed=self._states[JobState.FAILED],
            done=self._done,
            total=None if self._counting else self._total,
            eta=left / lasting if left and lasting >= 1 else None,
        )
