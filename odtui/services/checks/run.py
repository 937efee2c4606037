"""All checks, one after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection

import httpx

from odtui.config.clouds import CLOUDS
from odtui.config.settings import Profile
from odtui.net.engine import async_client
from odtui.net.reroute import Routes
from odtui.services.checks.network import NO_NETWORK, Handshake, NetworkChecks, Resolve, handshake, resolve
from odtui.services.checks.registration import RegistrationChecks
from odtui.services.checks.result import CheckResult, Verdict

Step = Callable[[], Awaitable[CheckResult]]

PATIENCE = 10.0
"""Seconds that one check may take."""

_NEED = {
    "connection": "names",
    "onedrive": "connection",
    "directory": "connection",
    "clock": "connection",
    "client_id": "directory",
    "public": "client_id",
    "secret": "client_id",
    "redirect_uri": "client_id",
}
"""What has to be well before a check can tell anything."""
_FIRST = {
    "names": "Not checked, since Microsoft cannot be reached.",
    "connection": "Not checked, since Microsoft cannot be reached.",
    "directory": "Not checked: the directory has to be right first.",
    "client_id": "Not checked: the client ID has to be right first.",
}


def planned(profile: Profile) -> tuple[str, ...]:
    """The ids of the checks that `run_checks` makes for this profile, in its order."""
    kind = "secret" if profile.confidential else "public"
    return (
        "proxy", "names", "connection", "onedrive", "directory", "clock", "client_id", kind, "redirect_uri", "port",
    )  # fmt: skip


async def run_checks(
    profile: Profile,
    *,
    only: Collection[str] | None = None,
    routes: Routes | None = None,
    secret: str | None = None,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    wall_clock: Callable[[], float] = time.time,
    resolve: Resolve = resolve,
    handshake: Handshake = handshake,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncGenerator[CheckResult, None]:
    """Every check of `planned`, as its result comes. Raises nothing; cancelling leaves no connection or listener.

    Use it within contextlib.aclosing, which closes the connections also when one stops in the middle.

    Args:
        profile: As it stands in the form: it need not be saved or right.
        only: Ids of the checks to make; None: all of them.
        secret: The client secret; None or empty if there is none.
        patience: Seconds for each check.
        transport: Takes the network's place, in tests.
    """
    async with async_client(routes, timeout=httpx.Timeout(patience), transport=transport) as http:
        network = NetworkChecks(CLOUDS[profile.cloud], http, routes, resolve=resolve, handshake=handshake)
        registration = RegistrationChecks(profile, http, secret=secret, clock=clock, wall_clock=wall_clock)
        steps = _steps(network, registration)
        wrong: set[str] = set()
        for check in planned(profile):
            if only is not None and check not in only:
                continue
            needed = _NEED.get(check, "")
            if needed in wrong:
                wrong.add(check)
                while (further := _NEED.get(needed)) in wrong:
                    needed = further
                yield CheckResult(id=check, verdict=Verdict.UNKNOWN, said=_FIRST[needed])
                continue
            result = await _within(patience, check, steps[check])
            if result.verdict is Verdict.FAIL:
                wrong.add(check)
            yield result


def _steps(network: NetworkChecks, registration: RegistrationChecks) -> dict[str, Step]:
    return {
        "proxy": network.proxy,
        "names": network.names,
        "connection": network.connection,
        "onedrive": network.onedrive,
        "directory": registration.directory,
        "clock": registration.clock,
        "client_id": registration.client_id,
        "public": registration.public,
        "secret": registration.secret,
        "redirect_uri": registration.redirect_uri,
        "port": registration.port,
    }


async def _within(patience: float, check: str, run: Step) -> CheckResult:
    try:
        async with asyncio.timeout(patience):
            return await run()
    except TimeoutError:
        return CheckResult(
            id=check,
            verdict=Verdict.FAIL,
            said=f"No answer came within {patience:.0f} s.",
            advice=f"{NO_NETWORK} A firewall or proxy may be in the way.",
        )
