"""Kill the app at random moments: the short form of `make chaos`."""

from __future__ import annotations

import random
from pathlib import Path

from tests.chaos.replicas import Replica, run_with_troubles
from tests.chaos.run import fetch_report, run_with_kills, sandbox_process
from tests.support.s3_server import S3Server

FAULTS = {"create-lost": 0.1, "result-404": 0.1, "query-html": 0.1, "rate-limited": 0.1}


def test_repeated_kills_lose_nothing_and_pay_nothing_twice(tmp_path: Path) -> None:
    rng = random.Random()  # noqa: S311 - not a secret
    folder = tmp_path / "studio"
    with sandbox_process(tmp_path / "sandbox", FAULTS, "--seconds=0.5") as url:
        killed = run_with_kills(
            url, folder, tasks=8, kills=2, max_uptime_s=3.0, rng=rng, idle_s=3.0
        )
        report = fetch_report(url, folder, tasks=8)
    assert killed == 2
    assert report.is_clean, str(report)
    assert report.stored + report.refused + report.failed + report.unconfirmed == 8


def test_replicas_in_trouble_lose_nothing_and_pay_nothing_twice(
    tmp_path: Path, empty_postgresql: str, s3: S3Server
) -> None:
    rng = random.Random()  # noqa: S311 - not a secret
    troubles = [Replica.kill, Replica.freeze, Replica.cut_off, Replica.lose_store]
    rng.shuffle(troubles)
    with sandbox_process(tmp_path / "sandbox", FAULTS, "--seconds=0.5") as url:
        report = run_with_troubles(
            url,
            empty_postgresql,
            s3,
            tmp_path,
            tasks=12,
            troubles=troubles,
            rng=rng,
            idle_s=3.0,
            max_uptime_s=2.0,
        )
    assert report.is_clean, str(report)
    assert report.stored + report.refused + report.failed + report.unconfirmed == 12
