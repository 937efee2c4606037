"""What a target takes of a source, and under which names. Sources: QUIRKS 45-61, 158-160, 246-249."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, Kind
from odtui.services.names import DRIVE_PATH_LENGTH, folded, numbered, utf16_length
from odtui.services.place import Place
from odtui.services.transfers.branches import Branch
from odtui.services.transfers.job import Remedy

LARGEST = 250 * 1024**3
"""Bytes of a file that OneDrive takes."""
_LOOKED_AT = 100
"""Names of a folder among which one with letters should be."""
LOOP = "This link leads to a folder that it is in itself."
_TOO_LARGE = "It is larger than 250 GB, and OneDrive takes no larger files."
_BLOCKED = "It was blocked as malware, and Microsoft does not hand it out."
_NOTEBOOK = "A notebook can be opened in the browser only."
_TWIN = "Another one that was chosen has the same name."
_BROKEN = "This link leads nowhere."
_SPECIAL = "It is neither a file nor a folder, but something like a pipe or a device."
_UNKNOWN = "OneDrive does not say what it is, so odtui cannot read it."


@dataclass(frozen=True, slots=True)
class Finding:
    """Why one cannot go over as it is."""

    entry: Entry
    path: str
    """For the screen: hostile."""
    key: str
    """As of a Branch."""
    problem: str
    """A sentence."""
    remedy: Remedy
    new_name: str = ""
    """That it will have instead."""


class Fitness:
    """The rules of one job."""

    def __init__(
        self, source: Place, target: Place, *, streamed: Callable[[Entry], bool], above: int, one_case: bool
    ) -> None:
        """
        Args:
            streamed: Whether an entry is read and written, rather than moved or copied by the service or the system.
            above: Characters of the path of the folder where all goes, on a drive.
            one_case: Whether the target takes names for one that differ only in case or Unicode form.
        """
        self.target = target
        self.above = above
        self._fold: Callable[[str], str] = folded if one_case else str
        self.streamed = streamed
        self._from_drive = isinstance(source, DrivePlace)
        self._to_drive = isinstance(target, DrivePlace)
        self._same_rules = self._from_drive and self._to_drive and _rules(source) == _rules(target)

    def unfit(self, entry: Entry) -> str | None:
        """Why it cannot go over at all."""
        problem = None
        if entry.kind is Kind.NOTEBOOK:
            problem = _NOTEBOOK
        elif entry.kind is Kind.OTHER:
            problem = _UNKNOWN if self._from_drive else _BROKEN if entry.link else _SPECIAL
        elif entry.blocked:
            problem = _BLOCKED
        elif self._to_drive and not entry.is_folder and (entry.size or 0) > LARGEST:
            problem = _TOO_LARGE
        return problem if problem is not None and self.streamed(entry) else None

    def name_problem(self, entry: Entry, parent: Entry) -> str | None:
        if self._same_rules:
            return None
        return self.target.name_problem(entry.name, parent, folder=entry.is_folder)

    def length_problem(self, above: int, name: str) -> str | None:
        """`above`: characters of the path before a name."""
        if not self._to_drive or (length := above + utf16_length(name)) <= DRIVE_PATH_LENGTH:
            return None
        return f"With its folders its name has {length:,} characters, and OneDrive takes {DRIVE_PATH_LENGTH}."

    def clash_problem(self) -> str:
        where = "OneDrive" if self._to_drive else "This disk"
        return f"{where} takes its name for that of another one here: only case or the form of letters differ."

    def key(self, name: str) -> str:
        """Two names with the same one cannot be in one folder."""
        return self._fold(name)


def _rules(place: Place) -> str:
    return place.drive.drive_type if isinstance(place, DrivePlace) else ""


class Names:
    """The names in one folder at the target, while what is to go there is found.

    What can keep its name does at once; new names are given when all others are known.
    """

    def __init__(self, fitness: Fitness, parent: Entry, branch: Branch | None) -> None:
        """
        Args:
            parent: The folder at the target, or one that stands for it.
            branch: The folder at the source; None for what was chosen.
        """
        self._fitness = fitness
        self._parent = parent
        self._path, self._key = ("", "") if branch is None else (f"{branch.path}/", f"{branch.key}/")
        names = [] if branch is None else [each.name for each in branch.line()]
        self._length = fitness.above + sum(utf16_length(name) + 1 for name in names)
        self._taken: dict[str, str] = {}
        """The names by their keys."""
        self._found: list[Finding] = []

    def look(self, entry: Entry, *, number: int | None = None, loops: bool = False) -> bool:
        """Whether it goes as it is; if not, it will be among `findings`.

        Args:
            number: Of one that was chosen.
            loops: It is a link that leads up.
        """
        problem = LOOP if loops else self._fitness.unfit(entry)
        if problem is None:
            problem = self._fitness.length_problem(self._length, entry.name)
        if problem is not None:
            self._find(entry, number, problem, "skip")
            return False
        problem = self._fitness.name_problem(entry, self._parent)
        if problem is None:
            key = self._fitness.key(entry.name)
            if (twin := self._taken.get(key)) is None:
                self._taken[key] = entry.name
                return True
            problem = _TWIN if twin == entry.name else self._fitness.clash_problem()
        self._find(entry, number, problem, "rename")
        return False

    def _find(self, entry: Entry, number: int | None, problem: str, remedy: Remedy) -> None:
        key = self._key + entry.name if number is None else str(number)
        self._found.append(Finding(entry, self._path + entry.name, key, problem, remedy))

    def findings(self) -> list[Finding]:
        """Once all have been looked at; in an order that is always the same."""
        found = sorted(self._found, key=lambda finding: finding.entry.name)
        return [self._named(finding) if finding.remedy == "rename" else finding for finding in found]

    def _named(self, finding: Finding) -> Finding:
        folder = finding.entry.is_folder
        legal = new_name = self._fitness.target.legal_name(finding.entry.name, self._parent, folder=folder)
        number = 0
        while (key := self._fitness.key(new_name)) in self._taken:
            number += 1
            new_name = numbered(legal, number, folder=folder)
        self._taken[key] = new_name
        if (problem := self._fitness.length_problem(self._length, new_name)) is not None:
            return replace(finding, problem=problem, remedy="skip")
        return replace(finding, new_name=new_name)


def takes_one_case(folder: str) -> bool:
    """Whether the disk with this folder takes names for one that differ in case only; blocks, changes nothing.

    Shown by something in the folder, which may be the top of another disk; in an empty one by its own name.
    """
    with suppress(OSError), os.scandir(folder) as scan:
        for found in islice(scan, _LOOKED_AT):
            if found.name != found.name.swapcase():
                return _is_same(folder, found.name)
    parent, name = os.path.split(folder)
    if name == name.swapcase() or os.path.ismount(folder):
        return sys.platform in ("darwin", "win32")
    return _is_same(parent, name)


def _is_same(folder: str, name: str) -> bool:
    try:
        twin = os.lstat(os.path.join(folder, name.swapcase()))
        return os.path.samestat(os.lstat(os.path.join(folder, name)), twin)
    except OSError:
        return False
