"""Many people at once, as raw sockets: `python -m tests.bench.people [--people 50]`.

Each person has one tab of Generate with six pictures, a socket of live updates, and does what a
tab does by itself: the credits are drawn again every ten seconds. Each also presses something
now and then, which draws the page. Prints the server's CPU (100 % is one core), its memory, and
how long a press takes, as a table.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

from websockets.sync.client import connect

from tests.support.app_server import COOKIE, AppServer
from tests.support.identity import new_token
from tests.support.seed import open_data_folder
from tests.support.streamlit_client import StreamlitClient

PICTURES = 6
CREDITS_SECONDS = 10.0
HEAD = " people  presses     CPU  RSS, MB  p50, ms  p95, ms  max, ms"


class Person:
    """One tab with its socket of live updates."""

    def __init__(self, app: AppServer, token: str, stack: ExitStack) -> None:
        self.presses: list[float] = []
        self._tab = stack.enter_context(StreamlitClient(app.url, token))
        push = connect(
            app.url.replace("http", "ws", 1) + "/push",
            additional_headers={"Origin": app.url, "Cookie": f"{COOKIE}={token}"},
            proxy=None,
        )
        stack.enter_context(push)
        self._tab.rerun()

    def use(self, seconds: float, press_seconds: float) -> None:
        """Press every `press_seconds` and wait, until the time is over."""
        dice = random.Random(id(self))  # noqa: S311 - no secret
        end = time.monotonic() + seconds
        # Spread out, as people are.
        next_press = time.monotonic() + dice.uniform(0, press_seconds)
        next_credits = time.monotonic() + dice.uniform(0, CREDITS_SECONDS)
        while (now := time.monotonic()) < end:
            if now >= next_press:
                next_press += press_seconds
                began = time.perf_counter()
                self._tab.rerun(**{"generate-prompt": f"A lighthouse {len(self.presses)}"})
                self.presses.append(time.perf_counter() - began)
            if now >= next_credits:
                next_credits += CREDITS_SECONDS
                self._tab.rerun(fragment_of="credits-refresh")
            time.sleep(max(0.0, min(next_press, next_credits, end) - time.monotonic()))


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, its kernel time included."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100  # in ticks of 10 ms


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def measure(app: AppServer, tokens: list[str], seconds: float, press_seconds: float) -> str:
    """One row of the table."""
    with ExitStack() as stack:
        people = [Person(app, token, stack) for token in tokens]
        threads = [threading.Thread(target=p.use, args=(seconds, press_seconds)) for p in people]
        cpu, began = cpu_seconds(app.pid), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        load = (cpu_seconds(app.pid) - cpu) / (time.perf_counter() - began)
        memory = memory_mb(app.pid)
    presses = [press * 1000 for person in people for press in person.presses]
    p95 = quantiles(presses, n=20, method="inclusive")[-1]
    return (
        f"{len(people):7} {len(presses):8} {load:7.1%} {memory:8.0f} "
        f"{median(presses):8.1f} {p95:8.1f} {max(presses):8.1f}"
    )


def main() -> None:
    """Measure one person, then many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two presses")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # Nothing is sent: the address refuses connections.
        settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": "http://127.0.0.1:9"}
        app = AppServer(Path(folder) / "data", settings)
        tokens = [new_token() for _ in range(chosen.people)]
        with open_data_folder(app.folder) as seeds:
            for token in tokens:
                for number in range(PICTURES):
                    seeds.add_picture(token, f"A fox {number}")
        with app:
            sys.stdout.write(f"{HEAD}\n")
            for count in (1, chosen.people):
                row = measure(app, tokens[:count], chosen.seconds, chosen.every)
                sys.stdout.write(f"{row}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
