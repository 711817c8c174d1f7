"""Blocking work beside the event loop, in threads that never delay the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

_T = TypeVar("_T")


async def run_in_daemon_thread(work: Callable[[], _T]) -> _T:
    """Run blocking work in a daemon thread of its own; raises what the work raises.

    `asyncio.to_thread` would let a slow foreign server delay the sandbox's end.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[_T] = loop.create_future()

    def run() -> None:
        settle: Callable[[], None]
        try:
            settle = partial(outcome.set_result, work())
        except Exception as error:  # noqa: BLE001 - raised again for the caller that awaits
            settle = partial(outcome.set_exception, error)
        with suppress(RuntimeError):  # the loop has closed: nobody awaits this any more
            loop.call_soon_threadsafe(lambda: None if outcome.done() else settle())

    threading.Thread(target=run, name="sandbox-worker", daemon=True).start()
    return await outcome
