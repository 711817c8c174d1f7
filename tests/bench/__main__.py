"""How fast the app is, beside what one would otherwise have, as one table: `make bench`.

A full run writes the table to results.md beside this file; the next one shows both.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from components.version import VERSION
from tests.bench import crowd, delay, gallery, parts, pictures, startup
from tests.bench.rows import Row, read_table, write_table
from tests.support.chromium import chromium

RESULTS = Path(__file__).with_name("results.md")
Group = Callable[[Browser, bool], Iterator[Row]]
GROUPS: dict[str, Group] = {
    "delay": lambda browser, quick: delay.rows(browser, 4 if quick else 20),
    "startup": lambda browser, quick: startup.rows(browser, 1 if quick else 5),
    "crowd": lambda _browser, quick: crowd.rows(10 if quick else 30),
    "gallery": lambda browser, quick: gallery.rows(browser, 2 if quick else 7),
    "pictures": lambda browser, quick: pictures.rows(browser, 1 if quick else 5),
    "parts": lambda _browser, _quick: parts.rows(),
}
MAKE_TEST_GOAL_SECONDS = 360


def main() -> int:
    """Measure, print the table, and write it down if it is whole."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=GROUPS, action="append", help="these rows alone")
    parser.add_argument("--quick", action="store_true", help="few rounds, for a first look")
    parser.add_argument("--against", type=Path, default=RESULTS, help="an earlier table")
    parser.add_argument("--make-test-seconds", type=float, help="how long `make test` took")
    chosen = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each start would compile all files anew
    before = read_table(chosen.against.read_text("utf-8")) if chosen.against.exists() else {}
    rows: list[Row] = []
    began = time.monotonic()
    with chromium() as browser:
        head = _head(browser)
        for name in chosen.only or GROUPS:
            for row in GROUPS[name](browser, chosen.quick):
                rows.append(row)
                sys.stderr.write(f"{row.cells()[0]:>8}  {row.what}: {row.cells()[2]}\n")
    if chosen.make_test_seconds is not None:
        goal = MAKE_TEST_GOAL_SECONDS
        rows.append(Row("make test, a fresh clone", chosen.make_test_seconds, "s", goal=goal))
    took = (time.monotonic() - began) / 60
    text = f"{head}, in {took:.1f} minutes\n\n{write_table(rows, before)}\n"
    sys.stdout.write(text)
    if not chosen.only and not chosen.quick:
        RESULTS.write_text(text, "utf-8")
    return 0


def _head(browser: Browser) -> str:
    """Date, machine and versions."""
    versions = [f"Kontext Studio {VERSION}", f"Python {platform.python_version()}"]
    versions += [
        f"{name} {importlib.metadata.version(name)}" for name in ("streamlit", "uvicorn", "pillow")
    ]
    database = "PostgreSQL" if os.environ.get("KONTEXT_DATABASE_URL") else "SQLite"
    files = "S3" if os.environ.get("KONTEXT_STORAGE_URL") else "disk"
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores, {cpu}, load "
        f"{os.getloadavg()[0]:.1f} before; {database}, {files}; {', '.join(versions)}, "
        f"Chromium {browser.version}"
    )


if __name__ == "__main__":
    sys.exit(main())
