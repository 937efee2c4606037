"""A notice of the desktop, asked for through the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from odtui.ui.text import clean, cut

_LONGEST = 120
_BY_777 = ("rxvt", "foot")
"""Terminals that know OSC 777 and not OSC 9."""
_NONE = ("linux", "dumb", "")
"""Terminals that would show the bytes."""


def notice_sequence(title: str, words: str, environment: Mapping[str, str]) -> str:
    """The control sequence that shows a notice; empty where the terminal is known to know none.

    OSC 9 (iTerm2, kitty, WezTerm, Windows Terminal, Ghostty) has one text, OSC 777 (urxvt, foot, VTE) title and text.
    Terminals that know neither ignore both. What a semicolon means differs, so there is none.
    """
    terminal = environment.get("TERM", "")
    if terminal in _NONE:
        return ""
    head, body = (cut(clean(text).replace(";", ","), _LONGEST) for text in (title, words))
    if terminal.startswith(_BY_777) or environment.get("VTE_VERSION"):
        return f"\x1b]777;notify;{head};{body}\x07"
    return f"\x1b]9;{head}: {body}\x07"
