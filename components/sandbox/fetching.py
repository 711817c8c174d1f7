"""Requests to other hosts: fetches linked files, posts callbacks.

It fetches any http(s) address it is given, as the real service would from its own network. Where
that is not wanted, `SandboxOptions.only_own_links` keeps callers from here.
"""

import asyncio
import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

_FETCH_SECONDS = 30.0  # for a whole fetch (docs/kie-api.md, Uploads)
_STALL_SECONDS = 10.0  # for one read
_CALLBACK_SECONDS = 15.0  # docs/kie-api.md, Callbacks
_CHUNK_BYTES = 65_536
_T = TypeVar("_T")
_AGENT = {"User-Agent": "kontext-sandbox", "Accept": "*/*"}


class CannotFetch(Exception):
    """The address gives no usable bytes; the message says why."""


def _open(request: urllib.request.Request, seconds: float, *, redirects: bool) -> Any:
    """Open an http(s) URL. Raises CannotFetch."""
    # Put together by hand: the ready-made one would also open ftp:, file: and data: addresses.
    opener = urllib.request.OpenerDirector()
    follow = (urllib.request.HTTPRedirectHandler(),) if redirects else ()
    ways = (urllib.request.HTTPHandler(), urllib.request.HTTPSHandler())
    errors = (urllib.request.HTTPErrorProcessor(), urllib.request.HTTPDefaultErrorHandler())
    for handler in (*ways, *errors, *follow):
        opener.add_handler(handler)
    try:
        response = opener.open(request, timeout=seconds)
    except urllib.error.HTTPError as problem:
        problem.close()
        raise CannotFetch(f"answered with HTTP {problem.code}") from problem
    if response is None:
        raise CannotFetch("it leads to an address that is not http(s)")
    return response


def fetch(url: str, most_bytes: int) -> bytes:
    """The body at an http(s) address, within 30 s. Raises CannotFetch."""
    deadline = time.monotonic() + _FETCH_SECONDS
    try:
        request = urllib.request.Request(url, headers=_AGENT)  # noqa: S310 - only http(s) is opened
        with _open(request, _STALL_SECONDS, redirects=True) as response:
            body = bytearray()
            while chunk := response.read1(_CHUNK_BYTES):
                body += chunk
                if len(body) > most_bytes:
                    raise CannotFetch(f"more than {most_bytes} bytes")
                if time.monotonic() > deadline:
                    raise CannotFetch(f"took more than {_FETCH_SECONDS:g} s")
            return bytes(body)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise CannotFetch(str(problem)) from problem


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Post JSON to an http(s) address; return whether it answered HTTP 200 within 15 s."""
    sent = {**_AGENT, "Content-Type": "application/json", **headers}
    try:
        request = urllib.request.Request(url, data=body, headers=sent)  # noqa: S310 - as above
        with _open(request, _CALLBACK_SECONDS, redirects=False) as response:
            return bool(response.status == 200)
    except (CannotFetch, OSError, http.client.HTTPException, ValueError):
        return False


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
