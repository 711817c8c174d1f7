"""`make run` shows the studio to this machine alone, unless it is told otherwise."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "address"),
    [([], "127.0.0.1"), (["HOST=0.0.0.0"], "0.0.0.0")],  # noqa: S104
)
def test_make_run_listens_on(arguments: list[str], address: str) -> None:
    make = shutil.which("make")
    assert make is not None
    listed = subprocess.run(  # noqa: S603 - a fixed command
        [make, "-n", "run", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"streamlit run app.py --server.address {address} --server.port 8501" in listed.stdout
