"""A PostgreSQL server of its own, on a free port, in a temporary folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.app_server import ROOT, free_port

START_TIMEOUT_S = 60
_PROGRAMS = "usr/lib/postgresql/*/bin"
_UNPACKED = ROOT / ".venv/postgresql"  # by `make postgresql`, where it is no package of the system
_NOBODY = 65534


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Run a server; yields the URL of its database, for SQLAlchemy."""
    with tempfile.TemporaryDirectory(prefix="kontext-postgresql-") as name:
        folder, port = Path(name), free_port()
        server = _Server(folder)
        server.run("initdb", "-D", "data", "-U", "studio", "-A", "trust", "-E", "UTF8", "-N")
        # Nothing here outlives the tests, so nothing is flushed to the disk.
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "fsync": "off",
            "jit": "off",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        process = server.start("postgres", "-D", "data", *options)
        try:
            _wait_until_ready(process, port, folder / "log")
            yield f"postgresql+psycopg://studio@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # ends connections that are still open
            process.wait(START_TIMEOUT_S)


class _Server:
    """Runs PostgreSQL's programs in a folder; as another user than root, whom they refuse."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._user = _NOBODY if os.getuid() == 0 else None
        self._environment = {"LC_ALL": "C"}
        found = sorted(Path("/").glob(_PROGRAMS))
        if not found:
            assert _UNPACKED.is_dir(), "PostgreSQL is missing: run `make postgresql`"
            # That user may not be allowed to look into the checkout.
            root = shutil.copytree(_UNPACKED, folder / "unpacked", symlinks=True)
            found = sorted(root.glob(_PROGRAMS))
            libraries = [*root.glob("usr/lib/*-linux-gnu"), *root.glob("lib/*-linux-gnu")]
            self._environment["LD_LIBRARY_PATH"] = ":".join(map(str, libraries))
        self._programs = found[-1]
        if self._user is not None:
            os.chown(folder, self._user, self._user)

    def start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - a fixed command
                [self._programs / program, *arguments],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
            )

    def run(self, program: str, *arguments: str) -> None:
        code = self.start(program, *arguments).wait(START_TIMEOUT_S)
        assert code == 0, (self._folder / "log").read_text("utf-8")


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="studio", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            running = process.poll() is None and time.monotonic() < deadline
            assert running, log.read_text("utf-8")
            time.sleep(0.05)
