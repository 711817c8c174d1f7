"""A source with texture and its edit: slightly moved, other colors, and one square repainted."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = (480, 360)
SQUARE = (300, 200, 380, 280)
"""Left, top, right and bottom of what the edit changed, in pixels."""


def source_picture(size: tuple[int, int] = SIZE) -> Image.Image:
    """Cloudy texture in color, the same each time."""
    noise = np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), np.uint8)
    small = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(2))
    return Image.fromarray(
        np.clip((np.asarray(small).astype(float) - 128) * 4 + 128, 0, 255).astype(np.uint8)
    )


def edited_picture(source: Image.Image) -> Image.Image:
    """The source with a red square, moved by two pixels and a little brighter."""
    edited = source.copy()
    ImageDraw.Draw(edited).rectangle(SQUARE, fill=(220, 20, 30))
    moved = edited.transform(
        edited.size, Image.Transform.AFFINE, (1, 0, -2, 0, 1, 1), Image.Resampling.BICUBIC
    )
    return moved.point(lambda level: min(255, level + 4))


def as_png(picture: Image.Image) -> bytes:
    """The picture as a PNG file."""
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
