"""Pictures of nothing: quarter-circle tiles, flowing waves, discs and arcs, clouds of colour."""

import math
from random import Random

from PIL import Image, ImageFilter

from components.sandbox.painting.brush import Point, column, fill, halo, shape, shine
from components.sandbox.painting.colour import RGB, mix, rgb
from components.sandbox.painting.scene import Scene
from components.sandbox.painting.sky import circle
from components.sandbox.painting.stage import Stage

_SETS: tuple[str, ...] = (
    "f3e9d8 e2604a f2a65a 2f5d73 1d2b3a 8fb8a8",
    "f5ead6 1f3a5f e07a5f f2cc8f 81b29a 3d405b",
    "efe6dd 7a3b69 d96c75 f4a688 f9d5a7 2d2a4a",
    "eaf0ea 14505c 2f8f83 a3c9a8 f1c27b d9644a",
    "f6efe6 22223b 4a4e69 c9705c f0b67f 9a8c98",
)


def paint_abstract(stage: Stage, scene: Scene) -> None:
    """Paint one of four kinds of composition, by the words or else by chance."""
    rng = stage.dice("abstract")
    tones = [rgb(text) for text in rng.choice(_SETS).split()]
    if scene.colours:
        asked = list(scene.colours[:4])
        tones = [
            mix(asked[0], (255, 250, 240), 0.82),
            *asked,
            *(mix(tone, (24, 22, 40), 0.45) for tone in asked),
            *(mix(tone, (255, 246, 230), 0.5) for tone in asked),
        ]
    if stage.palette.dark and scene.hour is not None:
        tones[0] = mix(tones[-1], (10, 10, 24), 0.7)
    words = scene.traits
    if words & {"pattern", "tile", "tiles", "memphis", "mosaic"}:
        _tiles(stage, tones, rng)
    elif words & {
        "wave",
        "waves",
        "swirl",
        "swirls",
        "flow",
        "flowing",
        "layers",
        "layered",
        "paper",
    }:
        _waves(stage, tones, rng)
    elif words & {"gradient", "fluid", "blur", "blurred", "soft", "dreamy", "mesh", "liquid"}:
        _clouds(stage, tones, rng)
    elif words & {"bauhaus", "geometric", "geometry", "circle", "circles", "shapes", "minimalist"}:
        _discs(stage, tones, rng)
    else:
        rng.choice((_tiles, _waves, _clouds, _discs))(stage, tones, rng)


def _tiles(stage: Stage, tones: list[RGB], rng: Random) -> None:
    """Fill a grid with quarter circles, half circles, leaves and dots."""
    width, height = stage.size
    cells = 5 if min(stage.size) < 700 else 6
    side = min(stage.size) / cells
    across, down = math.ceil(width / side), math.ceil(height / side)
    left, top = (width - across * side) / 2, (height - down * side) / 2
    stage.picture.paste(tones[0], (0, 0, width, height))
    layers: dict[RGB, list[list[Point]]] = {}
    for i in range(across):
        for j in range(down):
            x, y = left + i * side, top + j * side
            back, front = rng.sample(tones, 2)
            layers.setdefault(back, []).insert(
                0, [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
            )
            stage.picture.paste(back, (round(x), round(y), round(x + side), round(y + side)))
            _tile(stage, (x, y), side, front, back, rng)


def _tile(stage: Stage, at: Point, side: float, front: RGB, back: RGB, rng: Random) -> None:
    x, y = at
    size = (math.ceil(side) + 1, math.ceil(side) + 1)
    turn = rng.randrange(4)
    kind = rng.randrange(6)
    rings: list[tuple[list[Point], RGB]] = []
    corner = ((0.0, 0.0), (side, 0.0), (side, side), (0.0, side))[turn]
    if kind in (0, 1):
        rings = [(circle(*corner, side), front)]
        if kind == 1:
            rings += [(circle(*corner, side * 0.62), back), (circle(*corner, side * 0.3), front)]
    elif kind == 2:
        rings = [(circle(side / 2, side / 2, side * 0.36), front)]
    elif kind == 3:
        flat = (0.0, 0.0) if turn % 2 else (side, side)
        rings = [(circle(side / 2, flat[1], side / 2), front)]
    elif kind == 4:
        a, b = ((0.0, 0.0), (side, side)) if turn % 2 else ((side, 0.0), (0.0, side))
        start = math.atan2(b[1] - a[1], b[0] - a[0])
        quarter = [
            (a[0] + math.cos(start + t) * side, a[1] + math.sin(start + t) * side)
            for t in (k / 16 * math.pi / 2 - math.pi / 4 for k in range(17))
        ]
        other = [
            (b[0] - math.cos(start + t) * side, b[1] - math.sin(start + t) * side)
            for t in (k / 16 * math.pi / 2 - math.pi / 4 for k in range(17))
        ]
        rings = [([*quarter, *other], front)]
    else:
        rings = [
            (
                [
                    ((0.0, 0.0), (side, 0.0), (side, side), (0.0, side))[k]
                    for k in range(4)
                    if k != turn
                ],
                front,
            )
        ]
    for outline, tone in rings:
        mask = shape(size, [outline])
        stage.picture.paste(
            tone, (round(x), round(y), round(x) + size[0], round(y) + size[1]), mask
        )


def _waves(stage: Stage, tones: list[RGB], rng: Random) -> None:
    """Lay sheets of coloured paper one over the other, each with a flowing edge and a shadow."""
    width, height = stage.size
    order = [*tones[1:], *tones[1:]]
    stage.picture.paste(column((width, height), [(0, tones[0]), (1, mix(tones[0], order[0], 0.4))]))
    count = 8
    for k in range(count):
        base = height * (0.16 + 0.86 * k / count)
        phase, waves = rng.uniform(0, 6.3), rng.uniform(0.8, 1.7) * max(1, width / height)
        line = [
            (
                x,
                base
                + height * 0.09 * math.sin(phase + x / width * waves * 6.3)
                + height * 0.035 * math.sin(phase * 2 + x / width * waves * 13),
            )
            for x in (i * width / 90 for i in range(91))
        ]
        mask = shape(stage.size, [[*line, (width + 2, height + 2), (-2, height + 2)]])
        soft = (
            mask.reduce(4)
            .filter(ImageFilter.GaussianBlur(stage.unit * 0.55))
            .resize(stage.size, Image.Resampling.BICUBIC)
        )
        lifted = Image.new("L", stage.size, 0)
        lifted.paste(soft, (0, -round(stage.unit * 1.2)))
        stage.picture.paste(
            (20, 14, 28), (0, 0, width, height), lifted.point([round(i * 0.3) for i in range(256)])
        )
        tone = order[k % len(order)]
        top = max(0, int(base - height * 0.14))
        sheet = column(
            (width, max(2, height - top)),
            [(0, mix(tone, (255, 246, 232), 0.22)), (0.5, tone), (1, mix(tone, (20, 14, 30), 0.2))],
        )
        stage.picture.paste(sheet, (0, top), mask.crop((0, top, width, height)))


def _clouds(stage: Stage, tones: list[RGB], rng: Random) -> None:
    """Let soft fields of colour run into each other."""
    width, height = stage.size
    small = (max(8, width // 6), max(8, height // 6))
    sheet = Image.new("RGB", small, mix(tones[0], tones[1], 0.3))
    for k in range(14):
        centre = (rng.random() * small[0], rng.random() * small[1])
        reach = max(small) * rng.uniform(0.25, 0.55)
        mask = halo(small, centre, (reach, reach * rng.uniform(0.6, 1.0)), 1.2)
        sheet.paste(tones[k % len(tones)], (0, 0, *small), mask)
    sheet = sheet.filter(ImageFilter.GaussianBlur(min(small) / 16))
    stage.picture.paste(sheet.resize(stage.size, Image.Resampling.BICUBIC))


def _discs(stage: Stage, tones: list[RGB], rng: Random) -> None:
    """Balance a great disc, arcs, bars and small dots, after the Bauhaus."""
    width, height = stage.size
    unit = min(stage.size)
    box = (0, 0, width, height)
    stage.picture.paste(
        column((width, height), [(0, tones[0]), (1, mix(tones[0], tones[2], 0.16))])
    )
    sun = (width * rng.choice((0.36, 0.64)), height * rng.uniform(0.36, 0.46))
    big = unit * 0.3
    fill(stage.picture, [circle(*sun, big, 120)], tones[1])
    half = [point for point in circle(*sun, big, 120) if point[0] >= sun[0] - 1]
    stage.picture.paste(
        mix(tones[1], tones[2], 0.6),
        box,
        shape(stage.size, [sorted(half, key=lambda p: math.atan2(p[1] - sun[1], p[0] - sun[0]))]),
    )
    foot = (width - sun[0], height * 0.98)
    for k, tone in enumerate((tones[3], tones[0], tones[4], tones[0], tones[2 % len(tones)])):
        stage.picture.paste(
            tone, box, shape(stage.size, [circle(*foot, unit * (0.42 - 0.075 * k), 120)])
        )
    stage.picture.paste(tones[4], (0, round(height * 0.9), width, height))
    for k in range(3):
        x = width * (0.08 + 0.05 * k)
        y = height * rng.uniform(0.1, 0.4)
        bar = [(x, y), (x + unit * 0.024, y), (x + unit * 0.024, height * 0.9), (x, height * 0.9)]
        stage.picture.paste(tones[(k + 2) % len(tones)], box, shape(stage.size, [bar]))
    for _ in range(5):
        spot = circle(
            rng.random() * width, rng.random() * height * 0.85, unit * rng.uniform(0.012, 0.05)
        )
        stage.picture.paste(rng.choice(tones[1:]), box, shape(stage.size, [spot]))
    thin = [sun, (sun[0] + unit * 0.004, sun[1]), (foot[0] + unit * 0.004, foot[1]), foot]
    stage.picture.paste(tones[-1], box, shape(stage.size, [thin]))
    shine(
        stage.picture, halo(stage.size, sun, (unit * 0.7, unit * 0.7), 2.0), (255, 240, 220), 0.16
    )
