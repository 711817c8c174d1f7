"""The command line of `python -m components.sandbox`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.sandbox.conftest import Caller

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "components.sandbox"]


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Caller]]:
    """The sandbox at work, and a caller of it."""
    with subprocess.Popen(  # noqa: S603 - our own module
        [*COMMAND, "--port", "0", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            url = next(word for word in running.stdout.readline().split() if "://" in word)
            yield running, Caller(url)
        finally:
            running.kill()


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What the command said that ended by itself."""
    return subprocess.run(  # noqa: S603 - our own module
        [*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
