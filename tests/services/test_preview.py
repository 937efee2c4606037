import pytest

from odtui.services.entry import Kind
from odtui.services.languages import language_of
from odtui.services.preview import PREVIEW_BYTES, PropertiesPreview, TextPreview, decode, kind_of, load_preview
from tests.services.fakes import FakePlace


async def preview(data: bytes, name: str = "a.txt", **changes: object) -> TextPreview | PropertiesPreview:
    place = FakePlace()
    return await load_preview(place, place.add(f"/{name}", data, **changes))


async def test_a_text_is_shown_with_its_language() -> None:
    assert await preview(b"print()\n", "a.py") == TextPreview("print()\n", "python", truncated=False)


async def test_only_the_beginning_of_a_long_text_is_read() -> None:
    shown = await preview(b"x" * (PREVIEW_BYTES + 1))
    assert isinstance(shown, TextPreview)
    assert (len(shown.text), shown.truncated) == (PREVIEW_BYTES, True)
    shown = await preview(b"x" * PREVIEW_BYTES)
    assert isinstance(shown, TextPreview)
    assert not shown.truncated


async def test_a_character_that_the_end_cuts_is_left_out() -> None:
    shown = await preview(b"x" + "é".encode() * PREVIEW_BYTES)
    assert isinstance(shown, TextPreview)
    assert shown.text.endswith("é")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffhé".encode(), "hé"),
        ("hé".encode("utf-16"), "hé"),
        (b"\xfe\xff" + "hé".encode("utf-16-be"), "hé"),
        ("déjà vu, là-bas".encode("latin-1"), "déjà vu, là-bas"),
        (b"\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m\n"),
        (b"", ""),
        (b"a\0b", None),
        (bytes(range(1, 256)), None),
        (b"\x01\x02\x03\x04", None),
        (b"\xff\xfe\0\0", None),
        (b"\xff\xfe\0\xdca\0", None),
    ],
)
def test_what_is_text(data: bytes, text: str | None) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (b"\x89PNG\r\n", "picture"),
        (b"%PDF-1.7\0", "PDF"),
        (b"\0\0\0 ftypmp42", "video"),
        (b"RIFF....WEBP", "picture"),
        (b"?", "not"),
    ],
)
def test_what_is_no_text_is_named(start: bytes, word: str) -> None:
    assert word in kind_of(start)


async def test_what_is_no_text_shows_its_properties_and_why() -> None:
    shown = await preview(b"\x89PNG\0")
    assert isinstance(shown, PropertiesPreview)
    assert dict(shown.rows)["Name"] == "a.txt"
    assert shown.reason == "This is a picture (PNG), not text."


@pytest.mark.parametrize(
    "changes",
    [{"blocked": True}, {"kind": Kind.FOLDER}, {"kind": Kind.NOTEBOOK}, {"kind": Kind.OTHER}, {"size": 0}],
    ids=str,
)
async def test_some_things_are_never_read(changes: dict[str, object]) -> None:
    place = FakePlace()
    entry = place.add("/a.txt", b"text", **changes)
    shown = await load_preview(place, entry)
    assert isinstance(shown, PropertiesPreview)
    assert ("read", "/a.txt") not in place.asked


async def test_a_file_that_turns_out_to_be_empty_says_so() -> None:
    shown = await preview(b"", size=5)
    assert isinstance(shown, PropertiesPreview)
    assert shown.reason == "This file is empty."


async def test_a_place_that_fails_is_not_hidden() -> None:
    place = FakePlace()
    entry = place.add("/a", b"x")
    place.fail("read", PermissionError(13, "no"))
    with pytest.raises(PermissionError):
        await load_preview(place, entry)


def test_languages_by_name_and_first_line() -> None:
    assert language_of("A.RS") == "rust"
    assert language_of("Dockerfile") == "docker"
    assert language_of(".bashrc") == "bash"
    assert language_of(".py") is None
    assert language_of("a.unknown") is None
    assert language_of("run", "#!/usr/bin/env -S python3.11 -u\n") == "python"
    assert language_of("run", "#!/bin/sh\n") == "bash"
    assert language_of("run", "#!/opt/strange\n") is None
