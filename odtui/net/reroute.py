"""Send requests for named hosts to a server on this machine: how the demo drive stands in for Microsoft."""

from dataclasses import dataclass, field
from ipaddress import ip_address

import httpx


@dataclass(frozen=True, slots=True)
class Routes:
    """Which https hosts a loopback server answers for."""

    hosts: frozenset[str] = field(default_factory=frozenset)
    target: str = ""
    """Such as http://127.0.0.1:8123. Empty: nothing is rerouted."""

    def __post_init__(self) -> None:
        if self.target and not ip_address(httpx.URL(self.target).host).is_loopback:
            raise ValueError("requests can be rerouted to this machine only")


class Reroute(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """Wraps a transport: a request to one of the hosts goes to the target, its Host header unchanged.

    The path and query stay byte for byte as they were. Works for sync and async clients.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport | httpx.BaseTransport, routes: Routes) -> None:
        self._inner = inner
        self._hosts = routes.hosts
        self._target = httpx.URL(routes.target) if routes.target else None

    def _rerouted(self, request: httpx.Request) -> httpx.Request:
        if self._target is None or request.url.host not in self._hosts:
            return request
        url = request.url.copy_with(scheme=self._target.scheme, host=self._target.host, port=self._target.port)
        return httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(self._inner, httpx.AsyncBaseTransport)  # noqa: S101
        return await self._inner.handle_async_request(self._rerouted(request))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(self._inner, httpx.BaseTransport)  # noqa: S101
        return self._inner.handle_request(self._rerouted(request))

    async def aclose(self) -> None:
        if isinstance(self._inner, httpx.AsyncBaseTransport):
            await self._inner.aclose()

    def close(self) -> None:
        if isinstance(self._inner, httpx.BaseTransport):
            self._inner.close()
