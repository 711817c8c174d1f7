"""Rate limiter: calls stay within the limit, however the network bunches them."""

from __future__ import annotations

import heapq
import random
from collections import deque

import pytest

from components.studio.worker.account_limits import AccountLimits, RateLimiter
from components.studio.worker.jobs import HostPauses


def arrival_times(limiter: RateLimiter, seconds: float, max_latency: float) -> list[float]:
    """When calls that are sent as early as possible arrive; each way takes up to `max_latency`."""
    rng = random.Random(7)  # noqa: S311 - not a secret
    now, arrived, responses = 0.0, list[float](), list[float]()
    while now < seconds:
        while responses and responses[0] <= now:
            heapq.heappop(responses)
            limiter.release(now)
        if limiter.acquire(now):
            request_s, response_s = rng.uniform(0, max_latency), rng.uniform(0, max_latency)
            arrived.append(now + request_s)
            heapq.heappush(responses, now + request_s + response_s)
            continue
        now += min(max(limiter.seconds_until_free(now), 1e-6), 0.01)
    return sorted(arrived)


@pytest.mark.parametrize("max_latency", [0.0, 0.05, 0.4, 3.0])
@pytest.mark.parametrize(("limit", "window"), [(10, 1.0), (20, 10.0), (1, 1.0)])
def test_no_window_has_more_calls_than_the_limit(
    limit: int, window: float, max_latency: float
) -> None:
    arrived = arrival_times(RateLimiter(limit, window), 40.0, max_latency)
    in_window: deque[float] = deque()
    for time in arrived:
        in_window.append(time)
        while in_window[0] <= time - window:
            in_window.popleft()
        assert len(in_window) <= limit


def test_most_of_the_limit_is_used() -> None:
    assert len(arrival_times(RateLimiter(10, 1.0), 60.0, 0.2)) > 0.75 * 10 * 60


def test_rejection_pauses_calls_then_halves_the_rate() -> None:
    limiter = RateLimiter(10, 1.0)
    limiter.slow_down(100.0)
    assert limiter.seconds_until_free(100.0) == 2.0
    assert sum(limiter.acquire(102.0) for _ in range(20)) == 5
    for _ in range(5):
        limiter.release(102.0)
    assert sum(limiter.acquire(402.0) for _ in range(20)) == 10


def test_retry_after_is_respected() -> None:
    limiter = RateLimiter(20, 10.0)
    limiter.slow_down(5.0, 40.0)
    assert not limiter.acquire(44.9)
    assert limiter.acquire(45.0)


def test_simultaneous_rejections_count_once() -> None:
    limiter = RateLimiter(10, 1.0)
    for _ in range(8):
        limiter.slow_down(100.0)
    assert sum(limiter.acquire(103.0) for _ in range(20)) == 5


def test_rejections_never_stop_calls_forever() -> None:
    limiter = RateLimiter(2, 1.0)
    for now in range(50):
        limiter.slow_down(float(now), 0.0)
    assert limiter.acquire(51.0)
    limiter.slow_down(60.0, 3600.0)
    assert limiter.acquire(60.0 + 300.0)


def test_calls_of_an_earlier_process_count() -> None:
    limits = AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)
    limits.resume(18, 100.0, was_querying=True)
    assert sum(limits.creates.acquire(100.0) for _ in range(20)) == 2
    assert not limits.queries.acquire(100.9)
    assert limits.queries.acquire(101.1)


def test_earlier_process_without_tasks_has_sent_no_query() -> None:
    limits = AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)
    limits.resume(0, 100.0, was_querying=False)
    assert sum(limits.queries.acquire(100.0) for _ in range(20)) == 10


def test_failing_host_is_asked_as_often_for_forty_tasks_as_for_one() -> None:
    now, asked = 0.0, list[float]()
    hosts = HostPauses(lambda: now, on_answer=lambda _host: None)
    hosts.record("cdn.example", answers=False)
    while now < 180:
        now = round(now + 0.5, 1)
        for _ in range(40):
            if not hosts.seconds_to_wait("cdn.example"):
                asked.append(now)
                hosts.record("cdn.example", answers=False)
    assert asked == [1, 3, 7, 15, 31, 63, 123]
    assert hosts.seconds_to_wait("cdn.example") == 3
    assert hosts.seconds_to_wait("other.example") == 0


def test_host_that_answers_again_is_free_and_named_once() -> None:
    answered = list[str]()
    hosts = HostPauses(lambda: 0.0, on_answer=answered.append)
    hosts.record("cdn.example", answers=True)
    hosts.record("cdn.example", answers=False)
    assert hosts.seconds_to_wait("cdn.example") == 1
    hosts.record("cdn.example", answers=True)
    hosts.record("cdn.example", answers=True)
    assert hosts.seconds_to_wait("cdn.example") == 0
    assert answered == ["cdn.example"]
