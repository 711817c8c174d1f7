"""Size limits: too many pixels are scaled down, other limits reject the file."""

from __future__ import annotations

import os

import pytest
from PIL import Image

from components.studio.images.file_type import FileType, detect
from components.studio.images.ingest import (
    ImageErrorCode,
    InvalidImageError,
    ingest_image,
    verify_result,
)
from tests.support.image_corpus import encoded, exif, good, quarters, unreadable_files

NOT_IMAGES = {
    *("pdf", "eps", "mp4", "mov", "webm", "avi", "zip"),
    *("html", "utf-16 html", "text", "json"),
}


def test_image_over_20_megapixels_is_scaled_down() -> None:
    data = encoded(quarters(6000, 4000), "JPEG", quality=50, exif=exif(6))
    image = ingest_image(data)
    assert image.width_px * image.height_px <= 20_000_000
    assert (image.width_px, image.height_px) == (3651, 5477)
    assert not any("Scaled" in note for note in image.notes)
    assert image.original is not None
    assert (image.original.width_px, image.original.height_px) == (4000, 6000)


def test_108_megapixel_jpeg_is_read_without_pillow_warning() -> None:
    assert Image.MAX_IMAGE_PIXELS == 89_478_485  # Pillow's default, below this photo's
    photo = encoded(Image.new("L", (12_000, 9_000), 90), "JPEG", quality=50)
    image = ingest_image(photo)
    assert (image.width_px, image.height_px) == (5163, 3872)


def test_png_over_20_mb_becomes_jpeg() -> None:
    noise = Image.frombytes("RGB", (2610, 2610), os.urandom(2610**2 * 3))
    data = encoded(noise, "PNG", compress_level=0)
    assert 20_000_000 < len(data) <= 20 * 1024 * 1024
    image = ingest_image(data)
    assert image.format == "jpeg"
    assert len(image.data) <= 20_000_000
    assert image.notes == ("Saved as JPEG, as a PNG would be over 20 MB.",)


def test_upload_limit_is_20_mib() -> None:
    data = encoded(quarters(), "JPEG").ljust(20 * 1024 * 1024, b"\0")
    assert ingest_image(data).width_px == 96
    with pytest.raises(InvalidImageError, match="larger than 20 MB") as caught:
        ingest_image(data + b"\0")
    assert caught.value.code is ImageErrorCode.TOO_LARGE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ImageErrorCode.EMPTY),
        (bytes(500), ImageErrorCode.NOT_AN_IMAGE),
        (encoded(quarters(15, 400), "PNG"), ImageErrorCode.TOO_SMALL),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), ImageErrorCode.TOO_SMALL),
        (encoded(quarters(20, 401), "PNG"), ImageErrorCode.TOO_NARROW),
        (encoded(Image.new("L", (70_000, 16)), "PNG"), ImageErrorCode.TOO_NARROW),
        (encoded(Image.new("RGB", (1, 10_000)), "JPEG"), ImageErrorCode.TOO_SMALL),
    ],
    ids=["nothing", "zeros", "15 wide", "one pixel", "over 1 to 20", "a line", "1 wide"],
)
def test_unusable_dimensions_are_rejected(data: bytes, code: ImageErrorCode) -> None:
    with pytest.raises(InvalidImageError) as caught:
        ingest_image(data)
    assert caught.value.code is code


def test_result_has_no_minimum_size() -> None:
    assert verify_result(encoded(quarters(4, 2), "PNG")).width_px == 4


@pytest.mark.parametrize("name", unreadable_files())
def test_unreadable_file_type_is_rejected_by_name(name: str) -> None:
    data, words = unreadable_files()[name]
    with pytest.raises(InvalidImageError) as caught:
        ingest_image(data)
    is_image = name not in NOT_IMAGES
    expected = ImageErrorCode.UNSUPPORTED if is_image else ImageErrorCode.NOT_AN_IMAGE
    assert caught.value.code is expected
    assert words in caught.value.message
    assert caught.value.message.count(".") >= 2, "what it is, then what to do"


def test_file_type_is_detected_by_first_bytes() -> None:
    assert detect(good()["webp"]) is FileType.WEBP
    assert detect(b"<svg onload=x>") is FileType.SVG
    assert detect(b"RIFF") is FileType.UNKNOWN
