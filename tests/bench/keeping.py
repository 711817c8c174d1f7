"""Cost of keeping the source's pixels: in its process, and for who uses the pages meanwhile."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from PIL import Image, ImageFilter

from components.studio.images.keep_source_pixels import write_png
from tests.support import edited_pairs
from tests.support.app_server import ROOT, AppServer
from tests.support.edited_pairs import Pair
from tests.support.identity import new_token
from tests.support.seed import open_data_folder
from tests.support.streamlit_client import StreamlitClient

SIZES: Final = {"1": (1184, 880), "12": (4000, 3000)}
"""Width and height by megapixels."""
PLAIN: Final = "Pillow's open and save of it"
_WAITING: Final = 6
_WARM_UP, _PRESSES, _MOST_PRESSES = 8, 30, 200
_OPEN_AND_SAVE: Final = (
    "import sys; from PIL import Image; image = Image.open(sys.argv[1]).convert('RGB');"
    "image.save(sys.argv[2], 'PNG', compress_level=3)"
)


@dataclass(frozen=True)
class Cost:
    """What keeping costs, beside another operation."""

    what: str
    megapixels: str
    kind: str
    ours: float
    beside: float
    than: str
    unit: str


def keeping_costs(folder: Path) -> Iterator[Cost]:
    """Time and CPU of its process, and a press on Edit meanwhile."""
    for megapixels, size in SIZES.items():
        pair = edited_pairs.make_pair(edited_pairs.make_source(1, *size), edited_pairs.add_thing, 7)
        path = folder / megapixels
        path.mkdir(parents=True)
        job = _job(path, pair)
        keep = _run("-m", "components.studio.images.keep_job", job=job)
        plain = _run("-c", _OPEN_AND_SAVE, job["source"], str(path / "plain.png"))
        for at, kind in enumerate(("time", "CPU")):
            what = f"keep the rest, {megapixels} megapixels: {kind}"
            yield Cost(what, megapixels, kind, keep[at], plain[at], PLAIN, "s")
        if megapixels == "12":
            clicks = click_costs(folder / "clicks", pair)
            what = "keep the rest: a press on Edit, two at work"
            yield Cost(what, megapixels, "press", *clicks, "with none", "ms")


def _job(folder: Path, pair: Pair) -> dict[str, Any]:
    Image.fromarray(pair.source).save(folder / "source.jpg", quality=95)
    (folder / "edited.png").write_bytes(write_png(pair.edited, None))
    (folder / "out").mkdir()
    return {
        "source": str(folder / "source.jpg"),
        "edited": str(folder / "edited.png"),
        "analysis": str(folder / "analysis.npz"),
        "out": str(folder / "out"),
        "prompt": "Add a ball",
        "settings": "{}",
        "crops": False,
        "ground": "",
        "choice": "always",
        "is_asked_for": False,
    }


def _run(*arguments: str, job: dict[str, Any] | None = None) -> tuple[float, float]:
    """Seconds and CPU seconds of a Python process. Raises CalledProcessError."""
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - a fixed command
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(job or {}).encode())
        process.stdin.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    took = time.perf_counter() - began
    return took, used.ru_utime + used.ru_stime


def click_costs(folder: Path, pair: Pair) -> tuple[float, float]:
    """Milliseconds of a rerun of Edit while two pictures are worked on, and while none is."""
    source = io.BytesIO()
    # Without its grain it is a file that the service takes.
    smooth = Image.fromarray(pair.source).filter(ImageFilter.BoxBlur(3))
    smooth.save(source, "PNG")
    edited = write_png(pair.edited, None)
    found = []
    for choice in ("always", "never"):
        # Nothing is sent: the address refuses connections.
        settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": "http://127.0.0.1:9"}
        app = AppServer(folder / choice, settings | {"KONTEXT_KEEP_REST": choice})
        token = new_token()
        with open_data_folder(app.folder) as seeds:
            source_id = seeds.add_source(token, source.getvalue())
            for _ in range(_WAITING):
                seeds.add_edit(token, source_id, edited)
        with app:
            found.append(_clicks(app, token, at_work=2 if choice == "always" else 0))
    return found[0], found[1]


def _clicks(app: AppServer, token: str, *, at_work: int) -> float:
    presses: list[float] = []
    with StreamlitClient(app.url, token, page="edit") as tab:
        for number in range(_MOST_PRESSES):
            before = _children(app.pid)
            began = time.perf_counter()
            tab.rerun()
            seconds = time.perf_counter() - began
            # Between two processes the app stores what the first has made.
            if number >= _WARM_UP and at_work in (before, _children(app.pid)):
                presses.append(seconds * 1000)
            if len(presses) == _PRESSES:
                break
    return median(presses)


def _children(pid: int) -> int:
    """How many processes of its own a process has."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return sum(len(path.read_text("ascii").split()) for path in found)
