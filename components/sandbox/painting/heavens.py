"""Rare lights of the sky: rainbow, aurora and fireworks."""

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from components.sandbox.painting.brush import column, fade, halo, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import profile
from components.sandbox.painting.stage import Stage

_BANDS: tuple[RGB, ...] = (
    (226, 76, 84), (240, 142, 70), (246, 210, 92), (110, 188, 116), (76, 148, 214),
    (98, 92, 184), (154, 92, 176),
)  # fmt: skip
_SPARKS: tuple[RGB, ...] = (
    (255, 196, 110),
    (255, 110, 130),
    (130, 200, 255),
    (190, 150, 255),
    (150, 240, 190),
)


def paint_rainbow(stage: Stage) -> None:
    """Bend a soft rainbow over the sky, opposite the sun."""
    width, height = stage.size
    small = (max(2, width // 2), max(2, height // 2))
    radius = max(stage.horizon * 0.78, width * 0.3) / 2
    x = (width * 0.62 if stage.lit_from_left else width * 0.38) / 2
    y = stage.horizon * 1.04 / 2
    colours = Image.new("RGB", small, (0, 0, 0))
    pen = ImageDraw.Draw(colours)
    thick = radius * 0.022
    for i, tone in enumerate((*_BANDS, (0, 0, 0))):
        r = radius - i * thick
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tone)
    colours = colours.filter(ImageFilter.GaussianBlur(thick * 0.75)).resize(
        stage.size, Image.Resampling.BICUBIC
    )
    share = stage.horizon / height
    thin = fade(
        stage.size,
        [(0, 150), (share * 0.5, 150), (share * 0.98, 50), (min(1, share * 1.02), 0), (1, 0)],
    )
    lit = ImageChops.multiply(colours, Image.merge("RGB", [thin] * 3))
    stage.picture.paste(ImageChops.screen(stage.picture, lit))


def paint_aurora(stage: Stage, colour: RGB | None = None) -> None:
    """Hang curtains of light in the sky, green below and violet above, unless one is named."""
    rng = stage.dice("aurora")
    width = stage.size[0]
    low = colour or rng.choice(((92, 255, 176), (110, 255, 214), (140, 255, 150)))
    high = (
        mix(colour, (120, 90, 240), 0.5)
        if colour
        else rng.choice(((142, 92, 255), (220, 92, 200), (90, 120, 255)))
    )
    for curtain in range(3):
        strip = (max(4, width // 3), max(4, stage.horizon // 2))
        line = profile(rng, strip[0], 1.6, 0.45)
        shimmer = profile(rng, strip[0], 26, 0.75)
        mask = Image.new("L", strip, 0)
        pen = ImageDraw.Draw(mask)
        base = strip[1] * (0.86 - 0.2 * curtain)
        for x in range(strip[0]):
            foot = base + line[x] * strip[1] * 0.22
            tall = strip[1] * (0.5 + 0.3 * shimmer[x])
            level = max(0.0, 0.62 + 0.5 * shimmer[x])
            pen.line((x, foot - tall, x, foot), fill=round(255 * min(1.0, level)))
        rise = mask.filter(ImageFilter.BoxBlur((1, strip[1] // 9)))
        rise = ImageChops.multiply(rise, rise.point([min(255, i + 60) for i in range(256)]))
        lit = column(strip, [(0, high), (0.42, mix(high, low, 0.35)), (0.85, low), (1, low)])
        light = ImageChops.multiply(lit, Image.merge("RGB", [rise] * 3))
        light = light.resize((width, stage.horizon), Image.Resampling.BICUBIC)
        dim = 0.85 - 0.24 * curtain
        light = light.point([round(i * dim) for i in range(256)] * 3)
        box = (0, 0, width, stage.horizon)
        stage.picture.paste(ImageChops.screen(stage.picture.crop(box), light), box)


def paint_fireworks(stage: Stage, count: int, colour: RGB | None = None) -> None:
    """Burst `count` fireworks over the horizon, each a ball of falling sparks."""
    rng = stage.dice("fireworks")
    width, height = stage.size
    bursts = max(3, min(9, count + 3))
    for k in range(bursts):
        tone = colour or _SPARKS[(k + rng.randrange(2)) % len(_SPARKS)]
        x = width * ((k + 0.5) / bursts + rng.uniform(-0.06, 0.06))
        y = stage.horizon * rng.uniform(0.14, 0.62)
        reach = stage.unit * rng.uniform(9, 19)
        sheet = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(sheet)
        rays = rng.randint(26, 40)
        for i in range(rays):
            angle = i / rays * 2 * math.pi + rng.uniform(-0.06, 0.06)
            length = reach * rng.uniform(0.8, 1.0)
            for step in range(3, 13):
                t = step / 12
                px = x + math.cos(angle) * length * t
                py = y + math.sin(angle) * length * t + reach * 0.16 * t * t
                size = stage.unit * (0.07 + 0.17 * t)
                pen.ellipse(
                    (px - size, py - size, px + size, py + size), fill=round(70 + 185 * t * t)
                )
        near = (
            round(x - reach * 1.6),
            round(y - reach * 1.6),
            round(x + reach * 1.6),
            round(y + reach * 1.6),
        )
        glow = Image.new("L", (width, height), 0)
        glow.paste(sheet.crop(near).filter(ImageFilter.GaussianBlur(stage.unit * 0.7)), near[:2])
        shine(stage.picture, halo(stage.size, (x, y), (reach * 1.9, reach * 1.9), 1.8), tone, 0.36)
        shine(stage.picture, glow.point([min(255, i * 2) for i in range(256)]), tone, 0.8)
        shine(stage.picture, sheet, mix(tone, (255, 255, 255), 0.5), 1.0)
