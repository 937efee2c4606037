"""Whatever comes back becomes a GraphError that says what the caller can do."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odtui.graph import errors
from odtui.graph.errors import (
    Forbidden,
    GraphError,
    InvalidRequest,
    ItemNotFound,
    Locked,
    MalwareBlocked,
    NameConflict,
    NotGraph,
    QuotaExceeded,
    ServiceFailure,
    SignInRequired,
    StaleETag,
    Throttled,
    Unreachable,
)
from odtui.graph.faults import LONGEST_MESSAGE, fault, graph_errors, job_fault, read_error
from tests.graph.harness import error


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, SignInRequired),
        (402, InvalidRequest),
        (403, Forbidden),
        (404, ItemNotFound),
        (405, InvalidRequest),
        (406, InvalidRequest),
        (409, NameConflict),
        (410, ItemNotFound),
        (411, InvalidRequest),
        (412, StaleETag),
        (413, InvalidRequest),
        (415, InvalidRequest),
        (416, InvalidRequest),
        (423, Locked),
        (429, Throttled),
        (500, ServiceFailure),
        (501, ServiceFailure),
        (502, ServiceFailure),
        (503, Throttled),
        (504, ServiceFailure),
        (507, QuotaExceeded),
        (509, Throttled),
        (302, NotGraph),
    ],
)
def test_every_status_has_its_kind_even_without_a_body(status: int, kind: type[GraphError]) -> None:
    made = fault(httpx.Response(status))
    assert type(made) is kind
    assert made.status == status
    assert made.codes == ()


@pytest.mark.parametrize(
    ("status", "codes", "kind"),
    [
        (403, ("malwareDetected",), MalwareBlocked),
        (400, ("invalidRequest", "virusSuspicious"), MalwareBlocked),
        (400, ("invalidRequest", "nameAlreadyExists"), NameConflict),
        (409, ("resourceModified",), StaleETag),
        (409, ("conflict", "entityTagDoesNotMatch"), StaleETag),
        (403, ("quotaLimitReached",), QuotaExceeded),
        (403, ("notAllowed", "ResourceLocked"), Locked),
        (503, ("activityLimitReached",), Throttled),
        (500, ("something", "neverSeenBefore"), ServiceFailure),
    ],
)
def test_a_code_that_says_more_than_the_status_wins(
    status: int, codes: tuple[str, ...], kind: type[GraphError]
) -> None:
    made = fault(httpx.Response(status, json=error(*codes)))
    assert type(made) is kind
    assert made.codes == codes


def test_all_codes_are_kept_outermost_first_and_found_in_any_case() -> None:
    body = {
        "error": {"code": "a", "innerError": {"code": "b", "innererror": {"Code": "c"}}, "details": [{"code": "d"}]}
    }
    made = fault(httpx.Response(400, json=body))
    assert made.codes == ("a", "b", "c", "d")
    assert made.has("C")
    assert not made.has("e")


def test_what_support_asks_for_is_kept() -> None:
    assert fault(httpx.Response(404, json=error("itemNotFound"))).request_id == "11111111-2222"
    made = fault(httpx.Response(429, json=error("x"), headers={"request-id": "head", "Retry-After": "17"}))
    assert made.request_id == "head"
    assert made.retry_after == 17


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><title>Blocked</title></html>",
        b"plain words",
        b'{"error":',
        b'{"error":[]}',
        b'{"error":null}',
        b'{"error":{"code":1,"message":[],"innerError":"x","details":{}}}',
        b'"text"',
        b"[1]",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"x" * 200_000,
    ],
)
def test_a_body_that_says_nothing_is_no_reason_to_fail(body: bytes) -> None:
    made = fault(httpx.Response(404, content=body))
    assert type(made) is ItemNotFound
    assert made.codes == ()


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["error", "code", "innerError", "details", "message", "request-id"]), inner, max_size=4
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_body_makes_the_parser_raise(body: bytes) -> None:
    codes, message, _ = read_error(body)
    assert all(isinstance(code, str) for code in codes)
    assert len(message) <= LONGEST_MESSAGE


def test_errors_within_errors_end_somewhere() -> None:
    body: dict[str, object] = {"code": "x"}
    for _ in range(50):
        body = {"code": "x", "innerError": body}
    assert 4 <= len(read_error(json.dumps({"error": body}).encode())[0]) <= 10


def test_a_long_message_is_cut() -> None:
    assert len(fault(httpx.Response(400, json=error("x", message="y" * 10_000))).message) == LONGEST_MESSAGE


def test_the_error_of_a_token_endpoint_is_read_too() -> None:
    made = fault(httpx.Response(400, json={"error": "invalid_grant", "error_description": "AADSTS1"}))
    assert (made.codes, made.message) == (("invalid_grant",), "AADSTS1")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (error("nameAlreadyExists"), NameConflict),
        (error("accessDenied"), Forbidden),
        (error("generalException", "quotaLimitReached"), QuotaExceeded),
        (error("itemNotFound"), ItemNotFound),
        ({"status": "failed", "errorCode": "nameAlreadyExists"}, NameConflict),
        ({"status": "failed"}, ServiceFailure),
    ],
)
def test_a_failed_job_is_judged_by_its_code(body: dict[str, object], kind: type[GraphError]) -> None:
    assert type(job_fault(json.dumps(body).encode())) is kind


def _httpx_exceptions() -> Iterator[type[Exception]]:
    for _, kind in inspect.getmembers(httpx, inspect.isclass):
        if issubclass(kind, Exception):
            yield kind


SECRET = "https://x.sharepoint.com/up?tempauth=secret"


def _make(kind: type[Exception]) -> Exception:
    request = httpx.Request("GET", SECRET)
    if kind is httpx.HTTPStatusError:
        return httpx.HTTPStatusError(SECRET, request=request, response=httpx.Response(500, request=request))
    try:
        return kind(SECRET)
    except TypeError:
        return kind()


@pytest.mark.parametrize("kind", sorted(_httpx_exceptions(), key=lambda kind: kind.__name__))
def test_no_exception_of_httpx_leaves_and_none_repeats_an_address(kind: type[Exception]) -> None:
    with pytest.raises(GraphError) as caught, graph_errors():
        raise _make(kind)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_no_answer_is_unreachable_and_a_wrong_request_is_not() -> None:
    for kind in (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.ReadTimeout,
        httpx.ReadError,
        httpx.ProxyError,
        httpx.RemoteProtocolError,
    ):
        with pytest.raises(Unreachable), graph_errors():
            raise kind("")
    with pytest.raises(InvalidRequest), graph_errors():
        raise httpx.InvalidURL("")


def test_other_exceptions_pass_through() -> None:
    class AuthError(Exception):
        pass

    with pytest.raises(AuthError), graph_errors():
        raise AuthError


def test_each_error_is_documented_in_the_tree_at_the_top() -> None:
    tree = errors.__doc__ or ""
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, GraphError):
            assert name in tree
