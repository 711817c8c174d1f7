"""Blocking work beside the event loop, in threads that never hold up the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

_T = TypeVar("_T")


async def run_in_daemon_thread(work: Callable[[], _T]) -> _T:
    """Run blocking work in a daemon thread of its own; raises what the work raises.

    `asyncio.to_thread` would let a slow stranger's server delay the sandbox's end.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: Exception | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type] # a result, since there is no error

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as raised:  # noqa: BLE001 - handed on to whoever awaits
            error = raised
        with suppress(RuntimeError):  # the loop has closed: nobody awaits this any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="sandbox-worker", daemon=True).start()
    return await outcome
