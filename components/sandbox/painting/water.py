"""Water: what lies above it, mirrored and broken by ripples, with the light upon it."""

import math

from PIL import Image, ImageChops

from components.sandbox.painting.brush import Point, column, fade, halo, shape, shine, smooth
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.stage import Stage


def paint_water(stage: Stage, top: int, mask: Image.Image | None = None, calm: float = 0.5) -> None:
    """Fill the picture from row `top` down with water, or only where the mode L `mask` says.

    `calm` is 1 for a pond like glass and 0 for an open sea.
    """
    width, height = stage.size
    tall = height - top
    if tall < 4:
        return
    surface = _mirror(stage, top, tall, calm)
    high, low = stage.palette.sky[2], stage.palette.sky[0]
    deep = mix(mix(low, stage.palette.near, 0.35), stage.palette.far, 0.2)
    # The open sea is darker than the sky at the horizon, a pond gives the sky back.
    far = mix(mix(high, stage.palette.sky[3], 0.5), deep, 0.75 * (1 - calm))
    tint = column((width, tall), [(0, far), (0.25, mix(high, deep, 0.4)), (1, deep)])
    veil = fade((width, tall), [(0, 60 + round(130 * (1 - calm))), (0.4, 120), (1, 178)])
    surface.paste(tint, (0, 0), veil)
    _ripples(stage, surface, calm)
    _path_of_light(stage, surface)
    part = None if mask is None else mask.crop((0, top, width, height))
    stage.picture.paste(surface, (0, top), part)


def _mirror(stage: Stage, top: int, tall: int, calm: float) -> Image.Image:
    """Return what stands above row `top`, upside down, its rows pushed about by ripples."""
    width = stage.size[0]
    margin = max(2, round(stage.unit * 2))
    seen = min(top, round(tall * 1.25))
    above = stage.picture.crop((0, top - seen, width, top)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    above = above.resize((width + 2 * margin, tall), Image.Resampling.BICUBIC)
    rng = stage.dice("ripples")
    phase = rng.uniform(0, 6)
    strips: list[tuple[tuple[int, int, int, int], tuple[float, ...]]] = []
    row = 0
    while row < tall:
        share = row / tall
        thick = max(1, round(1 + share * stage.unit * 0.7))
        push = (
            math.sin(row / (1.2 + share * 5) + phase)
            * margin
            * (0.12 + 0.75 * share)
            * (1.2 - calm)
        )
        end = min(tall, row + thick)
        left = margin + push
        strips.append(
            ((0, row, width, end), (left, row, left, end, left + width, end, left + width, row))
        )
        row = end
    return above.transform((width, tall), Image.Transform.MESH, strips, Image.Resampling.BILINEAR)


def _ripples(stage: Stage, surface: Image.Image, calm: float) -> None:
    """Draw flat lens-shaped strokes, small and many near the horizon, long and few before us."""
    rng = stage.dice("ripple strokes")
    width, tall = surface.size
    light: list[list[Point]] = []
    dark: list[list[Point]] = []
    for _ in range(round(150 * (1.25 - calm))):
        share = rng.random() ** 1.5
        x, y = rng.random() * width, share * tall
        long = stage.unit * (1.2 + share * 13) * rng.uniform(0.5, 1.6)
        (light if rng.random() < 0.55 else dark).append(
            lens(x, y, long, stage.unit * (0.08 + share * 0.34))
        )
    edge = mix(stage.palette.sky[3], stage.palette.sky[2], 0.4)
    for strokes, colour, strength in ((light, edge, 0.34), (dark, stage.palette.near, 0.3)):
        mask = shape(surface.size, strokes).point([round(i * strength) for i in range(256)])
        surface.paste(colour, (0, 0, width, tall), mask)


def _path_of_light(stage: Stage, surface: Image.Image) -> None:
    """Let the sun or the moon glitter on the water below it."""
    rng = stage.dice("path of light")
    width, tall = surface.size
    strokes: list[list[Point]] = []
    for _ in range(120):
        share = rng.random() ** 1.3
        spread = stage.unit * (2.2 + 9 * share)
        x = stage.sun[0] + rng.gauss(0, 1) * spread * 0.62
        long = stage.unit * (0.8 + 6.5 * share) * rng.uniform(0.4, 1.3)
        strokes.append(lens(x, share * tall, long, stage.unit * (0.1 + 0.36 * share)))
    mask = shape(surface.size, strokes)
    thin = fade((width, tall), [(0, 235), (0.5, 170), (1, 60)])
    glow = halo(surface.size, (stage.sun[0], 0), (stage.unit * 22, tall * 0.9), 1.8)
    shine(surface, glow, stage.palette.glow, 0.36)
    shine(
        surface,
        ImageChops.multiply(mask, thin),
        mix(stage.palette.sun, stage.palette.glow, 0.35),
        0.75,
    )


def lens(x: float, y: float, long: float, thick: float) -> list[Point]:
    """Return a flat stroke with pointed ends about `x`, `y`."""
    half = long / 2
    return [
        (x - half, y),
        (x - half * 0.4, y - thick),
        (x + half * 0.45, y - thick * 0.8),
        (x + half, y),
        (x + half * 0.3, y + thick),
        (x - half * 0.5, y + thick * 0.7),
    ]


def shoreline(stage: Stage, top: int, sand: RGB) -> None:
    """Lay a beach over the foot of the water, with a line of foam where they meet."""
    rng = stage.dice("shore")
    width, height = stage.size
    lean = rng.choice((-1, 1))
    rows = [top + (height - top) * (0.62 + 0.2 * lean * (i / 12 - 0.5)) for i in range(13)]
    phase = rng.uniform(0, 6)
    edge = [
        (i * width / 12, row + math.sin(i * 0.8 + phase) * stage.unit * 1.8)
        for i, row in enumerate(rows)
    ]
    curve = smooth(edge, closed=False)

    def under(offset: float) -> Image.Image:
        line = [(x, y + offset * (0.7 + 0.3 * math.sin(x / stage.unit / 7))) for x, y in curve]
        return shape(stage.size, [[*line, (width + 2, height + 2), (-2, height + 2)]])

    box = (0, 0, width, height)
    shallow = mix(stage.palette.sky[3], sand, 0.35)
    stage.picture.paste(shallow, box, under(-stage.unit * 6).point([i // 3 for i in range(256)]))
    foam = mix(stage.palette.cloud, stage.palette.sky[3], 0.25)
    stage.picture.paste(
        foam, box, under(-stage.unit * 0.9).point([round(i * 0.9) for i in range(256)])
    )
    wet = mix(sand, stage.palette.near, 0.3)
    dry = column(
        stage.size,
        [
            (0, sand),
            (0.7, mix(sand, stage.palette.haze, 0.25)),
            (1, mix(sand, stage.palette.near, 0.28)),
        ],
    )
    stage.picture.paste(mix(wet, stage.palette.sky[3], 0.3), box, under(stage.unit * 0.2))
    stage.picture.paste(dry, (0, 0), under(stage.unit * 4.2))
