"""Checks of the app registration, as far as Microsoft answers without a user. Source: REFERENCE §13."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from odtui.auth.aadsts import numbers_in, problem_of
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.http import TRANSPORT_ERRORS, connection_error
from odtui.auth.listener import RedirectListener
from odtui.auth.results import error_of
from odtui.config.clouds import CLOUDS
from odtui.config.redact import conceal
from odtui.config.settings import Profile
from odtui.config.validate import check_client_id, check_client_secret, check_redirect_uri, check_tenant, clean
from odtui.services.checks.result import CheckResult, Verdict, details_of, failed
from odtui.services.format import duration_text

SKEW_NOTICED, SKEW_REFUSED = 15.0, 120.0
"""Seconds that the clock may be wrong before it is said, and before signing in is likely to fail (QUIRKS 257)."""
_SECONDS_OF_DATE = 1.0
"""The Date header has no finer steps."""
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_CANNOT_TELL = "This cannot be checked without signing in."
_ABOUT_SECRETS = frozenset(
    {AuthProblem.SECRET_WRONG, AuthProblem.SECRET_EXPIRED, AuthProblem.SECRET_UNWANTED, AuthProblem.CLIENT_ID}
)
_ABOUT_REDIRECTS = frozenset(
    {AuthProblem.REDIRECT_URI, AuthProblem.CLIENT_ID, AuthProblem.TENANT, AuthProblem.ACCOUNT_KIND}
)


class RegistrationChecks:
    """Directory, clock, client ID, secret, redirect URI and port of one profile. Nothing is signed in.

    The secret goes to the cloud's own sign-in host, over https, and nowhere else.
    """

    def __init__(
        self,
        profile: Profile,
        http: httpx.AsyncClient,
        *,
        secret: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._profile = profile
        self._http = http
        self._secret = clean(secret or "")
        self._clock = clock
        self._wall_clock = wall_clock
        tenant = quote(clean(profile.tenant) or "common", safe="")
        self._base = f"https://{CLOUDS[profile.cloud].login_host}/{tenant}"
        self._skew: float | None = None
        self._device_code = ""
        """Of a sign-in that nobody is shown; it ends by itself."""

    async def directory(self) -> CheckResult:
        """Whether the directory exists in this cloud: it has a discovery document."""
        if problem := check_tenant(self._profile.tenant, self._profile.cloud):
            return _refused("directory", problem, "tenant")
        try:
            answer = await self._get_json(f"{self._base}/v2.0/.well-known/openid-configuration")
        except AuthError as error:
            return failed("directory", error)
        if "token_endpoint" not in answer:
            return failed("directory", error_of(answer))
        return _ok("directory", "Microsoft knows it.")

    async def clock(self) -> CheckResult:
        """How far this computer's clock is from the server's, by the answer of `directory`."""
        skew = self._skew
        if skew is None:
            return _unknown("clock", "It cannot be compared: no server has told its time.")
        if abs(skew) <= SKEW_NOTICED:
            return _ok("clock", "It is right.")
        direction = "fast" if skew > 0 else "slow"
        return CheckResult(
            id="clock",
            verdict=Verdict.FAIL if abs(skew) > SKEW_REFUSED else Verdict.WARN,
            said=f"It is {duration_text(abs(skew))} {direction}.",
            advice="Set it, or let the system keep it right; else sign-ins fail and times of files are wrong.",
        )

    async def client_id(self) -> CheckResult:
        """Whether the directory knows the application: it is asked for a code that nobody is shown."""
        if problem := check_client_id(self._profile.client_id):
            return _refused("client_id", problem, "client_id")
        scopes = " ".join((*self._profile.scopes, "offline_access"))
        try:
            answer = await self._post("devicecode", {"client_id": self._client_id, "scope": scopes})
        except AuthError as error:
            return failed("client_id", error)
        if "error" in answer:
            refusal = error_of(answer)
            if refusal.problem is AuthProblem.SECRET_NEEDED:  # refused for its kind, so it is known
                return _ok("client_id", "Microsoft knows it.")
            return _refusal("client_id", refusal, about=refusal.problem is not AuthProblem.OTHER)
        self._device_code = str(answer.get("device_code", ""))
        return _ok("client_id", "Microsoft knows it.")

    async def public(self) -> CheckResult:
        """Whether the registration lets a program without a secret sign in."""
        if not self._device_code:
            return _unknown("public", _CANNOT_TELL)
        fields = {"client_id": self._client_id, "grant_type": _DEVICE_GRANT, "device_code": self._device_code}
        try:
            answer = await self._post("token", fields)
        except AuthError as error:
            return failed("public", error)
        if answer.get("error") in ("authorization_pending", "slow_down"):
            return _ok("public", "Nothing speaks against signing in without a client secret.")
        refusal = error_of(answer)
        return _refusal("public", refusal, about=refusal.problem is AuthProblem.SECRET_NEEDED)

    async def secret(self) -> CheckResult:
        """Whether the secret is right: with it alone the program asks for a token of its own and drops it."""
        if not self._secret:
            return failed("secret", AuthError(AuthProblem.SECRET_NEEDED))
        if problem := check_client_secret(self._secret):
            return _refused("secret", problem, "client_secret")
        conceal(self._secret)
        fields = {
            "client_id": self._client_id,
            "client_secret": self._secret,
            "grant_type": "client_credentials",
            "scope": f"https://{CLOUDS[self._profile.cloud].graph_host}/.default",
        }
        try:
            answer = await self._post("token", fields)
        except AuthError as error:
            return failed("secret", error)
        if "access_token" in answer:
            return _ok("secret", "Microsoft accepts it.")
        refusal = error_of(answer)
        return _refusal("secret", refusal, about=refusal.problem in _ABOUT_SECRETS)

    async def redirect_uri(self) -> CheckResult:
        """Whether it is registered: a sign-in that may show no page is answered there, or not at all."""
        uri = self._profile.registered_uri
        if problem := check_redirect_uri(uri):
            return _refused("redirect_uri", problem, "redirect_uri")
        query = {
            "client_id": self._client_id,
            "response_type": "code",
            "response_mode": "query",
            "redirect_uri": uri,
            "scope": "openid",
            "prompt": "none",
        }
        try:
            answer = await self._http.get(f"{self._base}/oauth2/v2.0/authorize", params=query)
        except TRANSPORT_ERRORS as error:
            return failed("redirect_uri", connection_error(error))
        if answer.headers.get("location", "").startswith(uri):
            return _ok("redirect_uri", f"{uri} is registered.")
        for number in numbers_in(answer.text[:200_000]):
            kind = problem_of(number)
            if kind in _ABOUT_REDIRECTS:
                return failed("redirect_uri", AuthError(kind, code=f"AADSTS{number}"))
        return _unknown("redirect_uri", _CANNOT_TELL)

    async def port(self) -> CheckResult:
        """Whether the browser's answer can be listened for."""
        try:
            async with RedirectListener(self._profile.registered_uri) as listener:
                return _ok("port", f"Port {listener.port} of this computer is free.")
        except AuthError as error:
            return failed("port", error)
        except (OSError, ValueError) as error:
            return CheckResult(
                id="port",
                verdict=Verdict.FAIL,
                said="This computer does not let odtui listen for the browser.",
                advice="Use a code for a device instead, or check the firewall.",
                details=f"{type(error).__name__}: {error}"[:200],
            )

    @property
    def _client_id(self) -> str:
        return clean(self._profile.client_id)

    async def _post(self, endpoint: str, fields: dict[str, str]) -> dict[str, Any]:
        """Raises AuthError if no answer of Microsoft's comes."""
        return await self._json("POST", f"{self._base}/oauth2/v2.0/{endpoint}", data=fields)

    async def _get_json(self, address: str) -> dict[str, Any]:
        """Also compares the clocks. Raises AuthError."""
        return await self._json("GET", address)

    async def _json(self, method: str, address: str, **body: Any) -> dict[str, Any]:
        before = self._clock()
        try:
            answer = await self._http.request(method, address, **body)
        except TRANSPORT_ERRORS as error:
            raise connection_error(error) from None
        self._compare_clocks(answer, self._clock() - before)
        if answer.status_code == 429 or answer.status_code >= 500:
            raise AuthError(AuthProblem.TEMPORARY, details=f"The server answered {answer.status_code}.")
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except msgspec.MsgspecError:
            details = f"The server answered {answer.status_code} with something that is not JSON."
            raise AuthError(AuthProblem.CAPTIVE_PORTAL, details=details) from None

    def _compare_clocks(self, answer: httpx.Response, took: float) -> None:
        """The skew, without what the Date header's steps and the way of the answer can make up."""
        try:
            told = email.utils.parsedate_to_datetime(answer.headers["date"]).timestamp()
            told += max(0.0, float(answer.headers.get("age", "0")))
        except (KeyError, ValueError, OverflowError):
            return
        skew = self._wall_clock() - took / 2 - told
        unsure = _SECONDS_OF_DATE + took / 2
        self._skew = 0.0 if abs(skew) <= unsure else skew


def _ok(check: str, said: str) -> CheckResult:
    return CheckResult(id=check, verdict=Verdict.OK, said=said)


def _unknown(check: str, said: str) -> CheckResult:
    return CheckResult(id=check, verdict=Verdict.UNKNOWN, said=said)


def _refused(check: str, problem: str, setting: str) -> CheckResult:
    """What the settings themselves refuse: nobody is asked."""
    return CheckResult(id=check, verdict=Verdict.FAIL, said=problem, setting=setting)


def _refusal(check: str, error: AuthError, *, about: bool) -> CheckResult:
    """The error's line, or, if it is not about what was asked, that this remains open."""
    if about:
        return failed(check, error)
    details = "\n".join(filter(None, (error.code, details_of(error))))
    return CheckResult(id=check, verdict=Verdict.UNKNOWN, said=_CANNOT_TELL, details=details)
