"""Animals of far lands and of the air: elephant, lion, bear, rabbit, penguin, fish, butterfly."""

import math

from components.sandbox.painting.animals import fur, sheet
from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage

_EYE: RGB = (26, 22, 28)
_GLEAM: RGB = (255, 255, 255)


def _eye(board: Board, x: float, y: float, size: float) -> None:
    board.disc(x, y, size, size, _EYE)
    board.disc(x - size * 0.3, y + size * 0.35, size * 0.3, size * 0.3, _GLEAM)


def paint_elephant(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint an elephant from the side, its trunk hanging."""
    coat, shade, light = fur(stage, wanted, (132, 132, 142))
    board = sheet(stage, at, tall, 1.1)
    for x in (-0.2, 0.5):
        board.polygon([(x - 0.1, 0.5), (x - 0.1, 0.0), (x + 0.1, 0.0), (x + 0.12, 0.5)], shade)
    body = [(-0.45, 0.5), (-0.4, 0.86), (-0.05, 1.0), (0.4, 0.98), (0.72, 0.78), (0.74, 0.44),
            (0.4, 0.34), (-0.1, 0.34)]  # fmt: skip
    board.curve(body, coat)
    board.shade(body, shade, (0, 130), sideways=False, rounded=True)
    for x in (-0.34, 0.62):
        leg = [(x - 0.12, 0.56), (x - 0.11, 0.0), (x + 0.11, 0.0), (x + 0.13, 0.56)]
        board.polygon(leg, coat)
        board.box(x - 0.11, 0.0, x + 0.11, 0.03, light)
    board.line([(0.73, 0.72), (0.84, 0.5), (0.82, 0.36)], 0.03, shade)
    trunk = [(-0.9, 0.62), (-0.98, 0.4), (-0.96, 0.14), (-1.04, 0.06), (-0.92, 0.02),
             (-0.84, 0.12), (-0.84, 0.36), (-0.7, 0.5)]  # fmt: skip
    board.curve(trunk, coat)
    head = [(-0.96, 0.7), (-0.86, 0.94), (-0.6, 1.02), (-0.4, 0.9), (-0.4, 0.56), (-0.66, 0.46),
            (-0.88, 0.52)]  # fmt: skip
    board.curve(head, coat)
    board.curve([(-0.82, 0.5), (-0.9, 0.34), (-1.06, 0.3), (-0.86, 0.42), (-0.74, 0.5)], _GLEAM)
    ear = [(-0.56, 0.94), (-0.3, 0.98), (-0.16, 0.76), (-0.22, 0.46), (-0.4, 0.42), (-0.56, 0.62)]
    board.curve(ear, mix(coat, shade, 0.35))
    board.curve(
        [(x * 0.86 - 0.04, y * 0.86 + 0.1) for x, y in ear], mix(coat, (214, 160, 160), 0.3)
    )
    _eye(board, -0.76, 0.74, 0.03)
    board.lay()


def paint_lion(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a sitting lion that looks at us out of his mane."""
    coat, shade, light = fur(stage, wanted, (214, 164, 92))
    mane = mix(shade, (120, 62, 30), 0.6)
    board = sheet(stage, at, tall, 0.8)
    board.line([(0.3, 0.06), (0.6, 0.1), (0.66, 0.34)], 0.05, coat)
    board.disc(0.66, 0.38, 0.06, 0.08, mane)
    body = [(-0.26, 0.0), (-0.28, 0.4), (-0.1, 0.62), (0.16, 0.6), (0.34, 0.36), (0.4, 0.0)]
    board.curve(body, coat)
    board.shade(body, shade, (0, 150), sideways=False, rounded=True)
    for x in (-0.2, 0.0):
        board.polygon([(x - 0.07, 0.42), (x - 0.06, 0.0), (x + 0.07, 0.0), (x + 0.07, 0.42)], coat)
        board.disc(x, 0.03, 0.1, 0.045, light)
    middle = (-0.1, 0.72)
    for ring, tone in ((0.36, mix(mane, shade, 0.4)), (0.31, mane)):
        rays = [
            (middle[0] + math.cos(a) * r, middle[1] + math.sin(a) * r)
            for k in range(36)
            for a, r in [(k * math.pi / 18, ring * (1.0 if k % 2 else 0.9))]
        ]
        board.curve(rays, tone)
    for x in (-0.28, 0.08):
        board.disc(x, 0.92, 0.06, 0.06, coat)
    board.disc(*middle, 0.205, 0.225, coat)
    board.disc(middle[0], 0.63, 0.12, 0.1, light)
    board.polygon([(-0.16, 0.72), (-0.04, 0.72), (-0.1, 0.65)], (86, 48, 44))
    board.line([(-0.1, 0.66), (-0.1, 0.6)], 0.012, (86, 48, 44))
    for x in (-0.19, -0.01):
        _eye(board, x, 0.78, 0.03)
    board.lay()


def paint_bear(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a sitting bear, seen from the front."""
    coat, shade, light = fur(stage, wanted, (118, 82, 58))
    board = sheet(stage, at, tall, 0.7)
    for x in (-0.18, 0.18):
        board.disc(x, 0.96, 0.085, 0.085, coat)
        board.disc(x, 0.96, 0.045, 0.045, shade)
    body = [(-0.3, 0.0), (-0.38, 0.26), (-0.24, 0.6), (0.24, 0.6), (0.38, 0.26), (0.3, 0.0)]
    board.curve(body, coat)
    board.shade(body, shade, (0, 160), sideways=False, rounded=True)
    board.disc(0, 0.28, 0.2, 0.22, mix(coat, light, 0.4))
    for side in (-1, 1):
        board.disc(side * 0.27, 0.06, 0.15, 0.08, shade)
        board.disc(side * 0.33, 0.36, 0.09, 0.19, mix(coat, shade, 0.4))
    board.disc(0, 0.78, 0.26, 0.24, coat)
    board.disc(0, 0.7, 0.13, 0.1, light)
    board.disc(0, 0.745, 0.05, 0.034, _EYE)
    for x in (-0.11, 0.11):
        _eye(board, x, 0.83, 0.028)
    board.lay()


def paint_rabbit(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a sitting rabbit from the side, ears up."""
    coat, shade, light = fur(stage, wanted, (196, 172, 148))
    board = sheet(stage, at, tall, 0.7)
    board.disc(0.4, 0.16, 0.09, 0.09, mix(light, _GLEAM, 0.6))
    for x, tone in ((-0.1, shade), (-0.22, coat)):
        board.curve([(x - 0.05, 0.62), (x - 0.02, 1.06), (x + 0.08, 1.04), (x + 0.08, 0.62)], tone)
    board.curve([(-0.24, 0.68), (-0.21, 0.98), (-0.17, 0.68)], mix(light, (232, 150, 150), 0.5))
    body = [(-0.24, 0.04), (-0.26, 0.36), (-0.06, 0.5), (0.24, 0.42), (0.42, 0.18), (0.34, 0.0)]
    board.curve(body, coat)
    board.disc(0.18, 0.18, 0.19, 0.19, mix(coat, shade, 0.25))
    board.disc(-0.2, 0.56, 0.2, 0.17, coat)
    board.disc(-0.3, 0.5, 0.1, 0.08, light)
    board.disc(-0.38, 0.54, 0.025, 0.02, (214, 120, 126))
    _eye(board, -0.24, 0.61, 0.03)
    for x in (-0.16, 0.24):
        board.disc(x, 0.03, 0.12, 0.04, light)
    board.lay()


def paint_penguin(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a standing penguin."""
    coat = stage.lit(wanted.colour or (40, 44, 58), 0.95)
    white, beak = stage.lit((246, 246, 244), 0.95), stage.lit((242, 164, 62), 0.95)
    board = sheet(stage, at, tall, 0.6)
    for x in (-0.12, 0.12):
        board.disc(x, 0.03, 0.11, 0.04, beak)
    body = [(-0.24, 0.06), (-0.32, 0.36), (-0.24, 0.7), (0.0, 0.82), (0.24, 0.7), (0.32, 0.36),
            (0.24, 0.06), (0.0, 0.0)]  # fmt: skip
    board.curve(body, coat)
    board.curve([(x * 0.72, 0.04 + y * 0.84) for x, y in body], white)
    board.disc(0, 0.83, 0.19, 0.17, coat)
    for side in (-1, 1):
        board.disc(side * 0.07, 0.82, 0.085, 0.1, white)
        _eye(board, side * 0.07, 0.86, 0.026)
        board.curve(
            [(side * 0.26, 0.64), (side * 0.44, 0.4), (side * 0.42, 0.26), (side * 0.28, 0.42)],
            coat,
        )
    board.polygon([(-0.06, 0.8), (0.06, 0.8), (0.0, 0.72)], beak)
    board.lay()


def paint_fish(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a fish with long fins, as it leaps."""
    coat = stage.lit(wanted.colour or (240, 132, 52), 0.95)
    shade, light = mix(coat, _EYE, 0.3), mix(coat, _GLEAM, 0.55)
    board = sheet(stage, at, tall, 1.3)
    tail = [(0.5, 0.5), (0.86, 0.86), (1.16, 0.92), (1.0, 0.52), (1.14, 0.1), (0.84, 0.2)]
    board.curve(tail, mix(coat, light, 0.4))
    board.curve([(-0.3, 0.78), (0.0, 1.06), (0.4, 0.96), (0.34, 0.68)], shade)
    board.curve([(-0.1, 0.24), (0.1, 0.0), (0.32, 0.06), (0.24, 0.32)], shade)
    body = [(-0.86, 0.48), (-0.6, 0.74), (-0.1, 0.84), (0.36, 0.68), (0.62, 0.52), (0.36, 0.32),
            (-0.1, 0.2), (-0.6, 0.26)]  # fmt: skip
    board.curve(body, coat)
    board.shade(body, light, (0, 190), sideways=False, rounded=True)
    for k in range(3):
        for row in range(3 - k % 2):
            x, y = -0.12 + k * 0.2, 0.38 + row * 0.14 + 0.06 * (k % 2)
            board.line([(x, y + 0.06), (x + 0.06, y), (x, y - 0.06)], 0.016, shade)
    board.curve([(-0.34, 0.5), (-0.12, 0.42), (-0.06, 0.26), (-0.3, 0.36)], mix(coat, light, 0.5))
    board.disc(-0.6, 0.56, 0.07, 0.07, _GLEAM)
    board.disc(-0.61, 0.56, 0.042, 0.042, _EYE)
    board.line([(-0.84, 0.44), (-0.74, 0.42)], 0.02, shade)
    board.lay()


def paint_butterfly(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a butterfly with open wings."""
    tone = stage.lit(wanted.colour or (236, 140, 58), 1.0)
    rim = stage.lit((44, 34, 46), 1.0)
    board = sheet(stage, at, tall, 0.9)
    upper = [(0.03, 0.56), (0.2, 0.86), (0.56, 1.04), (0.78, 0.92), (0.68, 0.62), (0.3, 0.5)]
    lower = [(0.03, 0.52), (0.34, 0.5), (0.58, 0.36), (0.5, 0.1), (0.26, 0.06), (0.08, 0.3)]
    for side in (-1, 1):
        for wing, heart in ((upper, (0.38, 0.74)), (lower, (0.3, 0.34))):
            board.curve([(side * x, y) for x, y in wing], rim)
            inner = [
                (side * (heart[0] + (x - heart[0]) * 0.8), heart[1] + (y - heart[1]) * 0.78)
                for x, y in wing
            ]
            board.curve(inner, tone)
            board.disc(side * heart[0], heart[1], 0.07, 0.07, mix(tone, _GLEAM, 0.65))
            board.line([(side * 0.04, 0.54), (side * heart[0], heart[1])], 0.012, rim)
        board.line([(0.0, 0.7), (side * 0.08, 0.9), (side * 0.16, 0.98)], 0.014, rim)
    board.disc(0, 0.5, 0.035, 0.24, rim)
    board.lay()
