"""Healing: filling a hole in a picture from what surrounds it."""

from PIL import Image, ImageChops, ImageFilter

_SMALL = 144
"""Pixels of the longer side on which a hole is filled."""


def solid(picture: Image.Image) -> Image.Image:
    """Return the RGBA `picture` as RGB, its empty parts filled from coarser copies of itself."""
    if min(picture.size) <= 1 or picture.getchannel("A").getextrema()[0] == 255:
        return picture.convert("RGB")
    smaller = picture.resize(
        (max(1, picture.width // 2), max(1, picture.height // 2)), Image.Resampling.BOX
    )
    coarse = solid(smaller).resize(picture.size, Image.Resampling.BICUBIC)
    seen = picture.getchannel("A").point([0 if i < 40 else 255 for i in range(256)])
    return Image.composite(picture.convert("RGB"), coarse, seen)


def filled(
    picture: Image.Image, mask: Image.Image, among: Image.Image | None = None
) -> Image.Image:
    """Return the RGB `picture` with what `mask` covers replaced by what surrounds it.

    Colours flow in from the rim, the finer the nearer to it, and only from what `among` covers.
    """
    hole = mask.point([255 if i else 0 for i in range(256)]).filter(ImageFilter.MaxFilter(5))
    source = ImageChops.invert(hole)
    if among is not None and ImageChops.multiply(source, among).getbbox():
        source = ImageChops.multiply(source, among)
    scale = _SMALL / max(picture.size)
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    known = picture.copy()
    known.putalpha(source)
    coarse = known.resize(size, Image.Resampling.BOX)
    fill = _relaxed(solid(coarse), coarse.getchannel("A"))
    return Image.composite(fill.resize(picture.size, Image.Resampling.BICUBIC), picture, mask)


def _relaxed(picture: Image.Image, known: Image.Image) -> Image.Image:
    """Return the small RGB `picture` with what is not `known` drawn smooth like a soap film."""
    width, height = picture.size
    free = [
        y * width + x
        for y in range(1, height - 1)
        for x in range(1, width - 1)
        if known.getpixel((x, y)) != 255
    ]
    sweeps = max(10, min(60, 60_000 // max(1, len(free))))
    planes: list[Image.Image] = []
    for plane in picture.split():
        level = [float(value) for value in plane.tobytes()]
        for _ in range(sweeps):
            for at in free:
                mean = (level[at - 1] + level[at + 1] + level[at - width] + level[at + width]) / 4
                level[at] += 1.75 * (mean - level[at])
        flat = bytes(max(0, min(255, round(value))) for value in level)
        planes.append(Image.frombytes("L", picture.size, flat))
    return Image.merge("RGB", planes)
