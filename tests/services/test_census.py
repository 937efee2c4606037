"""What is in a folder, in numbers, tells whether it is still what was carried."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odtui.services.entry import Entry, Kind
from odtui.services.local_place import LocalPlace
from odtui.services.transfers.census import Census, take


def counted(*files: tuple[int, int | None]) -> Census:
    census = Census()
    for size, modified in files:
        census.add(Entry("d", str(size), "a", Kind.FILE, size, modified))
    return census


@pytest.mark.parametrize(
    ("later", "differs"),
    [
        (counted((1, 10), (2, 20)), False),
        (counted((2, 20), (1, 10)), False),
        (counted((1, 10)), True),
        (counted((1, 10), (2, 20), (0, 5)), True),
        (counted((1, 10), (3, 20)), True),
        (counted((1, 10), (2, 21)), True),
        (counted((1, None), (2, 20)), False),
    ],
)
def test_files_that_came_went_or_changed_are_noticed(later: Census, differs: bool) -> None:
    assert counted((1, 10), (2, 20)).differs(later) is differs


def test_files_known_by_their_sums_are_compared_by_those() -> None:
    census = counted((1, 10))
    census.add_unseen(2, 7)
    assert not census.differs(counted((1, 10), (3, 99), (4, 99)))
    assert census.differs(counted((1, 10), (3, 99)))


async def test_a_folder_is_looked_through_to_the_bottom(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for path, size in (("x", 1), ("a/y", 2), ("a/b/z", 3)):
        (tmp_path / path).write_bytes(b"." * size)
        os.utime(tmp_path / path, (10, 10 * size))
    place = LocalPlace(tmp_path)
    assert not counted((1, 10), (2, 20), (3, 30)).differs(await take(place, await place.root()))
    assert counted((1, 10), (2, 20)).differs(await take(place, await place.root()))


async def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    place = LocalPlace(tmp_path)
    (tmp_path / "a").mkdir()
    gone = await place.locate(str(tmp_path / "a"))
    (tmp_path / "a").rmdir()
    with pytest.raises(FileNotFoundError):
        await take(place, gone)
