"""Styles: one finished picture, made again in another technique."""

from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from components.sandbox.painting.brush import halo, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import clouded, speckle
from components.sandbox.painting.finish import grain, vignette
from components.sandbox.painting.scene import Style

_PAPER: RGB = (250, 246, 236)


def restyle(picture: Image.Image, style: Style, rng: Random) -> Image.Image:
    """Return the RGB `picture` in the technique of `style`, the same size."""
    return _TECHNIQUES[style](picture, rng)


def _plain(picture: Image.Image, rng: Random) -> Image.Image:
    return grain(vignette(picture), rng)


def _watercolour(picture: Image.Image, rng: Random) -> Image.Image:
    """Wash colours into each other, pool pigment at their edges, leave the paper's rim bare."""
    size = picture.size
    half = (max(2, size[0] // 2), max(2, size[1] // 2))
    wash = picture.resize(half, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(5))
    wash = wash.filter(ImageFilter.MedianFilter(5))
    edges = wash.convert("L").filter(ImageFilter.GaussianBlur(1)).filter(ImageFilter.FIND_EDGES)
    wash = wash.resize(size, Image.Resampling.BICUBIC)
    pools = edges.resize(size, Image.Resampling.BICUBIC).point(
        [255 - min(84, i * 4) for i in range(256)]
    )
    wash = ImageEnhance.Color(wash).enhance(1.12)
    wash = Image.blend(wash, Image.new("RGB", size, _PAPER), 0.26)
    wash = ImageChops.multiply(wash, Image.merge("RGB", [pools] * 3))
    lumps = max(2.0, size[0] / size[1] * 3)
    blooms = clouded(rng, size, (lumps, 3), 3)
    pale = blooms.point([round(max(0, i - 104) * 0.62) for i in range(256)])
    wash.paste(_PAPER, (0, 0, *size), pale)
    tooth = (
        speckle(rng, half)
        .filter(ImageFilter.GaussianBlur(1.1))
        .resize(size, Image.Resampling.BICUBIC)
    )
    tooth = tooth.point([min(255, max(228, 244 + (i - 128) // 4)) for i in range(256)])
    wash = ImageChops.multiply(wash, Image.merge("RGB", [tooth] * 3))
    sheet = Image.new("RGB", size, _PAPER)
    sheet.paste(wash, (0, 0), _ragged_rim(size, rng))
    return sheet


def _ragged_rim(size: tuple[int, int], rng: Random) -> Image.Image:
    """Return a mode L mask that leaves a wandering margin of paper free."""
    unit = min(size) / 100
    inner = Image.new("L", size, 0)
    margin = round(unit * 4.2)
    inner.paste(255, (margin, margin, size[0] - margin, size[1] - margin))
    soft = (
        inner.resize((size[0] // 4, size[1] // 4))
        .filter(ImageFilter.GaussianBlur(unit * 0.75))
        .resize(size)
    )
    noise = clouded(rng, size, (16 * size[0] / min(size), 16 * size[1] / min(size)), 4)
    mixed = Image.blend(soft, noise, 0.26)
    return mixed.point([max(0, min(255, (i - 118) * 12)) for i in range(256)])


def _poster(picture: Image.Image, rng: Random) -> Image.Image:
    """Print in a few flat inks, inside a margin of paper."""
    size = picture.size
    half = picture.resize((size[0] // 2, size[1] // 2), Image.Resampling.BOX)
    half = half.filter(ImageFilter.MedianFilter(5))
    flat = half.quantize(20, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).convert(
        "RGB"
    )
    flat = flat.filter(ImageFilter.MedianFilter(3)).resize(size, Image.Resampling.LANCZOS)
    flat = ImageEnhance.Color(flat).enhance(1.14)
    margin = round(min(size) * 0.035)
    sheet = Image.new("RGB", size, _PAPER)
    inner = flat.crop((margin, margin, size[0] - margin, size[1] - margin))
    sheet.paste(inner, (margin, margin))
    return grain(sheet, rng, 0.7)


def _sketch(picture: Image.Image, rng: Random) -> Image.Image:
    """Draw with a soft pencil: outlines, hatching in the half tones, cross-hatching in the dark."""
    size = picture.size
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1)
    unit = min(size) / 100
    blurred = grey.filter(ImageFilter.GaussianBlur(max(1.0, unit * 0.24)))
    lines = ImageChops.difference(grey.filter(ImageFilter.GaussianBlur(0.8)), blurred)
    lines = lines.point([min(255, max(0, i - 3) * 13) for i in range(256)])
    ink = lines
    smooth = grey.filter(ImageFilter.GaussianBlur(unit * 0.3))
    for level, falling, step in ((132, True, 1.0), (86, False, 1.1), (48, True, 0.62)):
        hatch = _hatching(size, max(3, round(unit * step)), falling)
        dark = smooth.point([max(0, min(150, (level - i) * 4)) for i in range(256)])
        ink = ImageChops.lighter(ink, ImageChops.multiply(hatch, dark))
    tooth = speckle(rng, size).filter(ImageFilter.GaussianBlur(0.7))
    ink = ImageChops.multiply(ink, tooth.point([min(255, 120 + i) for i in range(256)]))
    sheet = Image.new("RGB", size, _PAPER)
    tinted = Image.blend(sheet, picture, 0.07)
    tinted.paste((52, 50, 58), (0, 0, *size), ink)
    return tinted


def _hatching(size: tuple[int, int], step: int, falling: bool) -> Image.Image:
    sheet = Image.new("L", size, 0)
    pen = ImageDraw.Draw(sheet)
    lean = size[1] * 0.7
    for x in range(-round(lean), size[0] + round(lean), step):
        ends = (x, 0, x + lean, size[1]) if falling else (x, 0, x - lean, size[1])
        pen.line(ends, fill=255, width=1)
    return sheet.filter(ImageFilter.GaussianBlur(0.5)).point([min(255, i * 2) for i in range(256)])


def _pixel(picture: Image.Image, _rng: Random) -> Image.Image:
    """Bring the picture down to large pixels of few colours."""
    width, height = picture.size
    block = max(3, min(width, height) // 132)
    small = picture.resize((-(-width // block), -(-height // block)), Image.Resampling.BOX)
    small = ImageEnhance.Color(small).enhance(1.2)
    flat = small.quantize(28, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert(
        "RGB"
    )
    large = flat.resize((flat.width * block, flat.height * block), Image.Resampling.NEAREST)
    return large.crop((0, 0, width, height))


def _noir(picture: Image.Image, rng: Random) -> Image.Image:
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1)
    curve = [
        round(255 * (t * t * (3 - 2 * t) * 0.75 + t**1.3 * 0.25))
        for t in (i / 255 for i in range(256))
    ]
    return grain(vignette(Image.merge("RGB", [grey.point(curve)] * 3), 0.5), rng, 1.8)


def _vintage(picture: Image.Image, rng: Random) -> Image.Image:
    """Fade like an old print: lifted blacks, warm lights, a leak of light at one edge."""
    faded = ImageEnhance.Color(picture).enhance(0.62)
    red = [min(255, round(30 + i * 0.9)) for i in range(256)]
    green = [round(24 + i * 0.84) for i in range(256)]
    blue = [round(38 + i * 0.66) for i in range(256)]
    warm = faded.point(red + green + blue)
    width, height = picture.size
    edge = rng.choice((0, width))
    leak = halo(
        picture.size, (edge, height * rng.uniform(0.2, 0.8)), (width * 0.4, height * 0.9), 1.6
    )
    shine(warm, leak, (255, 140, 70), 0.42)
    return grain(vignette(warm, 0.42), rng, 1.9)


def _neon(picture: Image.Image, rng: Random) -> Image.Image:
    """Turn the tones to night blue, violet, pink and ice, as synthwave covers have them."""
    stops = (
        (0.0, (10, 6, 34)),
        (0.35, (74, 24, 122)),
        (0.62, (232, 62, 150)),
        (0.82, (255, 148, 120)),
        (1.0, (236, 246, 255)),
    )
    ramp: list[RGB] = []
    for i in range(256):
        place = i / 255
        k = next(j for j in range(1, len(stops)) if stops[j][0] >= place)
        (a, low), (b, high) = stops[k - 1], stops[k]
        ramp.append(mix(low, high, (place - a) / (b - a)))
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=0.5)
    toned = Image.merge("RGB", [grey.point([tone[c] for tone in ramp]) for c in range(3)])
    glow = (
        toned.reduce(4)
        .filter(ImageFilter.GaussianBlur(min(picture.size) / 160))
        .resize(picture.size, Image.Resampling.BICUBIC)
    )
    lit = ImageChops.screen(
        Image.blend(picture, toned, 0.62), glow.point([round(i * 0.2) for i in range(256)] * 3)
    )
    return grain(vignette(lit, 0.3), rng)


def _oil(picture: Image.Image, rng: Random) -> Image.Image:
    """Lay thick strokes: flattened patches of colour under the relief of a loaded brush."""
    size = picture.size
    half = (max(2, size[0] // 2), max(2, size[1] // 2))
    patches = picture.resize(half, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(9))
    patches = ImageEnhance.Color(patches.resize(size, Image.Resampling.BICUBIC)).enhance(1.3)
    unit = min(size) / 100
    long = round((size[0] ** 2 + size[1] ** 2) ** 0.5)
    canvas = clouded(rng, (long, long), (long / unit / 2.6, long / unit / 0.8), 2)
    canvas = canvas.rotate(rng.choice((-38, 34)), Image.Resampling.BILINEAR)
    left, top = (long - size[0]) // 2, (long - size[1]) // 2
    strokes = canvas.crop((left, top, left + size[0], top + size[1]))
    patches = ImageChops.overlay(
        patches, Image.merge("RGB", [strokes.point([112 + i * 32 // 255 for i in range(256)])] * 3)
    )
    relief = ImageChops.subtract(strokes, ImageChops.offset(strokes, 2, 2), 1, 128).filter(
        ImageFilter.GaussianBlur(0.6)
    )
    relief = relief.point([min(255, max(0, round(128 + (i - 128) * 0.3))) for i in range(256)])
    return vignette(ImageChops.hard_light(patches, Image.merge("RGB", [relief] * 3)), 0.2)


_TECHNIQUES: dict[Style, Callable[[Image.Image, Random], Image.Image]] = {
    Style.PLAIN: _plain,
    Style.WATERCOLOUR: _watercolour,
    Style.POSTER: _poster,
    Style.SKETCH: _sketch,
    Style.PIXEL: _pixel,
    Style.NOIR: _noir,
    Style.VINTAGE: _vintage,
    Style.NEON: _neon,
    Style.OIL: _oil,
}
