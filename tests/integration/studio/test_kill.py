"""Kill -9 at any moment: the short form of `python -m tests.chaos.run`."""

from __future__ import annotations

import random
from pathlib import Path

from tests.chaos.run import far_side, put_through, settle_up

TASKS, KILLS = 9, 3
FAULTS = {"create-lost": 0.1, "result-404": 0.1, "query-html": 0.1, "rate-limited": 0.1}


def test_a_studio_that_is_killed_again_and_again_loses_nothing_and_pays_nothing_twice(
    tmp_path: Path,
) -> None:
    dice = random.Random()  # noqa: S311 - no secret hangs on it
    folder = tmp_path / "studio"
    with far_side(tmp_path / "sandbox", FAULTS, "--seconds=0.5") as url:
        died = put_through(url, folder, tasks=TASKS, kills=KILLS, longest_life=3.5, dice=dice)
        reckoning = settle_up(url, folder, tasks=TASKS)
    assert died == KILLS
    assert reckoning.is_clean, str(reckoning)
    ended = reckoning.stored + reckoning.refused + reckoning.failed + reckoning.unconfirmed
    assert ended == TASKS
