"""Data hidden in an image file does not survive ingest."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from components.studio.images.ingest import ingest_image
from tests.support.image_asserts import shown
from tests.support.image_corpus import (
    chunk,
    encoded,
    exif,
    good,
    jpeg_with,
    png,
    png_with,
    quarters,
    see_through,
)

ROWS = (b"\0" + bytes(range(96))) * 32  # of a 32×32 RGB image


def png_hiding(packed: bytes, *extra: bytes, after: bytes = b"") -> bytes:
    whole = png(32, 32, 8, 2, bytes(96), *extra)
    start, end = whole.index(b"IDAT") - 4, whole.index(b"IEND") - 4
    return whole[:start] + chunk(b"IDAT", packed) + after + whole[end:]


@pytest.mark.parametrize(
    ("hidden_in", "color_type", "data"),
    [
        ("behind the packed rows", 2, lambda: png_hiding(zlib.compress(ROWS) + b"SECRET")),
        ("packed with the rows", 2, lambda: png_hiding(zlib.compress(ROWS + b"SECRET", 0))),
        (
            "a chunk of its own",
            2,
            lambda: png_hiding(zlib.compress(ROWS), after=chunk(b"IDAT", b"SECRET")),
        ),
        (
            "a palette for nothing",
            2,
            lambda: png_hiding(zlib.compress(ROWS), chunk(b"PLTE", b"SECRET")),
        ),
    ],
)
def test_hidden_data_in_png_pixels_is_removed(
    hidden_in: str, color_type: int, data: Callable[[], bytes]
) -> None:
    source = data()
    assert b"SECRET" in source
    assert source[25] == color_type
    kept = ingest_image(source).data
    assert b"SECRET" not in kept, hidden_in
    assert shown(kept).tobytes() == shown(source).tobytes()


def test_key_for_nothing_in_transparent_png_is_removed() -> None:
    data = png_with(encoded(see_through(), "PNG"), chunk(b"tRNS", b"SECRET"))
    assert b"SECRET" not in ingest_image(data).data


def test_png_broken_after_last_row_is_reencoded() -> None:
    packed = zlib.compress(ROWS + bytes(2000), 0)
    wanted = shown(png_hiding(zlib.compress(ROWS))).tobytes()
    for broken in (packed[:-9], packed[:-4] + b"\xff\xff\xff\xff"):
        kept = ingest_image(png_hiding(broken)).data
        assert shown(kept).tobytes() == wanted
        assert broken not in kept


def test_compressed_png_text_is_never_inflated() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    data = png_with(
        encoded(quarters(), "PNG"),
        chunk(b"zTXt", b"x\0\0" + bomb),
        chunk(b"iTXt", b"x\0\1\0\0\0" + bomb),
        chunk(b"iCCP", b"x\0\0" + bomb),
    )
    assert ingest_image(data).width_px == 96


SECRET = b"SECRET" * 6
PHOTO = Image.effect_noise((333, 257), 60).convert("RGB")
JPEG = encoded(PHOTO, "JPEG")


def before_mark(data: bytes, mark: bytes, hidden: bytes = SECRET) -> bytes:
    """The data with bytes in front of a mark's last place."""
    at = data.rindex(mark)
    return data[:at] + hidden + data[at:]


def jpeg_with_many_tables() -> bytes:
    """A JPEG whose tables are sent ten times; only the last ones are used."""
    table = bytes([0]) + SECRET.ljust(64, b"x")
    return jpeg_with(JPEG, *[(0xDB, table)] * 20)


@pytest.mark.parametrize(
    "data",
    [
        before_mark(JPEG, b"\xff\xd9"),
        before_mark(JPEG, b"\xff\xd9", b"\xff\xfe\x00\x26" + SECRET),
        before_mark(encoded(PHOTO, "JPEG", optimize=True), b"\xff\xd9"),
        JPEG + SECRET,
        JPEG[:-2] + b"\xff\xd9" + JPEG[:-2] + SECRET + b"\xff\xd9",
        JPEG.replace(b"\xff\xc0", SECRET + b"\xff\xc0"),
        jpeg_with(JPEG, (0xE0, SECRET), (0xE5, SECRET), (0xEF, SECRET), (0xFE, SECRET)),
        jpeg_with(JPEG, (0xEE, b"Adobe\0" + b"\x64\0\0\0\0\1" + SECRET)),
        jpeg_with_many_tables(),
        before_mark(encoded(PHOTO, "JPEG", restart_marker_rows=1), b"\xff\xd3"),
        before_mark(encoded(PHOTO, "JPEG", progressive=True), b"\xff\xd9"),
        before_mark(encoded(PHOTO, "JPEG", progressive=True), b"\xff\xda"),
        before_mark(encoded(PHOTO, "JPEG", progressive=True), b"\xff\xc4"),
    ],
    ids=range(13),
)
def test_hidden_data_in_jpeg_is_removed(data: bytes) -> None:
    assert SECRET in data
    ingested = ingest_image(data)
    assert SECRET not in ingested.data
    assert (ingested.width_px, ingested.height_px) == (333, 257)


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"quality": 30}, {"subsampling": 0}])
def test_jpeg_without_hidden_data_keeps_its_pixels(options: dict[str, object]) -> None:
    data = encoded(PHOTO, "JPEG", **options)
    scan = data[data.index(b"\xff\xda") :]
    assert ingest_image(data).data.endswith(scan)


def webp_with(data: bytes, name: bytes, body: bytes) -> bytes:
    """A WebP with one more chunk at its end."""
    packed = data + name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return packed[:4] + struct.pack("<I", len(packed) - 8) + packed[8:]


@pytest.mark.parametrize(
    "data",
    [
        good()["gif"] + b"SECRET",
        good()["gif"][:-1] + b"\x21\xfe\x06SECRET\x00\x3b",
        good()["gif"][:-1] + b"\x21\xff\x0bSECRETSTUDY\x06SECRET\x00\x3b",
        good()["gif animated"] + b"SECRET",
        good()["webp"] + b"SECRET",
        webp_with(good()["webp"], b"SECR", b"ET SECRET"),
        webp_with(good()["webp location"], b"XMP ", b"SECRET"),
        webp_with(good()["webp alpha"], b"SECR", b"ET SECRET"),
        webp_with(good()["webp animated"], b"SECR", b"ET SECRET"),
        encoded(quarters(), "WEBP", lossless=True, exif=exif(), xmp=b"SECRET"),
    ],
    ids=lambda data: f"{data[:4].decode()} {len(data)}",
)
def test_hidden_data_in_gif_and_webp_is_removed(data: bytes) -> None:
    assert b"SECRET" in data
    assert b"SECRET" not in ingest_image(data).data


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_later_frames_are_removed(form: str) -> None:
    still = encoded(quarters(), form, lossless=True)
    animated = encoded(
        quarters(), form, lossless=True, save_all=True, append_images=[see_through("RGB")]
    )
    kept = ingest_image(animated).data
    assert len(kept) == len(ingest_image(still).data)
    assert shown(kept).tobytes() == shown(ingest_image(still).data).tobytes()
