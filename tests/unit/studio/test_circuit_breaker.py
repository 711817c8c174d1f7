"""Circuit breaker: when creates may be sent, and when the account is checked."""

from __future__ import annotations

from components.studio.tasks.models import FailureReason
from components.studio.worker.account_limits import CircuitBreaker


def test_half_open_breaker_allows_one_create_at_a_time() -> None:
    breaker = CircuitBreaker()
    breaker.open(FailureReason.CREDITS, 0.0)
    assert not breaker.may_send(0)
    breaker.half_open()
    assert (breaker.may_send(0), breaker.may_send(1)) == (True, False)
    breaker.record_success()
    assert breaker.may_send(7)


def test_several_unknown_outcomes_half_open_the_breaker() -> None:
    breaker = CircuitBreaker()
    for _ in range(4):
        assert breaker.may_send(7)
        breaker.record_unknown()
    assert (breaker.may_send(0), breaker.may_send(1)) == (True, False)
    breaker.record_success()
    assert breaker.may_send(7)


def test_insufficient_balance_is_checked_less_often_each_time() -> None:
    breaker, now, delays = CircuitBreaker(), 0.0, []
    for _ in range(12):
        breaker.open(FailureReason.CREDITS, now)
        delay = breaker.seconds_until_probe(now)
        assert delay is not None
        delays.append(delay)
        now += delay
        assert breaker.take_probe(now)
        breaker.half_open()
    assert delays == sorted(delays)
    assert (delays[0], delays[-1]) == (10.0, 120.0)


def test_accepted_create_resets_the_count_of_unknown_outcomes() -> None:
    breaker = CircuitBreaker()
    for _ in range(3):
        breaker.record_unknown()
    breaker.record_success()
    for _ in range(3):
        breaker.record_unknown()
    assert breaker.may_send(7)
    breaker.record_unknown()
    assert not breaker.may_send(7)


def test_accepted_create_resets_the_delay_of_the_next_check() -> None:
    breaker = CircuitBreaker()
    breaker.open(FailureReason.CREDITS, 0.0)
    breaker.probe_failed(FailureReason.CREDITS, 10.0)
    assert breaker.seconds_until_probe(10.0) == 15.0
    breaker.half_open()
    breaker.record_success()
    breaker.open(FailureReason.AUTH, 100.0)
    assert breaker.seconds_until_probe(100.0) == 10.0


def test_first_check_may_be_sooner_or_later_than_usual() -> None:
    for delay in (2.0, 86_400.0):
        breaker = CircuitBreaker()
        breaker.open(FailureReason.UNREACHABLE, 50.0, delay)
        assert breaker.seconds_until_probe(50.0) == delay


def test_check_that_succeeded_in_vain_is_repeated_less_often() -> None:
    breaker = CircuitBreaker()
    breaker.open(FailureReason.UNREACHABLE, 0.0, 2.0)
    breaker.half_open()
    breaker.open(FailureReason.UNREACHABLE, 0.0, 2.0)
    assert breaker.seconds_until_probe(0.0) == 15.0
    breaker.half_open()
    breaker.open(FailureReason.RATE_LIMITED, 0.0, 86_400.0)
    assert breaker.seconds_until_probe(0.0) == 86_400.0


def test_long_pause_outlasts_another_reason() -> None:
    for first, second in ((None, 86_400.0), (86_400.0, None), (86_400.0, 2.0)):
        breaker = CircuitBreaker()
        breaker.open(FailureReason.CREDITS, 0.0, first)
        breaker.open(FailureReason.RATE_LIMITED, 0.0, second)
        assert breaker.seconds_until_probe(0.0) == 86_400.0
