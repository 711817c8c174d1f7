"""The change map as it is drawn on the screen, and the edit where it lies on the source."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from components.studio.images.change_map import ChangeAnalysis, analyse
from components.studio.images.keep_source_pixels import (
    DrawnMap,
    MapSettings,
    Stroke,
    draw_aligned_edit,
    draw_map,
)
from tests.support.edited_pair import SQUARE, edited_picture, source_picture

INSIDE, OUTSIDE = (340, 240), (100, 100)


@pytest.fixture(scope="module")
def analysis() -> ChangeAnalysis:
    source = source_picture()
    return analyse(np.asarray(source), np.asarray(edited_picture(source)))


@pytest.fixture(scope="module")
def cropped() -> ChangeAnalysis:
    """Of an edit that shows the middle third of a wide source."""
    source = source_picture((720, 240))
    edit = source.crop((240, 0, 480, 240)).resize((480, 480), Image.Resampling.BICUBIC)
    return analyse(np.asarray(source), np.asarray(edit))


def opened(drawn: DrawnMap) -> Image.Image:
    image = Image.open(BytesIO(drawn.png))
    assert image.mode == "L"
    assert image.size == drawn.size
    return image


def test_map_shows_what_changed_at_the_edits_size(analysis: ChangeAnalysis) -> None:
    drawn = draw_map(analysis, MapSettings(), crops=False)
    image = opened(drawn)
    square = (SQUARE[2] - SQUARE[0]) * (SQUARE[3] - SQUARE[1]) / (480 * 360)

    assert (image.getpixel(INSIDE), image.getpixel(OUTSIDE)) == (255, 0)
    assert (drawn.size, drawn.source_size) == ((480, 360), (480, 360))
    assert drawn.area == (0, 0, 1, 1)
    assert square <= drawn.changed_fraction < 3 * square


def test_strokes_take_the_edit_and_keep_the_source(analysis: ChangeAnalysis) -> None:
    take = Stroke(points=((100 / 480, 100 / 360),), takes_edit=True, radius=0.03)
    keep = Stroke(points=((0.5, 0.4), (0.9, 0.9)), takes_edit=False, is_rectangle=True)

    image = opened(draw_map(analysis, MapSettings(strokes=(take, keep)), crops=False))

    assert (image.getpixel(INSIDE), image.getpixel(OUTSIDE)) == (0, 255)


def test_aligned_edit_has_the_sources_place_and_colors(analysis: ChangeAnalysis) -> None:
    source = source_picture()
    edit = edited_picture(source)

    aligned = Image.open(
        BytesIO(draw_aligned_edit(analysis, np.asarray(edit), crops=False))
    ).convert("RGB")

    def error(image: Image.Image) -> float:
        left = (20, 20, 280, 340)
        one, two = (np.asarray(each.crop(left)).astype(float) for each in (image, source))
        return float(np.abs(one - two).mean())

    assert aligned.size == (480, 360)
    assert error(aligned) < error(edit) / 4


def test_map_of_an_edit_that_shows_a_part_lies_on_the_whole_source(cropped: ChangeAnalysis) -> None:
    drawn = draw_map(cropped, MapSettings(), crops=False)

    assert drawn.area == (0, 0, 1, 1)
    assert drawn.size[0] / drawn.size[1] == pytest.approx(3, rel=0.03)
    assert drawn.source_size == (720, 240)


def test_map_of_an_edit_that_was_to_be_cropped_lies_on_its_part_alone(
    cropped: ChangeAnalysis,
) -> None:
    drawn = draw_map(cropped, MapSettings(), crops=True)

    assert drawn.area == pytest.approx((1 / 3, 0, 1 / 3, 1), abs=0.02)
    assert drawn.size == (480, 480)


def test_large_map_is_drawn_with_1600_pixels_at_most() -> None:
    source = source_picture((2000, 500))
    analysis = analyse(np.asarray(source), np.asarray(source))

    assert draw_map(analysis, MapSettings(), crops=False).size == (1600, 400)
    aligned = draw_aligned_edit(analysis, np.asarray(source), crops=False)
    assert Image.open(BytesIO(aligned)).size == (1600, 400)
