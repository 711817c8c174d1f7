"""Looks a host's addresses up once, within the time budget of a fetch."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable
from typing import Final

from components.studio.safe_fetch.deadline import Deadline
from components.studio.safe_fetch.errors import timeout_error, unreachable_error

Resolver = Callable[[str, int], list[str]]
"""From host and port to addresses in text form. May block. Raises OSError if there are none."""

_LOOKUPS: Final = threading.BoundedSemaphore(16)  # a stuck lookup cannot be ended, only counted


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that this machine's own name service gives. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def resolve_host(resolve: Resolver, host: str, port: int, deadline: Deadline) -> list[str]:
    """Run `resolve` no longer than the deadline allows. Raises FetchError."""
    if not _LOOKUPS.acquire(timeout=deadline.remaining_seconds()):
        raise timeout_error()
    answers: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, ValueError):  # a name that it cannot even ask for
            answers.put(None)
        finally:
            _LOOKUPS.release()

    threading.Thread(target=ask, name="fetch-lookup", daemon=True).start()
    try:
        addresses = answers.get(timeout=deadline.remaining_seconds())
    except queue.Empty:
        raise timeout_error() from None
    if not addresses:
        raise unreachable_error(host)
    return addresses
