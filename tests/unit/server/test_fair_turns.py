"""FairTurns: a few at a time, and people take turns."""

from __future__ import annotations

import asyncio

import pytest

from components.server.uploads import FairTurns


def test_person_with_many_waiting_does_not_hold_up_another() -> None:
    async def run() -> list[str]:
        turns, order, begin = FairTurns(1), list[str](), asyncio.Event()

        async def work(person: str) -> None:
            async with turns.turn(person, seconds=60):
                order.append(person)
                await begin.wait()

        people = ["anna", "anna", "anna", "anna", "ben", "cleo", "ben"]
        tasks = []
        for person in people:
            tasks.append(asyncio.create_task(work(person)))
            await asyncio.sleep(0)  # it is in line before the next one comes
        begin.set()
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(run()) == ["anna", "anna", "ben", "cleo", "anna", "ben", "anna"]


def test_only_so_many_at_once() -> None:
    async def run() -> int:
        turns, inside, most = FairTurns(2), 0, 0

        async def work(person: str) -> None:
            nonlocal inside, most
            async with turns.turn(person, seconds=60):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(work(str(number % 3)) for number in range(20)))
        return most

    assert asyncio.run(run()) == 2


@pytest.mark.parametrize("way", ["too late", "cancelled"])
def test_who_gave_up_waiting_takes_no_turn(way: str) -> None:
    async def run() -> list[str]:
        turns, order = FairTurns(1), list[str]()

        async def work(person: str, seconds: float) -> None:
            async with turns.turn(person, seconds=seconds):
                order.append(person)

        async with turns.turn("first", seconds=60):
            gone = asyncio.create_task(work("gone", 0 if way == "too late" else 60))
            last = asyncio.create_task(work("last", 60))
            await asyncio.sleep(0)
            if way == "cancelled":
                gone.cancel()
            with pytest.raises(TimeoutError if way == "too late" else asyncio.CancelledError):
                await gone
        await last
        async with turns.turn("again", seconds=0):
            pass
        return order

    assert asyncio.run(run()) == ["last"]
