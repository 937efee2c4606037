"""The absolute addresses in answers: they name the hosts under which the client reached the server."""

from __future__ import annotations

from dataclasses import dataclass

GRAPH_HOSTS = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}
)
LOGIN_HOSTS = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "login.chinacloudapi.cn",
    }
)
CONTENT_HOST = "my.microsoftpersonalcontent.com"
WORK_CONTENT_HOST = "contoso-my.sharepoint.com"
CONTENT_HOSTS = frozenset({CONTENT_HOST, WORK_CONTENT_HOST})
HOSTS = GRAPH_HOSTS | LOGIN_HOSTS | CONTENT_HOSTS
"""What a client may reroute to the server with the Host header kept."""


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine; anything else would be a foreign page reaching for the server."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name in ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Links:
    """Prefixes of the addresses for one request."""

    graph: str
    """With the version: https://graph.microsoft.com/v1.0."""
    content: str
    """Where pre-authenticated downloads, uploads and copy monitors live; no trailing slash."""

    @classmethod
    def for_host(cls, host: str, prefix: str, *, business: bool) -> Links:
        if is_loopback(host):
            return cls(f"http://{host}{prefix}", f"http://{host}")
        return cls(f"https://{host}{prefix}", f"https://{WORK_CONTENT_HOST if business else CONTENT_HOST}")
