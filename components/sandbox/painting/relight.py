"""Changes of light: tones over the whole picture, another hour, another sky."""

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from components.sandbox.painting.brush import column, fade, halo, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.instructions import Tone
from components.sandbox.painting.palettes import Hour
from components.sandbox.painting.regions import sky_mask
from components.sandbox.painting.sky import paint_moon, paint_stars, paint_sun
from components.sandbox.painting.stage import Stage

_CAST: dict[Hour, tuple[RGB, float, float]] = {
    Hour.DAWN: ((255, 222, 214), 0.9, 1.02),
    Hour.DAY: ((255, 254, 246), 1.1, 1.2),
    Hour.GOLDEN: ((255, 196, 140), 1.05, 0.96),
    Hour.DUSK: ((176, 140, 196), 0.86, 0.74),
    Hour.NIGHT: ((92, 118, 186), 0.6, 0.56),
}
"""For each hour the colour of its light, how much colour is left, and how bright it is."""


def toned(picture: Image.Image, tone: Tone) -> Image.Image:
    """Return the RGB `picture` in another tone."""
    match tone:
        case Tone.GREY:
            return ImageOps.grayscale(picture).convert("RGB")
        case Tone.SEPIA:
            grey = ImageOps.grayscale(picture)
            return ImageOps.colorize(grey, (38, 22, 14), (255, 244, 222), (166, 122, 84))
        case Tone.WARMER:
            return _gain(picture, (1.1, 1.01, 0.84))
        case Tone.COOLER:
            return _gain(picture, (0.86, 0.99, 1.12))
        case Tone.BRIGHTER:
            return picture.point([round(255 * (i / 255) ** 0.72) for i in range(256)] * 3)
        case Tone.DARKER:
            return picture.point([round(225 * (i / 255) ** 1.3) for i in range(256)] * 3)
        case Tone.CONTRAST:
            curve = [
                round(255 * (t * t * (3 - 2 * t) * 0.8 + t * 0.2))
                for t in (i / 255 for i in range(256))
            ]
            return picture.point(curve * 3)
        case Tone.SOFTER:
            return picture.point([round(34 + i * 0.74) for i in range(256)] * 3)
        case Tone.VIVID:
            return ImageEnhance.Color(picture).enhance(1.5)
        case Tone.MUTED:
            return (
                ImageEnhance.Color(picture)
                .enhance(0.52)
                .point([round(22 + i * 0.9) for i in range(256)] * 3)
            )
        case Tone.SHARPER:
            return picture.filter(ImageFilter.UnsharpMask(2.4, 110, 2))


def _gain(picture: Image.Image, gains: tuple[float, float, float]) -> Image.Image:
    return picture.point([min(255, round(i * gain)) for gain in gains for i in range(256)])


def at_hour(picture: Image.Image, stage: Stage) -> Image.Image:
    """Return the RGB `picture` in the light of `stage`'s hour, its sky changed with it."""
    palette = stage.palette
    tint, colour, level = _CAST[palette.hour]
    mask = sky_mask(picture)
    land = ImageEnhance.Color(picture).enhance(colour)
    land = ImageChops.multiply(land, Image.new("RGB", picture.size, tint))
    land = ImageEnhance.Brightness(land).enhance(level)
    top, high, low, edge = palette.sky
    share = stage.horizon / picture.height
    stops = [(0.0, top), (share * 0.45, high), (share * 0.8, low), (share, edge), (1.0, edge)]
    dome = column(picture.size, stops)
    # What was bright in the old sky, its clouds above all, stays readable in the new one.
    relief = ImageChops.subtract(
        picture.convert("L"),
        picture.convert("L").filter(ImageFilter.GaussianBlur(stage.unit * 9)),
        1,
        128,
    )
    gentle = Image.merge(
        "RGB", [relief.point([round(128 + (i - 128) * 0.6) for i in range(256)])] * 3
    )
    dome = ImageChops.soft_light(dome, gentle)
    lit = Stage(dome, palette, stage.horizon, stage.sun, stage.name)
    if palette.dark:
        paint_stars(lit, 1.0 if palette.hour is Hour.NIGHT else 0.4)
    if palette.hour is Hour.NIGHT:
        paint_moon(lit, stage.sun, stage.unit * 4.6)
    elif palette.hour is not Hour.DUSK:
        paint_sun(lit, stage.unit * (6 if palette.hour is Hour.GOLDEN else 4))
    changed = Image.composite(dome, land, mask)
    if palette.hour in (Hour.GOLDEN, Hour.DAWN):
        reach = max(picture.size)
        shine(
            changed,
            halo(picture.size, stage.sun, (reach * 0.7, reach * 0.5), 1.8),
            palette.glow,
            0.3,
        )
    if palette.dark:
        _lamps(picture, changed, mask)
    return changed


def _lamps(before: Image.Image, after: Image.Image, sky: Image.Image) -> None:
    """Let what was very bright on the ground glow on after dark, as windows and lamps do."""
    bright = before.convert("L").point([max(0, min(255, (i - 214) * 7)) for i in range(256)])
    bright = ImageChops.multiply(bright, ImageChops.invert(sky))
    warm = (
        before.convert("HSV")
        .getchannel("S")
        .point([max(0, min(255, (i - 70) * 5)) for i in range(256)])
    )
    shine(after, ImageChops.multiply(bright, warm), (255, 206, 128), 0.8)


def with_sky_colour(picture: Image.Image, colour: RGB) -> Image.Image:
    """Return the RGB `picture` under a sky of `colour`; everything else stays as it was."""
    mask = sky_mask(picture)
    grey = ImageOps.autocontrast(
        picture.convert("L").filter(ImageFilter.GaussianBlur(1)), mask=mask
    )
    shade = mix(colour, (8, 8, 26), 0.28)
    light = mix(colour, (255, 252, 244), 0.55)
    dome = ImageOps.colorize(grey, shade, light, colour)
    height = picture.height
    lift = fade(picture.size, [(0, 0), (0.7, 90), (1, 90)])
    dome.paste(light, (0, 0, picture.width, height), lift)
    return Image.composite(dome, picture, mask)
