"""Steady clock: a jump of the system's clock shortens no deadline."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from components.studio.clock import SteadyClock
from tests.support.factories import NOW

DAY_S = 86_400.0


@dataclass
class FakeClocks:
    """The system's clock, and seconds since some moment."""

    wall: float = NOW
    ticks: float = 1000.0

    def pass_seconds(self, seconds: float) -> None:
        self.wall += seconds
        self.ticks += seconds

    def steady(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall, lambda: self.ticks)


def test_steady_clock_is_the_systems_clock_if_that_does_not_jump() -> None:
    clocks = FakeClocks()
    clock = clocks.steady()
    for _ in range(100):
        clocks.pass_seconds(60.0)
        assert clock() == pytest.approx(clocks.wall)


@pytest.mark.parametrize("jump", [30 * DAY_S, -30 * DAY_S], ids=["forward", "back"])
def test_jump_changes_no_span_of_time_by_more_than_a_tenth(jump: float) -> None:
    clocks = FakeClocks()
    clock = clocks.steady()
    clocks.wall += jump
    assert clock() == NOW
    clocks.pass_seconds(600.0)
    assert clock() - NOW == pytest.approx(660.0 if jump > 0 else 540.0)


@pytest.mark.parametrize("jump", [3600.0, -3600.0], ids=["forward", "back"])
def test_steady_clock_agrees_with_a_corrected_clock_after_a_while(jump: float) -> None:
    clocks = FakeClocks()
    clock = clocks.steady()
    clocks.wall += jump
    for _ in range(10):
        clocks.pass_seconds(3600.0)
        clock()
    assert clock() == pytest.approx(clocks.wall)


def test_steady_clock_tells_epoch_seconds() -> None:
    assert SteadyClock()() == pytest.approx(time.time(), abs=60)
