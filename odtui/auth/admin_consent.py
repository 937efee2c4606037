"""The page on which an administrator allows an app for a whole directory. Source: REFERENCE §12."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from odtui.config.clouds import CLOUDS
from odtui.config.settings import Profile
from odtui.config.validate import SHARED_TENANTS
from odtui.net.reroute import Routes


def admin_consent_link(profile: Profile, scopes: Iterable[str], routes: Routes | None = None) -> str | None:
    """Where to send an administrator; None for personal accounts, which have none. Holds no secret.

    Args:
        scopes: What to allow, as bare names.
        routes: Of the demo drive: a browser knows nothing of rerouted hosts.
    """
    if profile.tenant.casefold() == "consumers":
        return None
    cloud = CLOUDS[profile.cloud]
    tenant = "organizations" if profile.tenant.casefold() in ("", *SHARED_TENANTS) else profile.tenant
    base = routes.target if routes is not None and routes.target else f"https://{cloud.login_host}"
    asked = {
        "client_id": profile.client_id,
        "scope": " ".join(f"https://{cloud.graph_host}/{scope}" for scope in scopes),
        "redirect_uri": profile.registered_uri,
    }
    return f"{base}/{quote(tenant, safe='')}/v2.0/adminconsent?{urlencode(asked, quote_via=quote)}"
