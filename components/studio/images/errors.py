"""Errors for images that cannot be used. Messages are shown to the user as they are."""

from __future__ import annotations

from enum import StrEnum


class ImageErrorCode(StrEnum):
    """What is wrong with an image."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_a_picture"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    TOO_NARROW = "too_narrow"
    BUSY = "busy"


class InvalidImageError(Exception):
    """An image that is rejected. `message` says what is wrong and what to do next."""

    def __init__(self, code: ImageErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def truncated_error(format_name: str) -> InvalidImageError:
    """The error for a file whose end is missing. `format_name` is for display: "PNG"."""
    return InvalidImageError(
        ImageErrorCode.DAMAGED,
        f"This {format_name} stops in the middle, as if a download or copy was cut off. "
        "Get the file again and try once more.",
    )


def damaged_error(format_name: str) -> InvalidImageError:
    """The error for a file that cannot be decoded. `format_name` is for display: "PNG"."""
    return InvalidImageError(
        ImageErrorCode.DAMAGED,
        f"This {format_name} is damaged and cannot be read. "
        "Open it in another program, save it as PNG or JPEG, and try again.",
    )


def too_large_error(limit_bytes: int) -> InvalidImageError:
    """The error for a file that is larger than any that is read."""
    return InvalidImageError(
        ImageErrorCode.TOO_LARGE,
        f"This file is larger than {limit_bytes // 1024 // 1024} MB. "
        "Save a smaller copy, or a JPEG, and try again.",
    )


def too_many_pixels_error(width_px: int, height_px: int, limit_px: int) -> InvalidImageError:
    """The error for an image with more pixels than are ever decoded."""
    return InvalidImageError(
        ImageErrorCode.TOO_MANY_PIXELS,
        f"This picture is {width_px}×{height_px}, more than {limit_px // 1_000_000} million "
        "pixels. Save a smaller copy (4000 pixels wide is plenty) and try again.",
    )
