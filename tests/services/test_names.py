import pytest

from odtui.services.names import drive_name_problem, local_name_problem


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
