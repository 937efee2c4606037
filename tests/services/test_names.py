from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odtui.demo.names import check_name
from odtui.services.names import (
    drive_name_problem,
    folded,
    legal_drive_name,
    legal_local_name,
    local_name_problem,
    numbered,
)

PIECES = [
    "con",
    "COM1",
    ".lock",
    "desktop.ini",
    "_vti_",
    "_VTI",
    "~$",
    "&#39;",
    "forms",
    ".",
    " ",
    "\t",
    "/",
    ":",
    "ä" * 90,
]
"""What names are made of that are not allowed."""
NAMES = st.lists(st.text() | st.sampled_from(PIECES) | st.characters(), max_size=6).map("".join)


def problem(name: str, drive_type: str = "business", *, at_root: bool = False) -> str | None:
    return drive_name_problem(name, drive_type=drive_type, at_root=at_root)


@pytest.mark.parametrize(
    "name",
    [
        "", " ", ".", "..", 'a"b', "a*b", "a:b", "a<b", "a>b", "a?b", "a/b", "a\\b", "a|b", "a\tb", "a\x7fb", "a\x85b",
        " a", "a ", "a.", ".lock", "Desktop.INI", "con", "CON.txt", "lpt9.tar.gz", "com0", "~$doc.docx", "x" * 256,
        "\U0001f600" * 128, "a\udcff",
    ],
)  # fmt: skip
@pytest.mark.parametrize("drive_type", ["personal", "business", "documentLibrary"])
def test_names_that_no_drive_takes(name: str, drive_type: str) -> None:
    found = problem(name, drive_type)
    assert found is not None
    assert found.endswith(".")


@pytest.mark.parametrize(
    "name",
    ["a", "a b", "100%", "c#", "ä" * 255, "\U0001f600" * 127, ".profile", "console", "com10", "~a", "a~$b",
     "a'b&c", "con fusion.txt"],
)  # fmt: skip
def test_names_that_every_drive_takes(name: str) -> None:
    assert problem(name, "business") is None
    assert problem(name, "personal") is None


def test_work_drives_are_stricter() -> None:
    for name in ("a_VTI_b", "a&#39;b"):
        assert problem(name, "personal") is None
        assert problem(name, "business")
        assert problem(name, "a kind of tomorrow")


def test_forms_is_reserved_at_the_top_of_a_library_only() -> None:
    assert problem("Forms", "documentLibrary", at_root=True)
    assert problem("Forms", "documentLibrary") is None
    assert problem("Forms", "personal", at_root=True) is None


def test_this_computer_counts_bytes() -> None:
    assert local_name_problem("é" * 127) is None
    assert local_name_problem("é" * 128)


# the nearest name that is allowed


@given(NAMES, st.sampled_from(["personal", "business", "documentLibrary", "tomorrow"]), st.booleans(), st.booleans())
def test_a_name_is_made_legal_for_a_drive_once_and_for_all(
    name: str, drive_type: str, at_root: bool, folder: bool
) -> None:
    rules: Any = {"drive_type": drive_type, "at_root": at_root, "folder": folder}
    legal = legal_drive_name(name, **rules)
    assert drive_name_problem(legal, **rules) is None
    assert legal_drive_name(legal, **rules) == legal
    if drive_name_problem(name, **rules) is None:
        assert legal == name


@given(NAMES, st.booleans(), st.booleans(), st.booleans())
def test_the_demo_drive_takes_every_name_that_was_made_legal(
    name: str, business: bool, at_root: bool, folder: bool
) -> None:
    drive_type = "documentLibrary" if business else "personal"
    legal = legal_drive_name(name, drive_type=drive_type, at_root=at_root, folder=folder)
    assert check_name(legal, business=business, in_root=at_root, folder=folder) == legal


@given(NAMES | st.text(st.characters(categories=["Cs", "Lo"]), max_size=90))
def test_a_name_is_made_legal_for_this_computer_once_and_for_all(name: str) -> None:
    legal = legal_local_name(name)
    assert local_name_problem(legal) is None
    assert legal_local_name(legal) == legal
    if local_name_problem(name) is None:
        assert legal == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('a:b "c" <d>?*|\\', "a：b ＂c＂ ＜d＞？＊｜＼"),
        ("a\tb\udcff", "a_b_"),
        (" a ", "_a_"),
        ("a.", "a．"),
        ("..", ".．"),
        ("", "_"),
        ("con.txt", "_con.txt"),
        ("~$a.docx", "_~$a.docx"),
        (".lock", "_.lock"),
        ("a_VTI_b", "a_VTI-b"),
        ("a&#39;b", "a＆#39;b"),
        ("Forms", "_Forms"),
    ],
)
def test_a_name_stays_as_near_as_it_can(name: str, expected: str) -> None:
    assert legal_drive_name(name, drive_type="documentLibrary", at_root=True) == expected


def test_a_name_that_is_too_long_keeps_its_kind_and_gets_a_mark_of_its_own() -> None:
    first, second = (legal_local_name("ä" * 200 + f"{number}.tar.gz") for number in (1, 2))
    assert first.endswith(".gz")
    assert first != second
    assert len(legal_drive_name("x" * 300 + ".txt", drive_type="personal", at_root=False)) == 254


@pytest.mark.parametrize("name", ["a/b", "\0", "", ".", ".."])
def test_this_computer_gets_the_nearest_name_too(name: str) -> None:
    assert legal_local_name(name) == {"a/b": "a／b", "\0": "_", "": "_", ".": "_.", "..": "_.."}[name]


def test_names_are_one_if_only_case_or_form_differ() -> None:
    assert folded("CAFE\u0301") == folded("caf\xe9")
    assert folded("a") != folded("b")


def test_a_folder_of_a_work_drive_does_not_begin_with_a_tilde() -> None:
    assert legal_drive_name("~a", drive_type="business", at_root=False, folder=True) == "_~a"
    assert legal_drive_name("~a", drive_type="personal", at_root=False, folder=True) == "~a"


def test_a_number_goes_before_the_extension_of_a_file_and_behind_the_name_of_a_folder() -> None:
    assert (numbered("v1.2", 3), numbered("v1.2", 3, folder=True)) == ("v1 3.2", "v1.2 3")
    assert numbered("ä" * 200 + ".txt", 12).endswith("ä 12.txt")
    assert local_name_problem(numbered("ä" * 200 + ".txt", 12)) is None
