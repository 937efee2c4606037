"""Where absolute addresses that the service hands out may lead. Source: QUIRKS 20-22, 63, 167."""

from __future__ import annotations

from ipaddress import ip_address

import httpx

from odtui.config.clouds import CLOUDS
from odtui.graph.errors import NotGraph

STORES = (
    "1drv.com",
    "onedrive.com",
    "storage.live.com",
    "microsoftpersonalcontent.com",
    "sharepoint.com",
    "sharepoint-df.com",
    "sharepoint.us",
    "sharepoint-mil.us",
    "sharepoint.cn",
    "svc.ms",
)
"""Domains that hold the content of drives."""
GRAPH_HOSTS = frozenset(cloud.graph_host for cloud in CLOUDS.values())


class Links:
    """Judges links by the address of the Graph service in use. No refusal repeats the link: it is a secret."""

    def __init__(self, base_url: str) -> None:
        self._base = httpx.URL(base_url)
        self._on_loopback = _is_loopback(self._base.host)

    @property
    def is_global(self) -> bool:
        """Whether the service is that of the whole world."""
        return self._base.host == CLOUDS["global"].graph_host

    def next_page(self, link: str) -> str:
        """The link itself if the bearer token may go there. Raises NotGraph."""
        url = self._parse(link)
        if url.host != self._base.host and url.host not in GRAPH_HOSTS:
            raise NotGraph("the link to the next page leaves Microsoft Graph")
        return link

    def upload(self, link: str) -> str:
        """The link itself if the content of a file may be sent there. Raises NotGraph."""
        if not self._is_store(self._parse(link)):
            raise NotGraph("the service named an upload address outside OneDrive and SharePoint")
        return link

    def download(self, link: str) -> tuple[str, bool]:
        """The link and whether its host is known; reading from an unknown one is harmless. Raises NotGraph."""
        url = self._parse(link)
        return link, self._is_store(url) or url.host in GRAPH_HOSTS

    def resolve(self, location: str, request_url: httpx.URL) -> str:
        """A Location header as an absolute address, untouched if it is one already."""
        return location if "://" in location else str(request_url.join(location))

    def _is_store(self, url: httpx.URL) -> bool:
        host = url.host.lower().rstrip(".")
        if self._on_loopback and _is_loopback(host):
            return True
        return any(host == domain or host.endswith("." + domain) for domain in STORES)

    def _parse(self, link: str) -> httpx.URL:
        try:
            url = httpx.URL(link)
        except (httpx.InvalidURL, TypeError):
            raise NotGraph("the service named an address that cannot be read") from None
        local = self._on_loopback and url.scheme == "http" and _is_loopback(url.host)
        if (url.scheme != "https" and not local) or not url.host or url.userinfo:
            raise NotGraph("the service named an address that is not safe to call")
        if _is_ip(url.host) and not (self._on_loopback and _is_loopback(url.host)):
            raise NotGraph("the service named an address that is not safe to call")
        return url


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)
