"""Few pictures are decoded at a time, and a heavy one alone."""

from __future__ import annotations

import threading

import pytest

from components.studio.images.decode import DecodeLimiter
from components.studio.images.ingest import ImageErrorCode, InvalidImageError


def test_a_heavy_picture_waits_for_all_and_all_wait_for_it() -> None:
    gate = DecodeLimiter(slots=2, wait_seconds=0.05)
    with gate.slot(is_large=False):
        with gate.slot(is_large=False), pytest.raises(InvalidImageError) as caught:
            gate.slot(is_large=False).__enter__()
        assert caught.value.code is ImageErrorCode.BUSY
        with pytest.raises(InvalidImageError):
            gate.slot(is_large=True).__enter__()
    with gate.slot(is_large=True), pytest.raises(InvalidImageError):
        gate.slot(is_large=False).__enter__()


def test_whoever_waits_at_the_gate_goes_on_when_it_is_free() -> None:
    gate = DecodeLimiter(slots=2, wait_seconds=10)
    passed = threading.Event()

    def enter() -> None:
        with gate.slot(is_large=True):
            passed.set()

    with gate.slot(is_large=False):
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not passed.wait(0.05)
    waiting.join(10)
    assert passed.is_set()
