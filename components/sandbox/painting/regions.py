"""Regions of a picture that an edit may touch: the sky, a subject, a hue; and filling a hole.

Every mask is mode L, as large as its picture, and exactly 0 where nothing may change.
"""

import statistics

from PIL import Image, ImageChops, ImageFilter

from components.sandbox.painting.brush import halo
from components.sandbox.painting.colour import RGB

_SMALL = 128
"""Pixels of the longer side on which regions are looked for."""


def _shrunk(picture: Image.Image) -> Image.Image:
    scale = _SMALL / max(picture.size)
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    return picture.convert("RGB").resize(size, Image.Resampling.BOX)


def _pixels(picture: Image.Image) -> list[list[RGB]]:
    data = picture.tobytes()
    width, height = picture.size
    rows: list[list[RGB]] = []
    for y in range(height):
        row = data[y * width * 3 : (y + 1) * width * 3]
        rows.append([(row[3 * x], row[3 * x + 1], row[3 * x + 2]) for x in range(width)])
    return rows


def _gap(first: RGB, second: RGB) -> int:
    return abs(first[0] - second[0]) + abs(first[1] - second[1]) + abs(first[2] - second[2])


def _median(row: list[RGB]) -> RGB:
    red, green, blue = (int(statistics.median(pixel[c] for pixel in row)) for c in range(3))
    return red, green, blue


def _edge(rows: list[list[RGB]]) -> tuple[list[int], int]:
    """Walk down from the top of each column; return where it leaves the sky, and the horizon."""
    width, height = len(rows[0]), len(rows)
    ends: list[int] = []
    for x in range(width):
        seen = rows[0][x]
        y = 1
        while y < height:
            here = rows[y][x]
            darker = sum(seen) - sum(here)
            if darker > 66 or _gap(here, rows[y - 1][x]) > 96:
                break
            seen = (
                (seen[0] * 3 + here[0]) // 4,
                (seen[1] * 3 + here[1]) // 4,
                (seen[2] * 3 + here[2]) // 4,
            )
            y += 1
        ends.append(y)
    low = [end for end in ends if end > height * 0.12]
    horizon = sorted(low)[len(low) * 3 // 4] if low else round(height * 0.4)
    return ends, min(horizon, round(height * 0.78))


def horizon_of(picture: Image.Image) -> int:
    """Return the row, in pixels, where the sky of `picture` seems to end."""
    rows = _pixels(_shrunk(picture))
    return round(_edge(rows)[1] * picture.height / len(rows))


def sky_mask(picture: Image.Image) -> Image.Image:
    """Return the sky: smooth pixels grown down from the top edge, with a narrow soft rim."""
    small = _shrunk(picture)
    rows = _pixels(small)
    ends, horizon = _edge(rows)
    width = small.width
    cells = bytearray(width * small.height)
    for y, row in enumerate(rows[: horizon + 1]):
        open_sky = [pixel for x, pixel in enumerate(row) if y < ends[x]]
        middle = _median(open_sky) if open_sky else None
        for x, pixel in enumerate(row):
            alike = middle is not None and _gap(pixel, middle) < 54
            if y < ends[x] or alike:
                cells[y * width + x] = 255
    mask = Image.frombytes("L", small.size, bytes(cells))
    mask = mask.filter(ImageFilter.MedianFilter(3))
    large = mask.resize(picture.size, Image.Resampling.BICUBIC)
    return _clean(large, 40)


def _clean(mask: Image.Image, floor: int) -> Image.Image:
    """Return `mask` with everything up to `floor` set to exactly nothing, the rest stretched."""
    return mask.point([0 if i <= floor else round((i - floor) / (255 - floor) * 255) for i in range(256)])


def subject_mask(picture: Image.Image) -> Image.Image:
    """Return the middle of the picture, where its subject is taken to be, with a wide soft rim."""
    width, height = picture.size
    mask = halo((width, height), (width * 0.5, height * 0.56), (width * 0.46, height * 0.56), 1.0)
    return mask.point([max(0, min(255, (i - 40) * 3)) for i in range(256)])


def salient_mask(picture: Image.Image, in_sky: bool) -> Image.Image:
    """Return the most conspicuous spot: what differs most from the rest of its rows.

    `in_sky` looks above the horizon only, and takes everything there that is not sky.
    """
    small = _shrunk(picture)
    rows = _pixels(small)
    width, height = small.size
    limit = _edge(rows)[1] if in_sky else height
    strange = bytearray(width * height)
    for y, row in enumerate(rows):
        middle = _median(row)
        if y < limit:
            for x, pixel in enumerate(row):
                strange[y * width + x] = min(255, _gap(pixel, middle))
    odd = Image.frombytes("L", small.size, bytes(strange))
    if in_sky:
        spots = odd.point([255 if i > 44 else 0 for i in range(256)]).filter(ImageFilter.MaxFilter(5))
    else:
        reach = max(4, round(min(width, height) * 0.13))
        heat = odd.filter(ImageFilter.GaussianBlur(reach * 0.6))
        weighted = ImageChops.multiply(heat, subject_mask(small).point([min(255, i + 90) for i in range(256)]))
        peak = max(range(width * height), key=weighted.tobytes().__getitem__)
        centre = (peak % width, peak // width)
        near = halo(small.size, centre, (reach * 1.9, reach * 1.9), 0.6).point([255 if i > 60 else 0 for i in range(256)])
        spots = odd.point([255 if i > 40 else 0 for i in range(256)]).filter(ImageFilter.MaxFilter(5))
        spots = ImageChops.multiply(spots, near)
    soft = spots.filter(ImageFilter.GaussianBlur(0.8)).resize(picture.size, Image.Resampling.BICUBIC)
    return _clean(soft.point([min(255, i * 2) for i in range(256)]), 16)


def hue_mask(picture: Image.Image, source: RGB) -> Image.Image:
    """Return the pixels whose hue is that of `source` and which are coloured enough to tell."""
    hue, saturation, value = Image.new("RGB", (1, 1), source).convert("HSV").tobytes()
    hues, saturations, values = picture.convert("RGB").convert("HSV").split()
    if saturation < 50:
        mask = saturations.point([255 if i < 52 else 0 for i in range(256)])
        return ImageChops.multiply(mask, values.point([255 if abs(i - value) < 60 else 0 for i in range(256)]))
    mask = hues.point([_nearness(i, hue) for i in range(256)])
    mask = ImageChops.multiply(mask, saturations.point([max(0, min(255, (i - 84) * 7)) for i in range(256)]))
    mask = ImageChops.multiply(mask, values.point([max(0, min(255, (i - 30) * 8)) for i in range(256)]))
    return mask.filter(ImageFilter.MedianFilter(3))


def _nearness(hue: int, wanted: int) -> int:
    away = min((hue - wanted) % 256, (wanted - hue) % 256)
    return max(0, min(255, round((17 - away) * 48)))


def filled(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """Return the RGB `picture` with what `mask` covers replaced by what surrounds it.

    Colours flow in from the rim, first coarsely and then ever finer.
    """
    hole = mask.point([255 if i else 0 for i in range(256)]).filter(ImageFilter.MaxFilter(5))
    known = picture.copy()
    known.putalpha(ImageChops.invert(hole))
    fill = picture.copy()
    for scale in (96, 48, 24, 12, 6, 3):
        size = (max(1, picture.width // scale), max(1, picture.height // scale))
        coarse = known.resize(size, Image.Resampling.BOX)
        solid = coarse.getchannel("A").point([0 if i < 24 else 255 for i in range(256)])
        wide = coarse.convert("RGB").resize(picture.size, Image.Resampling.BICUBIC)
        trust = solid.filter(ImageFilter.GaussianBlur(0.6)).resize(picture.size, Image.Resampling.BICUBIC)
        if scale == 96:
            fill = wide
        else:
            fill.paste(wide, (0, 0), trust)
    return Image.composite(fill, picture, mask)
