"""The report as text and as JSON."""

from __future__ import annotations

import json

from odtui.services.doctor.finding import SECTIONS, Finding, Standing
from odtui.services.doctor.report import Report, as_json, healthy


def finding(standing: Standing, section: str = "checks", **more: str) -> Finding:
    return Finding(section=section, id="clock", title="Clock", standing=standing, said="It is wrong.", **more)


def test_a_section_begins_with_its_title_once() -> None:
    report = Report()
    assert report.lines(finding("ok")) == ["", "Checks", "  ok   Clock                  It is wrong."]
    assert report.lines(finding("info")) == ["       Clock                  It is wrong."]


def test_what_is_wrong_comes_with_advice_and_details() -> None:
    lines = Report().lines(finding("fail", advice="Set it.", details="one\ntwo"))[2:]
    assert [line.strip() for line in lines] == ["FAIL Clock                  It is wrong.", "Set it.", "one", "two"]
    assert len({len(line) - len(line.lstrip()) for line in lines[1:]}) == 1


def test_the_last_line_counts_what_is_wrong() -> None:
    report = Report()
    assert report.summary == "All is well."
    report.lines(finding("warn"))
    assert "worth a look" in report.summary
    report.lines(finding("fail"))
    assert report.summary.startswith("1 thing is wrong")
    report.lines(finding("fail"))
    assert report.summary.startswith("2 things are wrong")


def test_only_a_failure_is_unhealthy() -> None:
    assert healthy([finding("info"), finding("ok"), finding("unknown"), finding("warn")])
    assert not healthy([finding("ok"), finding("fail")])


def test_json_holds_every_section_and_says_whether_all_is_well() -> None:
    told = json.loads(as_json([finding("fail", advice="Set it.")]))
    assert told["format"] == 1
    assert told["ok"] is False
    assert set(told["sections"]) == set(SECTIONS)
    assert told["sections"]["checks"] == [
        {
            "id": "clock",
            "title": "Clock",
            "standing": "fail",
            "said": "It is wrong.",
            "advice": "Set it.",
            "details": "",
        }
    ]


def test_lines_are_wrapped_to_the_terminal_under_their_beginning() -> None:
    report = Report(width=70)
    lines = report.lines(finding("fail", advice="Look at the network, the proxy and the firewall, then try again."))
    assert max(map(len, lines)) <= 70
    assert [line[:30].strip() for line in lines[3:]] == ["", ""]
    assert " ".join(line[30:] for line in lines[3:]) == (
        "Look at the network, the proxy and the firewall, then try again."
    )


def test_a_terminal_too_narrow_to_wrap_gets_whole_lines() -> None:
    assert Report(width=30).lines(finding("ok"))[2:] == ["  ok   Clock                  It is wrong."]
