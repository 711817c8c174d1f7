"""nginx in front of a running app: the example of docs/operations.md, and deploy/nginx.conf."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
import trustme

from tests.support.app_server import ROOT, free_port

START_TIMEOUT_S = 60
_EXAMPLE = re.compile(r"^```nginx\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# Where nginx is no package of the system, `make nginx` unpacks it into the environment.
_PATH = f"/usr/sbin:/usr/local/sbin:{ROOT / '.venv/nginx/usr/sbin'}"


@contextmanager
def serve_behind_nginx(
    app_port: int, folder: Path, changes: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run the example with another port and certificate; yields `https://localhost:<port>`.

    `changes` replaces more of its lines. The folder gets its files and `access.log`.
    """
    folder.mkdir()
    certificate = trustme.CA().issue_cert("localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "both.pem"))
    port = free_port()
    [example] = _EXAMPLE.findall((ROOT / "docs/operations.md").read_text("utf-8"))
    replaced = {
        **(changes or {}),
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "studio.example.com": "localhost",
        "127.0.0.1:8501": f"127.0.0.1:{app_port}",
        "/etc/ssl/studio.pem": f"{folder}/both.pem",
        "/etc/ssl/studio.key": f"{folder}/both.pem",
        "/var/log/nginx/studio.log": f"{folder}/access.log",
    }
    for old, new in replaced.items():
        assert old in example, f"the example has no {old!r}"
        example = example.replace(old, new)
    configuration = folder / "nginx.conf"
    configuration.write_text(_around(example, folder), "utf-8")
    with _running(configuration, folder / "error.log", port):
        yield f"https://localhost:{port}"


@contextmanager
def serve_replicas(ports: Sequence[int], folder: Path) -> Iterator[str]:
    """Run deploy/nginx.conf before two servers on these ports; yields `http://127.0.0.1:<port>`."""
    folder.mkdir()
    port = free_port()
    text = (ROOT / "deploy/nginx.conf").read_text("utf-8")
    replaced = {
        "10.87.0.11:8501": f"127.0.0.1:{ports[0]}",
        "10.87.0.12:8501": f"127.0.0.1:{ports[1]}",
        "listen 8080;": f"listen 127.0.0.1:{port};",
        "/tmp/": f"{folder}/",  # noqa: S108 - the container's own
        "/dev/stderr": f"{folder}/error.log",
        "/dev/stdout": f"{folder}/access.log",
        "worker_processes auto;": "daemon off;\nmaster_process off;",
    }
    for old, new in replaced.items():
        assert old in text, f"deploy/nginx.conf has no {old!r}"
        text = text.replace(old, new)
    configuration = folder / "nginx.conf"
    configuration.write_text(text, "utf-8")
    with _running(configuration, folder / "error.log", port):
        yield f"http://127.0.0.1:{port}"


def _around(example: str, folder: Path) -> str:
    """A whole configuration, for one process that keeps its files in the folder."""
    temporary = "\n".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\n{temporary}\n{example}\n}}\n"
    )


@contextmanager
def _running(configuration: Path, error_log: Path, port: int) -> Iterator[None]:
    found = shutil.which("nginx") or shutil.which("nginx", path=_PATH)
    assert found is not None, "nginx is missing: run `make nginx`"
    process = subprocess.Popen(  # noqa: S603 - a fixed command
        [found, "-e", str(error_log), "-p", str(error_log.parent), "-c", str(configuration)]
    )
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _answers(port):
            running = process.poll() is None and time.monotonic() < deadline
            assert running, error_log.read_text("utf-8")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(START_TIMEOUT_S)


def _answers(port: int) -> bool:
    try:
        # Without TLS: nginx answers such a request with 400.
        requests.get(f"http://127.0.0.1:{port}", timeout=5)
    except requests.RequestException:
        return False
    return True
