"""Several names are changed at once: checked before, in an order in which no name is taken, and none is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odtui.graph.errors import Forbidden, NameConflict, Unreachable
from odtui.services.entry import Entry, Kind
from odtui.services.order import fold
from odtui.services.renaming import (
    TAKEN,
    TWICE,
    Candidate,
    Outcome,
    Proposal,
    as_lines,
    from_lines,
    propose,
    rename_all,
)
from odtui.services.undo import CannotUndo, RenamedMany
from odtui.ui.text import clean
from tests.services.conftest import Live
from tests.services.fakes import FakePlace

FOLDER = Entry("fake", "/", "root", Kind.FOLDER)


def candidates(place: FakePlace, *names: str, taken: tuple[str, ...] = ()) -> list[Candidate]:
    folded = frozenset(fold(name) for name in taken)
    return [Candidate(place.entries.get(f"/{name}") or place.add(f"/{name}", b"x"), FOLDER, folded) for name in names]


def problems(names: list[str], *new: str, taken: tuple[str, ...] = ()) -> list[str | None]:
    place = FakePlace()
    found = propose(place, candidates(place, *names, taken=taken), new)  # type: ignore[arg-type]
    return [each.problem for each in found]


# checking


def test_names_that_are_taken_illegal_or_given_twice_are_told() -> None:
    assert problems(["a", "b"], "b", "a") == [None, None], "a swap is no conflict"
    assert problems(["a", "b"], "c", "C") == [TWICE, TWICE]
    assert problems(["a", "b"], "b", "b") == [TWICE, None], "the one that keeps its name is not to blame"
    assert problems(["a"], "X", taken=("x",)) == [TAKEN]
    assert problems(["a"], "A") == [None]
    (problem,) = problems(["a"], "a:b")
    assert problem is not None
    assert "does not allow" in problem


def test_an_illegal_name_that_stays_is_no_problem() -> None:
    assert problems(["a:b"], "a:b") == [None]


def test_the_same_name_in_two_folders_is_no_conflict() -> None:
    place = FakePlace()
    first, second = candidates(place, "a", "b")
    elsewhere = replace(second, folder=Entry("fake", "/docs", "docs", Kind.FOLDER))
    found = propose(place, [first, elsewhere], ["c", "c"])  # type: ignore[arg-type]
    assert [each.problem for each in found] == [None, None]


# the list for the editor

HOSTILE = ["a\nb", "c\x1b[31m", "d\u202e", "plain", "␊", "\udcff"]


def test_hostile_names_are_a_line_each_and_stay_when_nobody_touches_them() -> None:
    made = candidates(FakePlace(), *HOSTILE)
    text = as_lines(made, clean)
    assert text.count("\n") == len(HOSTILE)
    assert text.isprintable() or set(text) - {"\n"} == set(text.replace("\n", ""))
    assert from_lines(text, made, clean) == HOSTILE


def test_a_line_that_was_changed_is_the_new_name() -> None:
    made = candidates(FakePlace(), *HOSTILE)
    text = as_lines(made, clean).replace("plain", "plainer").replace("a␊b", "ab")
    assert from_lines(text, made, clean) == ["ab", *HOSTILE[1:3], "plainer", *HOSTILE[4:]]


@pytest.mark.parametrize("text", ["x\ny", "x\ny\n", "\ufeffx\r\ny\r\n"])
def test_the_kind_of_line_ends_does_not_matter(text: str) -> None:
    assert from_lines(text, candidates(FakePlace(), "a", "b"), clean) == ["x", "y"]


@pytest.mark.parametrize("text", ["", "x\n", "x\ny\nz\n", "x\ny\n\n"])
def test_another_number_of_lines_is_refused(text: str) -> None:
    told = from_lines(text, candidates(FakePlace(), "a", "b"), clean)
    assert isinstance(told, str)
    assert "for 2 names" in told


# renaming


async def _rename(place: FakePlace, **names: str) -> list[Outcome]:
    made = candidates(place, *names)
    return await rename_all(place, [Proposal(each, new) for each, new in zip(made, names.values(), strict=True)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "names",
    [
        {"a": "x", "b": "y"},
        {"a": "b", "b": "c", "c": "d"},
        {"c": "d", "b": "c", "a": "b"},
        {"a": "b", "b": "a"},
        {"a": "b", "b": "c", "c": "a", "d": "e"},
        {"a": "b", "b": "a", "c": "d", "d": "c"},
        {"a": "A"},
        {"a": "B", "b": "A"},
        {"a": "b", "b": "b2", "c": "c"},
    ],
)
async def test_chains_swaps_and_circles_come_out_right(names: dict[str, str]) -> None:
    place = FakePlace({f"/{name}": name.encode() for name in names})
    outcomes = await _rename(place, **names)
    assert [each.name for each in outcomes if isinstance(each, Entry)] == list(names.values())
    assert {path[1:]: data.decode() for path, data in place.contents.items()} == {
        new: old for old, new in names.items()
    }


async def test_one_that_fails_keeps_only_those_that_wait_for_its_name() -> None:
    place = FakePlace({f"/{name}": name.encode() for name in "abcd"})
    place.fail("rename", Forbidden("no", status=403))
    first, second, third, fourth = await _rename(place, b="c2", a="b", c="d2", d="d")
    assert isinstance(first, Forbidden)
    assert isinstance(second, NameConflict)
    assert isinstance(third, Entry)
    assert isinstance(fourth, Entry)
    assert place.names() == ["a", "b", "d", "d2"]


async def test_one_that_stepped_aside_for_nothing_gets_its_name_back() -> None:
    place = FakePlace({"/a.txt": b"a", "/b.txt": b"b"})
    rename = place.rename

    async def failing(entry: Entry, name: str) -> Entry:
        if name == "a.txt" and entry.name == "b.txt":
            raise Unreachable("no")
        return await rename(entry, name)

    place.rename = failing  # type: ignore[method-assign]
    outcomes = await _rename(place, **{"a.txt": "b.txt", "b.txt": "a.txt"})
    assert [type(each) for each in outcomes] == [NameConflict, Unreachable]
    assert place.contents == {"/a.txt": b"a", "/b.txt": b"b"}


async def _remote(live: Live, *names: str) -> list[Candidate]:
    return [Candidate(await live.put(name, name.encode()), live.folder, frozenset()) for name in names]


async def test_a_drive_is_asked_in_batches_and_the_whole_is_undone_as_one(live: Live) -> None:
    made = await _remote(live, "a.txt", "b.txt", "c.txt", *(f"{number}.bin" for number in range(20)))
    names = ["b.txt", "c.txt", "a.txt", *(f"n{number}.bin" for number in range(20))]
    live.demo.state.log.clear()
    outcomes = await rename_all(live.place, [Proposal(each, name) for each, name in zip(made, names, strict=True)])
    assert not [each for each in outcomes if isinstance(each, Exception)]
    tree = await live.tree()
    assert {name: tree[name] for name in ("a.txt", "b.txt", "c.txt")} == {
        "a.txt": b"c.txt", "b.txt": b"a.txt", "c.txt": b"b.txt",
    }  # fmt: skip
    assert len([entry for entry in live.requests("batch$") if entry.method == "POST"]) <= 10
    pairs = tuple((each.entry, after) for each, after in zip(made, outcomes, strict=True) if isinstance(after, Entry))
    step = RenamedMany(live.place, pairs)
    assert (step.what, step.removes) == ("rename of a.txt and 22 more", "")
    undone = await step.undo()
    assert (len(undone.changes), undone.left) == (23, ())
    assert await live.tree() == {each.entry.name: each.entry.name.encode() for each in made}


async def test_undoing_leaves_what_others_have_renamed(live: Live) -> None:
    made = await _remote(live, "a.txt", "b.txt")
    outcomes = await rename_all(live.place, [Proposal(each, f"new {each.entry.name}") for each in made])
    afters = [each for each in outcomes if isinstance(each, Entry)]
    await live.place.rename(afters[0], "other.txt")
    pairs = tuple((each.entry, after) for each, after in zip(made, afters, strict=True))
    undone = await RenamedMany(live.place, pairs).undo()
    assert undone.left == ("a.txt: It was renamed since.",)
    await live.put("a.txt", b"another")
    with pytest.raises(CannotUndo):
        await RenamedMany(live.place, pairs[:1]).undo()
    assert set(await live.remote()) == {"a.txt", "b.txt", "other.txt"}
