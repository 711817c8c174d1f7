"""Real HTTP to a sandbox in a thread, a clock that a test moves, and a stranger's server."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image

from components.sandbox import SandboxOptions, SandboxServer, start
from tests.support.quick_pictures import quick_pictures as quick_pictures
from tests.support.quick_pictures import real_pictures as real_pictures
from tests.support.quick_pictures import real_sizes as real_sizes

PATIENCE_SECONDS = 60


class Clock:
    """Unix seconds that stand still until a test moves them."""

    def __init__(self) -> None:
        self.now = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Caller:
    """Someone with a key, who calls a sandbox."""

    url: str
    key: str = "a-key"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def post(self, path: str, **how: Any) -> requests.Response:
        return requests.post(self.url + path, headers=self.headers, timeout=PATIENCE_SECONDS, **how)

    def get(self, path: str, **how: Any) -> requests.Response:
        return requests.get(self.url + path, headers=self.headers, timeout=PATIENCE_SECONDS, **how)

    def send(self, prompt: str = "a hill", **fields: Any) -> requests.Response:
        body = {"prompt": prompt, **fields}
        return self.post("/api/v1/flux/kontext/generate", json=body)

    def create(self, prompt: str = "a hill", **fields: Any) -> dict[str, Any]:
        envelope: dict[str, Any] = self.send(prompt, **fields).json()
        return envelope

    def task(self, prompt: str = "a hill", **fields: Any) -> str:
        task_id: str = self.create(prompt, **fields)["data"]["taskId"]
        return task_id

    def look(self, task_id: str) -> requests.Response:
        return self.get("/api/v1/flux/kontext/record-info", params={"taskId": task_id})

    def query(self, task_id: str) -> dict[str, Any]:
        envelope: dict[str, Any] = self.look(task_id).json()
        return envelope

    def record(self, task_id: str) -> dict[str, Any]:
        data: dict[str, Any] = self.query(task_id)["data"]
        return data

    def ended(self, task_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (data := self.record(task_id))["successFlag"] not in (1, 2, 3):
            assert time.monotonic() < deadline, "the task does not end"
            time.sleep(0.03)
        return data

    def credit(self) -> float:
        balance: float = self.get("/api/v1/chat/credit").json()["data"]
        return balance

    def upload(self, content: bytes, **fields: str) -> requests.Response:
        files = {"file": ("photo.png", content, "image/png")}
        return self.post("/api/file-stream-upload", files=files, data=fields)

    def uploaded(self, content: bytes, name: str = "photo.png") -> str:
        answer = self.upload(content, uploadPath="inputs", fileName=name)
        url: str = answer.json()["data"]["downloadUrl"]
        return url

    def usage_report(self) -> dict[str, Any]:
        report: dict[str, Any] = self.get("/sandbox/usage").json()
        return report


Open = Callable[..., Caller]


@pytest.fixture
def open_sandbox() -> Iterator[Open]:
    with ExitStack() as running:

        def open_one(**options: Any) -> Caller:
            quick = {"seconds": 0, "creates_per_10s": 1000, "queries_per_s": 1000}
            sandbox = start(SandboxOptions(**{**quick, **options}))
            running.enter_context(sandbox)
            return Caller(sandbox.url)

        yield open_one


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[SandboxServer]:
    options = SandboxOptions(seconds=0, creates_per_10s=10_000, queries_per_s=10_000)
    with start(options) as sandbox:
        yield sandbox


@pytest.fixture
def caller(running_sandbox: SandboxServer) -> Iterator[Caller]:
    """A caller of a sandbox that the tests of one module share."""
    yield Caller(running_sandbox.url)
    running_sandbox.set_faults({})


@dataclass
class Stranger:
    """Somebody else's web server: gives a picture to GET, notes every POST."""

    url: str
    posts: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    gets: int = 0

    def wait_for_posts(self, count: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.posts) < count:
            assert time.monotonic() < deadline, f"{len(self.posts)} of {count} callbacks came"
            time.sleep(0.02)


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.gets += 1
            self.reply(404 if self.path.startswith("/missing") else 200, picture((900, 600)))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.posts.append((dict(self.headers), body))
            self.reply(known.statuses.pop(0) if known.statuses else 200, b"")

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known = Stranger(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield known
        server.shutdown()
        thread.join()


def picture(size: tuple[int, int], form: str = "PNG", mode: str = "RGB") -> bytes:
    encoded = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(encoded, form)
    return encoded.getvalue()


def opened(url: str) -> Image.Image:
    answer = requests.get(url, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    return Image.open(BytesIO(answer.content))
