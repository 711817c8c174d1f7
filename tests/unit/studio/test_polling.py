"""Poll delays and the duration estimate."""

from __future__ import annotations

from components.studio.worker.scheduler import (
    DurationEstimator,
    empty_result_delay,
    next_poll_delay,
    slow_poll_delay,
)


def test_polling_is_frequent_only_around_the_usual_end() -> None:
    def delays(start: float, end: float, typical: float) -> list[float]:
        collected, elapsed = [], start
        while elapsed < end:
            collected.append(next_poll_delay(elapsed, typical))
            elapsed += collected[-1]
        return collected

    for typical in (6.0, 30.0, 240.0):
        before = delays(0.0, 0.7 * typical, typical)
        around = delays(0.7 * typical, 1.5 * typical, typical)
        after = delays(1.5 * typical, 4 * typical, typical)
        assert len(before) <= 0.02 * typical + 4
        assert max(around) <= 5.0
        assert after[-1] > 3 * min(around) or after[-1] == 30.0


def test_without_history_poll_delays_grow() -> None:
    delays = [next_poll_delay(elapsed, None) for elapsed in (0, 10, 40, 500)]
    assert delays == [1.0, 2.0, 8.0, 15.0]
    assert slow_poll_delay(600) == 60.0
    assert slow_poll_delay(86_400) == 600.0
    assert [empty_result_delay(times) for times in range(6)] == [0, 1, 2, 3, 4, 4]


def test_duration_estimate_uses_the_latest_images() -> None:
    estimator = DurationEstimator()
    assert estimator.seconds is None
    for seconds in (100.0, *[8.0] * 20):
        estimator.add(seconds)
    assert estimator.seconds == 8.0
    estimator.add(-3600.0)  # a clock that was set back
    assert estimator.seconds == 8.0
