"""The applications that the demo's directory knows. Source: REFERENCE §13.2."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

PUBLIC_CLIENT = "11111111-1111-4111-8111-111111111111"
CONFIDENTIAL_CLIENT = "22222222-2222-4222-8222-222222222222"
SINGLE_TENANT_CLIENT = "33333333-3333-4333-8333-333333333333"
CLIENT_SECRET = "demo-secret-value"  # noqa: S105  # opens nothing but the demo
EXPIRED_SECRET = "expired-secret"  # noqa: S105  # opens nothing at all


@dataclass(frozen=True, slots=True)
class Registration:
    """One app registration."""

    client_id: str
    name: str
    redirects: tuple[str, ...]
    """Of http://localhost ones the port does not count, the path does."""
    public: bool
    """Whether it may go without a secret (and then must)."""
    tenant: str = ""
    """The only directory it works in; empty: any."""

    def accepts(self, redirect: str) -> bool:
        return any(_plain(redirect) == _plain(each) for each in self.redirects)


def _plain(redirect: str) -> str:
    """A redirect address without the port of a loopback host and without a bare trailing slash."""
    try:
        parts = urlsplit(redirect)
    except ValueError:
        return "?"
    if parts.scheme == "http" and parts.hostname == "localhost" and not parts.username:
        return f"http://localhost{'' if parts.path == '/' else parts.path}?{parts.query}#{parts.fragment}"
    return redirect


_NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"

REGISTRATIONS = {
    each.client_id: each
    for each in (
        Registration(PUBLIC_CLIENT, "odtui", ("http://localhost", _NATIVE), public=True),
        Registration(CONFIDENTIAL_CLIENT, "odtui (Web)", ("http://localhost:8400/callback",), public=False),
        Registration(
            SINGLE_TENANT_CLIENT,
            "odtui (Contoso only)",
            ("http://localhost", _NATIVE),
            public=True,
            tenant="5f0c3a9e-2b7d-4c61-9f4e-d0a81c6b7e42",
        ),
    )
}
