"""What the doctor reads from the environment."""

from __future__ import annotations

from importlib import metadata

import pytest

from odtui.services.doctor import machine
from odtui.services.doctor.machine import terminal, versions


def told(environment: dict[str, str]) -> dict[str, str]:
    return {finding.id: finding.said for finding in terminal(environment)}


@pytest.mark.parametrize(
    ("environment", "id", "said"),
    [
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "colours", "none, since NO_COLOR is set"),
        ({"COLORTERM": "truecolor"}, "colours", "16 million"),
        ({"TERM": "xterm-256color"}, "colours", "256, as far as TERM says"),
        ({}, "colours", "not told"),
        ({"TMUX": "/tmp/x"}, "clipboard", "probably, if tmux has set-clipboard on"),
        ({"STY": "1"}, "clipboard", "probably not: screen keeps it to itself"),
        ({"TERM": "xterm-kitty"}, "clipboard", "probably"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "clipboard", "probably not"),
        ({"VTE_VERSION": "7600"}, "clipboard", "probably not"),
        ({"WT_SESSION": "x"}, "clipboard", "probably"),
        ({}, "clipboard", "not known"),
        ({"TERM": "xterm-ghostty"}, "pictures", "probably (kitty's way)"),
        ({"TERM": "foot-extra"}, "pictures", "probably (sixel)"),
        ({}, "pictures", "not known"),
        ({"TMUX": "x", "STY": "y"}, "multiplexer", "tmux, screen"),
        ({}, "multiplexer", "none"),
        ({"SSH_TTY": "/dev/pts/1"}, "ssh", "yes"),
        ({"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "2"}, "program", "WezTerm 2"),
    ],
)
def test_the_environment_tells_the_terminal(environment: dict[str, str], id: str, said: str) -> None:
    assert told(environment)[id] == said


def test_letters_without_unicode_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    class Latin:
        encoding = "iso-8859-1"

        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdout", Latin())
    letters = next(finding for finding in terminal({}) if finding.id == "letters")
    assert letters.standing == "warn"
    assert "UTF-8" in letters.advice


def test_a_package_that_is_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    assert all(finding.standing == "info" for finding in versions())
    monkeypatch.setattr(machine.metadata, "version", missing)
    failed = [finding.id for finding in versions() if finding.standing == "fail"]
    assert failed == list(machine.PACKAGES)
