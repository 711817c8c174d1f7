"""Outer space: a nebula, a field of stars, and a planet with its ring and moons."""

from dataclasses import replace

from PIL import Image, ImageChops, ImageFilter

from components.sandbox.painting.brush import Point, column, halo, shape, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import clouded
from components.sandbox.painting.scene import Scene, Thing, Wanted
from components.sandbox.painting.sky import circle, paint_stars
from components.sandbox.painting.stage import Stage

_WORLDS: tuple[tuple[RGB, RGB, RGB], ...] = (
    ((236, 178, 120), (176, 84, 74), (250, 222, 180)),
    ((120, 190, 200), (36, 84, 120), (214, 240, 236)),
    ((198, 150, 214), (92, 62, 134), (244, 214, 240)),
)
_NEBULAE: tuple[tuple[RGB, RGB], ...] = (
    ((214, 84, 132), (76, 104, 214)),
    ((64, 168, 176), (140, 84, 200)),
    ((236, 138, 84), (132, 60, 140)),
)


def paint_space(stage: Stage, scene: Scene) -> None:
    """Paint the deep sky, and a planet on a third of the picture."""
    rng = stage.dice("space")
    width, height = stage.size
    deep: RGB = (8, 9, 24) if scene.sky is None else mix(scene.sky, (6, 6, 16), 0.8)
    stage.picture.paste(column((width, height), [(0, deep), (1, mix(deep, (40, 24, 64), 0.5))]))
    stars = replace(stage, horizon=round(height * 1.3))
    paint_stars(stars, 2.2)
    first, second = rng.choice(_NEBULAE)
    if scene.colours:
        first = scene.colours[0]
    for tone, turn in ((first, 0), (second, 1)):
        noise = clouded(rng, stage.size, (3 * width / height, 3), 5).point(
            [max(0, (i - 92)) for i in range(256)]
        )
        spot = (width * (0.3 + 0.4 * turn), height * (0.6 - 0.25 * turn))
        field = halo(stage.size, spot, (max(stage.size) * 0.66, max(stage.size) * 0.42), 1.2)
        shine(stage.picture, ImageChops.multiply(noise, field), tone, 1.25)
    if not scene.traits & {"nebula", "galaxy"} or scene.find(Thing.PLANET):
        radius = min(stage.size) * 0.24
        at = (width * (0.64 if stage.lit_from_left else 0.36), height * 0.46)
        order = scene.find(Thing.PLANET)
        paint_planet(stage, order or Wanted(Thing.PLANET), (at[0], at[1] + radius), radius * 2)
        shine(
            stage.picture,
            halo(stage.size, (width * 0.2, height * 0.22), (radius * 0.2,) * 2),
            (255, 250, 240),
            0.9,
        )


def paint_planet(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a banded, ringed planet `tall` pixels across whose lowest point is `at`."""
    rng = stage.dice("planet")
    light, dark, pale = rng.choice(_WORLDS)
    if wanted.colour is not None:
        light, dark, pale = (
            wanted.colour,
            mix(wanted.colour, (20, 10, 40), 0.6),
            mix(wanted.colour, (255, 255, 255), 0.6),
        )
    radius = tall / 2
    side = max(8, round(tall))
    x, y = at[0], at[1] - radius
    box = (round(x - side / 2), round(y - side / 2))
    bands = [
        (k / 10, mix(light, rng.choice((dark, pale, light)), rng.uniform(0.1, 0.55)))
        for k in range(11)
    ]
    ball = column((side, side), bands)
    noise = clouded(rng, (side, side), (2, 14), 3)
    ball = Image.blend(
        ball, Image.composite(Image.new("RGB", (side, side), pale), ball, noise), 0.24
    ).rotate(14, Image.Resampling.BICUBIC, fillcolor=light)
    lean = -0.34 if stage.lit_from_left else 0.34
    day = halo((side, side), (side * (0.5 + lean), side * 0.3), (side * 0.86, side * 0.86), 0.8)
    ball = Image.composite(ball, Image.new("RGB", (side, side), mix(dark, (4, 4, 14), 0.85)), day)
    disc = shape((side, side), [circle(side / 2, side / 2, side / 2 - 1, 120)])
    shine(stage.picture, halo(stage.size, (x, y), (radius * 1.5, radius * 1.5), 2.4), light, 0.5)
    ring = _ring(stage, (x, y), radius)
    tone = mix(pale, light, 0.4)
    front = Image.new("L", stage.size, 0)
    half = (0, round(y), *stage.size)
    front.paste(ring.crop(half), half[:2])
    stage.picture.paste(tone, (0, 0, *stage.size), ring)
    stage.picture.paste(ball, box, disc)
    tilted = Image.new("L", stage.size, 0)
    tilted.paste(disc, box)
    below = _lower_half(stage, (x, y), radius)
    stage.picture.paste(tone, (0, 0, *stage.size), ImageChops.multiply(ring, below))


def _ring(stage: Stage, centre: Point, radius: float) -> Image.Image:
    """Return the mask of a tilted ring with gaps about `centre`."""
    mask = Image.new("L", stage.size, 0)
    for share, level in ((2.05, 150), (1.86, 60), (1.8, 200), (1.5, 90), (1.42, 0)):
        flat = [
            (px, centre[1] + (py - centre[1]) * 0.24)
            for px, py in circle(*centre, radius * share, 120)
        ]
        mask.paste(level, (0, 0, *stage.size), shape(stage.size, [_turn(flat, centre)]))
    return mask.filter(ImageFilter.GaussianBlur(0.5))


def _lower_half(stage: Stage, centre: Point, radius: float) -> Image.Image:
    reach = radius * 2.4
    quad = [
        (centre[0] - reach, centre[1]),
        (centre[0] + reach, centre[1]),
        (centre[0] + reach, centre[1] + reach),
        (centre[0] - reach, centre[1] + reach),
    ]
    return shape(stage.size, [_turn(quad, centre)])


def _turn(points: list[Point], centre: Point) -> list[Point]:
    """Return `points` turned by 14 degrees about `centre`."""
    cos, sin = 0.9703, -0.2419
    return [
        (
            centre[0] + (x - centre[0]) * cos - (y - centre[1]) * sin,
            centre[1] + (x - centre[0]) * sin + (y - centre[1]) * cos,
        )
        for x, y in points
    ]
