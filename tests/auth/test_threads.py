"""Blocking work in daemon threads."""

from __future__ import annotations

import asyncio
import threading

import pytest

from odtui.auth.threads import in_thread, within


async def test_the_result_of_the_work_comes_back() -> None:
    assert await in_thread(lambda _: threading.current_thread().name, name="odtui-x") == "odtui-x"


async def test_the_thread_never_keeps_the_program_from_ending() -> None:
    assert await in_thread(lambda _: threading.current_thread().daemon)


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3)])
async def test_what_the_work_raises_is_raised_where_it_is_awaited(error: BaseException) -> None:
    def work(_abandoned: object) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        await in_thread(work)
    assert caught.value is error


async def test_work_whose_waiter_is_gone_can_see_that() -> None:
    started, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    seen: list[bool] = []

    def work(abandoned: object) -> None:
        assert callable(abandoned)
        seen.append(abandoned())
        started.set()
        go_on.wait(30)
        seen.append(abandoned())
        ended.set()

    task = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(started.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await asyncio.to_thread(ended.wait, 30)
    assert seen == [False, True]


def test_work_that_outlives_its_loop_ends_quietly() -> None:
    go_on, threads = threading.Event(), list[threading.Thread]()

    def work(_abandoned: object) -> None:
        threads.append(threading.current_thread())
        go_on.wait(30)

    async def leave() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(leave())
    go_on.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_a_call_in_time_gives_its_result_or_its_error() -> None:
    assert within(30, lambda: 5) == 5
    with pytest.raises(KeyError):
        within(30, lambda: {}["x"])


def test_a_call_that_never_returns_is_left_behind() -> None:
    never = threading.Event()
    with pytest.raises(TimeoutError):
        within(0, lambda: never.wait(30))
    never.set()
