"""Several replicas on PostgreSQL and S3 that are killed, frozen and cut off from both at work.

`python -m tests.chaos.replicas --tasks 200 --troubles 20` prints a report and exits with 1 if
anything was lost or paid twice.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests
import sqlalchemy as sa

from tests.chaos.report import Report, build_report
from tests.chaos.run import FAULT_RATES, ROOT, sandbox_process
from tests.chaos.worker import prompt_of
from tests.support.app_server import free_port
from tests.support.breakable_proxy import AWAY, BreakableProxy, breakable_proxy
from tests.support.postgresql import running_postgresql
from tests.support.s3_server import S3Server, new_bucket, running_moto

FREEZE_SECONDS = 13.0  # longer than a leader may be silent
CUT_SECONDS = 4.0
REPLICAS = 2


@dataclass
class Replica:
    """One process, and its connection to the database."""

    number: int
    folder: Path
    command: Sequence[str]
    proxy: BreakableProxy
    store: BreakableProxy
    """Before the store, which all replicas share."""
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - a fixed command
                self.command, cwd=ROOT, stderr=log
            )

    @property
    def log_path(self) -> Path:
        return self.folder.with_name(f"replica-{self.number}.log")

    @property
    def has_led(self) -> bool:
        return '"leads"' in self.log_path.read_text("utf-8")

    def kill(self) -> None:
        """End it without a word, and start it again."""
        self.process.kill()
        self.process.wait()
        self.start()

    def freeze(self) -> None:
        """Let it do nothing for a while, as a machine that pages does; another one leads then."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(FREEZE_SECONDS)
        self.process.send_signal(signal.SIGCONT)

    def cut_off(self) -> None:
        """Cut its connection to the database for a while."""
        self.proxy.fail(AWAY)
        time.sleep(CUT_SECONDS)
        self.proxy.work()

    def lose_store(self) -> None:
        """Cut all replicas' connections to the store for a while."""
        self.store.fail(AWAY)
        time.sleep(CUT_SECONDS)
        self.store.work()

    def end_well(self) -> None:
        """Ask it to end, as an upgrade does, and start it again."""
        self.process.terminate()
        self.process.wait()
        self.start()


TROUBLES: tuple[Callable[[Replica], None], ...] = (
    Replica.kill,
    Replica.freeze,
    Replica.cut_off,
    Replica.lose_store,
    Replica.end_well,
)


def run_with_troubles(
    url: str,
    database_url: str,
    s3: S3Server,
    home: Path,
    *,
    tasks: int,
    troubles: Sequence[Callable[[Replica], None]],
    rng: random.Random,
    idle_s: float = 4.0,
    max_uptime_s: float = 6.0,
) -> Report:
    """Run two replicas through the troubles, then let them finish; what the books say."""
    server = sa.make_url(database_url)
    assert server.port
    with breakable_proxy(server.port) as first, breakable_proxy(server.port) as second:
        replicas = [
            Replica(
                number,
                home / "studio",
                [
                    *_command(url, server.set(port=proxy.port), home, number, tasks, idle_s),
                    f"--store={json.dumps(s3.settings)}",
                ],
                proxy,
                s3.proxy,
            )
            for number, proxy in enumerate((first, second))
        ]
        try:
            for replica in replicas:
                replica.start()
            for trouble in troubles:
                time.sleep(rng.uniform(0.5, max_uptime_s))
                # Of two that have led nobody knows who leads: trouble finds it half of the time.
                replica = rng.choice([one for one in replicas if one.has_led] or replicas)
                if replica.process.poll() is not None:
                    replica.start()
                trouble(replica)
            for replica in replicas:
                if replica.process.wait() != 0:
                    raise RuntimeError(f"a replica failed: see {replica.log_path}")
        finally:
            for replica in replicas:
                replica.process.send_signal(signal.SIGKILL)
                replica.process.wait()
    usage = requests.get(f"{url}/sandbox/usage", timeout=30).json()
    prompts = [prompt_of(number) for number in range(tasks)]
    return build_report(
        usage, home / "studio", prompts, database_url=database_url, objects=s3.store()
    )


def _command(
    url: str, database_url: sa.URL, home: Path, number: int, tasks: int, idle_s: float
) -> list[str]:
    return [
        *(sys.executable, "-m", "tests.chaos.worker", f"--folder={home / 'studio'}"),
        *(f"--kie-url={url}", f"--port={free_port()}", f"--tasks={tasks}"),
        *("--share", str(number), str(REPLICAS), f"--idle-seconds={idle_s}"),
        f"--database-url={database_url.render_as_string(hide_password=False)}",
    ]


def main() -> int:
    """Run everything and print the report; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.replicas", description=__doc__)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--troubles", type=int, default=20)
    parser.add_argument("--seed", type=int, help="makes the times of the troubles repeatable")
    options = parser.parse_args()
    began = time.monotonic()
    rng = random.Random(options.seed)  # noqa: S311 - not a secret
    troubles = [rng.choice(TROUBLES) for _ in range(options.troubles)]
    with (
        tempfile.TemporaryDirectory(prefix="kontext-chaos-") as name,
        running_postgresql() as db,
        running_moto() as moto,
        new_bucket(moto) as s3,
    ):
        home = Path(name)
        account = ("--credits=1000000", "--seconds=1.5")
        with sandbox_process(home / "sandbox", FAULT_RATES, *account) as url:
            report = run_with_troubles(
                url, db, s3, home, tasks=options.tasks, troubles=troubles, rng=rng
            )
    counts = Counter(trouble.__name__ for trouble in troubles)
    sys.stdout.write(f"{report}\n{options.tasks} tasks, {dict(counts)}, ")
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
