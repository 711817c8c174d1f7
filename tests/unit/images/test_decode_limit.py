"""DecodeLimiter: few images are decoded at a time, a large one alone."""

from __future__ import annotations

import threading

import pytest

from components.studio.images.decode import DecodeLimiter
from components.studio.images.ingest import ImageErrorCode, InvalidImageError
from tests.support.studio_fixture import wait_until


def test_large_image_takes_all_slots() -> None:
    limiter = DecodeLimiter(slots=2, wait_seconds=0.05)
    with limiter.slot(is_large=False):
        with limiter.slot(is_large=False), pytest.raises(InvalidImageError) as caught:
            limiter.slot(is_large=False).__enter__()
        assert caught.value.code is ImageErrorCode.BUSY
        with pytest.raises(InvalidImageError):
            limiter.slot(is_large=True).__enter__()
    with limiter.slot(is_large=True), pytest.raises(InvalidImageError):
        limiter.slot(is_large=False).__enter__()


def test_waiting_thread_continues_when_slot_is_free() -> None:
    limiter = DecodeLimiter(slots=2, wait_seconds=10)
    started = threading.Event()
    order: list[str] = []

    def decode_large() -> None:
        started.set()
        with limiter.slot(is_large=True):
            order.append("large")

    with limiter.slot(is_large=False):
        thread = threading.Thread(target=decode_large)
        thread.start()
        assert started.wait(60)
        order.append("small")
    thread.join(60)
    assert order == ["small", "large"]


def test_small_images_do_not_pass_a_large_one_that_waits() -> None:
    limiter = DecodeLimiter(slots=2, wait_seconds=10)
    order: list[str] = []

    def decode(name: str) -> None:
        with limiter.slot(is_large=name == "large"):
            order.append(name)

    threads = [threading.Thread(target=decode, args=(name,)) for name in ("large", "small")]
    with limiter.slot(is_large=False):
        for count, thread in enumerate(threads, start=1):
            thread.start()
            wait_until(lambda count=count: len(limiter.waiting) == count)
        assert order == []  # one slot is free, but the large image is first in line
    for thread in threads:
        thread.join(60)
    assert order == ["large", "small"]


def test_image_that_gave_up_waiting_leaves_the_line() -> None:
    limiter = DecodeLimiter(slots=2, wait_seconds=0.05)
    with limiter.slot(is_large=False):
        with pytest.raises(InvalidImageError):
            limiter.slot(is_large=True).__enter__()
        with limiter.slot(is_large=False):
            assert not limiter.waiting
