"""Which editor is taken."""

import pytest

from odtui.services.editor import find_editor


def _which(*there: str) -> object:
    return lambda name: f"/usr/bin/{name}" if name in there else None


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({"VISUAL": "emacs", "EDITOR": "vi"}, ["emacs"]),
        ({"VISUAL": "  ", "EDITOR": "code --wait"}, ["code", "--wait"]),
        ({"EDITOR": "'/opt/my editor/ed' -n \"a b\""}, ["/opt/my editor/ed", "-n", "a b"]),
        ({"EDITOR": "it's"}, ["it's"]),
        ({"EDITOR": "not-there"}, ["not-there"]),
        ({}, ["nano"]),
    ],
)
def test_the_user_s_choice_comes_first(environ: dict[str, str], command: list[str]) -> None:
    assert find_editor(environ, which=_which("nano", "vi"), platform="linux") == command  # type: ignore[arg-type]


def test_without_a_choice_the_first_that_is_there_is_taken() -> None:
    assert find_editor({}, which=_which("vi"), platform="linux") == ["vi"]  # type: ignore[arg-type]
    assert find_editor({}, which=_which(), platform="linux") is None  # type: ignore[arg-type]


def test_backslashes_of_windows_stay() -> None:
    editor = '"C:\\Program Files\\ed.exe" /n'
    assert find_editor({"EDITOR": editor}, platform="win32") == ["C:\\Program Files\\ed.exe", "/n"]
