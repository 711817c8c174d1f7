"""API keys, their accounts and rate limits (docs/kie-api.md, Ground rules, Codes)."""

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable

from starlette.requests import Request

_SCHEME = "bearer "


def account_of(request: Request, only_key: str | None) -> str | None:
    """The account behind the request's bearer token, 12 hex digits; None when it is not accepted.

    The key itself is kept nowhere.
    """
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_SCHEME):
        return None
    key = header[len(_SCHEME) :].strip()
    accepted = key == only_key if only_key is not None else key and not key.startswith("wrong")
    return hashlib.sha256(key.encode()).hexdigest()[:12] if accepted else None


class SlidingWindow:
    """A rate limit per account over a sliding window; rejected calls do not count."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, account: str) -> bool:
        """Count a call, unless it is one too many."""
        now = self._clock()
        calls = self._calls[account]
        while calls and calls[0] <= now - self._seconds:
            calls.popleft()
        if len(calls) >= self._limit:
            return False
        calls.append(now)
        return True
