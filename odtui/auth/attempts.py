"""One sign-in as MSAL sees it. Everything here blocks and runs in a daemon thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from odtui.auth.accounts import Account
from odtui.auth.claims import PERSONAL_TENANT, claim, home_account_id
from odtui.auth.clients import ClientKind, MsalClients
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.results import error_of, scopes_in, short_scopes, translated
from odtui.auth.threads import Abandoned
from odtui.config.settings import Profile

if TYPE_CHECKING:
    from odtui.auth.cache import FileTokenCache

_STILL_WAITING = ("authorization_pending", "slow_down")


@dataclass(slots=True)
class Attempt:
    """A running sign-in: MSAL's application and its flow, which holds the PKCE verifier or the device code."""

    app: Any = field(repr=False)
    flow: dict[str, Any] = field(repr=False)
    kind: ClientKind
    scopes: tuple[str, ...]


class Attempts:
    """Starts and ends sign-ins for one profile."""

    def __init__(
        self, profile: Profile, registration: str, clients: MsalClients, cache: Callable[[], FileTokenCache]
    ) -> None:
        self._profile = profile
        self._registration = registration
        self._clients = clients
        self._cache = cache

    def start_browser(
        self, scopes: tuple[str, ...], redirect_uri: str, mode: str, login_hint: str | None, claims: str | None
    ) -> Attempt:
        """An attempt whose flow has the address to open. Raises AuthError."""
        kind: ClientKind = "confidential" if self._profile.confidential else "public"
        with translated():
            app = self._clients.new(kind, self._cache())
            flow = app.initiate_auth_code_flow(
                list(scopes),
                redirect_uri=redirect_uri,
                prompt=None if login_hint else "select_account",
                login_hint=login_hint,
                claims_challenge=claims,
                response_mode="form_post",
            )
        # Asking MSAL for this mode makes it warn; the address is all that differs.
        flow["auth_uri"] = flow["auth_uri"].replace("response_mode=form_post", f"response_mode={mode}")
        return Attempt(app, flow, kind, scopes)

    def start_device(self, scopes: tuple[str, ...]) -> Attempt:
        """An attempt whose flow has the code to show. Always as a public client (AUTH rule 6). Raises AuthError."""
        with translated():
            app = self._clients.new("public", self._cache())
            flow = app.initiate_device_flow(list(scopes))
            if "error" in flow:
                raise error_of(flow)
            if not all(isinstance(flow.get(key), str) for key in ("user_code", "device_code", "verification_uri")):
                raise AuthError(AuthProblem.OTHER, details="The answer to the device sign-in has no code.")
        # MSAL loops for ever, without a pause, on an interval of 0.
        flow["interval"] = max(1, flow["interval"])
        return Attempt(app, flow, "public", scopes)

    def redeem(self, attempt: Attempt, fields: dict[str, str], abandoned: Abandoned) -> Account:
        """Turn the browser's answer into tokens and an account. Raises AuthError."""
        account = self._keep(
            attempt, lambda: attempt.app.acquire_token_by_auth_code_flow(attempt.flow, fields), abandoned
        )
        if account is None:
            raise AuthError(AuthProblem.STALE_ANSWER, details="The answer came too early.")
        return account

    def poll(self, attempt: Attempt, claims: str | None, abandoned: Abandoned) -> Account | None:
        """Ask once whether the code was entered; None while it was not. Raises AuthError.

        Args:
            claims: What Graph demanded of the next sign-in.
        """
        attempt.flow.pop("latest_attempt_at", None)  # the caller keeps the interval
        return self._keep(
            attempt,
            lambda: attempt.app.acquire_token_by_device_flow(
                attempt.flow, claims_challenge=claims, exit_condition=lambda _: True
            ),
            abandoned,
        )

    def _keep(self, attempt: Attempt, ask: Callable[[], dict[str, Any]], abandoned: Abandoned) -> Account | None:
        """Tokens into the cache, unless nobody waits for them any more."""
        cache = self._cache()
        with translated(), cache.session(interactive=True, abandoned=abandoned):
            result = ask()
            if result.get("error") in _STILL_WAITING:
                return None
            if "error" in result:
                raise error_of(result)
            account = self._account(attempt, result)
            if abandoned():
                raise AuthError(AuthProblem.TIMED_OUT, details="Nobody waits for this sign-in any more.")
        self._clients.renew()
        return account

    def _account(self, attempt: Attempt, result: dict[str, Any]) -> Account:
        account_id = home_account_id(result)
        if account_id is None or "access_token" not in result:
            raise AuthError(AuthProblem.OTHER, details="The answer does not say who signed in.")
        spelled = scopes_in(result) or attempt.scopes
        return Account(
            id=account_id,
            profile=self._profile.name,
            username=claim(result, "preferred_username", "email", "upn"),
            name=claim(result, "name"),
            granted=short_scopes(spelled),
            spelled=spelled,
            client_kind=attempt.kind,
            personal=claim(result, "tid").casefold() == PERSONAL_TENANT,
            registration=self._registration,
        )
