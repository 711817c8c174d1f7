"""The before lies under the after at one scale, centred, and is never stretched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ui.widgets.image_compare import (
    CompareImage,
    CompareMode,
    FitMode,
    align,
    image_compare,
)

SIZES = st.tuples(st.integers(1, 8000), st.integers(1, 8000))


@given(before=SIZES, after=SIZES, fit=st.sampled_from(FitMode))
def test_before_is_never_stretched_and_stays_centred(
    before: tuple[int, int], after: tuple[int, int], fit: FitMode
) -> None:
    box = align(before, after).box(fit)

    across = box.width * after[0] / before[0]
    down = box.height * after[1] / before[1]
    assert across == pytest.approx(down)
    assert box.left + box.width / 2 == pytest.approx(0.5)
    assert box.top + box.height / 2 == pytest.approx(0.5)


@given(before=SIZES, after=SIZES)
def test_crop_covers_the_frame_and_touches_it_on_one_side(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    box = align(before, after).crop

    assert min(box.width, box.height) == pytest.approx(1)


@given(before=SIZES, after=SIZES)
def test_pad_stays_inside_the_frame(before: tuple[int, int], after: tuple[int, int]) -> None:
    alignment = align(before, after)

    if alignment.same_ratio:
        assert alignment.pad == alignment.crop
    else:
        assert max(alignment.pad.width, alignment.pad.height) == pytest.approx(1)


@pytest.mark.parametrize(
    ("before", "after"),
    [((1600, 1200), (1184, 880)), ((1200, 1600), (880, 1184)), ((2048, 2048), (1024, 1024))],
)
def test_rounded_ratio_counts_as_the_same(before: tuple[int, int], after: tuple[int, int]) -> None:
    alignment = align(before, after)

    assert alignment.same_ratio
    assert max(alignment.crop.width, alignment.crop.height) <= 1.02


def test_other_ratio_offers_crop_and_pad() -> None:
    alignment = align((1600, 1200), (1392, 752))

    assert not alignment.same_ratio
    assert alignment.crop.height == pytest.approx(1392 * 0.75 / 752)
    assert alignment.pad.width == pytest.approx(752 / 0.75 / 1392)


def test_note_names_both_sizes() -> None:
    wide = align((1600, 1200), (1392, 752))

    assert (
        wide.note(FitMode.CROP) == "Before is 1600×1200, After is 1392×752: shown cropped to match"
    )
    assert wide.note(FitMode.PAD).endswith("shown padded to match")
    assert align((1600, 1200), (1184, 880)).note(FitMode.CROP).endswith("shown at the same scale")
    assert align((1024, 1024), (1024, 1024)).note(FitMode.CROP) == "Both are 1024×1024"
    assert wide.note(FitMode.CROP, ("Step 2", "Step 3")).startswith(
        "Step 2 is 1600×1200, Step 3 is "
    )


@pytest.mark.parametrize("unknown", [(0, 0), (0, 900), (-1, 5)])
def test_unknown_size_is_that_of_the_other(unknown: tuple[int, int]) -> None:
    assert align(unknown, (1184, 880)) == align((1184, 880), (1184, 880))
    assert align((1184, 880), unknown) == align((1184, 880), (1184, 880))
    assert align(unknown, unknown).same_ratio


def test_unknown_mode_is_rejected() -> None:
    side = CompareImage("/app/static/a.png", 10, 10, "Before", "A hill")

    with pytest.raises(ValueError, match="onion"):
        image_compare(side, side, key="refused", mode="onion")
    modes = [mode.value for mode in CompareMode]
    assert modes == ["slider", "side", "blink", "difference", "map"]
