"""Hostile and damaged files raise InvalidImageError, and nothing else."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from components.studio.images.decode import parse_container
from components.studio.images.ingest import (
    ImageErrorCode,
    InvalidImageError,
    ingest_image,
    verify_result,
)
from components.studio.images.store import make_thumbnails
from tests.support.image_corpus import chunk, encoded, good, heic, quarters

_NAMES = sorted(name for name in good() if "orientation" not in name)


def ingest_error(data: bytes) -> InvalidImageError:
    with pytest.raises(InvalidImageError) as caught:
        ingest_image(data)
    return caught.value


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    data = encoded(quarters(), "JPEG")
    frame = data.index(b"\xff\xc0")
    return data[: frame + 5] + struct.pack(">HH", height, width) + data[frame + 9 :]


def png_of(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def gif_of(screen: tuple[int, int], frame: tuple[int, int, int, int]) -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", *screen, 0x80, 0, 0)
        + bytes(6)
        + b"\x2c"
        + struct.pack("<HHHHB", *frame, 0)
        + b"\x02\x02\x44\x01\x00\x3b"
    )


def webp_of(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    body = b"\x2f" + struct.pack("<I", bits) + bytes(20)
    return b"RIFF" + struct.pack("<I", 12 + len(body)) + b"WEBPVP8L\x19\0\0\0" + body


def heif_of(data: bytes, width: int, height: int) -> bytes:
    """A HEIC or AVIF whose header claims another size."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


@pytest.mark.parametrize(
    "data",
    [
        jpeg_of(65_500, 65_500),
        png_of(50_000, 50_000),
        png_of(0x7FFFFFFF, 0x7FFFFFFF),
        png_of(9_000, 9_000),
        gif_of((65_535, 65_535), (0, 0, 16, 16)),
        gif_of((16, 16), (0, 0, 65_535, 65_535)),
        gif_of((16, 16), (40_000, 40_000, 16, 16)),
        webp_of(16_384, 16_384),
        heif_of(heic(quarters()), 30_000, 30_000),
        heif_of(encoded(quarters(), "AVIF"), 15_000, 15_000),
    ],
    ids=lambda data: data[:12].hex(),
)
def test_decompression_bomb_is_rejected_before_decoding(data: bytes) -> None:
    with pytest.raises(InvalidImageError) as caught:
        parse_container(data)  # decodes nothing
    assert caught.value.code in {ImageErrorCode.TOO_MANY_PIXELS, ImageErrorCode.DAMAGED}


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 1}])
def test_jpeg_with_too_few_bytes_for_its_size_is_rejected(
    options: dict[str, object],
) -> None:
    plainest = Image.new("RGB", (3000, 2000), (90, 90, 90))
    assert ingest_image(encoded(plainest, "JPEG", **options)).width_px == 3000
    assert "stops in the middle" in ingest_error(jpeg_of(3000, 2000)).message
    assert "stops in the middle" in ingest_error(jpeg_of(10_000, 10_000)).message


def test_jpeg_with_too_many_scans_is_rejected_before_decoding() -> None:
    data = encoded(quarters(5000, 4000), "JPEG", progressive=True, quality=20)
    last = data.rindex(b"\xff\xda")
    bomb = data[:last] + data[last:-2] * 400 + data[-2:]
    with pytest.raises(InvalidImageError) as caught:
        parse_container(bomb)  # decodes nothing
    assert caught.value.code is ImageErrorCode.DAMAGED


def test_file_with_too_many_parts_is_rejected() -> None:
    many = b"\xff\xd8" + b"\xff\xfe\x00\x02" * 1_000_000 + encoded(quarters(), "JPEG")[2:]
    empty = chunk(b"IDAT", b"")
    data = encoded(quarters(), "PNG")
    assert ingest_error(many).code is ImageErrorCode.DAMAGED
    assert ingest_error(data[:33] + empty * 500_000 + data[33:]).code is ImageErrorCode.DAMAGED
    gif = gif_of((16, 16), (0, 0, 16, 16))[:-2] + b"\x01\x00" * 5_000_000
    assert ingest_error(gif).code is ImageErrorCode.DAMAGED


# The first image of the others is still whole when the file is cut in the middle.
@pytest.mark.parametrize("name", sorted(set(_NAMES) - {"jpeg mpo", "gif animated", "gif looping"}))
def test_truncated_file_is_rejected_as_damaged(name: str) -> None:
    data = good()[name]
    whole = data[: data.index(b"SECRETSECRET")] if "trailer" in name else data
    error = ingest_error(whole[: len(whole) // 2])
    assert error.code is ImageErrorCode.DAMAGED
    assert "stops in the middle" in error.message or "damaged" in error.message


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_truncated_file_is_named_in_message(form: str) -> None:
    noise = Image.effect_noise((90, 90), 80).convert("RGB")
    data = encoded(noise, form)
    assert "stops in the middle" in ingest_error(data[: len(data) * 2 // 3]).message


def cut_with_end_mark(data: bytes, share: float) -> bytes:
    """A JPEG of which a share is left, and its end mark."""
    return data[: int(len(data) * share)].rstrip(b"\xff") + b"\xff\xd9"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"subsampling": 0},
        {"optimize": True},
        {"restart_marker_rows": 2},
        {"restart_marker_blocks": 5},
        {"progressive": True},
        {"progressive": True, "restart_marker_rows": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_cut_jpeg_with_end_mark_is_rejected(
    mode: str, options: dict[str, object], share: float
) -> None:
    noise = Image.effect_noise((333, 257), 80).convert("RGB").convert(mode)
    whole = encoded(noise, "JPEG", **options)
    assert ingest_image(whole).width_px == verify_result(whole).width_px == 333
    for act in (ingest_image, verify_result, make_thumbnails):
        with pytest.raises(InvalidImageError) as caught:
            act(cut_with_end_mark(whole, share))
        assert caught.value.code is ImageErrorCode.DAMAGED


@pytest.mark.parametrize("mark", [b"\xff\xd0", b"\xff\xd8", b"\xff\x01"])
def test_jpeg_with_stray_mark_among_its_pixels_is_rejected(mark: bytes) -> None:
    data = encoded(Image.effect_noise((99, 99), 80), "JPEG")
    middle = len(data) * 3 // 4
    half = data[:middle].rstrip(b"\xff")
    assert ingest_error(half + mark + data[middle:]).code is ImageErrorCode.DAMAGED


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("size", [(16, 16), (17, 40), (200, 31)])
@pytest.mark.parametrize("quality", [1, 50, 100])
def test_whole_jpeg_of_any_size_is_accepted(
    size: tuple[int, int], quality: int, progressive: bool
) -> None:
    for image in (Image.effect_noise(size, 90), Image.new("RGB", size, (9, 99, 200))):
        data = encoded(image, "JPEG", quality=quality, progressive=progressive)
        assert ingest_image(data).height_px == size[1]


def assert_only_invalid_image_error(data: bytes) -> None:
    """Any other error fails the test, also a warning from Pillow."""
    for act in (ingest_image, verify_result, make_thumbnails):
        with suppress(InvalidImageError):
            act(data)


@settings(
    max_examples=125,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    name=st.sampled_from(_NAMES),
    hits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8
    ),
)
def test_flipped_bytes_raise_only_invalid_image_error(
    name: str, hits: list[tuple[float, int]]
) -> None:
    data = bytearray(good()[name])
    for place, value in hits:
        data[int(place * len(data))] = value
    assert_only_invalid_image_error(bytes(data))


@settings(max_examples=75, deadline=None)
@given(
    name=st.sampled_from(_NAMES),
    start=st.floats(0, 1),
    length=st.integers(0, 60),
    filling=st.binary(max_size=60),
)
def test_replaced_ranges_raise_only_invalid_image_error(
    name: str, start: float, length: int, filling: bytes
) -> None:
    data = good()[name]
    at = int(start * len(data))
    assert_only_invalid_image_error(data[:at] + filling + data[at + length :])


@settings(max_examples=100, deadline=None)
@given(head=st.sampled_from([data[:16] for data in good().values()]), tail=st.binary(max_size=300))
def test_random_files_raise_only_invalid_image_error(head: bytes, tail: bytes) -> None:
    assert_only_invalid_image_error(head + tail)
