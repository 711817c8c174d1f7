"""The sky: its gradient, sun, moon, stars and clouds."""

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from components.sandbox.painting.brush import Point, blend_at, column, fade, halo, shape, shine
from components.sandbox.painting.colour import RGB, brightness, mix
from components.sandbox.painting.dice import clouded
from components.sandbox.painting.palettes import Hour
from components.sandbox.painting.stage import Stage


def sky_colour(stage: Stage, y: float) -> RGB:
    """Return the colour of the clear sky at row `y`."""
    top, high, low, edge = stage.palette.sky
    place = min(1.0, max(0.0, y / max(1, stage.horizon)))
    return blend_at([(0, top), (0.45, high), (0.8, low), (1, edge)], place)


def paint_sky(stage: Stage) -> None:
    """Lay the gradient of the hour from the top edge to the horizon, and the light around it."""
    width, height = stage.size
    top, high, low, edge = stage.palette.sky
    share = stage.horizon / height
    stops = [(0.0, top), (0.45 * share, high), (0.8 * share, low), (share, edge), (1.0, edge)]
    stage.picture.paste(column((width, height), stops))
    reach = max(width, height)
    strength = 0.34 if stage.palette.hour is not Hour.NIGHT else 0.2
    wide = halo(stage.size, stage.sun, (reach * 0.8, reach * 0.5), 1.8)
    shine(stage.picture, wide, stage.palette.glow, strength)


def paint_sun(stage: Stage, radius: float, colour: RGB | None = None) -> None:
    """Set the sun at `stage.sun`, a disc of `radius` pixels in rings of its own light."""
    x, y = stage.sun
    tone = colour or stage.palette.sun
    for ring, strength in ((7.0, 0.36), (3.6, 0.3), (1.9, 0.34)):
        glow = halo(stage.size, stage.sun, (radius * ring, radius * ring), 1.7)
        shine(stage.picture, glow, colour or stage.palette.glow, strength)
    disc = shape(stage.size, [circle(x, y, radius)])
    low = mix(tone, stage.palette.glow, 0.12 if colour else 0.4)
    box = (int(x - radius) - 2, int(y - radius) - 2)
    face = column((int(radius * 2) + 4, int(radius * 2) + 4), [(0, tone), (1, low)])
    sheet = Image.new("RGB", stage.size, low)
    sheet.paste(face, box)
    stage.picture.paste(sheet, (0, 0), disc)


def paint_moon(stage: Stage, at: Point, radius: float, crescent: bool = False) -> None:
    """Hang the moon at `at`, `radius` pixels wide to its edge, full or as a crescent."""
    x, y = at
    pale = stage.palette.sun if stage.palette.dark else mix(stage.palette.sun, (255, 255, 255), 0.4)
    for ring, strength in ((8.0, 0.3), (3.4, 0.34), (1.8, 0.3)):
        glow = halo(stage.size, at, (radius * ring, radius * ring), 1.9)
        shine(stage.picture, glow, mix(stage.palette.glow, pale, 0.3), strength)
    disc = shape(stage.size, [circle(x, y, radius)])
    if crescent:
        disc = ImageChops.subtract(
            disc, shape(stage.size, [circle(x + radius * 0.52, y - radius * 0.22, radius * 0.92)])
        )
    stage.picture.paste(pale, (0, 0, *stage.size), disc)
    if not crescent:
        seas = [
            circle(x + radius * dx, y + radius * dy, radius * r)
            for dx, dy, r in (
                (-0.3, -0.2, 0.3),
                (0.22, 0.16, 0.36),
                (-0.2, 0.46, 0.16),
                (0.4, -0.4, 0.14),
            )
        ]
        spots = ImageChops.multiply(shape(stage.size, seas), disc)
        spots = spots.filter(ImageFilter.GaussianBlur(radius * 0.05)).point(
            [i // 9 for i in range(256)]
        )
        stage.picture.paste(stage.palette.sky[1], (0, 0, *stage.size), spots)


def circle(x: float, y: float, radius: float, pieces: int = 72) -> list[Point]:
    """Return the outline of a circle in `pieces` short lines."""
    turn = 2 * math.pi / pieces
    return [
        (x + radius * math.cos(i * turn), y + radius * math.sin(i * turn)) for i in range(pieces)
    ]


def paint_stars(stage: Stage, plenty: float = 1.0) -> None:
    """Strew stars over the sky, thinning towards the horizon, with a hint of the Milky Way."""
    rng = stage.dice("stars")
    width, height = stage.size
    field = Image.new("L", (width * 2, height * 2), 0)
    pen = ImageDraw.Draw(field)
    for _ in range(round(330 * plenty * math.sqrt(width * height) / 1000)):
        x, y = rng.random() * width * 2, rng.random() ** 1.35 * stage.horizon * 2
        size = stage.unit * 0.12 * (0.7 + rng.random() ** 6 * 2.2) * 2
        fog = 1 - (y / 2 / stage.horizon) ** 3
        pen.ellipse(
            (x - size, y - size, x + size, y + size), fill=round(fog * rng.uniform(70, 255))
        )
    stars = field.reduce(2)
    glow = stars.filter(ImageFilter.GaussianBlur(stage.unit * 0.5)).point(
        [min(255, i * 3) for i in range(256)]
    )
    band = clouded(rng, stage.size, (5, 5), 4).point([max(0, i - 120) for i in range(256)])
    band = band.rotate(rng.choice((-28, 32)), Image.Resampling.BILINEAR)
    swath = fade(stage.size, [(0, 0), (0.3, 190), (0.55, 0), (1, 0)]).rotate(rng.choice((-32, 28)))
    shine(
        stage.picture,
        ImageChops.multiply(band, swath),
        mix(stage.palette.glow, (255, 255, 255), 0.2),
        0.3,
    )
    shine(stage.picture, glow, stage.palette.glow, 0.5)
    shine(stage.picture, stars, (255, 253, 244), 1.0)


def paint_streaks(stage: Stage, cover: float) -> None:
    """Draw long thin clouds over `cover` (0 to 1) of the sky, lit from below."""
    rng = stage.dice("streaks")
    width, tall = stage.size[0], max(8, stage.horizon)
    noise = clouded(rng, (width, tall), (2.4 * width / tall, 9), 4)
    floor = 255 - 150 * cover - 30
    curve = [round(min(1, max(0, (i - floor) / 90)) * 215) for i in range(256)]
    mask = ImageChops.multiply(
        noise.point(curve), fade((width, tall), [(0, 60), (0.55, 255), (0.9, 150), (1, 0)])
    )
    cloud = stage.palette.cloud
    high = mix(cloud, stage.palette.sky[1], 0.45)
    lit = column(
        (width, tall), [(0, high), (0.7, cloud), (1, mix(cloud, stage.palette.sky[3], 0.6))]
    )
    stage.picture.paste(lit, (0, 0), mask)


def paint_cumulus(stage: Stage, x: float, y: float, wide: float, lofty: float = 1.0) -> None:
    """Heap one cloud of `wide` pixels on a flat base whose middle is `x`, `y`."""
    rng = stage.dice(f"cumulus {x:.0f} {y:.0f}")
    puffs: list[list[Point]] = []
    count = 11
    for i in range(count):
        place = (i + 0.5) / count * 2 - 1
        bulk = (1 - place**2) ** 0.8 * rng.uniform(0.6, 1.15) * lofty
        radius = wide * (0.05 + 0.085 * bulk)
        puffs.append(circle(x + place * wide * 0.42, y - wide * 0.14 * bulk, radius, 40))
        puffs.append(circle(x + place * wide * 0.36, y - wide * 0.03, wide * 0.055, 30))
    whole = shape(stage.size, puffs)
    box = whole.getbbox()
    if box is None:
        return
    crop = whole.crop(box)
    wash = fade(crop.size, [(0, 255), (0.55, 245), (0.82, 90), (1, 0)])
    towards = -1 if stage.lit_from_left else 1
    slip = wide * 0.022
    inner = ImageChops.offset(crop, round(-towards * slip), round(slip * 1.5))
    inner = inner.filter(ImageFilter.GaussianBlur(wide * 0.016))
    sky = sky_colour(stage, y)
    bright = mix(stage.palette.cloud, stage.palette.sun, 0.35)
    if brightness(bright) < brightness(sky):
        bright = mix(sky, bright, 0.7)
    body = column(crop.size, [(0, mix(bright, sky, 0.16)), (1, mix(bright, sky, 0.62))])
    face = Image.composite(body, Image.new("RGB", crop.size, bright), inner)
    stage.picture.paste(face, box[:2], ImageChops.multiply(crop, wash))


def paint_clouds(stage: Stage, count: int | None = None) -> None:
    """Scatter heaped clouds over the sky, small ones low and large ones high."""
    rng = stage.dice("clouds")
    number = count if count is not None else rng.randint(3, 5)
    width = stage.size[0]
    for i in range(number):
        depth = (i + rng.random() * 0.6) / number
        y = stage.horizon * (0.82 - 0.62 * depth)
        wide = stage.unit * (20 + 34 * depth) * rng.uniform(0.8, 1.2)
        x = ((i * 0.618 + rng.random() * 0.3 + 0.13) % 1) * width
        paint_cumulus(stage, x, y, wide, rng.uniform(0.8, 1.2))
