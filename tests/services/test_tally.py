"""What is told of the parts of a job."""

import pytest

from odtui.services.transfers.problems import NotCarried, SomeFailed
from odtui.services.transfers.tally import Tally


def test_a_name_with_a_line_break_makes_no_line_of_its_own() -> None:
    tally = Tally()
    tally.rename("a\nb.txt", "a_b.txt")
    tally.leave_out("c\r\nd", "It is a pipe.")
    assert tally.outcome(2).details == "a␊b.txt: renamed to a_b.txt\nc␍␊d: left out. It is a pipe."


def test_a_failure_of_a_name_with_a_line_break_is_one_line() -> None:
    tally = Tally()
    tally.fail("a\nb.txt", NotCarried("It is a pipe."))
    with pytest.raises(SomeFailed) as failed:
        tally.outcome(1)
    assert [line.split(":")[0] for line in failed.value.details.split("\n")] == ["a␊b.txt"]
