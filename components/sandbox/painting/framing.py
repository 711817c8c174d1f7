"""Framing: bringing a picture to the size that was asked for."""

from PIL import Image, ImageOps

from components.sandbox.painting.mark import unsign


def fit(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return `picture` cut about its centre to exactly `size` pixels, its mode kept.

    The corner mark is lifted first, so that a new one does not stand beside half of the old.
    """
    if picture.size == size:
        return picture.copy()
    return ImageOps.fit(unsign(picture), size, Image.Resampling.LANCZOS)
