import pytest

from odtui.demo.addressing import Address, function, parse
from odtui.demo.errors import GraphFault

ME = ("me",)
ROOT = ("root",)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/me/drive", Address(ME)),
        ("/drive", Address(ME)),
        ("/me/drives", Address((), tail=("me", "drives"))),
        ("/me", Address((), tail=("me",))),
        ("/drives/AB%21c/root", Address(("drives", "AB!c"), ROOT)),
        ("/users/a@b/drive/root", Address(("users", "a@b"), ROOT)),
        ("/me/drive/items/root/children", Address(ME, ROOT, (), ("children",))),
        ("/me/drive/items/1!2", Address(ME, ("items", "1!2"))),
        ("/me/drive/root:/a%20b/c.txt", Address(ME, ROOT, ("a b", "c.txt"))),
        ("/me/drive/root:/a%20b/c.txt:", Address(ME, ROOT, ("a b", "c.txt"))),
        ("/me/drive/root:/a:/content", Address(ME, ROOT, ("a",), ("content",))),
        ("/me/drive/root:/100%25%23.txt:/content", Address(ME, ROOT, ("100%#.txt",), ("content",))),
        (
            "/drives/d/items/root%3A%2Fa%20b%2Fc%23.txt%3A/content",
            Address(("drives", "d"), ROOT, ("a b", "c#.txt"), ("content",)),
        ),
        ("/drives/d/items/1%212%3a%2f100%25.txt%3a", Address(("drives", "d"), ("items", "1!2"), ("100%.txt",))),
        ("/drives/d/items/i:/a%3A%2Fb:/content", Address(("drives", "d"), ("items", "i"), ("a:", "b"), ("content",))),
        ("/drives/d/root:/.%2Fa%20b%2Fc%23:/content", Address(("drives", "d"), ROOT, ("a b", "c#"), ("content",))),
        ("/me/drive/root:/a/./b", Address(ME, ROOT, ("a", "b"))),
        ("/me/drive/root:/a%3Ab:/content", Address(ME, ROOT, ("a:b",), ("content",))),
        ("/me/drive/root://a//b:/children", Address(ME, ROOT, ("a", "b"), ("children",))),
        ("/me/drive/root:/a+b&c='d'", Address(ME, ROOT, ("a+b&c='d'",))),
        ("/drives/d/items/i:/leaf.txt:", Address(("drives", "d"), ("items", "i"), ("leaf.txt",))),
        (
            "/drives/d/items/i:/a/b:/createUploadSession",
            Address(("drives", "d"), ("items", "i"), ("a", "b"), ("createUploadSession",)),
        ),
        ("/me/drive/special/approot:/x.json:/content", Address(ME, ("special", "approot"), ("x.json",), ("content",))),
        ("/shares/u!abc/driveItem", Address(("shares", "u!abc"), ROOT)),
        ("/shares/u!abc/driveItem:/x", Address(("shares", "u!abc"), ROOT, ("x",))),
        ("/shares/u!abc/items/1!2/children", Address(("shares", "u!abc"), ("items", "1!2"), (), ("children",))),
        ("/me/drive/root/search(q='a:b/c(d)')", Address(ME, ROOT, (), ("search(q='a:b/c(d)')",))),
        ("/me/drive/root:/a(1).txt:/content", Address(ME, ROOT, ("a(1).txt",), ("content",))),
        ("/drives('d')/items('i')/children('a''b')", Address(("drives", "d"), ("items", "i"), (), ("children", "a'b"))),
        ("/me/drive/items('i'):/a:/content", Address(ME, ("items", "i"), ("a",), ("content",))),
        ("/me/drive/root:/items('x')", Address(ME, ROOT, ("items('x')",))),
        ("/sites/s/drive/root", Address(("sites", "s"), ROOT)),
        ("/me/drive/root/children/name.txt", Address(ME, ROOT, (), ("children", "name.txt"))),
    ],
)
def test_raw_paths_are_read_before_decoding(raw: str, expected: Address) -> None:
    assert parse(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "/me/drive/root:/%FF",
        "/me/drive:/x",
        "/me/drive/root:/../x",
        "/me/drive/root:/a/%2E%2E%2Fx",
        "/me/drive/root/children:/x",
    ],
)
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(GraphFault) as refused:
        parse(raw)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("delta", ("delta", {})),
        ("microsoft.graph.delta()", ("delta", {})),
        ("search(q='it''s (here)')", ("search", {"q": "it's (here)"})),
        ("children", ("children", {})),
    ],
)
def test_functions_have_arguments(segment: str, expected: tuple[str, dict[str, str]]) -> None:
    assert function(segment) == expected
