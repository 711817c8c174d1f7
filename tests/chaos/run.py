"""Submit many tasks under random provider faults while the app is killed again and again.

`python -m tests.chaos.run --tasks 200 --kills 20` prints a report and exits with 1 if anything
was lost or paid twice.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from components.sandbox import FAULTS
from tests.chaos.report import Report, build_report
from tests.chaos.worker import prompt_of
from tests.support.app_server import free_port

ROOT = Path(__file__).parents[2]
DEFAULT_RATE = 0.03
# These faults hold a call until it times out: more of them would only make the run longer.
SLOW_FAULT_RATES = {
    "create-timeout": 0.01,
    "result-slow": 0.01,
    "result-endless": 0.01,
    "upload-401": 0.01,
}
FAULT_RATES: Mapping[str, float] = {
    name: SLOW_FAULT_RATES.get(name, DEFAULT_RATE) for name in FAULTS
}
HOLD_SECONDS = 8.0


@contextmanager
def sandbox_process(folder: Path, rates: Mapping[str, float], *options: str) -> Iterator[str]:
    """Run the sandbox in its own process, which is never killed; yields its base URL."""
    faults = [f"--fault={name}={rate}" for name, rate in rates.items()]
    command = [sys.executable, "-m", "components.sandbox", "--port=0", f"--data-dir={folder}"]
    with subprocess.Popen(  # noqa: S603 - a fixed command
        [*command, "--only-own-links", f"--hold-seconds={HOLD_SECONDS}", *options, *faults],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as sandbox:
        try:
            assert sandbox.stdout is not None
            yield next(word for word in sandbox.stdout.readline().split() if "://" in word)
        finally:
            sandbox.terminate()


def run_with_kills(
    url: str,
    folder: Path,
    *,
    tasks: int,
    kills: int,
    max_uptime_s: float,
    rng: random.Random,
    idle_s: float = 4.0,
) -> int:
    """Kill the worker up to `kills` times, then let it finish; returns the number of kills."""
    port = free_port()
    killed = 0
    while True:
        worker = _start_worker(url, folder, port=port, tasks=tasks, idle_s=idle_s)
        try:
            if killed == kills:
                worker.wait()
                break
            worker.wait(rng.uniform(0.5, max_uptime_s))
            break  # it finished before its time
        except subprocess.TimeoutExpired:
            killed += 1
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    if worker.returncode != 0:
        raise RuntimeError(f"the worker failed: see {_log_path(folder)}")
    return killed


def fetch_report(url: str, folder: Path, *, tasks: int) -> Report:
    """Compare the sandbox's usage report with the database, after the worker has ended."""
    usage: dict[str, Any] = requests.get(f"{url}/sandbox/usage", timeout=30).json()
    return build_report(usage, folder, [prompt_of(number) for number in range(tasks)])


def _log_path(folder: Path) -> Path:
    return folder.with_suffix(".log")


def _start_worker(
    url: str, folder: Path, *, port: int, tasks: int, idle_s: float
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.chaos.worker", f"--folder={folder}", f"--kie-url={url}"]
    with _log_path(folder).open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - a fixed command
            [*command, f"--port={port}", f"--tasks={tasks}", f"--idle-seconds={idle_s}"],
            cwd=ROOT,
            stderr=log,
        )


def main() -> int:
    """Run everything and print the report; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, help="makes the times of the kills repeatable")
    options = parser.parse_args()
    began = time.monotonic()
    rng = random.Random(options.seed)  # noqa: S311 - not a secret
    with tempfile.TemporaryDirectory(prefix="kontext-chaos-") as home:
        folder = Path(home) / "studio"
        account = ("--credits=1000000", "--seconds=1.5")
        with sandbox_process(Path(home) / "sandbox", FAULT_RATES, *account) as url:
            killed = run_with_kills(
                url,
                folder,
                tasks=options.tasks,
                kills=options.kills,
                max_uptime_s=10.0,
                rng=rng,
            )
            report = fetch_report(url, folder, tasks=options.tasks)
    sys.stdout.write(f"{report}\n")
    seconds = time.monotonic() - began
    sys.stdout.write(f"{options.tasks} tasks, {killed} kills, {seconds:.0f} s\n")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
