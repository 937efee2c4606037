"""odtui's own themes, and defaults that let every other Textual theme work too."""

from textual.theme import Theme

DARK = Theme(
    name="odtui-dark",
    primary="#4aa3ff",
    secondary="#7fc8f8",
    accent="#ffb454",
    warning="#f5c36b",
    error="#ff6b6b",
    success="#7bd88f",
    foreground="#d8dee9",
    background="#0f141b",
    surface="#151c25",
    panel="#1e2833",
    dark=True,
)
LIGHT = Theme(
    name="odtui-light",
    primary="#0a64ad",
    secondary="#2f80c2",
    accent="#a85b00",
    warning="#8f6400",
    error="#b3261e",
    success="#1f7a38",
    foreground="#1d2733",
    background="#f5f7fa",
    surface="#ffffff",
    panel="#e4eaf1",
    dark=False,
)
THEMES = (DARK, LIGHT)
DEFAULT_THEME = DARK.name
