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
    variables={
        "scrollbar": "#2f3d4c",
        "scrollbar-hover": "#45586c",
        "scrollbar-active": "#4aa3ff",
        "scrollbar-background": "#131a22",
        "scrollbar-corner-color": "#131a22",
    },
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
    variables={
        "scrollbar": "#b9c5d2",
        "scrollbar-hover": "#94a5b8",
        "scrollbar-active": "#0a64ad",
        "scrollbar-background": "#e9eef4",
        "scrollbar-corner-color": "#e9eef4",
    },
)
THEMES = (DARK, LIGHT)
DEFAULT_THEME = DARK.name
