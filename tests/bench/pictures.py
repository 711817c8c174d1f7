"""A phone's photo until it can be edited, and the source's pixels put back after an edit."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image
from playwright.sync_api import Browser

from tests.bench.keeping import keeping_costs
from tests.bench.places import NOTHING_SENT, new_app, open_as
from tests.bench.rows import Row, typical
from tests.browser import edit_steps
from tests.support.identity import new_token

WIDTH_PX, HEIGHT_PX = 4000, 3000
_TURNED = 6  # EXIF: the phone was upright
_PLAIN = (
    "import sys; from PIL import Image, ImageOps;"
    "ImageOps.exif_transpose(Image.open(sys.argv[1])).save(sys.argv[2], quality=90)"
)
_KEEP_GOALS = {"1": 4.0, "12": 12.0}


def rows(browser: Browser, rounds: int) -> Iterator[Row]:
    """All rows of this file."""
    with tempfile.TemporaryDirectory(prefix="kontext-bench-") as name:
        folder = Path(name)
        ours, plain = [], []
        with new_app(NOTHING_SENT) as app, app:
            for number in range(rounds + 1):
                photo = folder / f"photo{number}.jpg"
                _save_photo(photo, number)
                plain.append(_seconds_of_plain(photo, folder / "plain.jpg"))
                with open_as(browser, app, new_token()) as page:
                    page.goto("/edit")
                    edit_steps.wait_for_drop_target(page)
                    began = time.perf_counter()
                    page.get_by_label("Picture", exact=True).set_input_files(photo)
                    edit_steps.source(page).get_by_role("img").wait_for()
                    ours.append(time.perf_counter() - began)
        seconds, note = typical(ours[1:])  # the first loads what decodes pictures
        what = "12-megapixel photo chosen → usable as a source"
        than = "Pillow: open, turn, save"
        yield Row(what, seconds, "s", median(plain[1:]), than, 1, of_ratio=True, note=note)
    with tempfile.TemporaryDirectory(prefix="kontext-bench-") as name:
        for cost in keeping_costs(Path(name)):
            goal = _KEEP_GOALS.get(cost.megapixels) if cost.kind == "time" else None
            yield Row(cost.what, cost.ours, cost.unit, cost.beside, cost.than, goal)


def _save_photo(path: Path, seed: int) -> None:
    """A JPEG of some 4 MB, as a phone writes it: the sensor's way round and a mark to turn it."""
    grain = np.random.default_rng(seed).normal(0, 6, (HEIGHT_PX, WIDTH_PX, 1))
    ramp = np.linspace(40, 200, WIDTH_PX)[None, :, None] * np.array([1.0, 0.9, 0.7])
    exif = Image.Exif()
    exif[0x0112] = _TURNED
    picture = Image.fromarray(np.clip(ramp + grain, 0, 255).astype(np.uint8))
    picture.save(path, quality=88, exif=exif)


def _seconds_of_plain(photo: Path, out: Path) -> float:
    """Pillow alone, in a process that has loaded it."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "from PIL import Image, ImageOps"], check=True)
    empty = time.perf_counter() - began
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _PLAIN, photo, out], check=True)  # noqa: S603
    return max(0.001, time.perf_counter() - began - empty)
