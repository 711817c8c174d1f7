"""Looking at a small copy of a picture: where its sky is, and where the land begins."""

import statistics
from itertools import pairwise

from PIL import Image

from components.sandbox.painting.colour import RGB

SMALL = 144
"""Pixels of the longer side on which regions are looked for."""


def shrunk(picture: Image.Image) -> Image.Image:
    """Return an RGB copy of `picture` whose longer side is `SMALL` pixels."""
    scale = SMALL / max(picture.size)
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    return picture.convert("RGB").resize(size, Image.Resampling.BOX)


def pixels(picture: Image.Image) -> list[list[RGB]]:
    """Return the pixels of an RGB `picture`, row by row."""
    data = picture.tobytes()
    width, height = picture.size
    rows: list[list[RGB]] = []
    for y in range(height):
        row = data[y * width * 3 : (y + 1) * width * 3]
        rows.append([(row[3 * x], row[3 * x + 1], row[3 * x + 2]) for x in range(width)])
    return rows


def gap(first: RGB, second: RGB) -> int:
    """Return how far two colours lie apart, 0 to 765."""
    return abs(first[0] - second[0]) + abs(first[1] - second[1]) + abs(first[2] - second[2])


def _greenness(pixel: RGB) -> int:
    return pixel[1] - (pixel[0] + pixel[2]) // 2


def _glares(pixel: RGB, sky: RGB) -> bool:
    return sum(pixel) > sum(sky) and pixel[0] - pixel[2] < 76 and pixel[0] - pixel[1] < 40


def median(row: list[RGB]) -> RGB:
    """Return the colour in the middle of `row`, each channel by itself."""
    red, green, blue = (int(statistics.median(pixel[c] for pixel in row)) for c in range(3))
    return red, green, blue


def _water_line(rows: list[list[RGB]]) -> int:
    """Return the first row below which most columns change at once, as at a sea's horizon."""
    width, height = len(rows[0]), len(rows)
    for y in range(max(3, round(height * 0.25)), height - 1):
        trios = zip(rows[y - 3], rows[y - 1], rows[y + 1], strict=True)
        # A step counts where it is more than the sky's own gradient goes on to give.
        if sum(gap(b, c) > 17 + gap(a, b) for a, b, c in trios) > width * 0.5:
            return y
    return round(height * 0.8)


def open_sky(rows: list[list[RGB]]) -> tuple[list[list[bool]], int]:
    """Let the sky spread from the top row over all that changes gently; return it and its end.

    What is brighter than the sky above it and ends in sky again (sun, moon, clouds) is sky too; a
    snowy peak is brighter, but ends in rock, and is not.
    """
    width, limit = len(rows[0]), _water_line(rows)
    cells = [[False] * width for _ in rows]
    middle = median(rows[0])
    leafy = max(14, _greenness(middle) + 16)
    front = [(x, 0) for x in range(width) if gap(rows[0][x], middle) < 110]
    for x, y in front:
        cells[y][x] = True
    while front:
        x, y = front.pop()
        for nx, ny in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
            inside = 0 <= nx < width and 0 <= ny < limit
            if not inside or cells[ny][nx] or _greenness(rows[ny][nx]) > leafy:
                continue
            if gap(rows[ny][nx], rows[y][x]) < 24:
                cells[ny][nx] = True
                front.append((nx, ny))
    ends: list[int] = []
    for x in range(width):
        below = [y for y in range(limit) if cells[y][x]]
        ends.append(below[-1] + 1 if below else 0)
        for above, under in pairwise(below):
            between = range(above + 1, under)
            # The sun is bright and nearly white; the stripes of a balloon are bright and not.
            if between and all(_glares(rows[y][x], rows[above][x]) for y in between):
                for y in between:
                    cells[y][x] = True
    return cells, max(2, sorted(ends)[width * 6 // 10])


def horizon_of(picture: Image.Image) -> int:
    """Return the row, in pixels, where the sky of `picture` seems to end."""
    rows = pixels(shrunk(picture))
    return round(open_sky(rows)[1] * picture.height / len(rows))
