"""The city from afar: a skyline of three rows of towers."""

from random import Random

from PIL import Image, ImageDraw

from components.sandbox.painting.brush import Point, column, shape, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.stage import Stage

LAMPS: tuple[RGB, ...] = ((255, 214, 138), (255, 196, 112), (255, 230, 178), (255, 184, 120))


def paint_skyline(stage: Stage, base: float, tall: float) -> None:
    """Build three rows of towers on the row `base`, the nearest `tall` pixels high at most."""
    width = stage.size[0]
    for layer in range(3):
        rng = stage.dice(f"skyline {layer}")
        near = layer / 2
        colour = stage.palette.depth(0.12 + 0.6 * near)
        outlines: list[list[Point]] = []
        walls: list[tuple[float, float, float]] = []
        x = -stage.unit * 3
        while x < width:
            wide = stage.unit * rng.uniform(3.2, 7.4) * (0.8 + 0.3 * near)
            middle = 1 - abs((x + wide / 2) / width - (0.6 if stage.lit_from_left else 0.4)) * 1.1
            high = tall * max(0.16, middle) * rng.uniform(0.45, 1.0) * (1.0 - 0.34 * near)
            outlines.append(_tower(x, base, wide, high, rng))
            walls.append((x, wide, high * 0.86))
            x += wide * rng.uniform(0.86, 1.25)
        mask = shape(stage.size, outlines)
        top = max(0, int(base - tall * 1.3))
        reach = max(2, int(base) + 2 - top)
        foot = mix(colour, stage.palette.haze, 0.55 * (1 - near * 0.6))
        body = column((width, reach), [(0, colour), (0.35, colour), (1, foot)])
        stage.picture.paste(body, (0, top), mask.crop((0, top, width, top + reach)))
        _sides(stage, walls, base, colour)
        _windows(stage, walls, base, near, rng)


def _tower(x: float, base: float, wide: float, high: float, rng: Random) -> list[Point]:
    top = base - high
    right = x + wide
    kind = rng.randrange(6)
    if kind == 0:
        step = wide * 0.2
        roof = [
            (x, top + high * 0.16),
            (x + step, top + high * 0.16),
            (x + step, top),
            (right - step, top),
            (right - step, top + high * 0.16),
            (right, top + high * 0.16),
        ]
    elif kind == 1:
        middle = x + wide / 2
        needle = wide * 0.03
        roof = [
            (x, top + high * 0.08),
            (middle - wide * 0.18, top),
            (middle - needle, top - high * 0.02),
            (middle, top - high * 0.24),
            (middle + needle, top - high * 0.02),
            (middle + wide * 0.18, top),
            (right, top + high * 0.08),
        ]
    elif kind == 2:
        roof = [(x, top + wide * 0.4), (right, top)]
    elif kind == 3:
        mast = x + wide * 0.7
        roof = [(x, top), (mast - 1, top), (mast, top - high * 0.12), (mast + 1, top), (right, top)]
    else:
        roof = [(x, top), (right, top)]
    return [(x, base + 2), *roof, (right, base + 2)]


def _sides(
    stage: Stage,
    walls: list[tuple[float, float, float]],
    base: float,
    colour: RGB,
) -> None:
    """Darken a strip of every tower on the side away from the light."""
    strips: list[list[Point]] = []
    for x, wide, high in walls:
        left = x + wide * 0.62 if stage.lit_from_left else x
        strips.append(
            [
                (left, base),
                (left, base - high),
                (left + wide * 0.38, base - high),
                (left + wide * 0.38, base),
            ]
        )
    shade = shape(stage.size, strips).point([round(i * 0.3) for i in range(256)])
    stage.picture.paste(mix(colour, stage.palette.near, 0.7), (0, 0, *stage.size), shade)


def _windows(
    stage: Stage, walls: list[tuple[float, float, float]], base: float, near: float, rng: Random
) -> None:
    dark = stage.palette.dark
    step = max(3.0, stage.unit * (0.9 + 0.4 * near))
    sheet = Image.new("L", stage.size, 0)
    pen = ImageDraw.Draw(sheet)
    share = 0.42 if dark else 0.3
    for x, wide, high in walls:
        columns, rows = int((wide - step * 0.6) / step), int(high / (step * 1.25)) - 1
        lit = share * rng.uniform(0.3, 1.5)
        for i in range(columns):
            for j in range(rows):
                if rng.random() < lit:
                    wx = x + (wide - columns * step) / 2 + i * step + step * 0.2
                    wy = base - high + (j + 0.8) * step * 1.25
                    pen.rectangle(
                        (wx, wy, wx + step * 0.5, wy + step * 0.6), fill=rng.randint(110, 255)
                    )
    strength = (0.55 + 0.4 * near) if dark else 0.22
    tone = LAMPS[0] if dark else stage.palette.sky[3]
    stage.picture.paste(
        tone, (0, 0, *stage.size), sheet.point([round(i * strength) for i in range(256)])
    )
    if dark:
        glow = sheet.reduce(8).resize(stage.size, Image.Resampling.BICUBIC)
        shine(stage.picture, glow, LAMPS[1], 0.5)
