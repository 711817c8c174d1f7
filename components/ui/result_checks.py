"""The size that a request brings, and how a result differs from its request."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from math import log

from components.studio import OUTPUT_SIZES, TRAINED_SIZES, GenerationRequest
from components.studio.db.tables import ImageRecord

# The provider's own sizes are up to 4.2 % off the ratio they stand for. Its trained sizes lie
# up to 15.7 % apart, so an edit that keeps its ratio may be half of that off
# (docs/kie-api.md, Sizes).
_REQUESTED_TOLERANCE = 0.05
_INPUT_TOLERANCE = 0.08
_USUAL_PIXELS = range(900_000, 1_200_001)  # "about one megapixel" (docs/kie-api.md, Sizes)


def expected_size(aspect_ratio: str | None, source: ImageRecord | None) -> tuple[int, int] | None:
    """Width and height in pixels that are expected; None where nothing is known.

    Without a ratio an edit takes the shape of its source (docs/kie-api.md, Sizes).
    """
    if aspect_ratio is not None:
        return OUTPUT_SIZES.get(aspect_ratio)
    if source is None:
        return None
    ratio = source.width_px / source.height_px
    return min(TRAINED_SIZES, key=lambda size: _relative_difference(size[0] / size[1], ratio))


VISIBLE_CROP = 0.995
"""A source that keeps at least this share of its width and height looks whole."""


def mismatches(
    request: GenerationRequest, made: ImageRecord, source: ImageRecord | None
) -> tuple[str, ...]:
    """One sentence for each way in which the image differs from its request."""
    messages = []
    if made.format != request.output_format:
        messages.append(f"Came as {made.format.upper()}, not {request.output_format.upper()}.")
    shape = format_aspect_ratio(made.width_px, made.height_px)
    ratio = made.width_px / made.height_px
    if request.aspect_ratio is not None:
        as_documented = OUTPUT_SIZES.get(request.aspect_ratio) == (made.width_px, made.height_px)
        # An older or newer version may have stored another word than a ratio of today.
        with suppress(ValueError, ZeroDivisionError):
            requested = _parse_ratio(request.aspect_ratio)
            if not as_documented and _relative_difference(ratio, requested) > _REQUESTED_TOLERANCE:
                messages.append(f"Came as {shape}, not {request.aspect_ratio}.")
    elif source is not None:
        source_ratio = source.width_px / source.height_px
        if _relative_difference(ratio, source_ratio) > _INPUT_TOLERANCE:
            source_shape = format_aspect_ratio(source.width_px, source.height_px)
            messages.append(f"Came as {shape}; the source is {source_shape}.")
    if made.width_px * made.height_px not in _USUAL_PIXELS:
        size = f"{made.width_px}×{made.height_px}"
        messages.append(f"Came at {size}; about one megapixel is usual.")
    return tuple(messages)


def format_aspect_ratio(width_px: int, height_px: int) -> str:
    """A ratio as people write it, such as 16:9; the nearest one with small numbers."""
    exact = Fraction(width_px, height_px)
    named = [
        (name, _parse_ratio(name))
        for name in (*OUTPUT_SIZES, "3:2", "2:3", "5:4", "4:5", "2:1", "1:2")
    ]
    name, nearest = min(named, key=lambda pair: _relative_difference(float(exact), pair[1]))
    if _relative_difference(float(exact), nearest) <= _REQUESTED_TOLERANCE and name != "16:21":
        return name
    simple = exact.limit_denominator(12)
    return f"{simple.numerator}:{simple.denominator}"


def crop_fraction(width_px: int, height_px: int, ratio: str) -> tuple[float, float]:
    """The share of width and of height that a centred crop to this ratio keeps."""
    factor = _parse_ratio(ratio) / (width_px / height_px)
    return (min(1.0, factor), min(1.0, 1 / factor))


def _parse_ratio(ratio: str) -> float:
    width, height = ratio.split(":")
    return int(width) / int(height)


def _relative_difference(one: float, other: float) -> float:
    return abs(log(one / other))
