"""Towers: a stone one with a clock, one of iron lattice, and a waterfall between rocks."""

import math

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, halo, shine
from components.sandbox.painting.buildings import LAMP, pane_colour, side_shade
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage


def paint_tower(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a square stone tower with a clock and a pointed roof."""
    stone = stage.lit(wanted.colour or (204, 180, 150), 0.8)
    roof = stage.lit((92, 96, 116), 0.8)
    pane = pane_colour(stage, stone)
    board = Board(stage, at, tall, reach=0.4, top=1.1, foot=0.05)
    shaft = [(-0.13, -0.03), (-0.11, 0.66), (0.11, 0.66), (0.13, -0.03)]
    belfry = [(-0.135, 0.66), (-0.135, 0.82), (0.135, 0.82), (0.135, 0.66)]
    peak = [(-0.15, 0.83), (0.0, 1.06), (0.15, 0.83)]
    for outline, tone in ((shaft, stone), (belfry, mix(stone, (255, 250, 240), 0.1)), (peak, roof)):
        board.polygon(outline, tone)
        board.shade(outline, stage.palette.near, side_shade(stage))
    for y in (0.64, 0.81):
        board.box(-0.15, y, 0.15, y + 0.025, mix(stone, stage.palette.near, 0.3))
    board.disc(0, 0.74, 0.062, 0.062, mix(stone, stage.palette.near, 0.55))
    board.disc(0, 0.74, 0.054, 0.054, (250, 240, 214))
    board.line([(0, 0.74), (0.0, 0.782)], 0.009, (40, 34, 40))
    board.line([(0, 0.74), (0.028, 0.75)], 0.011, (40, 34, 40))
    for y in (0.2, 0.38, 0.54):
        board.box(-0.02, y, 0.02, y + 0.07, pane)
    board.curve([(-0.035, -0.02), (-0.035, 0.07), (0, 0.1), (0.035, 0.07), (0.035, -0.02)],
                mix(stone, stage.palette.near, 0.75))  # fmt: skip
    board.line([(0, 1.05), (0, 1.1)], 0.012, roof)
    board.lay(80)
    _lamplight(stage, board, 0.74, tall * 0.3)


def paint_iron_tower(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a tall tower of iron lattice on four spread legs."""
    iron = mix(stage.lit(wanted.colour or (122, 92, 72), 0.8), stage.palette.haze, 0.1)
    board = Board(stage, at, tall, reach=0.45, top=1.05, foot=0.03)

    def half(y: float) -> float:
        """Half the tower's width at a height."""
        return 0.012 + 0.26 * math.exp(-y * 3.6)

    levels = [k / 44 for k in range(43)]
    for side in (-1, 1):
        outer = [(side * half(y), y) for y in levels]
        board.line(outer, 0.022, iron)
        board.line([(side * half(y) * 0.62, y) for y in levels if 0.02 <= y < 0.56], 0.012, iron)
    for low, high in zip(levels[2::2], levels[4::2], strict=False):
        a, b = half(low), half(high)
        board.line([(-a, low), (-a * 0.62, high)], 0.007, iron)
        board.line([(a, low), (a * 0.62, high)], 0.007, iron)
        if low > 0.2:
            board.line([(-a, low), (b, high)], 0.008, iron)
            board.line([(a, low), (-b, high)], 0.008, iron)
    for y, wide in ((0.2, 1.25), (0.42, 1.5), (0.86, 2.2)):
        board.box(-half(y) * wide, y, half(y) * wide, y + 0.026, mix(iron, stage.palette.near, 0.3))
    arch = [(math.cos(a) * 0.155, 0.03 + math.sin(a) * 0.155) for a in
            (k * math.pi / 16 for k in range(17))]  # fmt: skip
    board.line(arch, 0.018, iron)
    for side in (-1, 1):
        board.box(side * 0.27 - 0.05, -0.02, side * 0.27 + 0.05, 0.02, iron)
    board.line([(0, 0.96), (0, 1.05)], 0.01, iron)
    board.lay(80)
    for share in (0.2, 0.5, 0.86):
        _lamplight(stage, board, share, tall * 0.3)


def _lamplight(stage: Stage, board: Board, y: float, reach: float) -> None:
    if stage.palette.dark:
        glow = halo(stage.size, board.on_picture((0, y)), (reach, reach * 1.2), 1.8)
        shine(stage.picture, glow, LAMP, 0.45)


def paint_waterfall(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a waterfall between two rocks, and its spray."""
    rock: RGB = mix(stage.lit((104, 104, 108), 0.7), stage.palette.near, 0.3)
    water = stage.lit(wanted.colour or (226, 240, 248), 1.0)
    rng = stage.dice(f"waterfall {at[0]:.0f}")
    board = Board(stage, at, tall, reach=1.0, top=1.1, foot=0.16)
    cliff = [(-0.92, -0.06), (-0.8, 0.5), (-0.6, 0.86), (-0.34, 1.0), (0.0, 0.97), (0.36, 1.03),
             (0.62, 0.84), (0.8, 0.46), (0.94, -0.06)]  # fmt: skip
    board.polygon(cliff, rock)
    board.shade(cliff, stage.palette.near, side_shade(stage))
    for _ in range(26):
        x, y = rng.uniform(-0.7, 0.6), rng.uniform(0.0, 0.74)
        facet = [(x, y), (x + 0.05, y + 0.16), (x + 0.13, y + 0.1), (x + 0.1, y)]
        board.polygon(facet, mix(rock, stage.palette.cloud, rng.uniform(0.05, 0.2)))
    fall = [(-0.16, 0.98), (0.16, 0.98), (0.2, 0.4), (0.26, -0.02), (-0.26, -0.02), (-0.2, 0.4)]
    board.polygon(fall, water)
    for _ in range(40):
        x, y = rng.uniform(-0.16, 0.16), rng.uniform(0.1, 0.9)
        long, tint = rng.uniform(0.08, 0.3), mix(water, (96, 148, 184), rng.uniform(0.2, 0.6))
        board.line([(x, min(0.97, y + long)), (x * 1.15, y)], 0.012, tint)
    board.disc(0, -0.03, 0.6, 0.07, mix(water, (110, 160, 190), 0.35))
    for k in range(9):
        board.disc(-0.36 + k * 0.09, 0.02 * (k % 2), 0.09, 0.05, mix(water, (255, 255, 255), 0.5))
    board.lay()
    mist = halo(stage.size, board.on_picture((0, 0.04)), (tall * 0.6, tall * 0.3), 1.5)
    shine(stage.picture, mist, stage.palette.cloud, 0.4)
