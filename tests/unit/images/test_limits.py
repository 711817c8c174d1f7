"""What is too large comes in smaller; what is no picture, or none of use, is named and refused."""

from __future__ import annotations

import os

import pytest
from PIL import Image

from components.studio.images.file_type import PICTURES, READABLE, Kind, sniff
from components.studio.images.ingest import (
    PictureFault,
    UnusablePicture,
    check_result,
    take_in,
)
from tests.support.image_corpus import encoded, exif, good, quarters, refused_kinds


def test_a_picture_over_twenty_megapixels_is_scaled_down() -> None:
    data = encoded(quarters(6000, 4000), "JPEG", quality=50, exif=exif(6))
    picture = take_in(data)
    assert picture.width_px * picture.height_px <= 20_000_000
    assert (picture.width_px, picture.height_px) == (3651, 5477)
    assert "Scaled down from 4000×6000 to 3651×5477." in picture.notes


def test_a_large_phone_photo_is_read_without_a_warning_of_pillows() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert 80_000_000 < Image.MAX_IMAGE_PIXELS < 110_000_000
    photo = encoded(Image.new("L", (12_000, 9_000), 90), "JPEG", quality=50)
    picture = take_in(photo)
    assert (picture.width_px, picture.height_px) == (5163, 3872)


def png_of_noise(mode: str, side_px: int) -> bytes:
    """A PNG that the byte limit of an upload just lets in, and the model's does not."""
    noise = Image.frombytes(mode, (side_px, side_px), os.urandom(side_px**2 * len(mode)))
    data = encoded(noise, "PNG", compress_level=0)
    assert 20_000_000 < len(data) <= 20 * 1024 * 1024
    return data


def test_a_lossless_picture_that_is_too_large_becomes_a_jpeg() -> None:
    picture = take_in(png_of_noise("RGB", 2610))
    assert picture.format == "jpeg"
    assert len(picture.data) <= 20_000_000
    assert picture.notes == ("Saved as JPEG, as a PNG would be over 20 MB.",)


def test_a_see_through_picture_that_is_too_large_becomes_smaller() -> None:
    picture = take_in(png_of_noise("RGBA", 2270))
    assert picture.format == "png"
    assert len(picture.data) <= 20_000_000
    assert picture.width_px < 2270
    assert picture.notes == (
        f"Scaled down to {picture.width_px}×{picture.height_px} to stay under 20 MB.",
    )


def test_the_byte_limit_counts_the_file_as_it_came() -> None:
    data = encoded(quarters(), "JPEG").ljust(20 * 1024 * 1024, b"\0")
    assert take_in(data).width_px == 96
    with pytest.raises(UnusablePicture, match="larger than 20 MB") as caught:
        take_in(data + b"\0")
    assert caught.value.reason is PictureFault.TOO_LARGE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", PictureFault.EMPTY),
        (bytes(500), PictureFault.NOT_A_PICTURE),
        (encoded(quarters(15, 400), "PNG"), PictureFault.TOO_SMALL),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), PictureFault.TOO_SMALL),
        (encoded(quarters(20, 401), "PNG"), PictureFault.TOO_NARROW),
        (encoded(Image.new("L", (70_000, 16)), "PNG"), PictureFault.TOO_NARROW),
        (encoded(Image.new("RGB", (1, 10_000)), "JPEG"), PictureFault.TOO_SMALL),
    ],
    ids=["nothing", "zeros", "15 wide", "one pixel", "over 1 to 20", "a line", "1 wide"],
)
def test_what_the_model_cannot_use_is_refused(data: bytes, reason: PictureFault) -> None:
    with pytest.raises(UnusablePicture) as caught:
        take_in(data)
    assert caught.value.reason is reason


def test_a_result_smaller_than_a_source_may_be_is_still_a_result() -> None:
    assert check_result(encoded(quarters(4, 2), "PNG")).width_px == 4


@pytest.mark.parametrize("name", refused_kinds())
def test_what_is_no_readable_picture_is_named_and_refused(name: str) -> None:
    data, words = refused_kinds()[name]
    with pytest.raises(UnusablePicture) as caught:
        take_in(data)
    kind = sniff(data)
    expected = PictureFault.UNSUPPORTED if kind in PICTURES else PictureFault.NOT_A_PICTURE
    assert caught.value.reason is expected
    assert kind not in READABLE
    assert words in caught.value.sentence
    assert caught.value.sentence.count(".") >= 2, "what it is, then what to do"


def test_a_name_says_nothing_the_first_bytes_say_all() -> None:
    assert sniff(good()["webp"]) is Kind.WEBP
    assert sniff(b"<svg onload=x>") is Kind.SVG
    assert sniff(b"RIFF") is Kind.UNKNOWN
