"""The city: a skyline in layers, and a street that runs to its vanishing point."""

from random import Random

from PIL import Image, ImageDraw

from components.sandbox.painting.brush import Point, column, halo, shape, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.palettes import Weather
from components.sandbox.painting.stage import Stage

_LAMPS: tuple[RGB, ...] = ((255, 214, 138), (255, 196, 112), (255, 230, 178), (255, 184, 120))
_NEON: tuple[RGB, ...] = ((255, 72, 148), (72, 220, 255), (190, 96, 255), (255, 150, 80))


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
        _sides(stage, walls, base, mask, colour)
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
    mask: Image.Image,
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
    tone = _LAMPS[0] if dark else stage.palette.sky[3]
    stage.picture.paste(
        tone, (0, 0, *stage.size), sheet.point([round(i * strength) for i in range(256)])
    )
    if dark:
        glow = sheet.reduce(8).resize(stage.size, Image.Resampling.BICUBIC)
        shine(stage.picture, glow, _LAMPS[1], 0.5)


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
    lamp = rng.choice(_NEON) if neon and rng.random() < 0.35 else rng.choice(_LAMPS)
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
