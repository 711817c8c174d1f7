"""Few pictures are decoded at a time, and a heavy one alone."""

from __future__ import annotations

import threading

import pytest

from components.studio.images.decode_limit import DecodingGate
from components.studio.images.ingest import PictureFault, UnusablePicture


def test_a_heavy_picture_waits_for_all_and_all_wait_for_it() -> None:
    gate = DecodingGate(slots=2, wait_seconds=0.05)
    with gate.passage(heavy=False):
        with gate.passage(heavy=False), pytest.raises(UnusablePicture) as caught:
            gate.passage(heavy=False).__enter__()
        assert caught.value.reason is PictureFault.BUSY
        with pytest.raises(UnusablePicture):
            gate.passage(heavy=True).__enter__()
    with gate.passage(heavy=True), pytest.raises(UnusablePicture):
        gate.passage(heavy=False).__enter__()


def test_whoever_waits_at_the_gate_goes_on_when_it_is_free() -> None:
    gate = DecodingGate(slots=2, wait_seconds=10)
    passed = threading.Event()

    def enter() -> None:
        with gate.passage(heavy=True):
            passed.set()

    with gate.passage(heavy=False):
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not passed.wait(0.05)
    waiting.join(10)
    assert passed.is_set()
