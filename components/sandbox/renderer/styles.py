"""The styles. Each uses only what lies near a pixel, so that an edit changes nothing far away."""

from collections.abc import Callable, Mapping

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.scene import Scene, Style

_PAPER: art.RGB = (250, 246, 236)


def apply_style(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return the picture in the scene's style."""
    return _STYLES[scene.style](picture, scene.seed)


def _plain(picture: Image.Image, _seed: int) -> Image.Image:
    return picture


def _daubs(picture: Image.Image, size: int, seed: int, wobble: float) -> Image.Image:
    """Return the picture in flat daubs with uneven edges."""
    small = picture.reduce(2).filter(ImageFilter.MedianFilter(size))
    large = small.resize(picture.size, Image.Resampling.BICUBIC)
    (width, height), dice = picture.size, art.rng(seed, "daubs")
    shifts = [[dice.uniform(-wobble, wobble) for _ in range(2 * (width // 16 + 2))]
              for _ in range(height // 16 + 2)]  # fmt: skip
    pieces = []
    for row in range((height + 15) // 16):
        for column in range((width + 15) // 16):
            x, y = column * 16, row * 16
            corners = [(column, row), (column, row + 1), (column + 1, row + 1), (column + 1, row)]
            source = tuple(
                value
                for c, r in corners
                for value in (c * 16 + shifts[r][2 * c], r * 16 + shifts[r][2 * c + 1])
            )
            pieces.append(((x, y, min(width, x + 16), min(height, y + 16)), source))
    return large.transform(picture.size, Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)


def _watercolour(picture: Image.Image, seed: int) -> Image.Image:
    size = (width, height) = picture.size
    wash = _daubs(picture, 5, seed, 2.4)
    edges = art.soften(wash.convert("L").filter(ImageFilter.FIND_EDGES), 0.8)
    pools = art.noise(size, art.rng(seed, "pools"), (width / 7, width / 7), 5, 1.5)
    wash = Image.blend(wash, Image.new("RGB", size, _PAPER), 0.26)
    wash = art.shade(wash, pools.point([128 + round((i - 128) * 0.4) for i in range(256)]))
    wash = ImageChops.subtract(
        wash, Image.merge("RGB", [edges.point([i // 3 for i in range(256)])] * 3)
    )
    tooth = art.noise(size, art.rng(seed, "paper"), (5, 5), 2, 0.8)
    wash = art.shade(wash, art.relief(tooth, (1, 1), 0.2))
    edge = Image.new("L", size, 0)
    inset = round(height * 0.035)
    ImageDraw.Draw(edge).rectangle((inset, inset, width - inset, height - inset), fill=255)
    ragged = art.noise(size, art.rng(seed, "edge"), (height / 12, height / 12), 5, 1.8)
    mask = ImageChops.add(art.soften(edge, inset * 0.5), ragged, 2).point(art.curve(112, 140))
    sheet = art.shade(Image.new("RGB", size, _PAPER), art.relief(tooth, (1, 1), 0.15))
    sheet.paste(wash, (0, 0), mask)
    return sheet


def _oil(picture: Image.Image, seed: int) -> Image.Image:
    daubs = ImageEnhance.Color(_daubs(picture, 7, seed, 5.0)).enhance(1.25)
    (width, height), dice = picture.size, art.rng(seed, "strokes")
    strokes = art.noise((width * 2, height * 2), dice, (height / 12, height / 60), 4, 2.0)
    slant = (1, 0.3, 0, 0.3, 1, 0)
    slanted = strokes.transform(picture.size, Image.Transform.AFFINE, slant, art.SOFT)
    edges = art.relief(daubs.convert("L"), (1, 2), 0.6)
    return art.shade(daubs, Image.blend(art.relief(slanted, (1, 2), 0.3), edges, 0.45))


def _ink(picture: Image.Image, seed: int) -> Image.Image:
    grey, size = picture.convert("L").filter(ImageFilter.MedianFilter(3)), picture.size
    wobble = art.noise(size, art.rng(seed, "ink"), (40, 40), 3, 0.35)
    tone = art.soften(ImageChops.add(grey, wobble, 1, -128), 1.5)
    sheet = Image.new("L", size, 248)
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


def _pixel(picture: Image.Image, _seed: int) -> Image.Image:
    cell = max(4, round(picture.height / 150))
    small = picture.resize(
        (max(1, picture.width // cell), max(1, picture.height // cell)), Image.Resampling.BOX
    )
    levels = [min(255, (i + 11) // 22 * 22) for i in range(256)]
    vivid = ImageEnhance.Contrast(ImageEnhance.Color(small).enhance(1.35)).enhance(1.0)
    return vivid.point(levels * 3).resize(picture.size, Image.Resampling.NEAREST)


def _poster(picture: Image.Image, _seed: int) -> Image.Image:
    flat = art.soften(picture.reduce(2).filter(ImageFilter.MedianFilter(7)), 1.2)
    step = 34
    levels = [min(255, round(i / step) * step + 6) for i in range(256)]
    flat = (
        ImageEnhance.Color(flat.point(levels * 3)).enhance(1.2).filter(ImageFilter.MedianFilter(5))
    )
    flat = flat.resize(picture.size, Image.Resampling.BICUBIC)
    flat = ImageChops.multiply(flat, Image.new("RGB", flat.size, (255, 246, 226)))
    border = round(min(picture.size) * 0.035)
    return ImageOps.expand(ImageOps.crop(flat, border), border, _PAPER)


def _noir(picture: Image.Image, _seed: int) -> Image.Image:
    levels = [255 * (i / 255) ** 0.72 for i in range(256)]
    hard = [round(max(0, min(255, (level - 112) * 1.5 + 104))) for level in levels]
    grey = picture.convert("L").point(hard)
    edge = Image.radial_gradient("L").resize(grey.size)
    return ImageChops.multiply(
        grey, edge.point([255 - max(0, i - 100) for i in range(256)])
    ).convert("RGB")


_STYLES: Mapping[Style, Callable[[Image.Image, int], Image.Image]] = {
    Style.PLAIN: _plain,
    Style.WATERCOLOUR: _watercolour,
    Style.OIL: _oil,
    Style.INK: _ink,
    Style.PIXEL: _pixel,
    Style.POSTER: _poster,
    Style.NOIR: _noir,
}
