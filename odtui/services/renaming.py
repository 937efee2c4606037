"""Renaming several entries at once: checking the new names, and an order in which no name is taken meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError, NameConflict
from odtui.services.entry import Entry
from odtui.services.order import fold
from odtui.services.place import Place

TAKEN = "There is already something of that name here."
TWICE = "Two would have this name."

Outcome = Entry | Exception
"""The entry under its new name, or why it has not got it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may get another name."""

    entry: Entry
    folder: Entry
    """That it is in."""
    taken: frozenset[str]
    """Folded names in that folder that are none of the candidates'."""

    @property
    def where(self) -> tuple[str, str]:
        return self.folder.key


@dataclass(frozen=True, slots=True)
class Proposal:
    candidate: Candidate
    name: str
    problem: str | None = None
    """Why the entry cannot be called so, as a sentence."""

    @property
    def changes(self) -> bool:
        return self.name != self.candidate.entry.name


def propose(place: Place, candidates: Sequence[Candidate], names: Sequence[str]) -> list[Proposal]:
    """New names with what is wrong with them; unchanged ones are never wrong by themselves."""
    uses: dict[tuple[tuple[str, str], str], int] = {}
    for candidate, name in zip(candidates, names, strict=True):
        key = (candidate.where, fold(name))
        uses[key] = uses.get(key, 0) + 1
    proposals = []
    for candidate, name in zip(candidates, names, strict=True):
        problem = None
        if name != candidate.entry.name:
            problem = place.name_problem(name, candidate.folder)
            if problem is None and fold(name) in candidate.taken:
                problem = TAKEN
            if problem is None and uses[candidate.where, fold(name)] > 1:
                problem = TWICE
        proposals.append(Proposal(candidate, name, problem))
    return proposals


def as_lines(candidates: Sequence[Candidate], clean: Callable[[str], str]) -> str:
    """Names for an editor, a line each. `clean` makes control characters and line breaks visible signs."""
    return "".join(f"{clean(candidate.entry.name)}\n" for candidate in candidates)


def from_lines(text: str, candidates: Sequence[Candidate], clean: Callable[[str], str]) -> list[str] | str:
    """The names of an edited list, or what is wrong with it as a sentence. A line left as it was keeps its name."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) != len(candidates):
        return f"There are {len(lines):,} lines for {len(candidates):,} names. Each name needs its own line."
    return [
        candidate.entry.name if line == clean(candidate.entry.name) else line
        for candidate, line in zip(candidates, lines, strict=True)
    ]


async def rename_all(place: Place, proposals: Sequence[Proposal]) -> list[Outcome]:
    """Give all of them their names, in rounds: nobody gets a name before its owner has left it.

    Where names go round in a circle, one of them steps aside first; if it cannot get its new name after all, it gets
    its old one back. Outcomes come in the order of the proposals; unchanged ones are left as they are.
    """
    return await _Renaming(place, proposals).run()


class _Renaming:
    def __init__(self, place: Place, proposals: Sequence[Proposal]) -> None:
        self._place = place
        self._proposals = proposals
        self._now = [proposal.candidate.entry for proposal in proposals]
        """As they are called at this moment."""
        self._failed: dict[int, Exception] = {}
        self._waiting = [number for number, proposal in enumerate(proposals) if proposal.changes]
        self._aside: set[int] = set()
        self._owners: dict[tuple[tuple[str, str], str], int] = {}
        """By folder and folded name, at the beginning of a round."""

    async def run(self) -> list[Outcome]:
        while self._waiting:
            self._owners = {
                (proposal.candidate.where, fold(entry.name)): number
                for number, (proposal, entry) in enumerate(zip(self._proposals, self._now, strict=True))
            }
            ready = [number for number in self._waiting if self._owner(number) is None]
            if ready:
                await self._give(ready, [self._proposals[number].name for number in ready])
                self._waiting = [number for number in self._waiting if number not in set(ready)]
            elif (circle := self._in_circle()) is not None:
                name = f"odtui-{token_hex(4)}{_extension(self._now[circle].name)}"
                self._aside.add(circle)
                await self._give([circle], [name])
                if circle in self._failed:
                    self._waiting.remove(circle)
            else:  # what they wait for has failed
                for number in self._waiting:
                    self._failed[number] = NameConflict("the owner of the name has kept it", status=409)
                break
        await self._back()
        return [self._failed.get(number, entry) for number, entry in enumerate(self._now)]

    def _owner(self, number: int) -> int | None:
        """Who else has the name that this one is to get."""
        proposal = self._proposals[number]
        owner = self._owners.get((proposal.candidate.where, fold(proposal.name)))
        return None if owner == number else owner

    def _in_circle(self) -> int | None:
        """One that waits, in the end, for itself."""
        waiting = set(self._waiting)
        for number in self._waiting:
            seen: set[int] = set()
            at: int | None = number
            while at is not None and at in waiting and at not in seen:
                seen.add(at)
                at = self._owner(at)
            if at == number and number not in self._aside:
                return number
        return None

    async def _give(self, numbers: Sequence[int], names: Sequence[str]) -> None:
        outcomes = await _renamed(self._place, [self._now[number] for number in numbers], names)
        for number, outcome in zip(numbers, outcomes, strict=True):
            if isinstance(outcome, Exception):
                self._failed[number] = outcome
            else:
                self._now[number] = outcome

    async def _back(self) -> None:
        """Those that stepped aside for nothing."""
        lost = [number for number in self._aside if number in self._failed]
        errors = {number: self._failed[number] for number in lost}
        await self._give(lost, [self._proposals[number].candidate.entry.name for number in lost])
        self._failed |= errors


async def _renamed(place: Place, entries: Sequence[Entry], names: Sequence[str]) -> list[Outcome]:
    from odtui.services.drive_entries import from_drive_item
    from odtui.services.drive_place import DrivePlace

    if isinstance(place, DrivePlace):
        from odtui.graph.client import ItemVersion

        versions = [ItemVersion(entry.drive_id, entry.id, entry.e_tag) for entry in entries]
        items = await place.client.rename_many(versions, names)
        for entry, item in zip(entries, items, strict=True):
            if isinstance(item, GraphError):
                place.rights.learn(item, entry=entry)
        return [
            item if isinstance(item, GraphError) else from_drive_item(item, entry.drive_id)
            for entry, item in zip(entries, items, strict=True)
        ]
    outcomes: list[Outcome] = []
    for entry, name in zip(entries, names, strict=True):
        try:
            outcomes.append(await place.rename(entry, name))
        except (GraphError, AuthError, OSError) as error:
            outcomes.append(error)
    return outcomes


def _extension(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    return f".{extension}" if dot and stem and len(extension) < 10 else ""
