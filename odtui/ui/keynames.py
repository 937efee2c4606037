"""Keys as people write them: F2, Ctrl+D, ↑."""

from collections.abc import Mapping

from odtui.ui.commands import Command

_NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "enter": "Enter",
    "escape": "Esc",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
    "space": "Space",
    "tab": "Tab",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
    "question_mark": "?",
    "exclamation_mark": "!",
    "asterisk": "*",
    "plus": "+",
}


def key_name(key: str) -> str:
    """One Textual key, such as `ctrl+d`."""
    *modifiers, last = key.strip().split("+")
    shown = _NAMES.get(last) or (last.upper() if modifiers or (last[:1] == "f" and last[1:].isdigit()) else last)
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def key_names(keys: str) -> str:
    """All keys of a binding, such as `r,f2`, with spaces between."""
    return " ".join(key_name(key) for key in keys.split(","))


def keys_in_use(command: Command, keys: Mapping[str, str]) -> str:
    """The keys of a command where the user's key map is `keys`."""
    return key_names(keys.get(command.id, command.keys))
