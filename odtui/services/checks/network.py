"""Checks of the way to Microsoft: proxy, names, connection and certificates, and whether OneDrive itself answers."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

import httpx

from odtui.auth.threads import in_thread
from odtui.config.clouds import Cloud
from odtui.net.engine import tls_context
from odtui.net.proxies import Proxy, SystemProxies
from odtui.net.reroute import Routes
from odtui.services.checks.result import CheckResult, Verdict

Resolve = Callable[[str], Awaitable[None]]
"""Looks a host name up. Raises OSError if there is no such host."""
Handshake = Callable[[str], Awaitable[None]]
"""Connects to a host with TLS and checks its certificate. Raises OSError, ssl.SSLError among them."""

NO_NETWORK = "Check the network connection, then try again."
_HTTPS = 443

_CERTIFICATES: dict[int, tuple[str, str]] = {
    9: ("is not valid yet", "Set this computer's clock: it seems to be slow."),
    10: ("has expired", "Set this computer's clock if it is fast; else something in the network answers instead."),
    62: (
        "belongs to another server",
        "Something in the network answers instead: open a web page and sign in to the network there if it asks.",
    ),
}
"""What is wrong with a certificate and what helps, by OpenSSL's number for it."""
_STRANGER = (
    "is not signed by anybody whom this computer trusts",
    "A company proxy or virus scanner may open the connection: ask your administrator to install its certificate "
    "on this computer.",
)


async def resolve(host: str) -> None:
    """In a daemon thread: quitting does not wait for a slow name server."""
    await in_thread(lambda _: socket.getaddrinfo(host, _HTTPS, type=socket.SOCK_STREAM), name="odtui-names")


async def handshake(host: str) -> None:
    """A connection that is closed at once."""
    context = await in_thread(lambda _: tls_context(), name="odtui-names")
    _, writer = await asyncio.open_connection(host, _HTTPS, ssl=context, server_hostname=host)
    writer.transport.abort()  # nothing was asked, so there is no answer to lose


class NetworkChecks:
    """The checks that need no registration; one way for both hosts of a cloud."""

    def __init__(
        self,
        cloud: Cloud,
        http: httpx.AsyncClient,
        routes: Routes | None,
        *,
        resolve: Resolve = resolve,
        handshake: Handshake = handshake,
    ) -> None:
        self._cloud = cloud
        self._http = http
        self._here = routes is not None and bool(routes.target) and cloud.login_host in routes.hosts
        self._resolve = resolve
        self._handshake = handshake
        self._proxied = False

    @property
    def _hosts(self) -> tuple[str, str]:
        return self._cloud.login_host, self._cloud.graph_host

    async def proxy(self) -> CheckResult:
        """Which proxy the requests take, without its password."""
        if self._here:
            return _ok("proxy", "The demo drive on this computer needs none.")
        try:
            found = {proxy.url: proxy for proxy in map(self._proxy_for, self._hosts) if proxy is not None}
        except httpx.ProxyError as error:
            return CheckResult(
                id="proxy",
                verdict=Verdict.FAIL,
                said=f"It cannot be used: {error}.",
                advice="Correct the proxy in the system's settings, or HTTPS_PROXY in the environment.",
            )
        self._proxied = bool(found)
        return _ok("proxy", f"Requests go through {' and '.join(found)}." if found else "None is in use.")

    @staticmethod
    def _proxy_for(host: str) -> Proxy | None:
        return SystemProxies().proxy_for(httpx.URL(f"https://{host}"))

    async def names(self) -> CheckResult:
        """Whether the name server knows both hosts."""
        if self._here:
            return _ok("names", "The demo drive answers in the place of Microsoft.")
        found = await asyncio.gather(*(self._resolve(host) for host in self._hosts), return_exceptions=True)
        for host, error in zip(self._hosts, found, strict=True):
            if error is None:
                continue
            if not isinstance(error, OSError | UnicodeError):
                raise error
            if self._proxied:
                return _ok("names", "This computer does not know them; the proxy looks them up.")
            return CheckResult(
                id="names",
                verdict=Verdict.FAIL,
                said=f"{host} is not found.",
                advice=f"{NO_NETWORK} A firewall or VPN can be the reason, too.",
                details=str(error)[:200],
            )
        return _ok("names", f"{' and '.join(self._hosts)} are found.")

    async def connection(self) -> CheckResult:
        """Whether both hosts can be connected to, and show certificates that this computer trusts."""
        for host in self._hosts:
            try:
                if self._here or self._proxied:
                    await self._http.head(f"https://{host}/")
                else:
                    await self._handshake(host)
            except ssl.SSLError as error:
                return _distrusted(host, error)
            except (OSError, httpx.HTTPError) as error:
                return _unreached(host, error)
        if self._here:
            return _ok("connection", "The demo drive answers.")
        return _ok("connection", "Both servers answer, and their certificates are trusted.")

    async def onedrive(self) -> CheckResult:
        """Whether Graph itself answers; without a token it says 401."""
        host = self._cloud.graph_host
        try:
            answer = await self._http.get(f"https://{host}/v1.0/me/drive?$select=id")
        except (OSError, httpx.HTTPError) as error:
            return _unreached(host, error, check="onedrive")
        if answer.status_code == 401:
            return _ok("onedrive", "It answers.")
        if answer.status_code == 429 or answer.status_code >= 500:
            return CheckResult(
                id="onedrive",
                verdict=Verdict.WARN,
                said=f"It answers that it is busy or has a problem ({answer.status_code}).",
                advice="Try again in some minutes.",
            )
        return CheckResult(
            id="onedrive",
            verdict=Verdict.FAIL,
            said=f"Something else answers in its place ({answer.status_code}).",
            advice="Open a web page in your browser and sign in to the network there if it asks.",
        )


def _ok(check: str, said: str) -> CheckResult:
    return CheckResult(id=check, verdict=Verdict.OK, said=said)


def _distrusted(host: str, error: ssl.SSLError) -> CheckResult:
    if isinstance(error, ssl.SSLCertVerificationError):
        problem, advice = _CERTIFICATES.get(error.verify_code, _STRANGER)
        said, details = f"The certificate of {host} {problem}.", error.verify_message
    else:
        said, advice = f"{host} does not speak TLS as it should.", "A proxy or firewall may be in the way."
        details = str(error)
    return CheckResult(id="connection", verdict=Verdict.FAIL, said=said, advice=advice, details=details[:200])


def _unreached(host: str, error: Exception, check: str = "connection") -> CheckResult:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:  # through a proxy, where only the engine's words are left
        problem, advice = _STRANGER
        return CheckResult(id=check, verdict=Verdict.FAIL, said=f"The certificate of {host} {problem}.", advice=advice)
    return CheckResult(
        id=check,
        verdict=Verdict.FAIL,
        said=f"{host} cannot be connected to.",
        advice=f"{NO_NETWORK} A firewall or proxy may be in the way.",
        details=f"{type(error).__name__}: {text}"[:200],
    )
