"""Around the farm and beyond: cow, sheep, snowman, pumpkin, bus and pyramid."""

import math

from components.sandbox.painting.animals import fur, sheet
from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.buildings import side_shade
from components.sandbox.painting.colour import NAMED, RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage

_EYE: RGB = (26, 22, 28)


def paint_cow(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a spotted cow from the side."""
    coat, shade, _ = fur(stage, wanted, (244, 240, 232))
    spot = stage.lit((58, 46, 46) if wanted.colour is None else (240, 236, 228), 0.95)
    board = sheet(stage, at, tall, 1.1)
    for x, tone in ((-0.3, shade), (0.56, shade), (-0.46, coat), (0.68, coat)):
        board.polygon([(x - 0.07, 0.5), (x - 0.05, 0.0), (x + 0.06, 0.0), (x + 0.08, 0.5)], tone)
        board.box(x - 0.05, 0.0, x + 0.06, 0.06, spot)
    board.line([(0.78, 0.8), (0.9, 0.6), (0.88, 0.34)], 0.03, coat)
    board.disc(0.88, 0.3, 0.04, 0.07, spot)
    body = [(-0.58, 0.5), (-0.54, 0.84), (-0.1, 0.9), (0.5, 0.9), (0.8, 0.8), (0.8, 0.46),
            (0.2, 0.36), (-0.3, 0.38)]  # fmt: skip
    board.curve(body, coat)
    for x, y, r in ((-0.2, 0.72, 0.17), (0.28, 0.6, 0.14), (0.6, 0.76, 0.13), (0.06, 0.8, 0.08)):
        board.disc(x, y, r, r * 0.8, spot)
    board.shade(body, shade, (0, 120), sideways=False, rounded=True)
    board.disc(0.42, 0.37, 0.1, 0.07, (236, 170, 166))
    for x in (-0.9, -0.52):
        board.curve(
            [(x, 0.98), (x - 0.06, 1.1), (x + 0.02, 1.12), (x + 0.08, 0.98)], (224, 206, 170)
        )
    board.curve([(-0.58, 0.94), (-0.42, 1.0), (-0.36, 0.9), (-0.54, 0.84)], spot)
    head = [(-0.92, 1.0), (-0.5, 1.0), (-0.48, 0.8), (-0.58, 0.6), (-0.86, 0.6), (-0.96, 0.8)]
    board.curve(head, coat)
    board.disc(-0.56, 0.88, 0.1, 0.13, spot)
    board.disc(-0.73, 0.64, 0.16, 0.1, (236, 180, 174))
    for x in (-0.8, -0.66):
        board.disc(x, 0.65, 0.022, 0.028, (150, 92, 92))
    for x in (-0.84, -0.6):
        board.disc(x, 0.86, 0.03, 0.034, _EYE)
    board.lay()


def paint_sheep(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a woolly sheep from the side."""
    wool, shade, light = fur(stage, wanted, (242, 238, 228))
    face = stage.lit((62, 54, 56), 0.95)
    board = sheet(stage, at, tall, 1.0)
    for x in (-0.3, -0.16, 0.32, 0.46):
        board.box(x - 0.04, 0.0, x + 0.04, 0.36, face)
    tufts = [
        (0.08 + math.cos(a) * 0.52, 0.58 + math.sin(a) * 0.27)
        for a in (k * math.pi / 7 for k in range(14))
    ]
    for x, y in tufts:
        board.disc(x, y, 0.15, 0.15, mix(wool, shade, 0.25 if y < 0.5 else 0.0))
    board.disc(0.08, 0.58, 0.54, 0.3, wool)
    for k in range(7):
        x, y = -0.26 + k * 0.12, 0.5 + 0.18 * ((k * 0.618) % 1)
        board.line([(x - 0.05, y), (x, y + 0.05), (x + 0.05, y)], 0.018, mix(wool, shade, 0.4))
    board.curve([(-0.44, 0.8), (-0.26, 0.84), (-0.24, 0.74), (-0.4, 0.74)], face)
    board.curve([(-0.74, 0.6), (-0.66, 0.86), (-0.48, 0.9), (-0.4, 0.7), (-0.56, 0.5)], face)
    board.disc(-0.5, 0.9, 0.12, 0.09, light)
    board.disc(-0.56, 0.74, 0.03, 0.03, (250, 250, 250))
    board.disc(-0.565, 0.74, 0.016, 0.016, _EYE)
    board.lay()


def paint_snowman(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a snowman with hat, scarf and carrot."""
    snow = stage.lit((246, 248, 252), 0.95)
    scarf = stage.lit(wanted.colour or NAMED["red"], 0.95)
    board = sheet(stage, at, tall, 0.7)
    for side in (-1, 1):
        board.line(
            [(side * 0.2, 0.52), (side * 0.46, 0.7), (side * 0.54, 0.64)], 0.022, (84, 58, 44)
        )
    for y, r in ((0.22, 0.26), (0.54, 0.2), (0.8, 0.15)):
        ball = [(math.cos(k * 0.3) * r, y + math.sin(k * 0.3) * r) for k in range(21)]
        board.curve(ball, snow)
        board.shade(ball, (110, 130, 176), (0, 120), rounded=True)
    board.box(-0.15, 0.66, 0.15, 0.72, scarf)
    board.polygon([(0.06, 0.68), (0.14, 0.68), (0.17, 0.46), (0.09, 0.46)], scarf)
    board.box(-0.2, 0.9, 0.2, 0.94, _EYE)
    board.box(-0.13, 0.92, 0.13, 1.1, _EYE)
    for x in (-0.055, 0.055):
        board.disc(x, 0.84, 0.02, 0.02, _EYE)
    board.polygon([(0.0, 0.81), (0.0, 0.77), (-0.16, 0.77)], (236, 128, 52))
    for y in (0.6, 0.5, 0.3):
        board.disc(0, y, 0.02, 0.02, _EYE)
    board.lay()


def paint_pumpkin(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a carved pumpkin with light in its face."""
    skin = stage.lit(wanted.colour or (232, 122, 42), 0.95)
    board = sheet(stage, at, tall, 0.9)
    board.curve([(-0.06, 0.78), (-0.1, 1.0), (0.04, 1.04), (0.06, 0.78)], stage.lit((86, 112, 60)))
    for x, wide in ((-0.42, 0.28), (0.42, 0.28), (-0.2, 0.3), (0.2, 0.3), (0.0, 0.27)):
        board.disc(x, 0.42, wide, 0.41, mix(skin, (120, 40, 20), 0.12 + 0.4 * abs(x)))
    glow: RGB = (255, 222, 120)
    for side in (-1, 1):
        board.polygon([(side * 0.36, 0.46), (side * 0.24, 0.66), (side * 0.12, 0.46)], glow)
    board.polygon([(-0.05, 0.4), (0.0, 0.48), (0.05, 0.4)], glow)
    board.polygon(
        [(-0.42, 0.34), (-0.24, 0.28), (-0.16, 0.34), (-0.06, 0.26), (0.06, 0.26), (0.16, 0.34),
         (0.24, 0.28), (0.42, 0.34), (0.26, 0.14), (0.0, 0.1), (-0.26, 0.14)],
        glow,
    )  # fmt: skip
    board.lay()


def paint_bus(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a bus from the side."""
    paint = stage.lit(wanted.colour or NAMED["yellow"], 0.95)
    dark = mix(stage.palette.near, (22, 22, 28), 0.8)
    glass = (255, 226, 160) if stage.palette.dark else stage.lit((176, 206, 222), 0.95)
    board = sheet(stage, at, tall, 1.5)
    body = [(-1.36, 0.16), (-1.38, 0.86), (-1.28, 1.0), (1.3, 1.0), (1.36, 0.9), (1.36, 0.16)]
    board.polygon(body, paint)
    board.shade(body, dark, (0, 110), sideways=False)
    for k in range(6):
        board.box(-0.92 + k * 0.37, 0.56, -0.62 + k * 0.37, 0.86, glass)
    board.polygon([(-1.36, 0.52), (-1.36, 0.88), (-1.02, 0.88), (-1.02, 0.52)], glass)
    board.box(-1.37, 0.42, 1.36, 0.46, dark)
    board.box(-0.98, 0.16, -0.7, 0.5, mix(paint, dark, 0.25))
    board.disc(-1.34, 0.3, 0.05, 0.06, (255, 240, 200))
    for x in (-0.9, 0.86):
        board.disc(x, 0.17, 0.18, 0.18, dark)
        board.disc(x, 0.17, 0.09, 0.09, stage.lit((206, 208, 212), 0.95))
    board.lay()


def paint_pyramid(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a pyramid of large stones, one side lit."""
    stone = stage.lit(wanted.colour or (222, 184, 128), 0.8)
    board = Board(stage, at, tall, reach=1.0, top=1.05, foot=0.05)
    whole, edge = [(-0.92, 0.0), (0.0, 1.0), (0.92, 0.0)], 0.24
    board.polygon(whole, stone)
    far = [(0.0, 1.0), (edge, 0.0), (0.92, 0.0)]
    near = [(0.0, 1.0), (edge, 0.0), (-0.92, 0.0)]
    board.polygon(far if stage.lit_from_left else near, mix(stone, stage.palette.near, 0.42))
    for k in range(1, 14):
        y = k / 14
        half = 0.92 * (1 - y)
        board.line([(-half, y), (half, y)], 0.006, mix(stone, stage.palette.near, 0.3))
    board.shade(whole, stage.palette.near, side_shade(stage))
    board.lay()
