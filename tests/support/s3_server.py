"""An S3-compatible store in a process of its own, behind a proxy that can fail as stores do."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
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
from tests.support.breakable_proxy import BreakableProxy, breakable_proxy

START_TIMEOUT_S = 60.0
KEY_ID, SECRET = "AKIATESTSTUDIO", "a-secret-that-nobody-may-read"


@dataclass(frozen=True)
class S3Server:
    """The server, its proxy, and a bucket that is empty at first."""

    direct_url: str
    proxy: BreakableProxy
    bucket: str

    @property
    def settings(self) -> dict[str, Any]:
        """What Settings say of it."""
        return {
            "storage_url": f"s3://{self.bucket}/some/where",
            "aws_endpoint_url": f"http://127.0.0.1:{self.proxy.port}",
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
    with breakable_proxy(int(moto_url.rpartition(":")[2])) as proxy:
        yield S3Server(moto_url, proxy, bucket)
