"""Styles and grades, for any picture; and a new light for pictures that were not drawn here.

A style uses only what lies near a pixel, so that an edit changes nothing far away.
"""

from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.scene import Grade, Scene, Style

_Filter = Callable[[Image.Image], Image.Image]
_PAPER: art.RGB = (250, 246, 236)


def fit(picture: Image.Image, size: art.Size) -> Image.Image:
    """Return the picture in exactly `size` pixels, cropped evenly to the new ratio."""
    how = Image.Resampling.LANCZOS
    return picture if picture.size == size else ImageOps.fit(picture, size, how)


def apply_grades(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return the picture with the scene's grades applied in their order."""
    for grade in scene.grades:
        picture = _GRADES.get(grade, _gain(grade))(picture)
    return picture


def relight(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return the picture in the scene's hour, weather, season and sky, as far as a filter can."""
    for name in (scene.hour, scene.weather, scene.season):
        picture = _gain(name)(picture)
    if scene.sky is not None:  # the sky is what is bright and high: only that takes the colour
        grey = picture.convert("L")
        high = art.fade(picture.size, [(0, 255), (0.42, 235), (0.62, 0), (1, 0)])
        sky = ImageChops.multiply(art.soften(grey.point(art.curve(90, 190)), 2), high)
        tinted = ImageOps.colorize(grey, (10, 12, 20), (255, 255, 255), mid=scene.sky)
        picture = Image.composite(tinted, picture, sky)
    return picture


def vignetted(picture: Image.Image) -> Image.Image:
    """Return the picture darker toward its corners."""
    edge = Image.radial_gradient("L").resize(picture.size)
    edge = edge.point([255 - max(0, i - 100) for i in range(256)])
    return ImageChops.multiply(picture, Image.merge("RGB", [edge] * 3))


def _gain(name: str) -> _Filter:
    """Return the gain of an hour, weather, season or grade; most leave a picture as it is."""
    gains = art.table("palettes.txt").get(f"gain-{name}", ["1 1 1"])[0].split()
    tables = [min(255, round(i * float(gain))) for gain in gains for i in range(256)]
    return lambda picture: picture.point(tables)


def _colour(amount: float) -> _Filter:
    return lambda picture: ImageEnhance.Color(picture).enhance(amount)


def _sepia(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(picture.convert("L"), (38, 24, 14), (255, 242, 214), (156, 118, 82))


_HARD = [max(0, min(255, round((i - 122) * 1.4 + 122))) for i in range(256)] * 3
_GRADES: dict[Grade, _Filter] = {
    Grade.GREY: lambda picture: picture.convert("L").convert("RGB"),
    Grade.SEPIA: _sepia,
    Grade.VIVID: _colour(1.55),
    Grade.MUTED: _colour(0.5),
    Grade.CONTRAST: lambda picture: picture.point(_HARD),
    Grade.SOFT: lambda picture: Image.blend(picture, art.soften(picture, 8), 0.6),
    Grade.VINTAGE: lambda picture: vignetted(_gain("warm")(_colour(0.6)(picture))),
    Grade.BLUR: lambda picture: art.soften(picture, picture.height / 90),
    Grade.MIRROR: ImageOps.mirror,
    Grade.UPSIDE_DOWN: ImageOps.flip,
    Grade.CLOSER: lambda picture: fit(ImageOps.crop(picture, min(picture.size) // 7), picture.size),
}


def apply_style(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return the picture in the scene's style."""
    style = _STYLES.get(scene.style)
    return style(picture, scene.seed) if style else picture


def _daubs(picture: Image.Image, size: int, seed: int, wobble: float) -> Image.Image:
    """Return the picture in flat daubs with uneven edges."""
    small = picture.reduce(2).filter(ImageFilter.MedianFilter(size))
    large, (width, height), cell = small.resize(picture.size, art.SOFT), picture.size, 16
    dice, pieces = art.rng(seed, "daubs"), []
    spots = [(x, y) for x in range(0, width + cell, cell) for y in range(0, height + cell, cell)]
    moved = {spot: [k + dice.uniform(-wobble, wobble) for k in spot] for spot in spots}
    for x, y in ((x, y) for x, y in spots if x < width and y < height):
        corners = ((x, y), (x, y + cell), (x + cell, y + cell), (x + cell, y))
        source = tuple(value for corner in corners for value in moved[corner])
        pieces.append(((x, y, min(width, x + cell), min(height, y + cell)), source))
    return large.transform(picture.size, Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)


def _watercolour(picture: Image.Image, seed: int) -> Image.Image:
    size = (width, height) = picture.size
    wash = _daubs(picture, 5, seed, 2.4)
    edges = art.soften(wash.convert("L").filter(ImageFilter.FIND_EDGES), 0.8)
    edges = edges.point([i // 3 for i in range(256)])
    pools = art.noise(size, art.rng(seed, "pools"), (width / 7, width / 7), 5, 0.6)
    sheet = Image.new("RGB", size, _PAPER)
    wash = art.shade(Image.blend(wash, sheet, 0.26), pools)
    wash = ImageChops.subtract(wash, Image.merge("RGB", [edges] * 3))
    inset, edge = round(height * 0.035), Image.new("L", size, 0)
    ImageDraw.Draw(edge).rectangle((inset, inset, width - inset, height - inset), fill=255)
    ragged = art.noise(size, art.rng(seed, "edge"), (height / 12, height / 12), 5, 1.8)
    mask = ImageChops.add(art.soften(edge, inset * 0.5), ragged, 2).point(art.curve(96, 124))
    sheet.paste(wash, (0, 0), mask)
    tooth = art.noise(size, art.rng(seed, "paper"), (5, 5), 2, 0.8)
    return art.shade(sheet, art.relief(tooth, (1, 1), 0.2))


def _oil(picture: Image.Image, seed: int) -> Image.Image:
    daubs = ImageEnhance.Color(_daubs(picture, 5, seed, 5.0)).enhance(1.25)
    (width, height), dice = picture.size, art.rng(seed, "strokes")
    strokes = art.noise((width * 2, height * 2), dice, (height / 12, height / 60), 4, 2.0)
    slant = (1, 0.3, 0, 0.3, 1, 0)
    strokes = strokes.transform(picture.size, Image.Transform.AFFINE, slant, art.SOFT)
    edges = art.relief(daubs.convert("L"), (1, 2), 0.6)
    return art.shade(daubs, Image.blend(art.relief(strokes, (1, 2), 0.3), edges, 0.45))


def _ink(picture: Image.Image, seed: int) -> Image.Image:
    grey, size = picture.convert("L").filter(ImageFilter.MedianFilter(3)), picture.size
    wobble = art.noise(size, art.rng(seed, "ink"), (40, 40), 3, 0.35)
    tone, sheet = art.soften(ImageChops.add(grey, wobble, 1, -128), 1.5), Image.new("L", size, 248)
    for limit, lean, pitch in ((150, 0.6, 12), (104, -0.6, 12), (66, 0.2, 9), (36, -0.2, 8)):
        hatch = Image.new("L", size, 255)
        pen = ImageDraw.Draw(hatch)
        for x in range(-size[1], size[0] + size[1], pitch):
            pen.line((x, 0, x + lean * size[1], size[1]), fill=40, width=2)
        dark = tone.point(art.curve(limit + 12, limit - 12))
        sheet.paste(ImageChops.darker(sheet, art.soften(hatch, 0.7)), (0, 0), dark)
    lines = ImageChops.subtract(art.soften(grey, 4), art.soften(grey, 0.7), 0.12)
    sheet = ImageChops.subtract(sheet, lines.point(art.curve(30, 150)))
    return ImageOps.colorize(sheet, (34, 32, 46), _PAPER)


def _pencil(picture: Image.Image, seed: int) -> Image.Image:
    """Return the picture as lines and soft strokes of graphite."""
    grey, size = picture.convert("L").filter(ImageFilter.MedianFilter(3)), picture.size
    # What is darker than its surroundings is a line.
    lines = ImageChops.subtract(art.soften(grey, 4), art.soften(grey, 0.8), 0.2)
    dark = ImageOps.invert(art.soften(grey, 2)).point(art.curve(70, 280))
    stroke = art.noise((size[0] * 2, size[1] * 2), art.rng(seed, "graphite"), (70, 3.5), 3, 2.4)
    lean = (0.8, 0.6, 0, -0.6, 0.8, size[0] * 0.6)
    stroke = stroke.transform(size, Image.Transform.AFFINE, lean, art.SOFT)
    tone = ImageChops.multiply(dark, stroke.point(art.curve(70, 200)))
    ink = ImageChops.add(tone.point([i * 3 // 4 for i in range(256)]), lines.point(art.curve(20, 130)))
    return ImageOps.colorize(ImageOps.invert(ink), (58, 58, 66), _PAPER)


def _pixel(picture: Image.Image, _seed: int) -> Image.Image:
    cell = max(4, round(picture.height / 150))
    small = (max(1, picture.width // cell), max(1, picture.height // cell))
    vivid = ImageEnhance.Color(picture.resize(small, Image.Resampling.BOX)).enhance(1.35)
    levels = [min(255, (i + 11) // 22 * 22) for i in range(256)] * 3
    return vivid.point(levels).resize(picture.size, Image.Resampling.NEAREST)


def _flat(picture: Image.Image, steps: int) -> Image.Image:
    """Return the picture in a few even tones of each colour, as inks would print it."""
    small = picture.reduce(2).filter(ImageFilter.MedianFilter(7))
    soft = art.soften(small, 3)
    step = 255 / steps
    tones = [round(min(255, round(i / step) * step)) for i in range(256)]
    light = soft.convert("L")
    gain = ImageChops.subtract(light.point(tones), light, 1, 128)
    wide = gain.filter(ImageFilter.MedianFilter(5)).resize(picture.size, art.SOFT)
    body = small.filter(ImageFilter.MedianFilter(5)).resize(picture.size, art.SOFT)
    shift = Image.merge("RGB", [wide] * 3)
    return ImageEnhance.Color(ImageChops.add(body, shift, 1, -128)).enhance(1.25)


def _bordered(picture: Image.Image) -> Image.Image:
    border = min(picture.size) // 28
    warm = ImageChops.multiply(picture, Image.new("RGB", picture.size, (255, 246, 226)))
    return ImageOps.expand(ImageOps.crop(warm, border), border, _PAPER)


def _poster(picture: Image.Image, _seed: int) -> Image.Image:
    return _bordered(_flat(picture, 6))


def _print(picture: Image.Image, seed: int) -> Image.Image:
    """Return the picture as a woodblock print: flat inks, a dark key line, the grain of wood."""
    flat, grey = _flat(picture, 5), picture.convert("L").filter(ImageFilter.MedianFilter(5))
    lines = ImageChops.subtract(art.soften(grey, 3.5), art.soften(grey, 1.0), 0.16)
    art.paint(flat, (30, 40, 66), lines.point(art.curve(40, 150)))
    grain = art.noise(picture.size, art.rng(seed, "wood"), (picture.width / 3, 5), 4, 0.3)
    return _bordered(art.shade(ImageEnhance.Color(flat).enhance(0.85), grain))


def _noir(picture: Image.Image, _seed: int) -> Image.Image:
    levels = [255 * (i / 255) ** 0.72 for i in range(256)]
    hard = [round(max(0, min(255, (level - 112) * 1.5 + 104))) for level in levels]
    return vignetted(picture.convert("L").point(hard).convert("RGB"))


_STYLES: dict[Style, Callable[[Image.Image, int], Image.Image]] = {
    Style.WATERCOLOUR: _watercolour,
    Style.OIL: _oil,
    Style.INK: _ink,
    Style.PENCIL: _pencil,
    Style.PIXEL: _pixel,
    Style.POSTER: _poster,
    Style.PRINT: _print,
    Style.NOIR: _noir,
}
