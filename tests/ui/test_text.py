"""Whatever comes from a drive can be drawn."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from odtui.ui.text import clean, clean_lines, fit, safe, shorten


def test_plain_text_stays_as_it_is() -> None:
    assert clean("Report 2026 (final).docx") == "Report 2026 (final).docx"


def test_controls_become_their_pictures() -> None:
    assert clean("a\x1b]0;x\x07b\nc\x7f") == "a␛]0;x␇b␊c␡"


@pytest.mark.parametrize("char", "\u202e\u2066\u200b\u2028\ufeff\u00ad\x9b\ud800\U000e0041\u3164")
def test_what_cannot_be_seen_is_shown_as_a_replacement(char: str) -> None:
    assert clean(f"a{char}b") == "a\ufffdb"


def test_spaces_at_the_ends_are_made_visible() -> None:
    assert clean("  a b ") == "␠␠a b␠"
    assert clean("  ") == "␠␠"


def test_emoji_lose_what_terminals_disagree_on() -> None:
    assert clean("\u2764\ufe0f \U0001f468\u200d\U0001f469") == "\u2764 \U0001f468\U0001f469"
    assert clean("\U0001f3f3\ufe0f\u200d\U0001f308") == "\U0001f3f3\U0001f308"


def test_joiners_of_letters_stay() -> None:
    assert clean("\u0915\u094d\u200d\u0937") == "\u0915\u094d\u200d\u0937"


@pytest.mark.parametrize("char", "\u200c\u200d")
def test_joiners_of_nothing_are_shown_as_a_replacement(char: str) -> None:
    assert clean(f"a{char}b") == "a\ufffdb"
    assert clean_lines(f"{char}b\n") == "\ufffdb\n"


def test_lines_keep_line_feeds_and_spaces_but_no_controls() -> None:
    assert clean_lines(" a\tb\r\nc\x1bd\re ") == " a    b\nc␛d\ne "


def test_markup_is_text() -> None:
    assert safe("[/b][@click=app.quit]x[/]") == Content("[/b][@click=app.quit]x[/]")


def test_shortening_keeps_the_extension() -> None:
    assert shorten("Insurance policy, signed.pdf", 20) == "Insurance pol…ed.pdf"
    assert shorten("short.txt", 20) == "short.txt"
    assert shorten("anything", 1) == "…"
    assert shorten("anything", 0) == ""


@given(st.text(), st.integers(min_value=0, max_value=60))
def test_fitted_text_has_exactly_that_many_cells_and_nothing_dangerous(text: str, width: int) -> None:
    fitted = fit(clean(text), width)
    assert cell_len(fitted) == width
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in fitted)
    assert not set(fitted) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
