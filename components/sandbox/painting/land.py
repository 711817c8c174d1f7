"""The land: ridges that fade with distance, rolling hills, dunes and fields of flowers."""

import math
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.painting.brush import Point, column, fade, shape, smooth
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import clouded, profile
from components.sandbox.painting.stage import Stage


def ridge(
    stage: Stage, what: str, base: float, height: float, waves: float, roughness: float
) -> list[Point]:
    """Return a skyline from edge to edge: rows about `base`, at most `height` pixels above it."""
    width, tall = stage.size
    count = max(60, width // 6)
    swings = waves * max(0.6, width / tall) ** 0.7
    line = profile(stage.dice(what), count, swings, roughness)
    return [(i * width / (count - 1), base - height * (v + 1) / 2) for i, v in enumerate(line)]


def below(stage: Stage, line: Sequence[Point]) -> Image.Image:
    """Return the mode L mask of everything under the skyline `line`."""
    width, height = stage.size
    ends = [(width + 2, line[-1][1]), (width + 2, height + 2), (-2, height + 2), (-2, line[0][1])]
    return shape(stage.size, [[*line, *ends]])


def lay_ridge(stage: Stage, line: Sequence[Point], colour: RGB, mist: float = 0.5) -> Image.Image:
    """Fill the land under `line`, fading into the haze at its foot; return its mask."""
    width, height = stage.size
    mask = below(stage, line)
    top = max(0, int(min(y for _, y in line)))
    tall = max(2, height - top)
    drop = min(1.0, stage.unit * 30 / tall)
    light = mix(colour, stage.palette.haze, mist)
    body = column((width, tall), [(0, colour), (drop, light), (1, light)])
    stage.picture.paste(body, (0, top), mask.crop((0, top, width, height)))
    return mask


def texture(stage: Stage, mask: Image.Image, strength: float = 0.3) -> None:
    """Lay a dry brush over what `mask` covers, so that flat land does not look cut from paper."""
    box = mask.getbbox()
    if box is None:
        return
    size = (box[2] - box[0], box[3] - box[1])
    lumps = (size[0] / stage.unit / 16, size[1] / stage.unit / 2.2)
    noise = clouded(stage.dice(f"texture {box}"), size, lumps, 4)
    cover = mask.crop(box)
    for colour, levels in (
        (stage.palette.near, [round(max(0, 118 - i) * 0.8 * strength) for i in range(256)]),
        (stage.palette.glow, [round(max(0, i - 138) * 0.6 * strength) for i in range(256)]),
    ):
        stage.picture.paste(colour, box, ImageChops.multiply(noise.point(levels), cover))


def paint_hills(
    stage: Stage, base: float, height: float, layers: int, colour: RGB | None = None
) -> None:
    """Roll `layers` of soft hills towards us, from the row `base` down to the foot."""
    tall = stage.size[1]
    for i in range(layers):
        near = (i + 0.6) / layers
        row = base + (tall - base) * (i / layers) ** 1.2
        green = mix(stage.palette.depth(0.2 + 0.5 * near), colour or stage.palette.grass, 0.78)
        line = _swell(stage, f"hill {i}", row, height * (0.75 + 0.5 * near))
        mask = lay_ridge(stage, line, green, 0.42 * (1 - near))
        _slope_light(stage, line, mask, near)
        texture(stage, mask, 0.3)


def _swell(stage: Stage, what: str, row: float, height: float) -> list[Point]:
    """Return the smooth line of one hill: a long wave and a shorter one upon it."""
    rng = stage.dice(what)
    width, tall = stage.size
    wide = max(1.0, width / tall) ** 0.6
    first, second = rng.uniform(0, 6.3), rng.uniform(0, 6.3)
    long, short = rng.uniform(3.2, 5.4) * wide, rng.uniform(8, 12) * wide
    return [
        (
            t * width,
            row - height * (0.62 * math.sin(first + t * long) + 0.2 * math.sin(second + t * short)),
        )
        for t in (k / 60 for k in range(61))
    ]


def _slope_light(stage: Stage, line: Sequence[Point], mask: Image.Image, near: float) -> None:
    """Let the crest of a hill catch the light, and its foot sink into shade."""
    width, height = stage.size
    drop = stage.unit * (5 + 9 * near)
    lower = [(x, y + drop * (0.7 + 0.5 * math.sin(x / width * 5))) for x, y in line]
    rim = ImageChops.subtract(mask, below(stage, lower))
    top = max(0, int(min(y for _, y in line)))
    tall = max(2, min(height, int(max(y for _, y in lower)) + 2) - top)
    part = rim.crop((0, top, width, top + tall)).resize((width // 4, max(1, tall // 4)))
    part = part.resize((width, tall), Image.Resampling.BICUBIC)
    part = ImageChops.multiply(part, mask.crop((0, top, width, top + tall)))
    part = part.point([round(i * 0.2) for i in range(256)])
    stage.picture.paste(stage.palette.glow, (0, top, width, top + tall), part)


def paint_dunes(stage: Stage, base: float, height: float, sand: RGB) -> None:
    """Pile up dunes with a sharp crest: one side in the light, the other in shade."""
    width, tall = stage.size
    away = 1 if stage.lit_from_left else -1
    summits = (0.72, 0.3, 0.62) if away > 0 else (0.28, 0.7, 0.38)
    for i, summit in enumerate(summits):
        near = i / 2
        rng = stage.dice(f"dune {i}")
        row = base + (tall - base) * (0.06, 0.3, 0.66)[i]
        high = height * (0.75 + 0.75 * near) * rng.uniform(0.85, 1.2)
        x, y = (summit + rng.uniform(-0.09, 0.09)) * width, row - high
        left = smooth(
            [(-0.1 * width, row + high * 0.2), (x * 0.45, row - high * 0.3), (x, y)], closed=False
        )
        right = smooth(
            [(x, y), (x + (width - x) * 0.5, row - high * 0.34), (width * 1.1, row + high * 0.12)],
            closed=False,
        )
        line = [*left, *right[1:]]
        tone = mix(mix(stage.palette.haze, sand, 0.4 + 0.6 * near), stage.palette.near, 0.12 * near)
        lit = mix(tone, stage.palette.glow, 0.26)
        mask = lay_ridge(stage, line, lit, 0.3 * (1 - near))
        texture(stage, mask, 0.14)
        deep = tall - y
        spine = [
            (
                x + away * stage.unit * (16 * t + 8 * math.sin(t * 5.4) * t**0.5) * (0.7 + near),
                y + deep * t,
            )
            for t in (k / 24 for k in range(25))
        ]
        crest = right if away > 0 else left[::-1]
        corner = (width * 1.1 if away > 0 else -width * 0.1, float(tall))
        shade = ImageChops.multiply(shape(stage.size, [[*crest, corner, *reversed(spine)]]), mask)
        foot = min(1.0, (y + high * 2.6) / tall)
        ramp = fade((width, tall), [(0, 225), (max(0.0, y / tall), 225), (foot, 105), (1, 90)])
        dark = mix(mix(tone, stage.palette.near, 0.55), stage.palette.sky[0], 0.22)
        stage.picture.paste(dark, (0, 0, width, tall), ImageChops.multiply(shade, ramp))


def paint_flowers(stage: Stage, top: float, colours: Sequence[RGB], plenty: float = 1.0) -> None:
    """Strew a field with flowers from the row `top` down, dots afar and blossoms before us."""
    rng = stage.dice("flowers")
    width, height = stage.size
    start = max(0, int(top))
    sheet = Image.new("RGBA", (width * 2, (height - start) * 2), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    grass = mix(stage.palette.near, stage.palette.grass, 0.55)
    wide = max(0.8, width / height)
    number = round(900 * plenty * wide)
    for k in range(number):
        share = k / number
        row = share**1.5
        x, y = rng.random() * width * 2, (height - start) * 2 * row
        size = 2 * stage.unit * (0.2 + 1.15 * row**1.5) * rng.uniform(0.6, 1.25)
        lean = rng.uniform(-0.5, 0.5) * size
        pen.line(
            (x + lean, y + size * 4, x, y),
            fill=mix(grass, stage.palette.glow, rng.random() * 0.18),
            width=max(1, round(size * 0.16)),
        )
        if rng.random() < 0.3:
            continue
        tone = stage.lit(rng.choice(colours), 0.5 + 0.5 * row)
        if rng.random() < 0.3:
            tone = mix(tone, stage.palette.near, 0.2)
        if size < stage.unit:
            pen.ellipse((x - size, y - size * 0.7, x + size, y + size * 0.7), fill=tone)
            continue
        pen.polygon(_blossom(x, y, size, rng.uniform(0, 2)), fill=tone)
        heart = size * 0.24
        pen.ellipse(
            (x - heart, y - heart, x + heart, y + heart * 0.6),
            fill=mix(stage.lit((248, 214, 120)), tone, 0.2),
        )
    drawn = sheet.reduce(2)
    stage.picture.paste(drawn.convert("RGB"), (0, start), drawn.getchannel("A"))


def _blossom(x: float, y: float, size: float, turn: float) -> list[Point]:
    outline: list[Point] = []
    for i in range(20):
        angle = turn + i / 20 * 2 * math.pi
        reach = size * (0.72 + 0.28 * math.cos(5 * (angle - turn)))
        outline.append((x + math.cos(angle) * reach, y + math.sin(angle) * reach * 0.78))
    return outline
