"""Drawing primitives. Pictures are RGB, masks mode L; lengths are pixels unless said otherwise."""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

RGB = tuple[int, int, int]
Point = tuple[float, float]
Size = tuple[int, int]
Box = tuple[int, int, int, int]

SOFT = Image.Resampling.BICUBIC
TUBES: tuple[RGB, ...] = ((255, 70, 150), (60, 220, 255), (255, 150, 60), (170, 110, 255))
"""Colours of neon."""
_RADIAL_EDGE = 179  # value of Image.radial_gradient in the middle of its edges


def rng(seed: int, *names: object) -> random.Random:
    """Return a generator of its own for each named part, so that parts never affect each other."""
    return random.Random(":".join(map(str, (seed, *names))))  # noqa: S311 - art is no secret


@lru_cache
def table(name: str, folder: Path = Path(__file__).parent) -> dict[str, list[str]]:
    """Return the lines "key: value" of a data file, by default of this folder, by their key."""
    lines: dict[str, list[str]] = {}
    for line in (folder / name).read_text("utf-8").splitlines():
        key, colon, value = line.partition(": ")
        if colon and not line.startswith("#"):
            lines.setdefault(key, []).append(value)
    return lines


def one_of(right: Iterable[str], word: str, what: str) -> str:
    """Return the word, or raise ValueError with the list of the right ones."""
    if word not in (words := list(right)):
        raise ValueError(f"no {what} is called {word!r}, only {', '.join(words)}")
    return word


@contextmanager
def told_where(file: str, line: int) -> Iterator[None]:
    """Put file and line before the message of a ValueError."""
    try:
        yield
    except ValueError as problem:
        raise ValueError(f"{file}, line {line}: {problem}") from None


def from_hex(code: str) -> RGB:
    """Return the colour that six hexadecimal digits name."""
    red, green, blue = bytes.fromhex(code)
    return red, green, blue


def mix(start: RGB, end: RGB, share: float) -> RGB:
    """Return the colour `share` (0 to 1) of the way from `start` to `end`."""
    (r, g, b), (r2, g2, b2) = start, end
    return round(r + (r2 - r) * share), round(g + (g2 - g) * share), round(b + (b2 - b) * share)


def scaled(colour: RGB, factor: float) -> RGB:
    """Return the colour made brighter or darker by `factor`."""
    red, green, blue = (clamp(part * factor) for part in colour)
    return red, green, blue


def times(colour: RGB, light: RGB) -> RGB:
    """Return the colour under coloured light; 255 means full light."""
    red, green, blue = (round(a * b / 255) for a, b in zip(colour, light, strict=True))
    return red, green, blue


def luma(colour: RGB) -> float:
    """Return the brightness of a colour, 0 to 255."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def noise(
    size: Size, dice: random.Random, cell: Point, octaves: int = 4, gain: float = 1.6
) -> Image.Image:
    """Return fractal noise (mode L) around 128; `cell` is the size of its largest features."""
    shrink = 2 if min(cell) >= 24 else 1
    work = (max(1, size[0] // shrink), max(1, size[1] // shrink))
    total = Image.new("L", work)
    for octave in range(octaves):
        wide, tall = (
            min(side, math.ceil(side * 2**octave * shrink / step) + 2)
            for side, step in zip(work, cell, strict=True)
        )
        layer = Image.frombytes("L", (wide, tall), dice.randbytes(wide * tall)).resize(work, SOFT)
        total = Image.blend(total, layer, 1 / (2 ** (octave + 1) - 1))
    stretched = total.point([clamp(128 + (i - 128) * gain) for i in range(256)])
    return stretched if work == size else stretched.resize(size, Image.Resampling.BILINEAR)


def curve(low: float, high: float) -> list[int]:
    """Return a lookup table that rises smoothly from 0 at `low` to 255 at `high`."""
    steps = (max(0.0, min(1.0, (i - low) / (high - low))) for i in range(256))
    return [round(255 * t * t * (3 - 2 * t)) for t in steps]


def relief(height: Image.Image, light: Point, strength: float = 1.0) -> Image.Image:
    """Return the shading (128 is neutral) of a height map lit from the direction `light`."""
    dx, dy = round(light[0]), round(light[1])
    toward, away = ImageChops.offset(height, -dx, -dy), ImageChops.offset(height, dx, dy)
    shading = ImageChops.subtract(toward, away, scale=1 / strength, offset=128)
    # An offset wraps round: what it brings to the edges from the other side is no slope.
    inner = (abs(dx), abs(dy), height.width - abs(dx), height.height - abs(dy))
    level = Image.new("L", height.size, 128)
    if inner[0] < inner[2] and inner[1] < inner[3]:
        level.paste(shading.crop(inner), inner)
    return level


def shade(picture: Image.Image, shading: Image.Image) -> Image.Image:
    """Return the picture darkened and lightened by a shading of the same size."""
    return ImageChops.overlay(picture, grey(shading))


def rippled(picture: Image.Image, size: Size, sway: float) -> Image.Image:
    """Return a picture or mask upside down in `size`, its rows pushed aside up to `sway` pixels."""
    (wide, tall), pieces = size, []
    margin = math.ceil(sway) + 1
    flipped = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((wide + 2 * margin, tall))
    for y in range(0, tall - 2, 2):
        depth = y / tall
        left = margin + math.sin(y / (1.2 + depth * 5)) * sway * (0.1 + 0.9 * depth)
        corners = (left, y, left, y + 2, left + wide, y + 2, left + wide, y)
        pieces.append(((0, y, wide, y + 2), corners))
    return flipped.transform(size, Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)


def gradient(size: Size, stops: Sequence[tuple[float, RGB]]) -> Image.Image:
    """Return a picture that runs from top to bottom through `stops` of (place 0 to 1, colour)."""
    levels = []
    for place in (i / 255 for i in range(256)):
        after = next((i for i, stop in enumerate(stops) if stop[0] >= place), len(stops) - 1)
        (start, low), (end, high) = stops[max(0, after - 1)], stops[after]
        levels.append(mix(low, high, (place - start) / (end - start) if end > start else 0))
    column = Image.linear_gradient("L").resize((1, size[1]), Image.Resampling.BILINEAR)
    column = grey(column).point([c[part] for part in range(3) for c in levels])
    return column.resize(size, Image.Resampling.NEAREST)


def grey(mask: Image.Image) -> Image.Image:
    """Return a mask as a picture of greys."""
    return Image.merge("RGB", [mask] * 3)


def fade(size: Size, stops: Sequence[tuple[float, int]]) -> Image.Image:
    """Return a mask that runs from top to bottom through `stops` of (place, 0 to 255)."""
    return gradient(size, [(place, (v, v, v)) for place, v in stops]).getchannel(0)


def paint(
    picture: Image.Image, colour: RGB | Image.Image, mask: Image.Image, at: Point = (0, 0)
) -> None:
    """Lay a colour, or a picture of the mask's size, over `picture` in place through a mask."""
    x, y = round(at[0]), round(at[1])
    picture.paste(colour, (x, y, x + mask.width, y + mask.height), mask)


def glow(
    picture: Image.Image,
    centre: Point,
    radius: Point | float,
    colour: RGB,
    strength: float = 1.0,
    power: float = 2.0,
) -> None:
    """Add soft round light to `picture` in place."""
    rx, ry = radius if isinstance(radius, tuple) else (radius, radius)
    left, top = centre[0] - rx, centre[1] - ry
    box = bounds(picture.size, [(left, top), (centre[0] + rx, centre[1] + ry)])
    if box is None or min(rx, ry) < 1:
        return
    kx, ky = 128 / rx, 128 / ry
    part = ((box[0] - left) * kx, (box[1] - top) * ky, (box[2] - left) * kx, (box[3] - top) * ky)
    x, y, x2, y2 = (max(0.0, min(256.0, value)) for value in part)
    size = (box[2] - box[0], box[3] - box[1])
    disc = Image.radial_gradient("L").resize(size, SOFT, box=(x, y, x2, y2))
    falloff = [round(255 * max(0.0, 1 - i / _RADIAL_EDGE) ** power) for i in range(256)]
    add_light(picture, disc.point(falloff), colour, strength, box[:2])


def add_light(
    picture: Image.Image, mask: Image.Image, colour: RGB, strength: float = 1.0, at: Size = (0, 0)
) -> None:
    """Add light of a colour to `picture` in place where a mask says so."""
    if bright := mask.getbbox():
        x, y = at
        box = (bright[0] + x, bright[1] + y, bright[2] + x, bright[3] + y)
        tables = [min(255, round(i * part * strength / 255)) for part in colour for i in range(256)]
        light = grey(mask.crop(bright)).point(tables)
        picture.paste(ImageChops.screen(picture.crop(box), light), box)


def polygon_mask(size: Size, outlines: Sequence[Sequence[Point]], finer: int = 3) -> Image.Image:
    """Return the mask of some polygons with smooth edges."""
    large = Image.new("L", (size[0] * finer, size[1] * finer), 0)
    pen = ImageDraw.Draw(large)
    for outline in outlines:
        pen.polygon([(x * finer, y * finer) for x, y in outline], fill=255)
    return large.reduce(finer)


def fill(picture: Image.Image, outline: Sequence[Point], colour: RGB, alpha: float = 1.0) -> None:
    """Fill a polygon on `picture` in place, with smooth edges."""
    if box := bounds(picture.size, outline):
        moved = [(x - box[0], y - box[1]) for x, y in outline]
        mask = polygon_mask((box[2] - box[0], box[3] - box[1]), [moved])
        picture.paste(colour, box, mask.point([round(i * alpha) for i in range(256)]))


def bounds(size: Size, points: Sequence[Point]) -> Box | None:
    """Return the box of pixels that holds the points, within a picture; None outside of it."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
    right, bottom = min(size[0], math.ceil(max(xs)) + 1), min(size[1], math.ceil(max(ys)) + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


def rect(x: float, y: float, x2: float, y2: float) -> list[Point]:
    """Return the corners of a rectangle."""
    return [(x, y), (x2, y), (x2, y2), (x, y2)]


def ellipse(x: float, y: float, rx: float, ry: float) -> list[Point]:
    """Return points around an ellipse."""
    turns = [math.tau * i / 60 for i in range(60)]
    return [(x + rx * math.cos(t), y + ry * math.sin(t)) for t in turns]


def smooth(points: Sequence[Point], closed: bool = True, pieces: int = 8) -> list[Point]:
    """Return a Catmull-Rom curve through the points."""
    count, result = len(points), []
    for i in range(count if closed else count - 1):
        near = [i + k if closed else min(count - 1, max(0, i + k)) for k in (-1, 0, 1, 2)]
        a, b, c, d = (points[n % count] for n in near)
        for t in (step / pieces for step in range(pieces)):
            w = (2 * t**2 - t - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
            x, y = (w[0] * a[k] + w[1] * b[k] + w[2] * c[k] + w[3] * d[k] for k in (0, 1))
            result.append((x / 2, y / 2))
    return result if closed else [*result, points[-1]]


def ridge(dice: random.Random, rough: float, steps: int = 8) -> list[float]:
    """Return a jagged line of 2**steps + 1 heights around 0 by midpoint displacement."""
    line, span = [dice.uniform(-0.5, 0.5), dice.uniform(-0.5, 0.5)], 0.5
    for _ in range(steps):
        middles = [(a + b) / 2 + dice.uniform(-span, span) for a, b in pairwise(line)]
        line = [y for pair in zip(line, middles, strict=False) for y in pair] + line[-1:]
        span *= rough
    return line


def soften(picture: Image.Image, radius: float) -> Image.Image:
    """Return the picture or mask blurred."""
    return picture.filter(ImageFilter.GaussianBlur(radius))


def clamp(value: float) -> int:
    """Return the nearest level, 0 to 255."""
    return max(0, min(255, round(value)))
