"""How fast the account is used: within the limits, however the network bunches calls."""

from __future__ import annotations

import heapq
import random
from collections import deque

import pytest

from components.studio.tasks.models import FailureReason
from components.studio.worker.account import AccountLimits
from components.studio.worker.circuit_breaker import (
    CircuitBreaker,
)
from components.studio.worker.polling import (
    DurationEstimator,
    empty_result_delay,
    next_poll_delay,
    slow_poll_delay,
)
from components.studio.worker.rate_limiter import RateLimiter


def arrivals(pace: RateLimiter, seconds: float, slowest: float) -> list[float]:
    """When greedy calls reach a service over a network whose ways take up to `slowest`."""
    dice = random.Random(7)  # noqa: S311 - no secret hangs on it
    now, arrived, answers = 0.0, list[float](), list[float]()
    while now < seconds:
        while answers and answers[0] <= now:
            heapq.heappop(answers)
            pace.release(now)
        if pace.acquire(now):
            there, back = dice.uniform(0, slowest), dice.uniform(0, slowest)
            arrived.append(now + there)
            heapq.heappush(answers, now + there + back)
            continue
        now += min(max(pace.seconds_until_free(now), 1e-6), 0.01)
    return sorted(arrived)


@pytest.mark.parametrize("slowest", [0.0, 0.05, 0.4, 3.0])
@pytest.mark.parametrize(("limit", "window"), [(10, 1.0), (20, 10.0), (1, 1.0)])
def test_no_window_has_more_calls_than_the_limit(limit: int, window: float, slowest: float) -> None:
    arrived = arrivals(RateLimiter(limit, window), 40.0, slowest)
    inside: deque[float] = deque()
    for moment in arrived:
        inside.append(moment)
        while inside[0] <= moment - window:
            inside.popleft()
        assert len(inside) <= limit


def test_most_of_the_limit_is_used() -> None:
    assert len(arrivals(RateLimiter(10, 1.0), 60.0, 0.2)) > 0.75 * 10 * 60


def test_rejection_pauses_calls_then_halves_the_rate() -> None:
    pace = RateLimiter(10, 1.0)
    pace.slow_down(100.0)
    assert pace.seconds_until_free(100.0) == 2.0
    after = 102.0
    assert sum(pace.acquire(after) for _ in range(20)) == 5
    for _ in range(5):
        pace.release(after)
    assert sum(pace.acquire(after + 300) for _ in range(20)) == 10


def test_retry_after_is_respected() -> None:
    pace = RateLimiter(20, 10.0)
    pace.slow_down(5.0, 40.0)
    assert not pace.acquire(44.9)
    assert pace.acquire(45.0)


def test_simultaneous_rejections_count_once() -> None:
    pace = RateLimiter(10, 1.0)
    for _ in range(8):
        pace.slow_down(100.0)
    assert sum(pace.acquire(103.0) for _ in range(20)) == 5


def test_rejections_never_stop_calls_forever() -> None:
    pace = RateLimiter(2, 1.0)
    for moment in range(50):
        pace.slow_down(float(moment), 0.0)
    assert pace.acquire(51.0)
    pace.slow_down(60.0, 3600.0)
    assert pace.acquire(60.0 + 300.0)


def test_calls_of_an_earlier_process_count() -> None:
    account = AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)
    account.resume(18, 100.0)
    assert sum(account.creates.acquire(100.0) for _ in range(20)) == 2
    assert not account.queries.acquire(100.9)
    assert account.queries.acquire(101.1)


def test_polling_is_frequent_only_around_the_usual_end() -> None:
    def pauses(begin: float, end: float, typical: float) -> list[float]:
        found, elapsed = [], begin
        while elapsed < end:
            found.append(next_poll_delay(elapsed, typical))
            elapsed += found[-1]
        return found

    for typical in (6.0, 30.0, 240.0):
        before = pauses(0.0, 0.7 * typical, typical)
        around = pauses(0.7 * typical, 1.5 * typical, typical)
        after = pauses(1.5 * typical, 4 * typical, typical)
        assert len(before) <= 0.02 * typical + 4
        assert max(around) <= 5.0
        assert after[-1] > 3 * min(around) or after[-1] == 30.0


def test_without_history_poll_delays_grow() -> None:
    pauses = [next_poll_delay(elapsed, None) for elapsed in (0, 10, 40, 500)]
    assert pauses == [1.0, 2.0, 8.0, 15.0]
    assert slow_poll_delay(600) == 60.0
    assert slow_poll_delay(86_400) == 600.0
    assert [empty_result_delay(times) for times in range(6)] == [0, 1, 2, 3, 4, 4]


def test_duration_estimate_uses_the_latest_images() -> None:
    typical = DurationEstimator()
    assert typical.seconds is None
    for seconds in (100.0, *[8.0] * 20):
        typical.add(seconds)
    assert typical.seconds == 8.0
    typical.add(-3600.0)  # a clock that was set back
    assert typical.seconds == 8.0


def test_half_open_breaker_allows_one_create_at_a_time() -> None:
    gate = CircuitBreaker()
    gate.open(FailureReason.CREDITS, 0.0)
    assert not gate.may_send(0)
    gate.half_open()
    assert (gate.may_send(0), gate.may_send(1)) == (True, False)
    gate.record_success()
    assert gate.may_send(7)


def test_several_unknown_outcomes_half_open_the_breaker() -> None:
    gate = CircuitBreaker()
    for _ in range(4):
        assert gate.may_send(7)
        gate.record_unknown()
    assert (gate.may_send(0), gate.may_send(1)) == (True, False)
    gate.record_success()
    assert gate.may_send(7)


def test_insufficient_balance_is_checked_less_often_each_time() -> None:
    gate, now, waits = CircuitBreaker(), 0.0, []
    for _ in range(12):
        gate.open(FailureReason.CREDITS, now)
        wait = gate.seconds_until_probe(now)
        assert wait is not None
        waits.append(wait)
        now += wait
        assert gate.take_probe(now)
        gate.half_open()
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10.0, 120.0)


def test_accepted_create_forgets_earlier_unclear_answers() -> None:
    gate = CircuitBreaker()
    for _ in range(3):
        gate.record_unknown()
    gate.record_success()
    for _ in range(3):
        gate.record_unknown()
    assert gate.may_send(7)
    gate.record_unknown()
    assert not gate.may_send(7)


def test_accepted_create_resets_the_pause_before_the_next_check() -> None:
    gate = CircuitBreaker()
    gate.open(FailureReason.CREDITS, 0.0)
    gate.probe_failed(FailureReason.CREDITS, 10.0)
    assert gate.seconds_until_probe(10.0) == 15.0
    gate.half_open()
    gate.record_success()
    gate.open(FailureReason.AUTH, 100.0)
    assert gate.seconds_until_probe(100.0) == 10.0
