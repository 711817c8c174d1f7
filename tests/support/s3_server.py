"""An S3-compatible store in a process of its own, behind a proxy that can fail as stores do."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import requests

from components.studio.images.object_store import S3Store
from components.studio.settings import Settings
from tests.support.app_server import free_port

START_TIMEOUT_S = 60.0
KEY_ID, SECRET = "AKIATESTSTUDIO", "a-secret-that-nobody-may-read"
AWAY, SILENT = "away", "silent"


class Proxy:
    """Passes connections to the store, or fails in the way that is set. Thread-safe."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._answer: str | tuple[int, str] | None = None
        self._methods: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.stall_after: int | None = None
        """So many bytes of an answer are passed on, and no more until `stalled` is let go."""
        self.let_go = threading.Event()
        self.requests: list[str] = []
        """The first lines of what came in, one for each connection."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def fail(self, how: str | tuple[int, str], *methods: str) -> None:
        """From now on: AWAY, SILENT, or an HTTP status and a code; of these methods or of all."""
        with self._lock:
            self._answer, self._methods = how, methods
        self._close_all()

    def work(self) -> None:
        """Pass everything on again."""
        with self._lock:
            self._answer = None
        self.let_go.set()
        self._close_all()

    def close(self) -> None:
        """Accept nothing more."""
        self.let_go.set()
        # Closing alone would not wake the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._close_all()

    def _close_all(self) -> None:
        with self._lock:
            closing, self._open = self._open, set()
        for connection in closing:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        with connection, suppress(OSError):
            head = connection.recv(65_536)
            self.requests.append(head.split(b"\r\n", 1)[0].decode())
            with self._lock:
                answer, methods = self._answer, self._methods
            if answer is None or (methods and head.split(b" ", 1)[0].decode() not in methods):
                self._pass_on(connection, head)
            elif answer == SILENT:
                while connection.recv(65_536):
                    pass
            elif isinstance(answer, tuple):
                _refuse(connection, head, *answer)

    def _pass_on(self, connection: socket.socket, head: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self._upstream)) as store:
            with self._lock:
                self._open.add(store)
            # One request for each connection: the next one may have to fail.
            head = re.sub(rb"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", head, count=1)
            store.sendall(head)
            threading.Thread(target=_pump, args=(connection, store), daemon=True).start()
            sent = 0
            while data := store.recv(16_384):
                connection.sendall(data)
                sent += len(data)
                if self.stall_after is not None and sent > self.stall_after:
                    self.let_go.wait(START_TIMEOUT_S)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)


def _refuse(connection: socket.socket, head: bytes, status: int, code: str) -> None:
    """Read the whole request, as a store does, and refuse it."""
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    wanted = int(length[1]) if length else 0
    got = len(head.partition(b"\r\n\r\n")[2])
    while got < wanted and (data := connection.recv(65_536)):
        got += len(data)
    code, _, message = code.partition(": ")
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    connection.sendall(
        f"HTTP/1.1 {status} No\r\ncontent-type: application/xml\r\nconnection: close\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}".encode()
    )


@dataclass(frozen=True)
class S3Server:
    """The server, its proxy, and a bucket that is empty at first."""

    direct_url: str
    proxy: Proxy
    bucket: str

    @property
    def settings(self) -> dict[str, Any]:
        """What Settings say of it."""
        return {
            "storage_url": f"s3://{self.bucket}/some/where",
            "aws_endpoint_url": self.proxy.url,
            "aws_access_key_id": KEY_ID,
            "aws_secret_access_key": SECRET,
        }

    def store(self, **changed: Any) -> S3Store:
        """What keeps files in the bucket."""
        settings = Settings(**self.settings | changed)
        assert settings.storage_url is not None
        return S3Store(
            settings.storage_url,
            endpoint=settings.aws_endpoint_url,
            key_id=settings.aws_access_key_id,
            secret=settings.aws_secret_access_key,
        )

    def keys(self) -> list[str]:
        """All that is in the bucket."""
        listed = requests.get(f"{self.direct_url}/{self.bucket}?list-type=2", timeout=60)
        return re.findall(r"<Key>(.*?)</Key>", listed.text)

    def put(self, key: str, data: bytes = b"of somebody else") -> None:
        """Put an object there that is not the studio's."""
        url = f"{self.direct_url}/{self.bucket}/{key}"
        requests.put(url, data, timeout=60).raise_for_status()

    def content_type(self, key: str) -> str:
        """What the store says that an object is."""
        # moto sends nobody's requests another type.
        url = f"{self.direct_url}/{self.bucket}/{key}"
        key_id = f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/us-east-1/s3/aws4_request"
        found = requests.get(url, headers={"authorization": key_id}, timeout=60)
        return found.headers["content-type"]


@contextmanager
def running_moto() -> Iterator[str]:
    """Run moto's server; yields its URL. Importing it here would slow all tests down."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,  # noqa: S603 - a fixed command
    ):
        try:
            deadline = time.monotonic() + START_TIMEOUT_S
            while True:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise RuntimeError(f"moto did not start: {log.read().decode()}")
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """One server for each worker process, started by the first test that needs it."""
    with running_moto() as url:
        yield url


@pytest.fixture
def s3(moto_url: str) -> Iterator[S3Server]:
    """An empty bucket of this test."""
    with new_bucket(moto_url) as server:
        yield server


@contextmanager
def new_bucket(moto_url: str) -> Iterator[S3Server]:
    """An empty bucket behind a proxy of its own."""
    bucket = f"bucket-{uuid4().hex}"
    requests.put(f"{moto_url}/{bucket}", timeout=60).raise_for_status()
    proxy = Proxy(int(moto_url.rpartition(":")[2]))
    yield S3Server(moto_url, proxy, bucket)
    proxy.close()
