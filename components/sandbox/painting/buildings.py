"""What people build to live and work in: cabin, lighthouse, windmill and tent."""

import math

from PIL import ImageChops

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, halo, shape, shine
from components.sandbox.painting.colour import NAMED, RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage

LAMP: RGB = (255, 206, 122)


def side_shade(stage: Stage) -> tuple[int, int]:
    """Return how strongly the left and the right of a wall lie in shade, 0 to 255."""
    return (0, 120) if stage.lit_from_left else (120, 0)


def pane_colour(stage: Stage, wall: RGB) -> RGB:
    """Return the colour of a window in `wall`: lamplight after dark, else the sky in it."""
    return LAMP if stage.palette.dark else mix(mix(stage.palette.sky[1], wall, 0.35), LAMP, 0.3)


def paint_cabin(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a gabled cabin with a chimney, smoke, and light in its windows."""
    wall = stage.lit(wanted.colour or (150, 92, 62), 0.88)
    roof = mix(stage.lit((70, 58, 66), 0.9), stage.palette.near, 0.35)
    facing = 1 if stage.lit_from_left else -1
    board = Board(stage, at, tall, reach=1.1, top=1.5, foot=0.08, facing=facing)
    pane = pane_colour(stage, wall)
    side = mix(wall, stage.palette.near, 0.38)
    board.box(0.1, 0.0, 0.82, 0.46, side)
    board.polygon([(-0.5, 0), (-0.5, 0.46), (-0.2, 0.92), (0.1, 0.46), (0.1, 0)], wall)
    for k in range(1, 6):
        board.line([(-0.5, k * 0.09), (0.82, k * 0.09)], 0.007, mix(wall, stage.palette.near, 0.4))
    board.box(0.5, 0.74, 0.62, 1.12, side)
    board.polygon([(-0.2, 0.98), (0.62, 0.98), (0.92, 0.42), (0.12, 0.42)], roof)
    board.polygon(
        [(-0.2, 1.0), (-0.2, 0.9), (-0.52, 0.4), (-0.6, 0.42)], mix(roof, stage.palette.glow, 0.2)
    )
    board.polygon(
        [(-0.2, 1.0), (-0.2, 0.9), (0.1, 0.42), (0.2, 0.42)], mix(roof, stage.palette.near, 0.3)
    )
    board.box(-0.27, 0.0, -0.11, 0.33, mix(wall, stage.palette.near, 0.6))
    for left, low in ((-0.44, 0.2), (0.26, 0.16), (0.54, 0.16)):
        board.box(
            left - 0.012,
            low - 0.012,
            left + 0.142,
            low + 0.162,
            mix(wall, stage.palette.near, 0.55),
        )
        board.box(left, low, left + 0.13, low + 0.15, pane)
        board.line(
            [(left + 0.065, low), (left + 0.065, low + 0.15)],
            0.012,
            mix(wall, stage.palette.near, 0.5),
        )
    board.disc(-0.2, 0.62, 0.05, 0.05, pane)
    board.lay(70)
    for k in range(7):
        puff = board.on_picture((0.56 + 0.05 * k + 0.02 * math.sin(k * 2), 1.16 + 0.11 * k))
        size = tall * (0.07 + 0.028 * k)
        shine(
            stage.picture,
            halo(stage.size, puff, (size, size * 0.8), 1.3),
            stage.palette.cloud,
            0.3 - 0.036 * k,
        )
    if stage.palette.dark:
        for spot in ((-0.38, 0.27), (0.46, 0.23)):
            glow = halo(stage.size, board.on_picture(spot), (tall * 0.75, tall * 0.6), 1.8)
            shine(stage.picture, glow, LAMP, 0.5)


def paint_lighthouse(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a banded lighthouse on a rock; its lamp sweeps the dark."""
    white = stage.lit((244, 240, 232), 0.92)
    band = stage.lit(wanted.colour or NAMED["red"], 0.92)
    rock = mix(stage.palette.near, stage.palette.far, 0.16)
    board = Board(stage, at, tall, reach=0.8, top=1.12, foot=0.1)
    lamp = board.on_picture((0, 0.885))
    if stage.palette.dark:
        for side in (-1, 1):
            reach = max(stage.size)
            beam = [
                lamp,
                (lamp[0] + side * reach, lamp[1] - reach * 0.03),
                (lamp[0] + side * reach, lamp[1] + reach * 0.12),
            ]
            far = halo(stage.size, lamp, (tall * 2.4, tall * 2.4), 1.5)

            shine(stage.picture, ImageChops.multiply(shape(stage.size, [beam]), far), LAMP, 0.5)
    board.polygon(
        [
            (-0.7, -0.04),
            (-0.54, 0.04),
            (-0.44, 0.03),
            (-0.3, 0.13),
            (-0.12, 0.17),
            (0.14, 0.18),
            (0.26, 0.12),
            (0.38, 0.11),
            (0.5, 0.03),
            (0.68, -0.04),
        ],
        rock,
    )
    board.polygon(
        [(-0.3, 0.13), (-0.12, 0.17), (0.0, 0.1), (-0.2, 0.02), (-0.44, 0.03)],
        mix(rock, stage.palette.glow, 0.16),
    )

    def waist(level: float) -> float:
        return 0.105 - 0.045 * (level - 0.15) / 0.67

    tower = [(-waist(0.15), 0.15), (-waist(0.82), 0.82), (waist(0.82), 0.82), (waist(0.15), 0.15)]
    board.polygon(tower, white)
    for low, high in ((0.25, 0.38), (0.51, 0.63), (0.74, 0.82)):
        board.polygon(
            [(-waist(low), low), (-waist(high), high), (waist(high), high), (waist(low), low)], band
        )
    board.shade(tower, mix(stage.palette.near, band, 0.2), side_shade(stage))
    dark = mix(stage.palette.near, white, 0.12)
    board.box(0.14, 0.12, 0.34, 0.23, white)
    board.polygon([(0.12, 0.23), (0.24, 0.32), (0.36, 0.23)], band)
    board.box(0.22, 0.14, 0.27, 0.2, pane_colour(stage, white))
    board.box(-0.092, 0.82, 0.092, 0.84, dark)
    board.box(-0.048, 0.84, 0.048, 0.93, LAMP if stage.palette.dark else mix(LAMP, white, 0.4))
    for x in (-0.048, 0.0, 0.048):
        board.line([(x, 0.84), (x, 0.93)], 0.008, dark)
    board.curve([(-0.064, 0.93), (-0.03, 0.985), (0.03, 0.985), (0.064, 0.93)], band)
    board.line([(0, 0.97), (0, 1.04)], 0.01, dark)
    board.box(-0.022, 0.44, 0.022, 0.485, dark)
    board.lay(120)
    glow = halo(stage.size, lamp, (tall * 0.3, tall * 0.3), 1.8)
    shine(stage.picture, glow, LAMP, 0.9 if stage.palette.dark else 0.3)


def paint_windmill(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a tower mill with four latticed sails."""
    body = stage.lit(wanted.colour or (236, 226, 208), 0.88)
    cap = stage.lit((120, 70, 58), 0.88)
    wood = mix(stage.palette.near, cap, 0.3)
    board = Board(stage, at, tall, reach=0.62, top=1.2, foot=0.05)
    tower = [(-0.17, 0), (-0.1, 0.62), (0.1, 0.62), (0.17, 0)]
    board.polygon(tower, body)
    board.shade(tower, stage.palette.near, side_shade(stage))
    board.curve([(-0.125, 0.61), (-0.09, 0.72), (0.0, 0.77), (0.09, 0.72), (0.125, 0.61)], cap)
    board.box(-0.04, 0, 0.04, 0.13, wood)
    board.box(-0.03, 0.3, 0.03, 0.36, pane_colour(stage, body))
    for k in range(4):
        angle = 0.42 + k * math.pi / 2
        along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))

        def on(t: float, s: float, a: Point = along, b: Point = across) -> Point:
            return a[0] * t + b[0] * s, 0.67 + a[1] * t + b[1] * s

        board.polygon(
            [on(0.1, 0), on(0.47, 0), on(0.47, 0.1), on(0.1, 0.1)],
            mix(body, stage.palette.cloud, 0.4),
        )
        for t in (0.1, 0.19, 0.28, 0.37, 0.47):
            board.line([on(t, 0), on(t, 0.1)], 0.008, wood)
        board.line([on(0.1, 0.1), on(0.47, 0.1)], 0.008, wood)
        board.line([on(0, 0), on(0.48, 0)], 0.018, wood)
    board.disc(0, 0.67, 0.03, 0.03, wood)
    board.lay(80)


def paint_tent(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a ridge tent glowing from within, beside a small fire."""
    cloth = stage.lit(wanted.colour or (226, 138, 70), 1.0)
    inner = (255, 214, 140) if stage.palette.dark else mix(cloth, (255, 240, 200), 0.4)
    board = Board(stage, at, tall, reach=1.5, top=1.2, foot=0.1)
    board.polygon([(-0.75, 0), (-0.1, 1.0), (0.85, 0.0)], mix(cloth, stage.palette.near, 0.35))
    board.polygon([(-0.75, 0), (-0.1, 1.0), (0.4, 0.0)], cloth)
    board.polygon([(-0.36, 0), (-0.1, 0.86), (0.06, 0.0)], inner)
    board.polygon([(-0.36, 0), (-0.1, 0.86), (-0.22, 0.0)], mix(inner, cloth, 0.5))
    fire = (1.15, 0.0)
    for dx, lean in ((-0.14, 0.2), (0.14, -0.2)):
        board.line([(fire[0] + dx, 0.02), (fire[0] + dx + lean, 0.1)], 0.05, stage.palette.near)
    board.curve(
        [
            (fire[0], 0.44),
            (fire[0] + 0.1, 0.2),
            (fire[0] + 0.08, 0.04),
            (fire[0] - 0.08, 0.04),
            (fire[0] - 0.1, 0.18),
        ],
        (255, 156, 66),
    )
    board.curve(
        [(fire[0], 0.28), (fire[0] + 0.05, 0.12), (fire[0], 0.04), (fire[0] - 0.05, 0.12)],
        (255, 232, 150),
    )
    board.lay()
    for spot, reach in (((-0.1, 0.3), 1.2), (fire, 1.5)):
        glow = halo(stage.size, board.on_picture(spot), (tall * reach, tall * reach * 0.8), 1.8)
        shine(stage.picture, glow, (255, 176, 92), 0.6 if stage.palette.dark else 0.16)
