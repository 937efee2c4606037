"""Control sequences for notices: the right one for the terminal, and nothing of a name gets out of it."""

import pytest

from odtui.ui.desktop_notice import notice_sequence


@pytest.mark.parametrize(
    ("environment", "sequence"),
    [
        ({"TERM": "xterm-kitty"}, "\x1b]9;Done: a.txt is done.\x07"),
        ({"TERM": "tmux-256color"}, "\x1b]9;Done: a.txt is done.\x07"),
        ({"TERM": "foot"}, "\x1b]777;notify;Done;a.txt is done.\x07"),
        ({"TERM": "rxvt-unicode-256color"}, "\x1b]777;notify;Done;a.txt is done.\x07"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "\x1b]777;notify;Done;a.txt is done.\x07"),
        ({"TERM": "linux"}, ""),
        ({"TERM": "dumb"}, ""),
        ({}, ""),
    ],
)
def test_each_terminal_gets_what_it_knows(environment: dict[str, str], sequence: str) -> None:
    assert notice_sequence("Done", "a.txt is done.", environment) == sequence


@pytest.mark.parametrize("environment", [{"TERM": "xterm"}, {"TERM": "foot"}])
def test_a_name_cannot_end_the_sequence_or_add_a_field(environment: dict[str, str]) -> None:
    hostile = "\x07\x1b\\\x9c;4;3;100\n\u202e" + "x" * 500
    sequence = notice_sequence(hostile, hostile, environment)
    inside = sequence.removeprefix("\x1b]").removesuffix("\x07")
    assert inside.isprintable()
    assert inside.count(";") == (1 if environment["TERM"] == "xterm" else 3)
    assert len(sequence) < 300
