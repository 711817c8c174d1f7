"""Filters for pictures that were not drawn here, and the grades that any picture can take."""

from collections.abc import Callable, Mapping

from PIL import Image, ImageChops, ImageEnhance, ImageOps

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.scene import Grade, Hour, Scene, Season


def fit(picture: Image.Image, size: art.Size) -> Image.Image:
    """Return the picture in exactly `size` pixels, cropped evenly to the new ratio."""
    if picture.size == size:
        return picture
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)


def apply_grade(picture: Image.Image, grade: Grade) -> Image.Image:
    """Return the picture with one grade applied."""
    return _GRADES[grade](picture)


def grade_for(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return the picture in the scene's time of day, season and sky, as far as a filter can."""
    if scene.hour in _HOURS:
        picture = _tinted(*_HOURS[scene.hour])(picture)
    if scene.season is Season.AUTUMN:
        picture = _tinted(1.12, 0.98, 0.8)(picture)
    elif scene.season is Season.WINTER:
        picture = _tinted(0.96, 1.02, 1.1)(ImageEnhance.Color(picture).enhance(0.6))
    if scene.sky is not None:
        # The sky is what is bright and high: only that takes the colour.
        bright = art.soften(picture.convert("L").point(art.curve(90, 190)), 2)
        high = art.fade(picture.size, [(0, 255), (0.42, 235), (0.62, 0), (1, 0)])
        tinted = ImageOps.colorize(
            picture.convert("L"), (10, 12, 20), (255, 255, 255), mid=scene.sky
        )
        picture = Image.composite(tinted, picture, ImageChops.multiply(bright, high))
    return picture


def _tinted(red: float, green: float, blue: float) -> Callable[[Image.Image], Image.Image]:
    tables = [min(255, round(i * gain)) for gain in (red, green, blue) for i in range(256)]
    return lambda picture: picture.point(tables)


def _sepia(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(
        picture.convert("L"), (38, 24, 14), (255, 242, 214), mid=(156, 118, 82)
    )


def _vignette(picture: Image.Image) -> Image.Image:
    edge = (
        Image.radial_gradient("L")
        .resize(picture.size)
        .point([255 - max(0, i - 100) for i in range(256)])
    )
    return ImageChops.multiply(picture, Image.merge("RGB", [edge] * 3))


def _grained(picture: Image.Image) -> Image.Image:
    dice = art.rng(7, "film")
    speck = Image.frombytes("L", picture.size, dice.randbytes(picture.width * picture.height))
    return art.shade(picture, speck.point([128 + (i - 128) // 5 for i in range(256)]))


def _closer(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    box = (width * 0.15, height * 0.15, width * 0.85, height * 0.85)
    return picture.resize(picture.size, Image.Resampling.LANCZOS, box=box)


_HOURS: Mapping[Hour, tuple[float, float, float]] = {
    Hour.DAWN: (1.08, 0.98, 0.96),
    Hour.GOLDEN: (1.14, 0.96, 0.74),
    Hour.DUSK: (0.72, 0.62, 0.84),
    Hour.NIGHT: (0.28, 0.36, 0.6),
}
_GRADES: Mapping[Grade, Callable[[Image.Image], Image.Image]] = {
    Grade.GREY: lambda picture: picture.convert("L").convert("RGB"),
    Grade.SEPIA: _sepia,
    Grade.WARM: _tinted(1.1, 1.01, 0.86),
    Grade.COOL: _tinted(0.88, 0.99, 1.1),
    Grade.VIVID: lambda picture: ImageEnhance.Color(picture).enhance(1.55),
    Grade.MUTED: lambda picture: ImageEnhance.Color(picture).enhance(0.5),
    Grade.BRIGHT: _tinted(1.2, 1.2, 1.2),
    Grade.DARK: _tinted(0.68, 0.68, 0.7),
    Grade.CONTRAST: lambda picture: picture.point(
        [max(0, min(255, round((i - 122) * 1.4 + 122))) for i in range(256)] * 3
    ),
    Grade.SOFT: lambda picture: Image.blend(
        picture, art.soften(picture, picture.height / 120), 0.6
    ),
    Grade.VINTAGE: lambda picture: _vignette(
        _tinted(1.06, 0.98, 0.8)(ImageEnhance.Color(picture).enhance(0.7))
    ),
    Grade.INVERT: ImageOps.invert,
    Grade.GRAIN: _grained,
    Grade.VIGNETTE: _vignette,
    Grade.BLUR: lambda picture: art.soften(picture, picture.height / 90),
    Grade.BLUR_BACKGROUND: lambda picture: picture,
    Grade.MIRROR: ImageOps.mirror,
    Grade.UPSIDE_DOWN: ImageOps.flip,
    Grade.TURN: lambda picture: picture,
    Grade.CLOSER: _closer,
}
