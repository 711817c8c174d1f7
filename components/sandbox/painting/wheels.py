"""What rolls, besides cars: bicycle, motorcycle and train."""

import math

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, halo, shine
from components.sandbox.painting.colour import NAMED, RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage


def _tones(stage: Stage, wanted: Wanted, usual: RGB) -> tuple[RGB, RGB, RGB]:
    """Return the paint, the dark of tyres and the bright of metal in this light."""
    dark = mix(stage.palette.near, (22, 22, 28), 0.8)
    return stage.lit(wanted.colour or usual, 0.95), dark, stage.lit((206, 208, 212), 0.95)


def _wheel(board: Board, x: float, r: float, tyre: float, dark: RGB, metal: RGB) -> None:
    rim = [
        (x + math.cos(a) * (r - tyre / 2), r + math.sin(a) * (r - tyre / 2))
        for a in (k * math.pi / 20 for k in range(41))
    ]
    for k in range(8):
        a = k * math.pi / 8
        ends = [(x + s * math.cos(a) * r * 0.9, r + s * math.sin(a) * r * 0.9) for s in (-1, 1)]
        board.line(ends, 0.008, metal)
    board.line(rim, tyre, dark)
    board.disc(x, r, r * 0.12, r * 0.12, metal)


def paint_bicycle(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a bicycle from the side."""
    paint, dark, metal = _tones(stage, wanted, NAMED["teal"])
    board = Board(stage, at, tall, reach=1.2, top=1.1, foot=0.05)
    for x in (-0.62, 0.62):
        _wheel(board, x, 0.36, 0.045, dark, metal)
    back, front, crank = (-0.62, 0.36), (0.62, 0.36), (-0.06, 0.34)
    saddle, head = (-0.22, 0.82), (0.46, 0.84)
    for ends in ((back, saddle), (back, crank), (crank, saddle), (crank, (0.49, 0.76)),
                 ((-0.19, 0.76), head), (head, front)):  # fmt: skip
        board.line(ends, 0.045, paint)
    board.line([(-0.22, 0.82), (-0.235, 0.92)], 0.03, metal)
    board.curve([(-0.4, 0.94), (-0.24, 0.97), (-0.06, 0.94), (-0.22, 0.9)], dark)
    board.line([head, (0.44, 0.98), (0.54, 1.02), (0.64, 0.96)], 0.035, dark)
    board.disc(*crank, 0.09, 0.09, metal)
    board.line([(-0.14, 0.18), (0.02, 0.5)], 0.03, dark)
    board.line([(-0.2, 0.18), (-0.08, 0.18)], 0.03, dark)
    board.lay()


def paint_motorcycle(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a motorcycle from the side."""
    paint, dark, metal = _tones(stage, wanted, NAMED["crimson"])
    board = Board(stage, at, tall, reach=1.3, top=1.15, foot=0.05)
    for x in (-0.72, 0.76):
        _wheel(board, x, 0.36, 0.12, dark, metal)
    board.line([(0.76, 0.36), (0.46, 1.0)], 0.06, metal)
    board.line([(-0.72, 0.36), (0.1, 0.34)], 0.07, metal)
    board.polygon([(-0.3, 0.26), (-0.24, 0.58), (0.28, 0.6), (0.34, 0.26)], mix(metal, dark, 0.45))
    for k in range(4):
        board.line([(-0.18, 0.36 + k * 0.06), (0.22, 0.36 + k * 0.06)], 0.02, metal)
    board.line([(0.2, 0.26), (-0.2, 0.2), (-1.0, 0.24)], 0.07, metal)
    seat = [(-1.0, 0.78), (-0.7, 0.72), (-0.1, 0.76), (-0.06, 0.66), (-0.6, 0.58), (-0.9, 0.64)]
    board.curve(seat, dark)
    tank = [(-0.1, 0.62), (-0.06, 0.82), (0.22, 0.94), (0.5, 0.82), (0.46, 0.62), (0.1, 0.58)]
    board.curve(tank, paint)
    board.shade(tank, dark, (0, 150), sideways=False, rounded=True)
    board.curve([(0.42, 0.7), (0.76, 0.82), (1.14, 0.6), (0.8, 0.7)], paint)
    board.curve([(-1.14, 0.6), (-0.8, 0.8), (-0.4, 0.6), (-0.76, 0.68)], paint)
    board.line([(0.5, 0.98), (0.34, 1.08), (0.2, 1.04)], 0.045, dark)
    board.disc(0.6, 0.9, 0.11, 0.11, metal)
    board.disc(0.64, 0.9, 0.07, 0.08, (255, 236, 186))
    board.lay()
    if stage.palette.dark:
        lamp = halo(stage.size, board.on_picture((1.0, 0.86)), (tall * 1.2, tall * 0.5), 1.7)
        shine(stage.picture, lamp, (255, 226, 160), 0.7)


def paint_train(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a steam engine with two coaches on their track."""
    paint, dark, metal = _tones(stage, wanted, NAMED["emerald"])
    board = Board(stage, at, tall, reach=3.6, top=1.5, foot=0.1)
    board.box(-3.6, -0.04, 3.6, 0.02, mix(dark, metal, 0.3))
    for k in range(24):
        board.box(-3.56 + k * 0.3, -0.08, -3.44 + k * 0.3, -0.03, mix(dark, (112, 80, 58), 0.6))
    pane = (255, 226, 160) if stage.palette.dark else mix(metal, stage.palette.sky[1], 0.5)
    for left in (-3.4, -1.66):
        coach = [(left, 0.2), (left, 0.86), (left + 1.6, 0.86), (left + 1.6, 0.2)]
        board.polygon(coach, mix(paint, (226, 206, 172), 0.25))
        board.shade(coach, dark, (0, 120), sideways=False)
        board.box(left - 0.04, 0.84, left + 1.64, 0.92, mix(dark, paint, 0.3))
        for k in range(4):
            board.box(left + 0.14 + k * 0.36, 0.5, left + 0.38 + k * 0.36, 0.74, pane)
        board.box(left + 1.58, 0.24, left + 1.78, 0.3, dark)
        for x in (0.3, 0.54, 1.1, 1.34):
            board.disc(left + x, 0.14, 0.13, 0.13, dark)
            board.disc(left + x, 0.14, 0.06, 0.06, metal)
    board.box(0.16, 0.24, 1.0, 1.1, paint)
    board.box(0.08, 1.06, 1.08, 1.14, dark)
    board.box(0.3, 0.68, 0.84, 0.98, pane)
    boiler = [(1.0, 0.34), (1.0, 0.84), (2.3, 0.84), (2.3, 0.34)]
    board.polygon(boiler, mix(paint, dark, 0.35))
    board.shade(boiler, dark, (0, 150), sideways=False)
    board.disc(2.3, 0.59, 0.12, 0.25, dark)
    for x in (1.3, 1.7, 2.1):
        board.box(x, 0.34, x + 0.03, 0.84, (206, 164, 88))
    board.polygon([(1.98, 0.82), (1.92, 1.22), (2.22, 1.22), (2.16, 0.82)], dark)
    board.disc(1.56, 0.86, 0.12, 0.1, (206, 164, 88))
    board.polygon([(2.3, 0.26), (2.66, 0.04), (2.3, 0.04)], (196, 62, 52))
    for x, r in ((0.5, 0.22), (1.1, 0.22), (1.66, 0.22), (2.12, 0.14)):
        board.disc(x, r, r, r, dark)
        board.disc(x, r, r * 0.62, r * 0.62, (196, 62, 52))
    board.line([(0.5, 0.16), (1.66, 0.16)], 0.05, metal)
    board.lay()
    for k in range(9):
        spot = board.on_picture((2.05 - k * 0.34, 1.34 + 0.09 * k + 0.05 * math.sin(k * 2.1)))
        size = tall * (0.2 + 0.07 * k)
        puff = halo(stage.size, spot, (size, size * 0.7), 1.2)
        shine(stage.picture, puff, stage.palette.cloud, 0.6 * (1 - k / 12))
