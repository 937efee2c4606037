"""The colours can be read, and the styles work with every theme."""

import re
from pathlib import Path

import pytest
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

import odtui.ui
from odtui.config.settings import Profile
from odtui.ui.screens.settings import SettingsScreen
from odtui.ui.theme import DEFAULT_THEME, THEMES
from tests.ui.styled_app import StyledApp

STYLES = Path(odtui.ui.__file__).parent / "styles"

PAIRS = [
    ("foreground", "background"),
    ("foreground", "surface"),
    ("foreground", "panel"),
    ("text-primary", "background"),
    ("text-primary", "surface"),
    ("text-primary", "panel"),
    ("text-error", "surface"),
    ("text-error", "panel"),
    ("text-success", "background"),
    ("text-warning", "surface"),
    ("text-accent", "surface"),
    ("text-accent", "background"),
    ("background", "primary"),
    ("background", "error"),
]
"""What stands on what in our styles."""


def contrast(one: Color, other: Color) -> float:
    """WCAG 2's ratio, 1 to 21."""

    def luminance(colour: Color) -> float:
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_has_enough_contrast(theme: Theme, ink: str, paper: str) -> None:
    colours = theme.to_color_system().generate()
    below, above = Color.parse(colours[paper]), Color.parse(colours[ink])
    assert contrast(below.blend(above, above.a, 1), below) >= 4.5


def test_the_default_theme_is_one_of_ours() -> None:
    assert DEFAULT_THEME in [theme.name for theme in THEMES]


@pytest.mark.parametrize("sheet", ["dialogs", "settings", "sign_in", "help"])
def test_styles_use_only_variables_that_every_theme_has(sheet: str) -> None:
    used = set(re.findall(r"\$([a-z0-9-]+)", (STYLES / f"{sheet}.tcss").read_text(encoding="utf-8")))
    for theme in BUILTIN_THEMES.values():
        assert used <= set(theme.to_color_system().generate()) | set(App().get_theme_variable_defaults()), theme.name


@pytest.mark.parametrize("theme", ["ansi-dark", "nord", "solarized-light", "odtui-light"])
async def test_the_settings_can_be_drawn_in_other_themes(theme: str) -> None:
    screen = SettingsScreen(Profile(), first_run=True, theme=theme, themes=[theme])
    app = StyledApp(screen, theme=theme)
    async with app.run_test():
        assert app.screen is screen
