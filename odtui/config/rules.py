"""What each key of the settings file may hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from odtui.config import rates, validate
from odtui.config.clouds import CLOUDS
from odtui.config.scopes import SCOPES
from odtui.config.settings import ResponseMode, SignInMethod

_KINDS = {str: "a text", bool: "true or false", int: "a whole number", list: "a list of texts"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One key: its type and what else has to hold."""

    kind: type
    check: Callable[[Any], str | None] = lambda value: None
    """A sentence about a value of the right type that is wrong all the same."""
    allowed: str = ""
    """Said after the problem; empty if the sentence says it all."""

    def problem(self, key: str, value: object) -> tuple[str, str] | None:
        """(what is wrong, what is allowed), or None."""
        right_type = type(value) is self.kind and (
            not isinstance(value, list) or all(isinstance(part, str) for part in value)
        )
        if not right_type:
            return f"{key} has a value of the wrong type.", self.allowed or f"Allowed: {_KINDS[self.kind]}."
        sentence = self.check(value)
        return (sentence, self.allowed) if sentence else None


def _one_of(key: str, values: Mapping[str, object] | tuple[str, ...]) -> Rule:
    def check(value: str) -> str | None:
        return None if value in values else f"{key} has an unknown value."

    return Rule(str, check, f"Allowed: {', '.join(values)}.")


def _concurrent(value: int) -> str | None:
    return None if 1 <= value <= 16 else "concurrent_transfers is out of range."


def _empty_or(check: Callable[[str], str | None]) -> Callable[[str], str | None]:
    return lambda value: check(value) if value else None


def _known_scopes(values: list[str]) -> str | None:
    return validate.check_scopes(values)


TOP_RULES: dict[str, Rule] = {
    "profile": Rule(str, validate.check_profile_name),
    "theme": Rule(str),
    "show_hidden": Rule(bool),
    "sort": _one_of("sort", ("name", "size", "modified", "type")),
    "sort_reverse": Rule(bool),
    "read_only": Rule(bool),
    "concurrent_transfers": Rule(int, _concurrent, "Allowed: a whole number from 1 to 16."),
    "bandwidth_limit": Rule(str, rates.check_rate, f"Allowed: {rates.ALLOWED}."),
    "notify": Rule(bool),
}

PROFILE_RULES: dict[str, Rule] = {
    "client_id": Rule(str, _empty_or(validate.check_client_id)),
    "tenant": Rule(str, validate.check_tenant),
    "cloud": _one_of("cloud", CLOUDS),
    "redirect_uri": Rule(str, validate.check_redirect_uri),
    "confidential": Rule(bool),
    "sign_in": _one_of("sign_in", get_args(SignInMethod)),
    "response_mode": _one_of("response_mode", get_args(ResponseMode)),
    "scopes": Rule(list, _known_scopes, f"Allowed: {', '.join(scope.name for scope in SCOPES)}."),
}
