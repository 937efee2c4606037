"""Syntax colours. Imported when the first text is shown: Pygments takes its time."""

from textual.content import Content
from textual.highlight import HighlightTheme, highlight


class _Colours(HighlightTheme):
    """The highlighter's own, without the background of errors: a cut text ends in one more often than not."""

    STYLES = {token: style.partition(" on ")[0] for token, style in HighlightTheme.STYLES.items()}


def coloured(text: str, language: str) -> Content:
    """Clean text with the colours of its language, a Pygments alias."""
    return highlight(text, language=language, theme=_Colours)
