"""What a Graph call can fail with.

GraphError            any failed call; carries code, status and request id
├─ SignInRequired     401 that a fresh token did not cure, or no usable refresh token left
├─ Forbidden          403: this account may not do this here; never the same as empty
├─ ItemNotFound       404
├─ NameConflict       409: rename, replace or skip
├─ StaleETag          412: the item changed since it was read
├─ Locked             423: open in Office or checked out
├─ QuotaExceeded      507: the drive is full
├─ InvalidRequest     400 and other refusals of what was asked
├─ MalwareBlocked     403 malwareDetected
├─ PermissionMissing  403, and no scope was granted that allows it
├─ ReadOnlyMode       a change that was not sent, because odtui is in read-only mode
├─ LinkExpired        a pre-authenticated download link no longer works
├─ SessionGone        404 or 403 of an upload session: start over with a new one
├─ Throttled          429, 503 or 509 after the last attempt; retry_after in seconds
├─ ServiceFailure     5xx after the last attempt
├─ Unreachable        no answer: DNS, TLS, time-out, reset
├─ NotGraph           an answer that is not Graph's: HTML from a captive portal, broken JSON
├─ Cut                the body ended before its announced length
└─ Held               the errand was paused by the user: go on when it is ready; no failure
"""


class GraphError(Exception):
    """A failed call. `message` is the server's own text: hostile, for the details only."""

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        codes: tuple[str, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        """HTTP status; None if there was no answer."""
        self.codes = codes
        """error.code and all nested codes, outermost first."""
        self.request_id = request_id
        self.retry_after = retry_after
        """Seconds that the server asked for; None if it did not."""

    def has(self, code: str) -> bool:
        """Whether this code is anywhere among the nested ones, in any case (QUIRKS 230, 231)."""
        return code.casefold() in (known.casefold() for known in self.codes)


class SignInRequired(GraphError):
    pass


class Forbidden(GraphError):
    pass


class MalwareBlocked(Forbidden):
    pass


class PermissionMissing(Forbidden):
    pass


class ReadOnlyMode(GraphError):
    pass


class ItemNotFound(GraphError):
    pass


class NameConflict(GraphError):
    pass


class StaleETag(GraphError):
    pass


class Locked(GraphError):
    pass


class QuotaExceeded(GraphError):
    pass


class InvalidRequest(GraphError):
    pass


class LinkExpired(GraphError):
    pass


class SessionGone(GraphError):
    pass


class Throttled(GraphError):
    pass


class ServiceFailure(GraphError):
    pass


class Unreachable(GraphError):
    pass


class NotGraph(GraphError):
    pass


class Cut(GraphError):
    pass


class Held(GraphError):
    pass
