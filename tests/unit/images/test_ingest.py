"""Ingest returns upright 8-bit sRGB images without metadata."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image

from components.kie import GenerationRequest
from components.studio.images.file_type import detect
from components.studio.images.generation_metadata import GenerationMetadata, embed_metadata
from components.studio.images.ingest import ingest_image, verify_result
from components.studio.images.store import make_thumbnails
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

# What Pillow reports of any JPEG, also one without metadata.
FORMAT_INFO = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density"),
    *("adobe", "adobe_transform", "progressive", "progression"),
}


@pytest.mark.parametrize("name", good())
def test_ingest_returns_jpeg_or_png_without_metadata(name: str) -> None:
    normalized = ingest_image(good()[name])
    image = shown(normalized.data)
    assert image.format is not None
    assert image.format.lower() == normalized.format
    assert image.mode == "RGB"
    assert image.size == (normalized.width_px, normalized.height_px)
    assert b"SECRET" not in normalized.data
    assert set(image.info) <= FORMAT_INFO
    assert not image.getexif()
    if normalized.format == "png":
        assert normalized.data[24] == 8, "bits per sample"


@pytest.mark.parametrize("name", good())
def test_ingest_is_idempotent(name: str) -> None:
    once = ingest_image(good()[name])
    again = ingest_image(once.data)
    assert again.data == once.data
    assert again.notes == ()


@pytest.mark.parametrize("name", good())
def test_every_image_has_thumbnail_and_info(name: str) -> None:
    small = shown(make_thumbnails(good()[name], (24,))[24])
    assert (small.format, small.mode) == ("JPEG", "RGB")
    assert max(small.size) == 24
    assert not small.getexif()
    normalized, info = ingest_image(good()[name]), verify_result(good()[name])
    assert (info.width_px, info.height_px) == (normalized.width_px, normalized.height_px)
    assert info.format == detect(good()[name]).lower()


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_exif_orientations_are_turned_upright(form: str, orientation: int) -> None:
    data = good()[f"{form} orientation {orientation}"]
    for image in (shown(ingest_image(data).data), shown(make_thumbnails(data, (96,))[96])):
        assert image.size == (96, 64)
        assert all(map(near, corners(image), CORNERS))


@pytest.mark.parametrize("form", ["heic", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_and_avif_orientation_is_applied_once(form: str, orientation: int) -> None:
    source, tags = upright_source(orientation), exif(orientation)
    data = heic(source, exif=tags) if form == "heic" else encoded(source, "AVIF", exif=tags)
    image = shown(ingest_image(data).data)
    assert image.size == (96, 64)
    assert all(map(near, corners(image), CORNERS))


def test_invalid_orientation_is_ignored() -> None:
    tags = Image.Exif()
    tags[0x0112] = 9
    assert near(pixel(shown(ingest_image(encoded(quarters(), "JPEG", exif=tags)).data), 8, 8), RED)


@pytest.mark.parametrize(
    "name",
    [name for name in good() if "odd" not in name and "bit" not in name and "profile" not in name],
)
def test_colors_are_preserved(name: str) -> None:
    image = shown(ingest_image(good()[name]).data)
    bottom_right = pixel(image, image.width - 9, image.height - 9)
    assert near(bottom_right, (255, 255, 255))
    if "grey" not in name:
        assert near(pixel(image, 8, image.height - 9), BLUE, 30)


def test_icc_profile_is_converted_to_srgb() -> None:
    data = encoded(quarters(), "PNG", icc_profile=icc("odd"))
    normalized = ingest_image(data)
    assert "Colours converted to sRGB." in normalized.notes
    red, green, _blue = pixel(shown(normalized.data), 8, 8)
    assert green > red, "red and green change places"


def test_16_bit_grey_is_scaled_to_8_bit() -> None:
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
def test_transparent_parts_are_filled_and_said(
    name: str, clear: tuple[int, int], solid: tuple[int, int]
) -> None:
    white = ingest_image(good()[name])
    image = shown(white.data)
    assert image.mode == "RGB"
    assert near(pixel(image, *clear), (255, 255, 255), 1)
    assert "Transparent parts filled with white." in white.notes
    red = ingest_image(good()[name], ground=(255, 0, 0))
    assert near(pixel(shown(red.data), *clear), (255, 0, 0), 1)
    assert pixel(shown(red.data), *solid) == pixel(image, *solid)
    assert "Transparent parts filled with #ff0000." in red.notes


def test_half_transparent_parts_are_mixed_with_the_ground() -> None:
    data = encoded(Image.new("RGBA", (32, 32), (200, 0, 0, 128)), "PNG")
    assert near(pixel(shown(ingest_image(data).data), 9, 9), (227, 127, 127), 1)
    black = ingest_image(data, ground=(0, 0, 0))
    assert near(pixel(shown(black.data), 9, 9), (100, 0, 0), 1)
    assert black.notes == ("Transparent parts filled with black.",)


def test_colors_under_transparent_parts_are_not_sent() -> None:
    secret = encoded(quarters(), "PNG")
    image = Image.open(BytesIO(secret)).convert("RGBA")
    image.putalpha(0)
    for form in ("PNG", "WEBP"):
        data = encoded(image, form, lossless=True, exact=True)
        for side in (96, 24):
            sent = shown(ingest_image(data).data).resize((side, side))
            assert sent.getcolors() == [(side * side, (255, 255, 255))]


def test_opaque_picture_has_no_ground_note() -> None:
    assert ingest_image(good()["png opaque alpha"]).notes == ()


def test_thumbnail_of_transparent_image_has_grey_background() -> None:
    small = shown(make_thumbnails(encoded(see_through(), "PNG"), (96,))[96])
    assert near(pixel(small, 8, 8), (128, 128, 128))


def test_opaque_alpha_channel_is_dropped() -> None:
    assert shown(ingest_image(good()["png opaque alpha"]).data).mode == "RGB"


def test_unchanged_jpeg_is_not_reencoded() -> None:
    plain = encoded(quarters(), "JPEG", quality=60)
    with_camera = encoded(quarters(), "JPEG", quality=60, exif=exif())
    assert shown(ingest_image(with_camera).data).tobytes() == shown(plain).tobytes()
    assert len(ingest_image(with_camera).data) <= len(plain)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("jpeg location", "Location and camera data removed."),
        ("avif location", "Location and camera data removed."),
        ("jpeg place alone", "Location removed."),
        ("jpeg artist", "Notes hidden in the file removed."),
        ("jpeg broken exif", "Notes hidden in the file removed."),
        ("heic location", "Location and camera data removed."),
        ("avif camera", "Camera data removed."),
        ("gif animated", "Animated: only its first frame is used."),
        ("webp animated", "Animated: only its first frame is used."),
        ("png animated", "Animated: only its first frame is used."),
        ("avif animated", "Animated: only its first frame is used."),
        ("jpeg cmyk", "Converted from CMYK."),
        ("jpeg orientation 6", "Turned upright."),
        ("jpeg lab profile", "Its colour profile does not fit and was ignored."),
        ("jpeg broken profile", "Its colour profile is damaged and was ignored."),
        ("jpeg xmp", "Notes hidden in the file removed."),
    ],
)
def test_notes_say_what_was_changed(name: str, note: str) -> None:
    assert note in ingest_image(good()[name]).notes


def test_our_own_files_have_no_camera_data_note() -> None:
    record = GenerationMetadata(request=GenerationRequest(prompt="A fox"))
    for form in ("JPEG", "PNG"):
        data = embed_metadata(encoded(quarters(), form), record)
        normalized = ingest_image(data)
        assert normalized.notes == ("The prompt and settings in the file are not sent.",)
        assert b"fox" not in normalized.data


def test_upright_photo_without_camera_has_no_note() -> None:
    tags = Image.Exif()
    tags[0x0112] = 1
    assert ingest_image(encoded(quarters(), "JPEG", exif=tags)).notes == ()


def test_camera_named_only_in_the_inner_directory_is_found() -> None:
    tags = Image.Exif()
    tags.get_ifd(0x8769)[0x829D] = 2.8
    assert ingest_image(encoded(quarters(), "JPEG", exif=tags)).notes == ("Camera data removed.",)


def test_looping_gif_has_no_hidden_text_note() -> None:
    assert ingest_image(good()["gif looping"]).notes == ("Animated: only its first frame is used.",)


def test_webp_first_frame_keeps_its_place_on_canvas() -> None:
    frame = encoded(quarters(), "WEBP", lossless=True)[12:]
    numbers = ((20, 3), (10, 3), (95, 3), (63, 3), (90, 3), (0, 1))  # x/2, y/2, width-1, height-1
    head = b"".join(number.to_bytes(size, "little") for number, size in numbers)
    canvas = struct.pack("<I", 0x12) + (199).to_bytes(3, "little") + (149).to_bytes(3, "little")
    chunks = ((b"VP8X", canvas), (b"ANIM", bytes(6)), (b"ANMF", head + frame))
    body = b"".join(name + struct.pack("<I", len(part)) + part for name, part in chunks)
    data = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body

    image = shown(ingest_image(data).data)
    assert image.size == (200, 150)
    assert corners(image.crop((40, 20, 136, 84))) == list(CORNERS)
    assert pixel(image, 39, 20) == pixel(image, 136, 83) == (255, 255, 255)
    assert verify_result(data).width_px == 200
