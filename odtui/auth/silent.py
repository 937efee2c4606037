"""Tokens without a user: from the cache, or by redeeming the refresh token."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from odtui.auth.accounts import Account, AccountStore
from odtui.auth.clients import MsalClients
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.http import TRANSPORT_ERRORS
from odtui.auth.provider import MARGIN, AccessToken
from odtui.auth.results import error_of, scopes_in, short_scopes, translated

if TYPE_CHECKING:
    from odtui.auth.cache import FileTokenCache


class SilentTokens:
    """The token source of one account."""

    def __init__(
        self, clients: MsalClients, cache: Callable[[], FileTokenCache], store: AccountStore, account: Account
    ) -> None:
        self._clients = clients
        self._cache = cache
        self._store = store
        self._account = account

    def token(self, *, force: bool = False, claims: str | None = None) -> AccessToken:
        """Blocks for a request at most. Raises AuthError; `interactive` when only the user can help."""
        from msal.exceptions import MsalError

        account, cache = self._account, self._cache()
        with translated(), cache.session():
            stored, due = (None, False) if force or claims else self._stored(cache)
            if stored is not None and not due:
                return stored
            try:
                result = self._clients.silent(account.client_kind, cache).acquire_token_silent_with_error(
                    list(account.spelled or account.granted),
                    {"home_account_id": account.id},
                    force_refresh=force,
                    claims_challenge=claims,
                    # Else a time-out throws away a token that is still good (AUTH rule 9).
                    http_exceptions=(*TRANSPORT_ERRORS, MsalError, AuthError),
                )
            except TRANSPORT_ERRORS:
                if stored is None:
                    raise
                return stored
            if result is None:
                details = "There is no stored sign-in for this account."
                raise AuthError(AuthProblem.SESSION_ENDED, details=details, interactive=True)
            if "error" in result:
                raise error_of(result)
            token = AccessToken(str(result["access_token"]), float(result.get("expires_in", 0)))
        spelled = scopes_in(result)
        if spelled:
            self._account = self._store.update(account, granted=short_scopes(spelled), spelled=spelled)
        return token

    def _stored(self, cache: FileTokenCache) -> tuple[AccessToken | None, bool]:
        """A token of an earlier run that is still good, if there is one, and whether the service wants it renewed.

        MSAL would give the same one, but it asks for the directory's discovery document first: a start without a
        network could not even open the folders that are known.
        """
        wanted = list(self._account.spelled or self._account.granted)
        now = time.time()
        kind = cache.CredentialType.ACCESS_TOKEN
        for entry in cache.search(kind, target=wanted, query={"home_account_id": self._account.id}, now=int(now)):
            left = float(entry["expires_on"]) - now
            if left > MARGIN and entry.get("token_type", "Bearer") == "Bearer":
                due = float(entry.get("refresh_on") or now + left) <= now
                return AccessToken(str(entry["secret"]), left), due
        return None, False
