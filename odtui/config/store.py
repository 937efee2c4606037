"""The settings file: loading it, and saving it without losing what the user wrote there."""

from collections.abc import MutableMapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from odtui.config.files import write_atomic
from odtui.config.reading import KeyPath, flat_keys, read_settings
from odtui.config.rules import PROFILE_RULES, TOP_RULES
from odtui.config.settings import Profile, Settings, SettingsError

_ALWAYS_WRITTEN = ("client_id", "tenant", "scopes")
"""Written for a new profile even when they are the defaults: they are what one looks for in the file."""

_UNFIT = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What tomlkit raises, its own errors among them, where a change has no place in the file as it is written."""


class SettingsStore:
    """Reads and writes one settings file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: Settings | None = None
        """As last loaded or saved: what differs from it is what the user changed in the program."""

    def load(self) -> Settings:
        """The settings; the defaults if there is no file. Raises SettingsError."""
        self._known = read_settings(self.path, self._text())
        return self._known

    def save(self, settings: Settings) -> None:
        """Write the keys that changed since the last load, and nothing else. An invalid file is left as it is.

        Comments, order and what another program changed meanwhile survive. Raises SettingsError, for files
        that cannot be written as well.
        """
        text = self._text()
        on_disk = read_settings(self.path, text)
        changes = _changes(self._known or on_disk, settings)
        merged = self._merged(text, changes, on_disk)
        if merged != text:
            try:
                write_atomic(self.path, merged.encode())
            except OSError as error:
                raise self._unusable("written", error) from error
        self._known = settings

    def _merged(self, text: str, changes: dict[KeyPath, Any], on_disk: Settings) -> str:
        """The text with the changes, written as tables or else as dotted keys. Raises SettingsError."""
        for dotted in (False, True):
            try:
                merged = _apply(text, changes, on_disk, dotted=dotted)
                result = _flat(read_settings(self.path, merged))
            except (SettingsError, *_UNFIT):
                continue
            if all(result.get(path) == value for path, value in changes.items()):
                return merged
        raise self._unfit()

    def _text(self) -> str:
        try:
            return self.path.read_bytes().decode("utf-8-sig")  # as bytes: Windows' line ends stay
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise SettingsError(self.path, line, "This is not UTF-8 text.", "Save the file as UTF-8.") from None
        except OSError as error:
            raise self._unusable("read", error) from error

    def _unfit(self) -> SettingsError:
        return SettingsError(self.path, None, "The changes do not fit into this file.", "Edit it by hand.")

    def _unusable(self, verb: str, error: OSError) -> SettingsError:
        reason = error.strerror or type(error).__name__
        return SettingsError(
            self.path, None, f"The file cannot be {verb}: {reason}.", "Check its owner and permissions."
        )


def _flat(settings: Settings) -> dict[KeyPath, Any]:
    """Every value by its path in the file."""
    flat: dict[KeyPath, Any] = {(key,): getattr(settings, key) for key in TOP_RULES}
    flat |= {("keys", command): keys for command, keys in settings.keys.items()}
    for name, profile in settings.profiles.items():
        flat |= {("profiles", name, key): getattr(profile, key) for key in PROFILE_RULES}
    return flat


def _changes(old: Settings, new: Settings) -> dict[KeyPath, Any]:
    """Paths and their new values; None for what is gone. A whole profile that is gone is one path."""
    before, after = _flat(old), _flat(new)
    changes: dict[KeyPath, Any] = {("profiles", name): None for name in old.profiles if name not in new.profiles}
    changes |= {path: None for path in before if path not in after and path[:2] not in changes}
    defaults = {field.name: getattr(Profile(), field.name) for field in fields(Profile)}
    for path, value in after.items():
        is_new = path not in before and path[0] == "profiles"
        if is_new and path[2] not in _ALWAYS_WRITTEN and value == defaults[path[2]]:
            continue
        if path not in before or before[path] != value:
            changes[path] = value
    return changes


def _apply(text: str, changes: dict[KeyPath, Any], on_disk: Settings, *, dotted: bool) -> str:
    """The text with the changes in it. Raises one of _UNFIT.

    `dotted`: a new profile is written as `profiles.NAME.KEY`; beside such keys TOML allows no table `profiles.NAME`.
    """
    import tomlkit

    present = _flat(on_disk)
    document = tomlkit.parse(text)
    for path, value in changes.items():
        if value is None:
            _remove(document, path)
        elif present.get(path) != value or path[:2] not in {known[:2] for known in present}:
            plain = list(value) if isinstance(value, tuple) else value
            if dotted and path[0] == "profiles" and path[:2] not in {known[:2] for known in present}:
                document.append(tomlkit.key(list(path)), tomlkit.item(plain))
            else:
                _set(document, path, plain)
    return tomlkit.dumps(document)


def _spelled(table: MutableMapping[str, Any], path: KeyPath) -> KeyPath:
    """A command id as the file spells it: one quoted key, or tables in tables."""
    if path[0] != "keys" or path[1] in table.get("keys", {}):
        return path
    found = flat_keys(table.get("keys", {}))
    return next((("keys", *nested) for nested in found if ".".join(nested) == path[1]), path)


def _set(document: MutableMapping[str, Any], path: KeyPath, value: Any) -> None:
    import tomlkit
    from tomlkit.items import InlineTable

    path = _spelled(document, path)
    table = document
    for depth, name in enumerate(path[:-1]):
        if name not in table:
            in_line = isinstance(table, InlineTable)
            is_super = path[0] == "profiles" and depth == 0
            table[name] = tomlkit.inline_table() if in_line else tomlkit.table(is_super_table=is_super)
        table = table[name]
    table[path[-1]] = value


def _remove(document: MutableMapping[str, Any], path: KeyPath) -> None:
    path = _spelled(document, path)
    table = document
    for name in path[:-1]:
        if name not in table:
            return
        table = table[name]
    table.pop(path[-1], None)
