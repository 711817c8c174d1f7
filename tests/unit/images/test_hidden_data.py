"""Nothing that a PNG carries beside its pixels comes in with them."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from components.studio.images.ingest import ingest_image
from tests.support.image_asserts import shown
from tests.support.image_corpus import chunk, encoded, png, png_with, quarters, see_through

ROWS = (b"\0" + bytes(range(96))) * 32  # of a picture of 32×32 in RGB
CLEAR_PNG = encoded(see_through(), "PNG")


def png_hiding(packed: bytes, *extra: bytes, after: bytes = b"") -> bytes:
    whole = png(32, 32, 8, 2, bytes(96), *extra)
    start, end = whole.index(b"IDAT") - 4, whole.index(b"IEND") - 4
    return whole[:start] + chunk(b"IDAT", packed) + after + whole[end:]


@pytest.mark.parametrize(
    ("hidden_in", "colour", "data"),
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
        ("a key for nothing", 6, lambda: png_with(CLEAR_PNG, chunk(b"tRNS", b"SECRET"))),
    ],
)
def test_nothing_hides_among_the_pixels_of_a_png(
    hidden_in: str, colour: int, data: Callable[[], bytes]
) -> None:
    source = data()
    assert b"SECRET" in source
    assert source[25] == colour
    kept = ingest_image(source).data
    assert b"SECRET" not in kept, hidden_in
    assert shown(kept).tobytes() == shown(source).tobytes()


def test_a_png_that_is_broken_behind_its_last_row_is_written_anew() -> None:
    packed = zlib.compress(ROWS + bytes(2000), 0)
    wanted = shown(png_hiding(zlib.compress(ROWS))).tobytes()
    for broken in (packed[:-9], packed[:-4] + b"\xff\xff\xff\xff"):
        kept = ingest_image(png_hiding(broken)).data
        assert shown(kept).tobytes() == wanted
        assert broken not in kept


def test_a_compressed_text_is_never_unpacked() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    data = png_with(
        encoded(quarters(), "PNG"),
        chunk(b"zTXt", b"x\0\0" + bomb),
        chunk(b"iTXt", b"x\0\1\0\0\0" + bomb),
        chunk(b"iCCP", b"x\0\0" + bomb),
    )
    assert ingest_image(data).width_px == 96
