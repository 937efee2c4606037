"""Transfers that a test moves by hand."""

from collections.abc import Callable

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers import Job


class FakeTransfers:
    """Keeps what was asked of it; `put` sets a job's snapshot, `arrive` and `depart` tell the listeners."""

    def __init__(self) -> None:
        self.started: list[tuple[list[str], str, str, str, bool]] = []
        """Names, source place, target place, target folder, whether it is a move."""
        self.deleted: list[tuple[list[str], str]] = []
        """Names and place."""
        self.asked: list[tuple[str, int]] = []
        self._jobs: dict[int, Job] = {}
        self._listeners: list[Callable[[Job], None]] = []
        self._arrivals: list[Callable[[Place, Entry, Entry], None]] = []
        self._departures: list[Callable[[Place, Entry], None]] = []

    def start(
        self, entries: list[Entry], source: Place, target: Place, folder: Entry, *, move: bool = False
    ) -> list[int]:
        self.started.append(([entry.name for entry in entries], source.id, target.id, folder.name, move))
        return []

    def delete(self, entries: list[Entry], place: Place) -> list[int]:
        self.deleted.append(([entry.name for entry in entries], place.id))
        return []

    def put(self, *jobs: Job) -> None:
        for job in jobs:
            self._jobs[job.id] = job
            for listener in self._listeners:
                listener(job)

    def arrive(self, place: Place, folder: Entry, entry: Entry) -> None:
        for listener in self._arrivals:
            listener(place, folder, entry)

    def depart(self, place: Place, entry: Entry) -> None:
        for listener in self._departures:
            listener(place, entry)

    def cancel(self, job_id: int) -> None:
        self.asked.append(("cancel", job_id))

    def retry(self, job_id: int) -> None:
        self.asked.append(("retry", job_id))

    def clear_ended(self) -> None:
        self._jobs = {job.id: job for job in self._jobs.values() if not job.state.ended}

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(self._jobs.values())

    @property
    def running(self) -> int:
        return sum(not job.state.ended for job in self._jobs.values())

    def watch(self, listener: Callable[[Job], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch_arrivals(self, listener: Callable[[Place, Entry, Entry], None]) -> Callable[[], None]:
        self._arrivals.append(listener)
        return lambda: self._arrivals.remove(listener)

    def watch_departures(self, listener: Callable[[Place, Entry], None]) -> Callable[[], None]:
        self._departures.append(listener)
        return lambda: self._departures.remove(listener)
