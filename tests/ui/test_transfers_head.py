"""The line above the transfers."""

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from odtui.services.transfers import Flow
from odtui.ui.job_sums import JobSums
from odtui.ui.widgets.transfers_head import TransfersHead
from tests.ui.scenes.transfers import FAST, MANY, MIB

TWO = JobSums.of(MANY[:2])


class HeadApp(App[None]):
    def compose(self) -> ComposeResult:
        yield TransfersHead()


async def words(sums: JobSums, flow: Flow, width: int = 120) -> str:
    app = HeadApp()
    async with app.run_test(size=(width, 3)):
        head = app.query_one(TransfersHead)
        head.show(sums, flow)
        assert len(head.words) == width
        return head.words


async def test_it_says_how_many_how_fast_and_how_long() -> None:
    told = await words(TWO, replace(FAST, limit=5 * MIB))
    assert "Transfers · 2 running" in told
    assert "11.5 MB/s · 38 min left · limit 5 MB/s · 6 files at once" in told


async def test_everything_paused_is_said_instead_of_a_speed() -> None:
    told = await words(TWO, Flow(width=4, paused=True))
    assert " all paused " in told
    assert "at once" not in told


async def test_why_nothing_moves_is_cut_before_it_is_dropped() -> None:
    waiting = Flow(width=4, waiting="OneDrive asks for a pause: 37 s")
    assert " OneDrive asks for a pause: 37 s " in await words(JobSums.of(MANY), waiting, 80)
    assert " OneDrive asks" in await words(JobSums.of(MANY), waiting, 50)


async def test_what_matters_least_goes_first() -> None:
    told = await words(JobSums.of(MANY), FAST, 80)
    assert "11.5 MB/s" in told
    assert "at once" not in told
    assert "1 failed" in told


async def test_an_old_limit_is_told_when_nothing_runs() -> None:
    assert "limit 1 MB/s" in await words(JobSums.of(MANY[7:]), Flow(limit=MIB))


@pytest.mark.parametrize("width", [20, 33, 58, 200])
async def test_it_fills_its_line_and_shows_no_control_character(width: int) -> None:
    told = await words(JobSums.of(MANY), Flow(waiting="\x1b]0;x\x07" + "y" * 300), width)
    assert "\x1b" not in told
