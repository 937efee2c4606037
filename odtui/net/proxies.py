"""Which proxy a request takes: the environment's or the system's settings, as every other program reads them."""

from __future__ import annotations

import base64
import urllib.request
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote

import httpx


@dataclass(frozen=True, slots=True)
class Proxy:
    """An http proxy. The headers may hold its password."""

    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)


class SystemProxies:
    """HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, or the system's settings. This machine is never proxied."""

    def __init__(self) -> None:
        self._settings: dict[str, str] | None = None
        self._known: dict[tuple[str, str], Proxy | None] = {}

    def proxy_for(self, url: httpx.URL) -> Proxy | None:
        """Raises httpx.ProxyError for a SOCKS proxy, which the engine does not speak."""
        key = url.scheme, url.host
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def _find(self, scheme: str, host: str) -> Proxy | None:
        if self._settings is None:
            self._settings = urllib.request.getproxies()
        address = self._settings.get(scheme) or self._settings.get("all")
        if not address or is_this_machine(host) or urllib.request.proxy_bypass(host):
            return None
        return parse_proxy(address)


def parse_proxy(address: str) -> Proxy:
    """The proxy at such an address; user and password become a header."""
    try:
        url = httpx.URL(address if "://" in address else f"http://{address}")
    except httpx.InvalidURL:
        raise httpx.ProxyError("the proxy setting is not an address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise httpx.ProxyError(f"{url.scheme} proxies are not supported; use an http proxy")
    headers = {}
    if url.userinfo:
        name, _, password = url.userinfo.decode().partition(":")
        credentials = f"{unquote(name)}:{unquote(password)}".encode()
        headers["Proxy-Authorization"] = "Basic " + base64.b64encode(credentials).decode()
    return Proxy(str(url.copy_with(userinfo=b"")), headers)


def is_this_machine(host: str) -> bool:
    """Whether a host name or address can only mean this computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
