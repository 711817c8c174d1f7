"""Reads pixels of encoded images and compares colors with a tolerance."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

Pixel = tuple[int, ...]


def shown(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def pixel(image: Image.Image, x: int, y: int) -> Pixel:
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    return tuple(int(level) for level in value)


def corners(image: Image.Image) -> list[Pixel]:
    right, bottom = image.width - 9, image.height - 9
    return [pixel(image, x, y) for y in (8, bottom) for x in (8, right)]


def near(found: Pixel, wanted: Pixel, tolerance: int = 14) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(found[:3], wanted, strict=True))
