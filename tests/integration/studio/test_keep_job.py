"""The process that puts the source's pixels back, with files of every kind."""

from __future__ import annotations

import threading
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from components.studio.db.kept_versions import KeepChoice, KeepState
from components.studio.images.keep_job import run
from components.studio.keep_process import (
    KeepError,
    KeepJob,
    KeepOutcome,
    KeepProblem,
    run_in_process,
)
from tests.support.edited_pairs import make_source

SIZE = (320, 240)
CHANGED = (120, 80, 175, 135)  # left, top, right and bottom of what the edit draws
NEAR = 45  # by so many pixels a soft edge may reach


@cache
def picture() -> Image.Image:
    """A picture with detail everywhere; do not change it in place."""
    return Image.fromarray(make_source(1, *SIZE))


def edited(source: Image.Image) -> Image.Image:
    """The source with a disc drawn into it, moved a little and softened."""
    edit = source.convert("RGB")
    ImageDraw.Draw(edit).ellipse(CHANGED, fill=(220, 30, 30))
    moved = edit.resize(SIZE, Image.Resampling.BICUBIC, box=(3, 2, SIZE[0] - 1, SIZE[1] - 2))
    return moved.filter(ImageFilter.GaussianBlur(0.6))


def encode(image: Image.Image, file_format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def values(folder: Path, source: bytes, edit: Image.Image, **more: Any) -> dict[str, Any]:
    """A job in this folder."""
    (folder / "source").write_bytes(source)
    (folder / "edited").write_bytes(encode(edit, "PNG"))
    (folder / "out").mkdir(exist_ok=True)
    return {
        "source": str(folder / "source"),
        "edited": str(folder / "edited"),
        "analysis": str(folder / "analysis.npz"),
        "out": str(folder / "out"),
        "prompt": "Add a ball",
        "settings": "{}",
        "crops": False,
        "ground": "",
        "choice": "always",
        "is_asked_for": False,
    } | more


def outside(pixels: NDArray[Any]) -> NDArray[Any]:
    """The pixels far from the change."""
    left, top, right, bottom = CHANGED
    far = np.ones(pixels.shape[:2], bool)
    far[top - NEAR : bottom + NEAR, left - NEAR : right + NEAR] = False
    return np.asarray(pixels[far])


def kept(folder: Path, found: dict[str, Any]) -> Image.Image:
    assert found["state"] == "applied"
    name = "original.png" if found.get("has_original") else "copy"
    return Image.open(BytesIO((folder / "out" / name).read_bytes()))


def test_pixels_outside_of_the_change_are_those_of_the_source(tmp_path: Path) -> None:
    source = picture()

    found = run(values(tmp_path, encode(source, "PNG"), edited(source)))

    image = kept(tmp_path, found)
    assert (image.mode, image.size) == ("RGB", SIZE)
    assert (outside(np.asarray(image)) == outside(np.asarray(source))).all()
    assert 0.01 < found["changed_fraction"] < 0.15
    red, green, _ = np.asarray(image)[108, 148]
    assert red > 180 > 80 > green


def test_transparent_source_keeps_its_alpha_and_is_sent_opaque(tmp_path: Path) -> None:
    source = picture().convert("RGBA")
    alpha = Image.new("L", SIZE, 255)
    alpha.paste(0, (0, 0, 40, SIZE[1]))
    source.putalpha(alpha)
    flat = Image.new("RGB", SIZE, "white")
    flat.paste(source, mask=alpha)

    found = run(values(tmp_path, encode(source, "PNG"), edited(flat), ground="#ffffff"))

    image = kept(tmp_path, found)
    assert image.mode == "RGBA"
    assert (outside(np.asarray(image)) == outside(np.asarray(source))).all()
    assert found["copy_format"] == "jpeg"
    sent = Image.open(BytesIO((tmp_path / "out" / "copy").read_bytes()))
    assert sent.getpixel((5, 5)) == (255, 255, 255)


def test_turned_photo_comes_home_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = picture()
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    data = encode(stored, "JPEG", quality=97, subsampling=0, exif=exif)

    found = run(values(tmp_path, data, edited(upright)))

    assert kept(tmp_path, found).size == SIZE


def test_result_of_another_ratio_has_its_shape_at_the_source_size(tmp_path: Path) -> None:
    source = picture()
    square = edited(source).crop((40, 0, 280, 240))

    found = run(values(tmp_path, encode(source, "PNG"), square, crops=True))

    width, height = kept(tmp_path, found).size
    assert abs(width - 240) <= 8
    assert abs(height - 240) <= 8


def test_another_picture_is_declined(tmp_path: Path) -> None:
    other = Image.linear_gradient("L").resize(SIZE).convert("RGB")

    found = run(values(tmp_path, encode(picture(), "PNG"), other))

    assert (found["state"], found["changed_fraction"]) == ("declined", 1.0)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(("choice", "state"), [("always", "applied"), ("ask", "offered")])
def test_person_who_wants_to_be_asked_is_asked(tmp_path: Path, choice: str, state: str) -> None:
    source = picture()

    found = run(values(tmp_path, encode(source, "PNG"), edited(source), choice=choice))

    assert found["state"] == state


def test_analysis_that_is_damaged_is_made_again(tmp_path: Path) -> None:
    source = picture()
    job = values(tmp_path, encode(source, "PNG"), edited(source))
    (tmp_path / "analysis.npz").write_bytes(b"PK\x03\x04 cut")

    assert run(job)["state"] == "applied"


def job_of(folder: Path, source: bytes) -> KeepJob:
    paths = values(folder, source, edited(picture()))
    names = ("source", "edited", "analysis", "out")
    return KeepJob(
        **{name: Path(paths[name]) for name in names},
        prompt="Add a ball",
        settings="{}",
        crops=False,
        ground="",
        choice=KeepChoice.ALWAYS,
        is_asked_for=False,
    )


def test_process_answers_with_what_it_made(tmp_path: Path) -> None:
    outcome = run_in_process(job_of(tmp_path, encode(picture(), "PNG")), threading.Event())

    assert isinstance(outcome, KeepOutcome)
    assert (outcome.state, outcome.copy_format) == (KeepState.APPLIED, "png")
    assert (outcome.width_px, outcome.height_px) == SIZE
    assert set(outcome.figures) == {"moved_px", "color_delta_e", "sharpness"}


def test_damaged_source_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeepError) as caught:
        run_in_process(job_of(tmp_path, b"no picture"), threading.Event())

    assert caught.value.problem is KeepProblem.UNREADABLE


def test_process_ends_when_the_app_stops(tmp_path: Path) -> None:
    stopping = threading.Event()
    stopping.set()

    with pytest.raises(KeepError) as caught:
        run_in_process(job_of(tmp_path, encode(picture(), "PNG")), stopping)

    assert caught.value.problem is KeepProblem.INTERRUPTED
