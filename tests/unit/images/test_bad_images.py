"""No bytes whatever get past the intake, exhaust it, or raise anything but a sentence."""

from __future__ import annotations

import struct
import time
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from components.studio.images.ingest import (
    ImageErrorCode,
    InvalidImageError,
    ingest_image,
    make_thumbnail,
    verify_result,
)
from tests.support.image_corpus import chunk, encoded, good, heic, quarters

_NAMES = sorted(name for name in good() if "orientation" not in name)


def refusal(data: bytes) -> InvalidImageError:
    with pytest.raises(InvalidImageError) as caught:
        ingest_image(data)
    return caught.value


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG that claims another size."""
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


def boxed_of(data: bytes, width: int, height: int) -> bytes:
    """A HEIC or AVIF that claims another size."""
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
        boxed_of(heic(quarters()), 30_000, 30_000),
        boxed_of(encoded(quarters(), "AVIF"), 15_000, 15_000),
    ],
    ids=lambda data: data[:12].hex(),
)
def test_a_bomb_is_refused_by_its_claim_alone(data: bytes) -> None:
    began = time.monotonic()
    assert refusal(data).code in {ImageErrorCode.TOO_MANY_PIXELS, ImageErrorCode.DAMAGED}
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 1}])
def test_a_jpeg_that_claims_more_than_its_bytes_can_say_is_refused(
    options: dict[str, object],
) -> None:
    plainest = Image.new("RGB", (3000, 2000), (90, 90, 90))
    assert ingest_image(encoded(plainest, "JPEG", **options)).width_px == 3000
    assert "stops in the middle" in refusal(jpeg_of(3000, 2000)).message
    assert "stops in the middle" in refusal(jpeg_of(10_000, 10_000)).message


def test_a_jpeg_of_countless_scans_is_refused() -> None:
    data = encoded(quarters(5000, 4000), "JPEG", progressive=True, quality=20)
    last = data.rindex(b"\xff\xda")
    bomb = data[:last] + data[last:-2] * 400 + data[-2:]
    began = time.monotonic()
    assert refusal(bomb).code is ImageErrorCode.DAMAGED
    assert time.monotonic() - began < 2


def test_a_file_of_countless_parts_is_refused() -> None:
    many = b"\xff\xd8" + b"\xff\xfe\x00\x02" * 1_000_000 + encoded(quarters(), "JPEG")[2:]
    empty = chunk(b"IDAT", b"")
    data = encoded(quarters(), "PNG")
    began = time.monotonic()
    assert refusal(many).code is ImageErrorCode.DAMAGED
    assert refusal(data[:33] + empty * 500_000 + data[33:]).code is ImageErrorCode.DAMAGED
    assert refusal(gif_of((16, 16), (0, 0, 16, 16))[:-2] + b"\x01\x00" * 5_000_000)
    assert time.monotonic() - began < 5


# Cut in the middle, the first picture of these is still whole.
@pytest.mark.parametrize("name", sorted(set(_NAMES) - {"jpeg mpo", "gif animated", "gif looping"}))
def test_a_file_that_stops_in_the_middle_is_called_damaged(name: str) -> None:
    data = good()[name]
    whole = data[: data.index(b"SECRETSECRET")] if "trailer" in name else data
    refused = refusal(whole[: len(whole) // 2])
    assert refused.code is ImageErrorCode.DAMAGED
    assert "stops in the middle" in refused.message or "damaged" in refused.message


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_cut_download_is_told_from_a_broken_file(form: str) -> None:
    noise = Image.effect_noise((90, 90), 80).convert("RGB")
    data = encoded(noise, form)
    assert "stops in the middle" in refusal(data[: len(data) * 2 // 3]).message


def survives(data: bytes) -> None:
    """Anything else that is raised, a warning of Pillow's included, fails the test."""
    for act in (ingest_image, verify_result, make_thumbnail):
        with suppress(InvalidImageError):
            act(data)


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    name=st.sampled_from(_NAMES),
    hits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8
    ),
)
def test_broken_bytes_raise_nothing_but_a_refusal(name: str, hits: list[tuple[float, int]]) -> None:
    data = bytearray(good()[name])
    for place, value in hits:
        data[int(place * len(data))] = value
    survives(bytes(data))


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(_NAMES),
    start=st.floats(0, 1),
    length=st.integers(0, 60),
    filling=st.binary(max_size=60),
)
def test_replaced_stretches_raise_nothing_but_a_refusal(
    name: str, start: float, length: int, filling: bytes
) -> None:
    data = good()[name]
    at = int(start * len(data))
    survives(data[:at] + filling + data[at + length :])


@settings(max_examples=100, deadline=None)
@given(head=st.sampled_from([data[:16] for data in good().values()]), tail=st.binary(max_size=300))
def test_made_up_files_raise_nothing_but_a_refusal(head: bytes, tail: bytes) -> None:
    survives(head + tail)
