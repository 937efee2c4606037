"""What was done in this run, and how each of it is taken back: never by overwriting, never what was changed since."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from odtui.graph.errors import Forbidden, GraphError, InvalidRequest, ItemNotFound, NameConflict, StaleETag
from odtui.services.disk import on_disk_to_end
from odtui.services.entry import Entry, Kind
from odtui.services.place import Place
from odtui.services.transfers.record import MOST_DEEDS, Deed

T = TypeVar("T")

LONGEST = 100
"""Steps that are remembered."""
_NOWHERE = Entry("", "", "", Kind.FOLDER)
"""Stands for the folder of what is renamed, which need not be known for that."""


class CannotUndo(Exception):
    """A step that cannot be taken back, also not later. Names in its words are hostile."""

    def __init__(self, why: str, *, web: str = "") -> None:
        super().__init__(why)
        self.why = why
        """A sentence."""
        self.web = web
        """Address of a page where it can be; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Change:
    """What undoing did to the entries of a place."""

    place: Place
    gone: Entry | None = None
    new: Entry | None = None
    folder: Entry | None = None
    """Where the new one is; None if it takes the place of the one that is gone."""


@dataclass(frozen=True, slots=True)
class Undone:
    changes: tuple[Change, ...]
    left: tuple[str, ...] = ()
    """What could not be taken back, a sentence each: hostile."""


class Step(Protocol):
    """One thing that was done."""

    @property
    def what(self) -> str:
        """Such as `rename of a.txt`: hostile."""

    @property
    def removes(self) -> str:
        """What taking it back puts into the recycle bin or trash, such as `3 files`; empty for nothing."""

    @property
    def place(self) -> Place: ...

    async def undo(self) -> Undone:
        """Raises CannotUndo; GraphError, AuthError or OSError for what may be different another time."""


class UndoJournal:
    """The steps of this run, newest last."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque(maxlen=LONGEST)

    def add(self, step: Step) -> None:
        self._steps.append(step)

    @property
    def last(self) -> Step | None:
        return self._steps[-1] if self._steps else None

    def drop(self, step: Step) -> None:
        """It is taken back, or never can be."""
        if step in self._steps:
            self._steps.remove(step)

    def forget(self, gone: Callable[[Place], bool]) -> None:
        """A session has ended; what was done in other places can still be taken back."""
        self._steps = deque((step for step in self._steps if not gone(step.place)), maxlen=LONGEST)


@dataclass(frozen=True, slots=True, eq=False)
class Renamed:
    place: Place
    before: Entry
    after: Entry

    @property
    def what(self) -> str:
        return f"rename of {self.before.name}"

    @property
    def removes(self) -> str:
        return ""

    async def undo(self) -> Undone:
        now = await _now(self.place, self.after)
        new = await _if_free(self.place.rename(now, self.before.name), self.before.name)
        return Undone((Change(self.place, gone=now, new=new),))


@dataclass(frozen=True, slots=True, eq=False)
class RenamedMany:
    place: Place
    pairs: tuple[tuple[Entry, Entry], ...]
    """Before and after."""

    @property
    def what(self) -> str:
        return f"rename of {_names([before for before, _ in self.pairs])}"

    @property
    def removes(self) -> str:
        return ""

    async def undo(self) -> Undone:
        """As they were given: names that went round go round again."""
        from odtui.services.renaming import Candidate, Proposal, rename_all

        left: list[str] = []
        proposals = []
        for before, after in self.pairs:
            try:
                now = await _now(self.place, after)
            except CannotUndo as error:
                left.append(f"{before.name}: {error.why}")
                continue
            proposals.append(Proposal(Candidate(now, _NOWHERE, frozenset()), before.name))
        changes = []
        failure: Exception | None = None
        for proposal, outcome in zip(proposals, await rename_all(self.place, proposals), strict=True):
            if isinstance(outcome, NameConflict | FileExistsError):
                left.append(f"{proposal.name}: Something else has its name by now.")
            elif isinstance(outcome, Exception):
                failure = failure or outcome
                left.append(f"{proposal.name}: This did not work now.")
            else:
                changes.append(Change(self.place, gone=proposal.candidate.entry, new=outcome))
        if left and not changes:
            raise failure or CannotUndo("\n".join(left[:5]) + ("\n…" if len(left) > 5 else ""))
        return Undone(tuple(changes), tuple(left))


@dataclass(frozen=True, slots=True)
class Moving:
    """One entry that was moved."""

    before: Entry
    after: Entry
    origin: Entry
    """The folder that it was in."""
    folder: Entry
    """The folder that it went to."""


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    place: Place
    moves: tuple[Moving, ...]

    @property
    def what(self) -> str:
        return f"move of {_names([move.before for move in self.moves])}"

    @property
    def removes(self) -> str:
        return ""

    async def undo(self) -> Undone:
        return await _each(self.moves, lambda move: move.before.name, self._back)

    async def _back(self, move: Moving) -> list[Change]:
        now = await _now(self.place, move.after, folder=move.folder)
        new = await _if_free(self.place.move(now, move.origin), now.name)
        if new.name != move.before.name:
            with suppress(CannotUndo):  # it is back, under the name that it got
                new = await _if_free(self.place.rename(new, move.before.name), move.before.name)
        return [Change(self.place, gone=now), Change(self.place, new=new, folder=move.origin)]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """New files and folders: by a copy, an upload, a download, or by hand."""

    place: Place
    verb: str
    """Such as `copy`."""
    entries: tuple[Entry, ...]
    """In the order that they were made."""
    whole: frozenset[tuple[str, str]] = frozenset()
    """Keys of folders that were made with all that is in them."""

    @property
    def what(self) -> str:
        return f"{self.verb} of {_names(self.entries)}"

    @property
    def removes(self) -> str:
        files = sum(not entry.is_folder for entry in self.entries)
        folders = len(self.entries) - files
        parts = [_count(files, "file")] if files else []
        return " and ".join([*parts, _count(folders, "folder")] if folders else parts)

    async def undo(self) -> Undone:
        """Files that are still as they arrived; then folders from the deepest on, if nothing is left in them."""
        files = [entry for entry in self.entries if not entry.is_folder]
        folders = [entry for entry in reversed(self.entries) if entry.is_folder]
        gone: list[Entry] = []
        if not self.place.is_local and len(files) > 1:
            from odtui.services.restoring import remove_unchanged

            gone = await remove_unchanged(self.place, files)
        keys = {entry.key for entry in gone}
        left = [entry for entry in files if entry.key not in keys]
        done = [Change(self.place, gone=entry) for entry in gone]
        return await _each([*left, *folders], lambda entry: entry.name, self._remove, done)

    async def _remove(self, entry: Entry) -> list[Change]:
        now = await _now(self.place, entry)
        if entry.key in self.whole:
            if (now.size, now.child_count) != (entry.size, entry.child_count):
                raise CannotUndo("What is in it was changed since.")
        elif entry.is_folder:
            async for page in self.place.pages(now):
                if page:
                    raise CannotUndo("There is something in it by now.")
        elif not _is_same(now, entry):
            raise CannotUndo("It was changed since.")
        try:
            await self.place.delete(now)
        except StaleETag:
            raise CannotUndo("It was changed since.") from None
        return [Change(self.place, gone=now)]


@dataclass(frozen=True, slots=True, eq=False)
class Deleted:
    place: Place
    entries: tuple[Entry, ...]
    when: float = field(default_factory=time.time)
    """Of the first: seconds since the epoch."""

    @property
    def what(self) -> str:
        return f"deletion of {_names(self.entries)}"

    @property
    def removes(self) -> str:
        return ""

    async def undo(self) -> Undone:
        if self.place.is_local:
            return await _each(self.entries, lambda entry: entry.name, self._from_trash)
        from odtui.services.restoring import restore

        return await restore(self.place, self.entries)

    async def _from_trash(self, entry: Entry) -> list[Change]:
        from odtui.services.trash import restore

        try:
            await on_disk_to_end(restore, entry.id, self.when)
        except FileExistsError:
            raise CannotUndo("Something else has its name by now.") from None
        except FileNotFoundError:
            raise CannotUndo("It is not in the trash any more.") from None
        except OSError as error:
            raise CannotUndo("odtui cannot take it out of the trash; open the trash of this computer.") from error
        new = await self.place.refetch(entry)
        chain = await self.place.parents(new)
        return [Change(self.place, new=new, folder=chain[-1])] if chain else []


@dataclass(frozen=True, slots=True, eq=False)
class Lasting:
    """What is not taken back: it stands in the way of the step before, which nobody means just then."""

    place: Place
    what: str
    why: str
    """A sentence."""

    @property
    def removes(self) -> str:
        return ""

    async def undo(self) -> Undone:
        raise CannotUndo(self.why)


def step_of(kind: str, deeds: Sequence[Deed], origins: Mapping[tuple[str, str], Entry]) -> Step | None:
    """What a job has done as one step; None if it has done nothing.

    Args:
        kind: Of the job.
        origins: Of a move: by key, the folders that entries were in.
    """
    if not deeds:
        return None
    place = deeds[0].place
    if len(deeds) > MOST_DEEDS:
        why = f"It made more than {MOST_DEEDS:,} changes, and that is more than is remembered."
        return Lasting(place, f"{kind} of very many", why)
    if kind == "delete":
        return Deleted(place, tuple(deed.entry for deed in deeds), deeds[0].when)
    if kind != "move":
        whole = frozenset(deed.entry.key for deed in deeds if deed.whole)
        return Made(place, kind, tuple(deed.entry for deed in deeds), whole)
    moves = [
        Moving(deed.before, deed.entry, origins[deed.before.key], deed.folder)
        for deed in deeds
        if deed.before is not None and deed.folder is not None and deed.before.key in origins
    ]
    # What went to another drive or disk was copied, and the source deleted: that is no single step any more.
    if len(moves) < len(deeds):
        what = f"move of {_names([deed.entry for deed in deeds])}"
        return Lasting(place, what, "It was copied to another place, and its source deleted. Move it back yourself.")
    return Moved(place, tuple(moves))


async def _now(place: Place, entry: Entry, *, folder: Entry | None = None) -> Entry:
    """The entry as it is now. Raises CannotUndo if it is gone, has another name, or is in another folder."""
    try:
        now = await place.refetch(entry)
        above = await _parent(place, entry) if folder is not None and not place.is_local else None
    except (ItemNotFound, FileNotFoundError, NotADirectoryError):
        raise CannotUndo("It is not there any more.") from None
    if now.name != entry.name or now.kind is not entry.kind:
        raise CannotUndo("It was renamed since.")
    if folder is not None and above is not None and above != folder.content.id:
        raise CannotUndo("It was moved since.")
    return now


async def _parent(place: Place, entry: Entry) -> str | None:
    """The id of the folder of a drive that an entry is in; None if the service does not say."""
    from odtui.services.drive_place import DrivePlace

    if not isinstance(place, DrivePlace):
        return None
    reference = (await place.client.item(entry.drive_id, entry.id)).parent_reference
    return reference.id if reference is not None else None


def _is_same(now: Entry, entry: Entry) -> bool:
    """Whether a file still holds what it held."""
    if now.size != entry.size:
        return False
    if now.is_local:
        return now.modified == entry.modified
    return now.e_tag == entry.e_tag or now.digest == entry.digest != ""


async def _if_free(change: Awaitable[Entry], name: str) -> Entry:
    try:
        return await change
    except (NameConflict, FileExistsError):
        raise CannotUndo(f"Something else is called {name} there by now.") from None
    except (ItemNotFound, FileNotFoundError):
        raise CannotUndo("Its old place is not there any more.") from None
    except StaleETag:
        raise CannotUndo("It is being changed just now.") from None


async def _each(
    subjects: Iterable[T],
    name: Callable[[T], str],
    back: Callable[[T], Awaitable[list[Change]]],
    done: Iterable[Change] = (),
) -> Undone:
    """One after the other; `done` are taken back already. Raises CannotUndo if none can be."""
    changes: list[Change] = list(done)
    left: list[str] = []
    for subject in subjects:
        try:
            changes += await back(subject)
        except CannotUndo as error:
            left.append(f"{name(subject)}: {error.why}")
        except (Forbidden, InvalidRequest) as error:
            left.append(f"{name(subject)}: OneDrive refused it ({type(error).__name__}).")
        except (GraphError, OSError):
            if not changes:
                raise
            left.append(f"{name(subject)}: This did not work now.")
    if left and not changes:
        raise CannotUndo("\n".join(left[:5]) + ("\n…" if len(left) > 5 else ""))
    return Undone(tuple(changes), tuple(left))


def _names(entries: Iterable[Entry]) -> str:
    first, *others = entries
    return first.name if not others else f"{first.name} and {len(others):,} more"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
