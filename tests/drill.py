"""The drill: many pictures, all faults, and a process that is killed again and again.

`python -m tests.drill --tasks 200 --kills 20` ends with 1 unless nothing was lost and nothing
was paid twice.
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
from tests.reckoning import Reckoning, reckon
from tests.serving import free_port
from tests.worker import prompt_of

ROOT = Path(__file__).parents[1]
RATE = 0.03
RARE = {"create-timeout": 0.01, "result-slow": 0.01, "result-endless": 0.01, "upload-401": 0.01}
FAULT_RATES: Mapping[str, float] = {name: RARE.get(name, RATE) for name in FAULTS}
HOLD_SECONDS = 8.0


@contextmanager
def far_side(folder: Path, rates: Mapping[str, float], *options: str) -> Iterator[str]:
    """The sandbox as a process of its own, which nobody kills; its address."""
    faults = [f"--fault={name}={rate}" for name, rate in rates.items()]
    command = [sys.executable, "-m", "components.sandbox", "--port=0", f"--data-dir={folder}"]
    with subprocess.Popen(  # noqa: S603 - our own module
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


def put_through(
    url: str, folder: Path, *, tasks: int, kills: int, longest_life: float, dice: random.Random
) -> int:
    """Run the worker, kill it -9 so many times, then let it come to rest; how often it died."""
    port = free_port()
    died = 0
    while True:
        worker = _worker(url, folder, port=port, tasks=tasks)
        try:
            if died == kills:
                worker.wait()
                break
            worker.wait(dice.uniform(0.5, longest_life))
            break  # it came to rest before its time
        except subprocess.TimeoutExpired:
            died += 1
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    if worker.returncode != 0:
        raise RuntimeError(f"the worker broke: see {_log(folder)}")
    return died


def settle_up(url: str, folder: Path, *, tasks: int) -> Reckoning:
    """The sandbox's book against the ledger, once the worker has ended."""
    book: dict[str, Any] = requests.get(f"{url}/sandbox/usage", timeout=30).json()
    return reckon(book, folder, [prompt_of(number) for number in range(tasks)])


def _log(folder: Path) -> Path:
    return folder.with_suffix(".log")


def _worker(url: str, folder: Path, *, port: int, tasks: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.worker", f"--folder={folder}", f"--service={url}"]
    with _log(folder).open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own module
            [*command, f"--port={port}", f"--tasks={tasks}"], cwd=ROOT, stderr=log
        )


def main() -> int:
    """Run the drill and print the reckoning; 1 unless it is clean."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, help="makes the moments of the kills repeatable")
    wanted = parser.parse_args()
    began = time.monotonic()
    dice = random.Random(wanted.seed)  # noqa: S311 - no secret hangs on it
    with tempfile.TemporaryDirectory(prefix="kontext-drill-") as home:
        folder = Path(home) / "studio"
        price = ("--credits=1000000", "--seconds=1.5")
        with far_side(Path(home) / "sandbox", FAULT_RATES, *price) as url:
            died = put_through(
                url,
                folder,
                tasks=wanted.tasks,
                kills=wanted.kills,
                longest_life=10.0,
                dice=dice,
            )
            reckoning = settle_up(url, folder, tasks=wanted.tasks)
    sys.stdout.write(f"{reckoning}\n")
    seconds = time.monotonic() - began
    sys.stdout.write(f"{wanted.tasks} tasks, {died} kills, {seconds:.0f} s\n")
    return 0 if reckoning.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
