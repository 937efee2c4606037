"""Running blocking libraries in daemon threads: quitting never waits for them, unlike asyncio.to_thread."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

Abandoned = Callable[[], bool]
"""Tells a thread that nobody waits for its result any more, so it must not keep anything."""


async def in_thread(work: Callable[[Abandoned], T], *, name: str = "odtui-auth") -> T:
    """The result of `work`. Cancelling stops the waiting, not the thread, which can ask whether it was abandoned."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    abandoned = threading.Event()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # no error means that there is a result

    def run() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = work(abandoned.is_set)
        except BaseException as caught:  # noqa: BLE001, RUF100  # the waiting task raises it
            error = caught
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    try:
        return await future
    finally:
        abandoned.set()


class Answer(Generic[T]):
    """What a thread found out, or raised."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.value: T | None = None
        self.error: Exception | None = None


def within(seconds: float, work: Callable[[], T]) -> T:
    """The result of a call that may open a dialog and never return. Raises TimeoutError when it takes longer."""
    answer: Answer[T] = Answer()

    def run() -> None:
        try:
            answer.value = work()
        except Exception as error:  # noqa: BLE001, RUF100  # raised again by the waiting thread
            answer.error = error
        answer.done.set()

    threading.Thread(target=run, name="odtui-keyring", daemon=True).start()
    if not answer.done.wait(seconds):
        raise TimeoutError
    if answer.error is not None:
        raise answer.error
    return answer.value  # type: ignore[return-value]  # no error means that there is a value
