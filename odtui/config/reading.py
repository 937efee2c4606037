"""Turning the text of a settings file into Settings, or into the line and the reason why not."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odtui.config import validate
from odtui.config.rules import PROFILE_RULES, TOP_RULES
from odtui.config.settings import Profile, Settings, SettingsError

KeyPath = tuple[str, ...]

_TABLES = ("keys", "profiles")
_AT_LINE = re.compile(r" ?\(at line (\d+), column \d+\)")


def read_settings(path: Path, text: str) -> Settings:
    """The settings in this text; `path` is for the message only. Raises SettingsError."""
    return _Reader(path, text).settings()


def line_of(text: str, wanted: KeyPath) -> int | None:
    """The 1-based line of the key or table of that path, else of the table around it; None if neither is found."""
    while wanted:
        number = _line_at(text, wanted)
        if number is not None:
            return number
        wanted = wanted[:-1]
    return None


def _line_at(text: str, wanted: KeyPath) -> int | None:
    table: KeyPath = ()
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = _path_in(stripped, "") or table
            here = table
        elif "=" in stripped:
            here = table + (_path_in(stripped.split("=", 1)[0], " = 0") or ())
        else:
            continue
        if here[: len(wanted)] == wanted:
            return number
    return None


def flat_keys(value: dict[str, Any], path: KeyPath = ()) -> dict[KeyPath, Any]:
    """Paths to plain values: `items.open = "l"` without quotes is a table in a table for TOML."""
    flat: dict[KeyPath, Any] = {}
    for name, part in value.items():
        if isinstance(part, dict):
            flat.update(flat_keys(part, (*path, name)))
        else:
            flat[(*path, name)] = part
    return flat


def _path_in(source: str, suffix: str) -> KeyPath:
    """The path that a table header or the left side of an assignment names."""
    try:
        value: Any = tomllib.loads(source + suffix)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while isinstance(value, (dict, list)) and value:
        if isinstance(value, list):
            value = value[0]
            continue
        name, value = next(iter(value.items()))
        path.append(name)
    return tuple(path)


def _tidy(value: Any) -> Any:
    """What was checked: texts without the blanks and quotes around them, lists as tuples."""
    if isinstance(value, str):
        return validate.clean(value)
    return tuple(value) if isinstance(value, list) else value


@dataclass(slots=True)
class _Reader:
    path: Path
    text: str

    def settings(self) -> Settings:
        try:
            document = tomllib.loads(self.text)
        except ValueError as error:  # besides bad syntax: a number of thousands of digits
            raise self._syntax_error(str(error)) from None
        except RecursionError:
            raise self._syntax_error("too many brackets in brackets") from None
        values: dict[str, Any] = {}
        for key, value in document.items():
            if key == "keys":
                values[key] = self._keys(value)
            elif key == "profiles":
                values[key] = self._profiles(value)
            elif key in TOP_RULES:
                self._check(TOP_RULES[key].problem(key, value), (key,))
                values[key] = value
            else:
                raise self._error((key,), f"{key} is not a setting.", f"Allowed: {', '.join((*TOP_RULES, *_TABLES))}.")
        return Settings(**values)

    def _keys(self, value: object) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self._error(
                ("keys",), "keys is not a table.", 'Allowed: [keys] and lines such as "items.open" = "l".'
            )
        bindings = {}
        for path, keys in flat_keys(value).items():
            if not isinstance(keys, str):
                raise self._error(
                    ("keys", *path), f"The keys of {'.'.join(path)} are no text.", 'Allowed: such as "l,right".'
                )
            bindings[".".join(path)] = keys
        return bindings

    def _profiles(self, value: object) -> dict[str, Profile]:
        if not isinstance(value, dict):
            raise self._error(
                ("profiles",), "profiles is not a table.", "Allowed: a table [profiles.NAME] for each profile."
            )
        profiles: dict[str, Profile] = {}
        for name, fields in value.items():
            where = ("profiles", name)
            problem = validate.check_profile_name(name, taken=profiles)
            if problem:
                raise self._error(where, problem, "")
            if not isinstance(fields, dict):
                raise self._error(
                    where, f"profiles.{name} is not a table.", f"Allowed: [profiles.{name}] and its keys."
                )
            profiles[name] = self._profile(name, fields)
        return profiles

    def _profile(self, name: str, fields: dict[str, Any]) -> Profile:
        for key, value in fields.items():
            where = ("profiles", name, key)
            if key not in PROFILE_RULES:
                advice = (
                    "A client secret never belongs in this file: enter it in Settings, or set ODTUI_CLIENT_SECRET."
                    if "secret" in key.casefold()
                    else f"Allowed: {', '.join(PROFILE_RULES)}."
                )
                raise self._error(where, f"{key} is not a setting of a profile.", advice)
            self._check(PROFILE_RULES[key].problem(key, value), where)
        profile = Profile(name=name, **{key: _tidy(value) for key, value in fields.items()})
        self._check_together(profile)
        return profile

    def _check_together(self, profile: Profile) -> None:
        """What is right alone can be wrong in company."""
        where = ("profiles", profile.name)
        tenant = validate.check_tenant(profile.tenant, profile.cloud)
        if tenant:
            raise self._error((*where, "tenant"), tenant, "")
        scopes = validate.check_scopes(profile.scopes, tenant=profile.tenant, cloud=profile.cloud)
        if scopes:
            raise self._error((*where, "scopes"), scopes, "")

    def _check(self, problem: tuple[str, str] | None, where: KeyPath) -> None:
        if problem:
            raise self._error(where, *problem)

    def _error(self, where: KeyPath, problem: str, allowed: str) -> SettingsError:
        return SettingsError(self.path, line_of(self.text, where), problem, allowed)

    def _syntax_error(self, message: str) -> SettingsError:
        found = _AT_LINE.search(message)
        line = int(found[1]) if found else self.text.rstrip("\n").count("\n") + 1
        problem = _AT_LINE.sub("", message).replace(" (at end of document)", "")
        return SettingsError(self.path, line, f"This is not TOML: {problem}.", 'Allowed: lines such as sort = "name".')
