"""The HTTP engine: the one place that decides what carries httpx's requests."""

import functools
import ssl
from collections.abc import Callable

import httpx

from odtui import __version__
from odtui.net.logs import hide_addresses
from odtui.net.reroute import Reroute, Routes

METADATA_TIMEOUT = httpx.Timeout(connect=30, read=120, write=120, pool=None)
"""Seconds. Headers of a metadata call were seen to take a minute (QUIRKS 263, 274)."""
CONTENT_TIMEOUT = httpx.Timeout(connect=30, read=60, write=120, pool=None)
"""Seconds without a byte before a transfer counts as stalled; never a total (QUIRKS 161)."""
USER_AGENT = f"NONISV|odtui|odtui/{__version__}"
"""Named traffic is shed last when the service is busy (QUIRKS 225)."""

Wrap = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]

hide_addresses()


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Certificates of the operating system, so that company networks work. Costs about 80 ms, so there is one."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def async_client(
    routes: Routes | None = None,
    *,
    timeout: httpx.Timeout = METADATA_TIMEOUT,
    auth: httpx.Auth | None = None,
    wrap: Wrap | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """A client that follows no redirects, keeps URLs byte for byte and sends `auth` with every request.

    Args:
        wrap: Puts a transport around the engine, such as one that repeats failed requests.
        transport: Takes the engine's place, in tests.
    """
    engine = transport if transport is not None else _engine()
    if routes is not None:
        engine = Reroute(engine, routes)
    if wrap is not None:
        engine = wrap(engine)
    return httpx.AsyncClient(
        transport=engine, timeout=timeout, auth=auth, headers={"User-Agent": USER_AGENT}, follow_redirects=False
    )


def _engine() -> httpx.AsyncBaseTransport:
    from odtui.net.aiohttp_transport import AiohttpTransport

    return AiohttpTransport(tls_context)


def sync_client(routes: Routes | None = None) -> httpx.Client:
    """A blocking client for MSAL: 10 s to connect, 30 s to answer, no redirects.

    The environment's proxies are used, except for rerouted hosts. Raises ImportError if a proxy speaks SOCKS.
    """
    mounts: dict[str, httpx.BaseTransport] = {}
    if routes is not None and routes.target:
        loopback = Reroute(httpx.HTTPTransport(trust_env=False, verify=tls_context()), routes)
        mounts = {f"https://{host}": loopback for host in routes.hosts}
    return httpx.Client(
        mounts=mounts,
        verify=tls_context(),
        timeout=httpx.Timeout(30, connect=10),
        headers={"User-Agent": USER_AGENT},
        follow_redirects=False,
    )
