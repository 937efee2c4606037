import pytest

from odtui.demo.errors import GraphFault
from odtui.demo.names import check_name, check_path, free_name

BAD = (
    *(f"a{character}b" for character in '"*:<>?/\\|\0\x1f\x7f\n'),
    " lead", "trail ", "dot.", ".", "..", "", "~$lock.docx", ".lock", "Desktop.INI",
    "con", "CON.txt", "nul.tar.gz", "com1", "LPT9.x", "x" * 256, "😀" * 128, "\ud800", None, 7,
)  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_names_are_refused(name: object) -> None:
    with pytest.raises(GraphFault) as refused:
        check_name(name)
    assert (refused.value.status, refused.value.code) == (400, "invalidRequest")


@pytest.mark.parametrize(
    "name", ["#%", "x" * 255, "😀" * 127, "console", "com10", "[b]", "-rf", ".hidden", "~tilde", "a..b", "日本"]
)
def test_unusual_names_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "extra"), [("a_VTI_b", {}), ("~x", {"folder": True}), ("Forms", {"folder": True, "in_root": True})]
)
def test_business_drives_reserve_more(name: str, extra: dict[str, bool]) -> None:
    assert check_name(name, **extra) == name
    with pytest.raises(GraphFault):
        check_name(name, business=True, **extra)


def test_a_path_may_have_400_characters() -> None:
    check_path("x" * 400)
    with pytest.raises(GraphFault) as refused:
        check_path("x" * 401)
    assert refused.value.inner == "pathIsTooLong"


def test_a_free_name_carries_the_smallest_number() -> None:
    assert free_name("a.txt", {"a.txt", "a 1.txt"}) == "a 2.txt"
    assert free_name("a.b", {"a.b"}, folder=True) == "a.b 1"
    assert free_name(".hidden", {".hidden"}) == ".hidden 1"
