"""Pictures of every sort come in clean: upright, sRGB, 8 bit, and with nothing but pixels."""

from __future__ import annotations

import struct

import pytest
from PIL import Image

from components.studio.images.file_type import detect
from components.studio.images.ingest import ingest_image, make_thumbnail, verify_result
from tests.support.image_asserts import corners, near, pixel, shown
from tests.support.image_corpus import (
    BLUE,
    CORNERS,
    RED,
    encoded,
    exif,
    good,
    heic,
    icc,
    quarters,
    see_through,
    upright_source,
)

# What Pillow tells of any JPEG: nothing that anybody wrote into it.
OF_THE_FORMAT = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density"),
    *("adobe", "adobe_transform", "progressive", "progression"),
}


@pytest.mark.parametrize("name", good())
def test_what_comes_in_is_a_plain_jpeg_or_png_without_metadata(name: str) -> None:
    picture = ingest_image(good()[name])
    image = shown(picture.data)
    assert image.format is not None
    assert image.format.lower() == picture.format
    assert image.mode in ({"RGB"} if picture.format == "jpeg" else {"RGB", "RGBA"})
    assert image.size == (picture.width_px, picture.height_px)
    assert b"SECRET" not in picture.data
    assert set(image.info) <= OF_THE_FORMAT
    assert not image.getexif()
    if picture.format == "png":
        assert picture.data[24] == 8, "bits per sample"


@pytest.mark.parametrize("name", good())
def test_what_came_in_once_comes_in_again_unchanged(name: str) -> None:
    once = ingest_image(good()[name])
    again = ingest_image(once.data)
    assert again.data == once.data
    assert again.notes == ()


@pytest.mark.parametrize("name", good())
def test_every_picture_has_a_small_jpeg_and_facts(name: str) -> None:
    small = shown(make_thumbnail(good()[name], side_px=24))
    assert (small.format, small.mode) == ("JPEG", "RGB")
    assert max(small.size) == 24
    assert not small.getexif()
    picture, facts = ingest_image(good()[name]), verify_result(good()[name])
    assert (facts.width_px, facts.height_px) == (picture.width_px, picture.height_px)
    assert facts.format == detect(good()[name]).lower()


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_come_in_upright(form: str, orientation: int) -> None:
    data = good()[f"{form} orientation {orientation}"]
    for image in (shown(ingest_image(data).data), shown(make_thumbnail(data, side_px=96))):
        assert image.size == (96, 64)
        assert all(map(near, corners(image), CORNERS))


@pytest.mark.parametrize("form", ["heic", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_phones_own_formats_are_turned_once_and_not_twice(form: str, orientation: int) -> None:
    source, tags = upright_source(orientation), exif(orientation)
    data = heic(source, exif=tags) if form == "heic" else encoded(source, "AVIF", exif=tags)
    image = shown(ingest_image(data).data)
    assert image.size == (96, 64)
    assert all(map(near, corners(image), CORNERS))


def test_an_orientation_of_nine_is_no_orientation() -> None:
    tags = Image.Exif()
    tags[0x0112] = 9
    assert near(pixel(shown(ingest_image(encoded(quarters(), "JPEG", exif=tags)).data), 8, 8), RED)


@pytest.mark.parametrize(
    "name",
    [name for name in good() if "odd" not in name and "bit" not in name and "profile" not in name],
)
def test_colours_stay_what_they_were(name: str) -> None:
    image = shown(ingest_image(good()[name]).data)
    bottom_right = pixel(image, image.width - 9, image.height - 9)
    assert near(bottom_right, (255, 255, 255))
    if "grey" not in name:
        assert near(pixel(image, 8, image.height - 9), BLUE, 30)


def test_a_profile_of_other_primaries_is_worked_into_the_pixels() -> None:
    data = encoded(quarters(), "PNG", icc_profile=icc("odd"))
    picture = ingest_image(data)
    assert "Colours converted to sRGB." in picture.notes
    red, green, _blue = pixel(shown(picture.data), 8, 8)
    assert green > red, "red and green change places"


def test_sixteen_bit_grey_keeps_its_middle() -> None:
    image = shown(ingest_image(good()["png 16 bit grey"]).data)
    assert pixel(image, 8, 8) == (128, 128, 128)
    assert pixel(image, 80, 8) == (255, 255, 255)


@pytest.mark.parametrize(
    ("name", "clear", "solid"),
    [
        ("png alpha", (8, 8), (80, 8)),
        ("png grey alpha", (8, 8), (80, 8)),
        ("webp lossless alpha", (8, 8), (80, 8)),
        ("heic alpha", (8, 8), (80, 8)),
        ("avif alpha", (8, 8), (80, 8)),
        ("png rgb clear", (8, 8), (80, 8)),
        ("png 2 bit clear", (1, 0), (0, 0)),
        ("png 16 bit grey clear", (8, 8), (80, 8)),
        ("png 16 bit rgb clear", (8, 8), (30, 8)),
    ],
)
def test_see_through_parts_stay_see_through(
    name: str, clear: tuple[int, int], solid: tuple[int, int]
) -> None:
    picture = ingest_image(good()[name])
    image = shown(picture.data)
    assert picture.format == "png"
    assert pixel(image, *clear)[3] == 0
    assert pixel(image, *solid)[3] == 255


def test_a_thumbnail_lays_see_through_parts_on_a_neutral_grey() -> None:
    small = shown(make_thumbnail(encoded(see_through(), "PNG"), side_px=96))
    assert near(pixel(small, 8, 8), (128, 128, 128))


def test_alpha_that_hides_nothing_is_dropped() -> None:
    assert shown(ingest_image(good()["png opaque alpha"]).data).mode == "RGB"


def test_pixels_that_need_no_change_are_not_compressed_again() -> None:
    plain = encoded(quarters(), "JPEG", quality=60)
    with_camera = encoded(quarters(), "JPEG", quality=60, exif=exif())
    assert shown(ingest_image(with_camera).data).tobytes() == shown(plain).tobytes()
    assert len(ingest_image(with_camera).data) <= len(plain)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("jpeg location", "Location and camera data removed."),
        ("heic location", "Location and camera data removed."),
        ("avif camera", "Camera data removed."),
        ("heic", "Converted from HEIC."),
        ("heic alpha", "Converted from HEIC."),
        ("avif", "Converted from AVIF."),
        ("gif animated", "Only the first frame is used."),
        ("webp animated", "Only the first frame is used."),
        ("png animated", "Only the first frame is used."),
        ("avif animated", "Only the first frame is used."),
        ("jpeg cmyk", "Converted from CMYK."),
        ("jpeg orientation 6", "Turned upright."),
        ("jpeg lab profile", "Its colour profile does not fit and was ignored."),
        ("jpeg broken profile", "Its colour profile is damaged and was ignored."),
        ("jpeg xmp", "Notes hidden in the file removed."),
    ],
)
def test_a_designer_is_told_what_was_changed(name: str, note: str) -> None:
    assert note in ingest_image(good()[name]).notes


def test_a_looping_gif_is_not_said_to_hide_notes() -> None:
    assert ingest_image(good()["gif looping"]).notes == ("Only the first frame is used.",)


def test_a_first_frame_keeps_its_place_on_the_canvas_of_a_webp() -> None:
    frame = encoded(quarters(), "WEBP", lossless=True)[12:]
    numbers = ((20, 3), (10, 3), (95, 3), (63, 3), (90, 3), (0, 1))  # x/2, y/2, width-1, height-1
    head = b"".join(number.to_bytes(size, "little") for number, size in numbers)
    canvas = struct.pack("<I", 0x12) + (199).to_bytes(3, "little") + (149).to_bytes(3, "little")
    chunks = ((b"VP8X", canvas), (b"ANIM", bytes(6)), (b"ANMF", head + frame))
    body = b"".join(name + struct.pack("<I", len(part)) + part for name, part in chunks)
    data = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body

    image = shown(ingest_image(data).data)
    assert image.size == (200, 150)
    assert image.getchannel("A").getbbox() == (40, 20, 136, 84)
    assert corners(image.crop((40, 20, 136, 84)).convert("RGB")) == list(CORNERS)
    assert verify_result(data).width_px == 200
