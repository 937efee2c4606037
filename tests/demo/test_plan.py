"""Faults as the command line takes them."""

import pytest

from odtui.demo.plan import SYNTAX, Plan, parse


def test_nothing_is_no_fault() -> None:
    assert parse("") == parse(" ; ") == Plan()


def test_a_line_holds_faults_a_seed_a_lag_and_a_skew() -> None:
    plan = parse("seed=7; 429:chance=0.05,retry_after=1 ;latency:seconds=0.2,times=0;lag:reads=2;skew:seconds=-90")
    assert (plan.seed, plan.lag, plan.skew) == (7, 2, -90.0)
    first, second = plan.rules
    assert (first.kind, first.status, first.code, first.retry_after) == ("status", 429, "activityLimitReached", 1.0)
    assert (first.chance, first.times) == (0.05, 0)
    assert (second.kind, second.seconds, second.times) == ("latency", 0.2, 0)


def test_a_fault_without_chance_strikes_once() -> None:
    [rule] = parse("503:effect=true,path=/root$,method=PUT").rules
    assert (rule.times, rule.effect, rule.path, rule.method) == (1, True, "/root$", "PUT")


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "429:retry_after",
        "429:=1",
        "429:retry_after=soon",
        "latency:secs=1",
        "html:path=(",
        "seed=x",
        "lag:reads=x",
        "skew",
    ],
)
def test_what_is_no_fault_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match="'"):
        parse(text)


def test_the_example_of_the_help_works() -> None:
    example = SYNTAX.partition('example: "')[2].partition('"')[0]
    assert len(parse(example).rules) == 2


def test_each_server_begins_with_fresh_rules() -> None:
    plan = parse("429")
    assert plan.start().strike("GET", "/")
    assert plan.start().strike("GET", "/")


def test_the_same_seed_meets_the_same_faults() -> None:
    def run(seed: int) -> list[bool]:
        faults = parse(f"seed={seed};500:chance=0.5").start()
        return [bool(faults.strike("GET", "/")) for _ in range(40)]

    assert run(1) == run(1) != run(2)
    assert 5 < sum(run(1)) < 35
