"""A street: houses on both sides that run to a vanishing point."""

from random import Random

from PIL import Image

from components.sandbox.painting.brush import Point, column, halo, shape, shine
from components.sandbox.painting.city import LAMPS
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.palettes import Weather
from components.sandbox.painting.stage import Stage

_NEON: tuple[RGB, ...] = ((255, 72, 148), (72, 220, 255), (190, 96, 255), (255, 150, 80))


def paint_street(stage: Stage, neon: bool, weather: Weather) -> None:
    """Build a street towards a vanishing point on the horizon, its lamps lit after dark."""
    rng = stage.dice("street")
    width, height = stage.size
    eye = (width * (0.46 if stage.lit_from_left else 0.54), stage.horizon)
    half = max(width, height * 0.62) * 0.3
    drop = height - stage.horizon
    road = stage.lit((92, 92, 100), 0.8)
    stage.picture.paste(
        column(
            (width, drop),
            [(0, mix(road, stage.palette.haze, 0.6)), (1, mix(road, stage.palette.near, 0.5))],
        ),
        (0, stage.horizon),
    )
    depths = [9.0, 6.6, 4.9, 3.6, 2.6, 1.85, 1.25, 0.8, 0.5]
    for side in (-1, 1):
        for far, close in zip(depths, depths[1:], strict=False):
            _house(stage, eye, side, far, close, half, drop, rng, neon)
    wet = weather in (Weather.RAIN, Weather.STORM) or neon
    _pavement(stage, eye, half, drop, wet)


def _house(
    stage: Stage,
    eye: Point,
    side: int,
    far: float,
    close: float,
    half: float,
    drop: float,
    rng: Random,
    neon: bool,
) -> None:
    high = rng.uniform(1.5, 3.1) * drop
    near = min(1.0, 0.75 / close)
    hue = rng.choice(
        ((176, 120, 96), (148, 136, 130), (196, 160, 120), (120, 116, 132), (164, 96, 88))
    )
    wall = mix(stage.lit(hue, near), stage.palette.depth(near), 0.5 if stage.palette.dark else 0.18)
    shaded = (side < 0) == stage.lit_from_left
    wall = mix(wall, stage.palette.near, 0.42 if shaded else 0.12)

    def spot(depth: float, level: float) -> Point:
        return eye[0] + side * half / depth, eye[1] + (drop * 0.8 - level) / depth

    gap = close + (far - close) * 0.06
    corners = [spot(far, 0), spot(far, high), spot(gap, high), spot(gap, 0)]
    mask = shape(stage.size, [corners])
    box = mask.getbbox()
    if box is None:
        return
    stage.picture.paste(wall, (0, 0, *stage.size), mask)
    ends = [
        spot(gap, high),
        (spot(gap, high)[0] + side * half, spot(gap, high)[1]),
        (spot(gap, 0)[0] + side * half, spot(gap, 0)[1]),
        spot(gap, 0),
    ]
    stage.picture.paste(
        mix(wall, stage.palette.near, 0.35), (0, 0, *stage.size), shape(stage.size, [ends])
    )
    floors, bays = max(3, round(high / drop * 3)), 4
    lit: list[list[Point]] = []
    unlit: list[list[Point]] = []
    for floor in range(floors):
        for bay in range(bays):
            a = far + (gap - far) * (bay + 0.25) / bays
            b = far + (gap - far) * (bay + 0.78) / bays
            foot = high * (floor + 0.3) / floors
            head = high * (floor + 0.78) / floors
            pane = [spot(a, foot), spot(a, head), spot(b, head), spot(b, foot)]
            (lit if rng.random() < (0.5 if stage.palette.dark else 0.12) else unlit).append(pane)
    box = (0, 0, *stage.size)
    stage.picture.paste(mix(wall, stage.palette.sky[0], 0.55), box, shape(stage.size, unlit))
    lamp = rng.choice(_NEON) if neon and rng.random() < 0.35 else rng.choice(LAMPS)
    stage.picture.paste(
        mix(lamp, wall, 0.2 if stage.palette.dark else 0.5), box, shape(stage.size, lit)
    )
    if neon and stage.palette.dark:
        tone = rng.choice(_NEON)
        place = spot(gap * 0.98, high * rng.uniform(0.3, 0.6))
        tall, wide = high * 0.3 / gap, half * 0.1 / gap
        blade = [
            place,
            (place[0], place[1] + tall),
            (place[0] - side * wide, place[1] + tall),
            (place[0] - side * wide, place[1]),
        ]
        shine(
            stage.picture,
            halo(stage.size, (place[0], place[1] + tall / 2), (tall * 1.3, tall * 1.3), 1.8),
            tone,
            0.55,
        )
        stage.picture.paste(mix(tone, (255, 255, 255), 0.25), box, shape(stage.size, [blade]))


def _pavement(stage: Stage, eye: Point, half: float, drop: float, wet: bool) -> None:
    width, height = stage.size
    foot = eye[1] + drop * 0.8 / 0.5
    kerbs = [
        [
            (eye[0] + side * half / 9, eye[1] + drop * 0.8 / 9),
            (eye[0] + side * half / 0.5, foot),
            (eye[0] + side * half * 0.62 / 0.5, foot),
            (eye[0] + side * half * 0.62 / 9, eye[1] + drop * 0.8 / 9),
        ]
        for side in (-1, 1)
    ]
    box = (0, 0, width, height)
    pale = mix(stage.lit((150, 148, 146), 0.8), stage.palette.near, 0.25)
    stage.picture.paste(
        pale, box, shape(stage.size, kerbs).point([round(i * 0.55) for i in range(256)])
    )
    if wet:
        tall = height - stage.horizon
        mirror = stage.picture.crop((0, max(0, stage.horizon - tall), width, stage.horizon))
        mirror = mirror.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(
            (max(1, width // 3), max(1, tall // 24))
        )
        mirror = mirror.resize((width, tall), Image.Resampling.BICUBIC)
        stage.picture.paste(mirror, (0, stage.horizon), Image.new("L", (width, tall), 150))
    dashes: list[list[Point]] = []
    depth = 8.0
    while depth > 0.5:
        end = depth * 0.86
        a, b = drop * 0.8 / depth, drop * 0.8 / end
        dashes.append(
            [
                (eye[0] - half * 0.02 / depth, eye[1] + a),
                (eye[0] + half * 0.02 / depth, eye[1] + a),
                (eye[0] + half * 0.02 / end, eye[1] + b),
                (eye[0] - half * 0.02 / end, eye[1] + b),
            ]
        )
        depth *= 0.7
    stage.picture.paste(
        stage.lit((236, 226, 196), 0.9),
        box,
        shape(stage.size, dashes).point([round(i * 0.7) for i in range(256)]),
    )
