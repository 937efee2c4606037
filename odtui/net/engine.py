"""The HTTP engine: the one place that decides what carries httpx's requests."""

import ssl

import httpx

from odtui.net.reroute import Reroute, Routes

METADATA_TIMEOUT = httpx.Timeout(connect=30, read=120, write=120, pool=None)
"""Seconds. Headers of a metadata call were seen to take a minute (QUIRKS 263, 274)."""
CONTENT_TIMEOUT = httpx.Timeout(connect=30, read=60, write=120, pool=None)
"""Seconds without a byte before a transfer counts as stalled; never a total (QUIRKS 161)."""


def tls_context() -> ssl.SSLContext:
    """Certificates of the operating system, so that company networks work. Costs about 80 ms: share it."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def async_client(routes: Routes | None = None, *, timeout: httpx.Timeout = METADATA_TIMEOUT, auth: httpx.Auth | None = None) -> httpx.AsyncClient:
    """A client that follows no redirects, keeps URLs byte for byte and sends `auth` with every request."""
    raise NotImplementedError


def sync_client(routes: Routes | None = None) -> httpx.Client:
    """A blocking client for MSAL: 10 s to connect, 30 s to answer, no redirects."""
    transport: httpx.BaseTransport = httpx.HTTPTransport(verify=tls_context())
    if routes is not None:
        transport = Reroute(transport, routes)
    return httpx.Client(transport=transport, timeout=httpx.Timeout(30, connect=10), follow_redirects=False)
