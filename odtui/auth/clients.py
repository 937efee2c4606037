"""MSAL's application objects: built late, in a thread, and thrown away after every sign-in."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal

import httpx

from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.http import MsalHttpClient
from odtui.auth.secrets import load_secret
from odtui.config.clouds import CLOUDS
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from odtui.net.engine import sync_client
from odtui.net.reroute import Routes

if TYPE_CHECKING:
    from odtui.auth.cache import FileTokenCache

ClientKind = Literal["public", "confidential"]


class MsalClients:
    """Makes MSAL applications for one profile. Every method blocks: call it in a thread, inside `translated()`."""

    def __init__(self, profile: Profile, directories: Directories, routes: Routes | None) -> None:
        self._profile = profile
        self._directories = directories
        self._routes = routes
        self._lock = threading.Lock()
        self._http: httpx.Client | None = None
        self._silent: dict[ClientKind, Any] = {}

    def new(self, kind: ClientKind, cache: FileTokenCache) -> Any:
        """A fresh application, which remembers no failure of an earlier attempt (AUTH rule 4). One request."""
        import msal

        common = {
            "authority": f"https://{CLOUDS[self._profile.cloud].login_host}/{self._profile.tenant or 'common'}",
            "instance_discovery": False,
            "http_client": MsalHttpClient(self._client()),
            "token_cache": cache,
            "client_capabilities": ["CP1"],
        }
        if kind == "public":
            return msal.PublicClientApplication(self._profile.client_id, **common)
        secret = load_secret(self._profile, self._directories)
        if not secret:
            raise AuthError(AuthProblem.SECRET_NEEDED, details="No client secret is stored for this profile.")
        return msal.ConfidentialClientApplication(
            self._profile.client_id, client_credential=secret, azure_region=False, **common
        )

    def silent(self, kind: ClientKind, cache: FileTokenCache) -> Any:
        """The application for refreshing, kept: its memory of failures spares the server."""
        if kind not in self._silent:
            self._silent[kind] = self.new(kind, cache)
        return self._silent[kind]

    def renew(self) -> None:
        """After a sign-in: forget what was remembered of failed refreshes."""
        self._silent.clear()

    def close(self) -> None:
        with self._lock:
            if self._http is not None:
                self._http.close()
                self._http = None

    def _client(self) -> httpx.Client:
        with self._lock:
            if self._http is None:
                self._http = sync_client(self._routes)
            return self._http
