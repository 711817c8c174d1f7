"""Filters for pictures that were not drawn here, and the grades that any picture can take."""

from collections.abc import Callable

from PIL import Image, ImageChops, ImageEnhance, ImageOps

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.scene import Grade, Scene

_Filter = Callable[[Image.Image], Image.Image]


def fit(picture: Image.Image, size: art.Size) -> Image.Image:
    """Return the picture in exactly `size` pixels, cropped evenly to the new ratio."""
    return (
        picture if picture.size == size else ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    )


def apply_grades(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return the picture with the scene's grades applied in their order."""
    for grade in scene.grades:
        picture = _GRADES.get(grade, _gain(grade))(picture)
    return picture


def relight(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return the picture in the scene's time of day, season and sky, as far as a filter can."""
    picture = _gain(scene.season)(_gain(scene.hour)(picture))
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
    """Return the gain of an hour, season or grade; most leave a picture as it is."""
    gains = art.table("palettes.txt").get(f"gain-{name}", ["1 1 1"])[0].split()
    tables = [min(255, round(i * float(gain))) for gain in gains for i in range(256)]
    return lambda picture: picture.point(tables)


def _colour(amount: float) -> _Filter:
    return lambda picture: ImageEnhance.Color(picture).enhance(amount)


def _sepia(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(picture.convert("L"), (38, 24, 14), (255, 242, 214), (156, 118, 82))


def _grained(picture: Image.Image) -> Image.Image:
    speck = art.rng(7, "film").randbytes(picture.width * picture.height)
    film = Image.frombytes("L", picture.size, speck)
    return art.shade(picture, film.point([128 + (i - 128) // 5 for i in range(256)]))


def _closer(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    box = (width * 0.15, height * 0.15, width * 0.85, height * 0.85)
    return picture.resize(picture.size, Image.Resampling.LANCZOS, box=box)


_HARD = [max(0, min(255, round((i - 122) * 1.4 + 122))) for i in range(256)] * 3
_GRADES: dict[Grade, _Filter] = {
    Grade.GREY: lambda picture: picture.convert("L").convert("RGB"),
    Grade.SEPIA: _sepia,
    Grade.VIVID: _colour(1.55),
    Grade.MUTED: _colour(0.5),
    Grade.CONTRAST: lambda picture: picture.point(_HARD),
    Grade.SOFT: lambda picture: Image.blend(
        picture, art.soften(picture, picture.height / 120), 0.6
    ),
    Grade.VINTAGE: lambda picture: vignetted(_gain("warm")(_colour(0.6)(picture))),
    Grade.INVERT: ImageOps.invert,
    Grade.GRAIN: _grained,
    Grade.VIGNETTE: vignetted,
    Grade.BLUR: lambda picture: art.soften(picture, picture.height / 90),
    Grade.MIRROR: ImageOps.mirror,
    Grade.UPSIDE_DOWN: ImageOps.flip,
    Grade.CLOSER: _closer,
}
