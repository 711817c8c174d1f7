"""Colours that a file tells in numbers come in as a browser shows them."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.studio.images.color import icc_profile_from_cicp, icc_profile_from_gamma
from components.studio.images.ingest import ingest_image
from tests.support.image_asserts import near, pixel, shown
from tests.support.image_corpus import chunk, encoded, heic, icc, png_with

CONVERTED = "Colours converted to sRGB."
GREEN = (100, 200, 100)
P3_GREEN = (45, 203, 86)  # what these numbers mean in Display P3, said in sRGB
DISPLAY_P3 = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)  # white, red, green, blue


def plain(colour: tuple[int, int, int] = GREEN) -> Image.Image:
    return Image.new("RGB", (64, 64), colour)


def png_told(*told: tuple[bytes, bytes]) -> bytes:
    return png_with(encoded(plain(), "PNG"), *(chunk(name, body) for name, body in told))


def code(primaries: int, transfer: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes((primaries, transfer, 0, 1))


def gamma(value: int) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", value)


def points(*numbers: int) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(">8I", *numbers)


def avif_told(primaries: int, transfer: int) -> bytes:
    """An AVIF that tells its colours in numbers, put in place of those that it told."""
    data = encoded(plain(), "AVIF", quality=100, subsampling="4:4:4")
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


@pytest.mark.parametrize(
    ("data", "colour"),
    [
        (png_told(code(12, 13)), P3_GREEN),
        (png_told(gamma(45455), points(*DISPLAY_P3)), P3_GREEN),
        (png_told(gamma(100_000)), (168, 229, 168)),
        (png_told(code(1, 8)), (168, 229, 168)),
        (avif_told(12, 13), P3_GREEN),
        (heic(plain(), quality=-1, color_primaries=12, transfer_characteristics=13), P3_GREEN),
    ],
)
def test_colours_told_in_numbers_are_worked_into_the_pixels(
    data: bytes, colour: tuple[int, int, int]
) -> None:
    picture = ingest_image(data)
    assert near(pixel(shown(picture.data), 32, 32), colour, 4)
    assert CONVERTED in picture.notes


@pytest.mark.parametrize(
    "data",
    [
        png_told(code(1, 13)),
        png_told(code(1, 1), (b"iCCP", b"x\0\0" + zlib.compress(icc("odd")))),
        png_told(gamma(45455), points(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
        png_told((b"sRGB", b"\0"), gamma(100_000), points(*DISPLAY_P3)),
        png_told(code(9, 16)),
        png_told(code(99, 99)),
        png_told(gamma(0)),
        png_told(gamma(45455), points(0, 0, 0, 0, 0, 0, 0, 0)),
        png_told(gamma(45455), points(*(0xFFFFFFFF, 1) * 4)),
        png_told((b"gAMA", b"")),
        avif_told(1, 13),
        avif_told(2, 2),
        avif_told(9, 18),
        heic(plain()),
    ],
)
def test_numbers_that_say_srgb_or_nothing_of_use_change_no_colour(data: bytes) -> None:
    picture = ingest_image(data)
    assert near(pixel(shown(picture.data), 32, 32), GREEN, 4)
    assert CONVERTED not in picture.notes
    assert not any("profile" in note for note in picture.notes)


def test_a_grey_picture_with_a_gamma_stays_as_it_is() -> None:
    data = png_with(encoded(plain().convert("L"), "PNG"), chunk(*gamma(45455)))
    assert ingest_image(data).notes == ()


@given(st.lists(st.tuples(st.floats(0, 43_000), st.floats(0, 43_000)), min_size=4, max_size=4))
def test_no_points_raise_anything(places: list[tuple[float, float]]) -> None:
    icc_profile_from_gamma((places[0], places[1], places[2], places[3]), 2.0)


def test_every_code_is_a_profile_or_nothing() -> None:
    for primaries in range(256):
        for transfer in range(20):
            profile = icc_profile_from_cicp(primaries, transfer)
            assert profile is None or profile[36:40] == b"acsp"
