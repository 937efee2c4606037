"""Analytics, activities and labels: what the demo's tenant answers."""

import pytest

from tests.demo.conftest import Start, client, code_of

FILE = "/me/drive/root:/Documents/Ideas.md:"


def test_analytics_are_of_work_accounts(start: Start) -> None:
    graph = client(start(account="business"))
    access = {"access": {"actionCount": 0, "actorCount": 0}}
    assert graph.get(f"{FILE}/analytics").json()["allTime"] == access
    assert graph.get(f"{FILE}/analytics/allTime").json()["allTime"] == access
    assert graph.get(f"{FILE}/analytics/lastSevenDays").json()["lastSevenDays"] == access
    assert graph.get(f"{FILE}/analytics/soon").status_code == 400
    assert code_of(client(start()).get(f"{FILE}/analytics")) == (400, "notSupported")


def test_activities_are_given_by_interval(start: Start) -> None:
    graph = client(start(account="business"))
    call = f"{FILE}/getActivitiesByInterval(startDateTime='2026-01-01',endDateTime='2026-01-%s',interval='%s')"
    days = graph.get(call % ("03", "day")).json()["value"]
    assert [day["startDateTime"] for day in days] == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]
    for last, step in (("03", "hour"), ("99", "day"), ("x", "day")):
        assert code_of(graph.get(call % (last, step))) == (400, "invalidRequest")


@pytest.mark.parametrize(
    ("method", "segment", "expected"),
    [
        ("GET", "retentionLabel", (404, "itemNotFound")),
        ("PATCH", "retentionLabel", (403, "accessDenied")),
        ("DELETE", "retentionLabel", (403, "accessDenied")),
        ("POST", "assignSensitivityLabel", (402, "paymentRequired")),
        ("POST", "extractSensitivityLabels", (402, "paymentRequired")),
    ],
)
def test_labels_have_not_been_set_up(start: Start, method: str, segment: str, expected: tuple[int, str]) -> None:
    assert code_of(client(start(account="business")).request(method, f"{FILE}/{segment}")) == expected
    assert code_of(client(start()).request(method, f"{FILE}/{segment}")) == (400, "notSupported")
