"""Kill the app at random moments: the short form of `python -m tests.chaos.run`."""

from __future__ import annotations

import random
from pathlib import Path

from tests.chaos.run import fetch_report, run_with_kills, sandbox_process

FAULTS = {"create-lost": 0.1, "result-404": 0.1, "query-html": 0.1, "rate-limited": 0.1}


def test_repeated_kills_lose_nothing_and_pay_nothing_twice(tmp_path: Path) -> None:
    rng = random.Random()  # noqa: S311 - not a secret
    folder = tmp_path / "studio"
    with sandbox_process(tmp_path / "sandbox", FAULTS, "--seconds=0.5") as url:
        killed = run_with_kills(
            url, folder, tasks=9, kills=3, max_uptime_s=3.0, rng=rng, idle_s=3.0
        )
        report = fetch_report(url, folder, tasks=9)
    assert killed == 3
    assert report.is_clean, str(report)
    assert report.stored + report.refused + report.failed + report.unconfirmed == 9
