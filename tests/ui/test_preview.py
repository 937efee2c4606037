"""What the preview does with lines that are longer than the pane is wide."""

from typing import ClassVar

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from odtui.services.preview import PropertiesPreview, TextPreview
from odtui.ui.widgets.preview import PreviewView
from tests.ui.browser_app import STYLES

LONG = "Better a small thing that works than a large one that might one day"


class PreviewApp(App[None]):
    """Only a preview."""

    CSS_PATH: ClassVar = [STYLES / "browser.tcss"]

    def __init__(self) -> None:
        super().__init__()
        self.preview = PreviewView()

    def compose(self) -> ComposeResult:
        yield self.preview

    def lines(self) -> list[str]:
        return [line.plain.rstrip() for line in self.preview.lines]


@pytest.mark.parametrize("language", [None, "markdown"])
async def test_prose_goes_on_in_the_next_line_behind_its_mark(language: str | None) -> None:
    app = PreviewApp()
    async with app.run_test(size=(40, 10)):
        await app.preview.show_text(TextPreview(f"- {LONG}", language, truncated=False))
        first, *more = app.lines()
        assert first.startswith(" - Better")
        assert all(line.startswith("   ") for line in more)
        assert " ".join(line.strip() for line in (first, *more)) == f"- {LONG}"
        assert max(map(cell_len, app.lines())) <= 40


async def test_code_keeps_its_lines() -> None:
    app = PreviewApp()
    async with app.run_test(size=(40, 10)):
        await app.preview.show_text(TextPreview(f"# {LONG}", "python", truncated=False))
        assert app.lines() == [f" # {LONG}"]


async def test_reasons_and_values_go_on_below_themselves_in_any_width() -> None:
    app = PreviewApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.preview.show_properties(PropertiesPreview([("Name", "a.txt"), ("Web", LONG)], LONG))
        for width in (40, 24, 60):
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            assert max(map(cell_len, app.lines())) <= width
            _, *reason, _, name, web, last = _joined(app.lines())
            assert reason == [LONG]
            assert name == "Name  a.txt"
            assert f"{web} {last}".split()[1:] == LONG.split()


def _joined(lines: list[str]) -> list[str]:
    """The reason as one line, and the value of the last row as its first line and the rest."""
    at = next(number for number, line in enumerate(lines) if line.startswith(" Name"))
    reason = " ".join(line.strip() for line in lines[1 : at - 1])
    assert all(line.startswith("       ") for line in lines[at + 2 :])
    return [
        "",
        reason,
        "",
        lines[at].strip(),
        lines[at + 1].strip(),
        " ".join(line.strip() for line in lines[at + 2 :]),
    ]
