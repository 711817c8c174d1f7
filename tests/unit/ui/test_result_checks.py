"""Results compared with their requests, at every size of docs/kie-api.md, Sizes."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.kie import GenerationRequest, OutputFormat
from components.studio.db.tables import ImageRecord
from components.ui.result_checks import crop_fraction, format_aspect_ratio, mismatches

# Copied from docs/kie-api.md, Sizes, not imported, so that the app's table is tested.
DOCUMENTED = {
    "21:9": (1568, 672),
    "16:9": (1392, 752),
    "4:3": (1184, 880),
    "1:1": (1024, 1024),
    "3:4": (880, 1184),
    "9:16": (752, 1392),
    "16:21": (880, 1184),
}
TRAINED = (
    *((672, 1568), (688, 1504), (720, 1456), (752, 1392), (800, 1328), (832, 1248)),
    *((880, 1184), (944, 1104), (1024, 1024), (1104, 944), (1184, 880), (1248, 832)),
    *((1328, 800), (1392, 752), (1456, 720), (1504, 688), (1568, 672)),
)
RATIOS = tuple(DOCUMENTED)
sides = st.integers(16, 8000)


def image(width_px: int, height_px: int, file_format: str = "jpeg") -> ImageRecord:
    return ImageRecord(
        id="0" * 32,
        user_id="d" * 32,
        task_id=None,
        format=file_format,
        width_px=width_px,
        height_px=height_px,
        size_bytes=600,
        created_at=0.0,
    )


def request(ratio: str | None, output_format: str = "jpeg") -> GenerationRequest:
    return GenerationRequest(
        prompt="a hill", aspect_ratio=ratio, output_format=OutputFormat(output_format)
    )


def nearest_trained(width_px: int, height_px: int) -> tuple[int, int]:
    """What the provider is documented to return for an edit without a ratio."""
    wanted = math.log(width_px / height_px)
    return min(TRAINED, key=lambda size: abs(math.log(size[0] / size[1]) - wanted))


@pytest.mark.parametrize("file_format", ["jpeg", "png"])
@pytest.mark.parametrize("ratio", RATIOS)
def test_documented_size_is_no_mismatch(ratio: str, file_format: str) -> None:
    result = image(*DOCUMENTED[ratio], file_format)

    assert mismatches(request(ratio, file_format), result, None) == ()
    assert mismatches(request(ratio, file_format), result, image(4032, 3024)) == ()


@pytest.mark.parametrize("size", TRAINED)
def test_unchanged_trained_size_is_no_mismatch(size: tuple[int, int]) -> None:
    assert mismatches(request(None), image(*size), image(*size)) == ()


@given(height=st.integers(100, 8000), ratio=st.floats(672 / 1568, 1568 / 672))
def test_nearest_trained_size_is_no_mismatch(height: int, ratio: float) -> None:
    width = round(height * ratio)
    result = image(*nearest_trained(width, height))

    assert mismatches(request(None), result, image(width, height)) == ()


@pytest.mark.parametrize(
    ("source", "source_ratio"), [((3000, 1000), "3:1"), ((500, 2000), "1:4"), ((1000, 3000), "1:3")]
)
def test_panorama_is_a_mismatch(source: tuple[int, int], source_ratio: str) -> None:
    [message] = mismatches(request(None), image(*nearest_trained(*source)), image(*source))

    assert message.startswith("Came as ")
    assert message.endswith(f"the source is {source_ratio}.")


def test_fallback_to_16_9_is_a_mismatch() -> None:
    messages = mismatches(request(None), image(1392, 752), image(900, 1600))

    assert messages == ("Came as 16:9; the source is 9:16.",)


@pytest.mark.parametrize("ratio", RATIOS)
def test_other_ratio_is_a_mismatch(ratio: str) -> None:
    wrong = (752, 1392) if DOCUMENTED[ratio][0] >= DOCUMENTED[ratio][1] else (1392, 752)
    shape = "9:16" if wrong[0] < wrong[1] else "16:9"

    assert mismatches(request(ratio), image(*wrong), None) == (f"Came as {shape}, not {ratio}.",)


def test_other_format_is_a_mismatch() -> None:
    assert mismatches(request("1:1", "png"), image(1024, 1024), None) == ("Came as JPEG, not PNG.",)
    assert mismatches(request("1:1"), image(1024, 1024, "webp"), None) == (
        "Came as WEBP, not JPEG.",
    )


@pytest.mark.parametrize("size", [(512, 512), (2048, 2048)])
def test_unusual_pixel_count_is_a_mismatch(size: tuple[int, int]) -> None:
    assert mismatches(request("1:1"), image(*size), None) == (
        f"Came at {size[0]}×{size[1]}; about one megapixel is usual.",
    )


def test_all_mismatches_are_listed() -> None:
    assert len(mismatches(request("1:1", "png"), image(640, 360), None)) == 3


def test_new_image_has_no_source_mismatch() -> None:
    assert mismatches(request(None), image(1392, 752), None) == ()


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1568, 672), "21:9"),
        ((1392, 752), "16:9"),
        ((1184, 880), "4:3"),
        ((1024, 1024), "1:1"),
        ((880, 1184), "3:4"),
        ((752, 1392), "9:16"),
        ((4032, 3024), "4:3"),
        ((3000, 2000), "3:2"),
        ((1080, 1350), "4:5"),
        ((944, 1104), "6:7"),
        ((5000, 1000), "5:1"),
    ],
)
def test_ratio_is_formatted_with_small_numbers(size: tuple[int, int], expected: str) -> None:
    assert format_aspect_ratio(*size) == expected


@given(width=sides, height=sides, ratio=st.sampled_from(RATIOS))
def test_crop_keeps_one_side_and_has_the_ratio(width: int, height: int, ratio: str) -> None:
    across, down = crop_fraction(width, height, ratio)
    wanted = Fraction(*map(int, ratio.split(":")))

    assert max(across, down) == 1.0
    assert 0 < min(across, down) <= 1.0
    assert (width * across) / (height * down) == pytest.approx(float(wanted))
