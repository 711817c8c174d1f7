"""Styles and grades, for any picture, by the steps of `filters.txt`.

A step uses only what lies near a pixel, so that an edit changes nothing far away.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.scene import Scene

_PAPER, _INK = (250, 246, 236), (26, 32, 52)


def fit(picture: Image.Image, size: art.Size) -> Image.Image:
    """Return the picture in exactly `size` pixels, cropped evenly to the new ratio."""
    how = Image.Resampling.LANCZOS
    return picture if picture.size == size else ImageOps.fit(picture, size, how)


def apply_filter(picture: Image.Image, name: str, seed: int) -> Image.Image:
    """Return the picture after the steps of a line of `filters.txt`; without one as it is."""
    source = picture
    for line in art.table("filters.txt").get(name, ()):
        for verb, *numbers in map(str.split, line.split(", ")):
            values = map(art.from_hex if verb == "tint" else float, numbers)
            picture = _STEPS[verb](picture, source, seed, *values)
    return picture


def relight(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return the picture in the scene's hour, weather, season and sky, as far as a filter can."""
    for name in (scene.hour, scene.weather, scene.season):
        picture = apply_filter(picture, name, scene.seed)
    if scene.sky is not None:  # the sky is what is bright and high: only that takes the colour
        grey = picture.convert("L")
        high = art.fade(picture.size, [(0, 255), (0.42, 235), (0.62, 0), (1, 0)])
        sky = ImageChops.multiply(art.soften(grey.point(art.curve(90, 190)), 2), high)
        tinted = ImageOps.colorize(grey, (10, 12, 20), (255, 255, 255), mid=scene.sky)
        picture = Image.composite(tinted, picture, sky)
    return picture


def _point(picture: Image.Image, gains: Sequence[float], lift: float) -> Image.Image:
    return picture.point([art.clamp(i * gain + lift) for gain in gains for i in range(256)])


def _median(picture: Image.Image, size: float) -> Image.Image:
    small = picture.reduce(2).filter(ImageFilter.MedianFilter(int(size)))
    return small.resize(picture.size, art.SOFT)


def _tones(picture: Image.Image, count: float) -> Image.Image:
    light = art.soften(picture.reduce(2), 1.2).convert("L")
    even = light.point([round(round(i / 255 * count) * 255 / count) for i in range(256)])
    shift = ImageChops.subtract(even, light, 1, 128).filter(ImageFilter.MedianFilter(5))
    return ImageChops.add(picture, art.grey(shift.resize(picture.size, art.SOFT)), 1, -128)


def _pixels(picture: Image.Image, rows: float) -> Image.Image:
    cell = max(4, round(picture.height / rows))
    small = (max(1, picture.width // cell), max(1, picture.height // cell))
    levels = [min(255, (i + 11) // 22 * 22) for i in range(256)] * 3
    few = picture.resize(small, Image.Resampling.BOX).point(levels)
    return few.resize(picture.size, Image.Resampling.NEAREST)


def _daubs(picture: Image.Image, seed: int, size: float, wobble: float) -> Image.Image:
    large, dice, pieces = _median(picture, size), art.rng(seed, "daubs"), []
    xs, ys = ([*range(0, side, 16), side] for side in picture.size)
    moved = {}
    for x, y in ((x, y) for x in xs for y in ys):  # what is at the edge stays there
        aside, down = (dice.uniform(-wobble, wobble) for _ in "xy")
        moved[x, y] = (x + aside * (0 < x < xs[-1]), y + down * (0 < y < ys[-1]))
    for (x, right), (y, foot) in ((a, b) for a in pairwise(xs) for b in pairwise(ys)):
        corners = ((x, y), (x, foot), (right, foot), (right, y))
        pieces.append(((x, y, right, foot), tuple(k for spot in corners for k in moved[spot])))
    return large.transform(picture.size, Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)


def _grain(picture: Image.Image, seed: int, wide: float, tall: float, force: float) -> Image.Image:
    cell = (max(3.0, wide * picture.height), max(3.0, tall * picture.height))
    grain = art.noise(picture.size, art.rng(seed, "grain", wide), cell, 4, force * 1.4)
    return art.shade(picture, grain)


def _torn(picture: Image.Image, seed: int) -> Image.Image:
    (width, height), inset = picture.size, round(picture.height * 0.035)
    sheet, edge = Image.new("RGB", picture.size, _PAPER), Image.new("L", picture.size)
    ImageDraw.Draw(edge).rectangle((inset, inset, width - inset, height - inset), fill=255)
    ragged = art.noise(picture.size, art.rng(seed, "edge"), (height / 12, height / 12), 5, 1.8)
    mask = ImageChops.add(art.soften(edge, inset * 0.5), ragged, 2).point(art.curve(96, 124))
    sheet.paste(picture, (0, 0), mask)
    return sheet


def _lines(
    picture: Image.Image, source: Image.Image, least: float, most: float, force: float
) -> Image.Image:
    grey = source.convert("L")
    lines = ImageChops.subtract(art.soften(grey, 4), art.soften(grey, 1), 0.16)
    ink = lines.point([round(level * force) for level in art.curve(least, most)])
    return Image.composite(Image.new("RGB", picture.size, _INK), picture, ink)


def _hatched(picture: Image.Image) -> Image.Image:
    """Draw with a pencil: outlines, strokes in half tones, crossed in the dark."""
    (width, height), grey = picture.size, ImageOps.autocontrast(picture.convert("L"), 1)
    grey = grey.point([round(255 * (i / 255) ** 0.7) for i in range(256)])
    green = picture.getchannel(1)  # tells a sun from its sky
    ink = ImageChops.subtract(art.soften(green, height * 0.003), art.soften(green, 0.6))
    ink, soft = ink.point([art.clamp((i - 3) * 14) for i in range(256)]), art.soften(grey, 2)
    for level, lean, step, force in ((150, 0.7, 90, 120), (90, -0.7, 84, 140), (48, 0.7, 140, 180)):
        strokes, gap = Image.new("L", picture.size), max(3, round(height / step))
        for x in range(-height, width + height, gap):
            ImageDraw.Draw(strokes).line((x, 0, x + lean * height, height), fill=force)
        dark = soft.point([art.clamp((level - i) * 6) for i in range(256)])
        ink = ImageChops.lighter(ink, ImageChops.multiply(art.soften(strokes, 0.5), dark))
    sheet = Image.blend(Image.new("RGB", picture.size, _PAPER), picture, 0.08)
    sheet.paste((52, 50, 58), (0, 0, width, height), ink)
    return sheet


def _vignette(picture: Image.Image) -> Image.Image:
    edge = Image.radial_gradient("L").resize(picture.size)
    edge = edge.point([355 - max(100, i) for i in range(256)])
    return ImageChops.multiply(picture, art.grey(edge))


def _border(picture: Image.Image) -> Image.Image:
    border = min(picture.size) // 28
    warm = ImageChops.multiply(picture, Image.new("RGB", picture.size, (255, 246, 226)))
    return ImageOps.expand(ImageOps.crop(warm, border), border, _PAPER)


_STEPS: dict[str, Callable[..., Image.Image]] = {
    "median": lambda p, _source, _seed, size: _median(p, size),
    "soft": lambda p, _source, _seed, share: art.soften(p, p.height * share),
    "grey": lambda p, *_: p.convert("L").convert("RGB"),
    "colour": lambda p, _source, _seed, amount: ImageEnhance.Color(p).enhance(amount),
    "blend": lambda p, source, _seed, share: Image.blend(p, source, share),
    "tones": lambda p, _source, _seed, count: _tones(p, count),
    "gain": lambda p, _source, _seed, *gains: _point(p, gains, 0),
    "lift": lambda p, _source, _seed, levels: _point(p, (1, 1, 1), levels),
    "contrast": lambda p, _source, _seed, gain: _point(p, [gain] * 3, 122 - 122 * gain),
    "tint": lambda p, _s, _seed, dark, mid, top: ImageOps.colorize(p.convert("L"), dark, top, mid),
    "pixels": lambda p, _source, _seed, rows: _pixels(p, rows),
    "daubs": lambda p, _source, seed, *how: _daubs(p, seed, *how),
    "relief": lambda p, _s, _seed, force: art.shade(p, art.relief(p.convert("L"), (1, 2), force)),
    "grain": lambda p, _source, seed, *how: _grain(p, seed, *how),
    "lines": lambda p, source, _seed, *how: _lines(p, source, *how),
    "hatched": lambda p, *_: _hatched(p),
    "vignette": lambda p, *_: _vignette(p),
    "border": lambda p, *_: _border(p),
    "torn": lambda p, _source, seed: _torn(p, seed),
    "mirror": lambda p, *_: ImageOps.mirror(p),
    "flip": lambda p, *_: ImageOps.flip(p),
    "crop": lambda p, *_: fit(ImageOps.crop(p, min(p.size) // 7), p.size),
}
