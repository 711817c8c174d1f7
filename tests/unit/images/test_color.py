"""Color spaces given in numbers (cICP, gAMA, nclx) are converted as browsers display them."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.studio.images.color import icc_profile_from_cicp, icc_profile_from_gamma
from components.studio.images.ingest import ingest_image
from components.studio.images.store import make_thumbnails
from tests.support.image_asserts import near, pixel, shown
from tests.support.image_corpus import chunk, encoded, heic, icc, png_with

CONVERTED = "Colours converted to sRGB."
GREEN = (100, 200, 100)
P3_GREEN = (45, 203, 86)  # GREEN as Display P3 levels, converted to sRGB
DISPLAY_P3 = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)  # white, red, green, blue


def plain(color: tuple[int, int, int] = GREEN) -> Image.Image:
    return Image.new("RGB", (64, 64), color)


def png_with_colors(*chunks: tuple[bytes, bytes]) -> bytes:
    return png_with(encoded(plain(), "PNG"), *(chunk(name, body) for name, body in chunks))


def code(primaries: int, transfer: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes((primaries, transfer, 0, 1))


def gamma(value: int) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", value)


def points(*numbers: int) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(">8I", *numbers)


def avif_with_nclx(primaries: int, transfer: int) -> bytes:
    """An AVIF with its nclx codes replaced."""
    data = encoded(plain(), "AVIF", quality=100, subsampling="4:4:4")
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


@pytest.mark.parametrize(
    ("data", "color"),
    [
        (png_with_colors(code(12, 13)), P3_GREEN),
        (png_with_colors(gamma(45455), points(*DISPLAY_P3)), P3_GREEN),
        (png_with_colors(gamma(100_000)), (168, 229, 168)),
        (png_with_colors(code(1, 8)), (168, 229, 168)),
        (avif_with_nclx(12, 13), P3_GREEN),
        (heic(plain(), quality=-1, color_primaries=12, transfer_characteristics=13), P3_GREEN),
    ],
)
def test_numeric_color_space_is_converted_to_srgb(data: bytes, color: tuple[int, int, int]) -> None:
    image = ingest_image(data)
    assert near(pixel(shown(image.data), 32, 32), color, 4)
    assert CONVERTED in image.notes


@pytest.mark.parametrize(
    "data",
    [
        png_with_colors(code(1, 13)),
        png_with_colors(code(1, 1), (b"iCCP", b"x\0\0" + zlib.compress(icc("odd")))),
        png_with_colors(
            gamma(45455), points(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
        ),
        png_with_colors((b"sRGB", b"\0"), gamma(100_000), points(*DISPLAY_P3)),
        png_with_colors(code(99, 99)),
        png_with_colors(gamma(0)),
        png_with_colors(gamma(45455), points(0, 0, 0, 0, 0, 0, 0, 0)),
        png_with_colors(gamma(45455), points(*(0xFFFFFFFF, 1) * 4)),
        png_with_colors((b"gAMA", b"")),
        avif_with_nclx(1, 13),
        avif_with_nclx(2, 2),
        heic(plain()),
    ],
)
def test_srgb_or_unusable_numbers_change_no_color(data: bytes) -> None:
    image = ingest_image(data)
    assert near(pixel(shown(image.data), 32, 32), GREEN, 4)
    assert CONVERTED not in image.notes
    assert not any("profile" in note for note in image.notes)


HDR_NOTE = "Used without HDR: the brightest parts look flatter."


def hdr_files(transfer: int, level: int) -> list[bytes]:
    """One grey level in every format that names HDR: PQ is 16, HLG 18."""
    image = plain((level,) * 3)
    avif = encoded(image, "AVIF", quality=100, subsampling="4:4:4")
    at = avif.index(b"colrnclx") + 8
    return [
        png_with(encoded(image, "PNG"), chunk(*code(9, transfer))),
        png_with(encoded(image.convert("L"), "PNG"), chunk(*code(9, transfer))),
        png_with(encoded(image.convert("RGBA"), "PNG"), chunk(*code(1, transfer))),
        avif[:at] + struct.pack(">HH", 9, transfer) + avif[at + 4 :],
        heic(image, quality=-1, color_primaries=9, transfer_characteristics=transfer),
    ]


@pytest.mark.parametrize(
    ("transfer", "level", "shown_level"),
    [
        (16, 0, 0),
        (16, 103, 119),  # a grey card is as bright as in any photo
        (16, 148, 248),  # white paper
        (16, 192, 255),  # 1,000 cd/m²
        (18, 111, 118),
        (18, 191, 248),
        (18, 255, 255),
    ],
)
def test_hdr_becomes_normal_brightness_and_says_so(
    transfer: int, level: int, shown_level: int
) -> None:
    for data in hdr_files(transfer, level):
        image = ingest_image(data)
        assert near(pixel(shown(image.data), 32, 32), (shown_level,) * 3, 5)
        assert HDR_NOTE in image.notes


def test_thumbnail_of_hdr_picture_has_normal_brightness() -> None:
    for data in hdr_files(16, 103):
        assert near(pixel(shown(make_thumbnails(data)[384]), 32, 32), (119,) * 3, 5)


def test_normal_picture_has_no_hdr_note() -> None:
    for data in (png_with_colors(code(12, 13)), avif_with_nclx(9, 1), heic(plain())):
        assert HDR_NOTE not in ingest_image(data).notes


def test_grey_png_with_gamma_is_unchanged() -> None:
    data = png_with(encoded(plain().convert("L"), "PNG"), chunk(*gamma(45455)))
    assert ingest_image(data).notes == ()


@given(st.lists(st.tuples(st.floats(0, 43_000), st.floats(0, 43_000)), min_size=4, max_size=4))
def test_any_primaries_raise_nothing(places: list[tuple[float, float]]) -> None:
    icc_profile_from_gamma((places[0], places[1], places[2], places[3]), 2.0)


def test_every_cicp_code_gives_a_profile_or_none() -> None:
    for primaries in range(256):
        for transfer in range(20):
            profile = icc_profile_from_cicp(primaries, transfer)
            assert profile is None or profile[36:40] == b"acsp"
