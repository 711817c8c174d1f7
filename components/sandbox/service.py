"""What the routes share: options, store, faults, task runner, accounts and rate limits."""

import asyncio
import hashlib
import random
from collections import defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from components.sandbox.create_request import MAX
from components.sandbox.envelope import TOO_OFTEN, ApiError
from components.sandbox.fault_responses import Sleeper
from components.sandbox.faults import Faults
from components.sandbox.options import SandboxOptions
from components.sandbox.store import Store
from components.sandbox.task_runner import TaskRunner
from components.sandbox.tasks import Task


class SlidingWindow:
    """A rate limit per account over a sliding window; rejected calls do not count."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float]) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
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


class Service:
    """What a request may use."""

    def __init__(self, options: SandboxOptions) -> None:
        """Raises FaultsRejected, OSError or sqlite3.Error."""
        self.options, self.store = options, Store(options.data_dir)
        self.faults = Faults(options.faults, options.seed)
        self.runner = TaskRunner(options, self.store)
        self.sleeper = Sleeper(options.hold_seconds)
        self.creates = SlidingWindow(options.creates_per_10s, 10.0, options.clock)
        self.queries = SlidingWindow(options.queries_per_s, 1.0, options.clock)
        self.starting_balance = Decimal(str(options.credits))
        self.dice = random.Random(options.seed)  # noqa: S311 - seeds and jitter are no secrets
        self.upload_slots = asyncio.Semaphore(2)
        """Bounds how many uploads are unpacked and stored at a time."""

    def account(self, request: Request) -> str:
        """The account behind the caller's key, 12 hex digits. Raises ApiError (401).

        The key itself is kept nowhere.
        """
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        key, only = key.strip(), self.options.key
        accepted = key == only if only is not None else key and not key.startswith("wrong")
        if scheme.lower() != "bearer" or not accepted:
            raise ApiError(401, "You do not have access permissions")
        return hashlib.sha256(key.encode()).hexdigest()[:12]

    def price(self, model: str) -> Decimal:
        """What a picture of this model costs, in credits."""
        price = self.options.max_credits if model == MAX else self.options.pro_credits
        return Decimal(str(price))

    def rejected(self) -> ApiError:
        """Count a call that comes too often, and what to tell its caller."""
        self.store.count("rejected")
        return ApiError(429, TOO_OFTEN)

    def usage_report(self) -> dict[str, Any]:
        """All that was made and paid, and how many calls were seen."""
        counts = {"creates": 0, "queries": 0, "rejected": 0} | self.store.counts()
        return {"tasks": [_entry(task) for task in self.store.tasks()], **counts}


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


def _entry(task: Task) -> dict[str, Any]:
    return {
        "taskId": task.task_id,
        "account": task.account,
        "prompt": task.prompt,
        "params": task.params,
        "paid": task.paid,
        "state": task.flag.name.lower().replace("_", "-"),
        "createTime": round(task.created_at * 1000),
        "completeTime": None if task.ended_at is None else round(task.ended_at * 1000),
    }
