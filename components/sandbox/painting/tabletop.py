"""What stands on a table: vase, fruit, cup, bottle, candle, books, plant and lamp."""

import math

from components.sandbox.painting.brush import Point, halo, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.food import FOOD
from components.sandbox.painting.goods import GOODS
from components.sandbox.painting.scene import Thing, Wanted
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.turning import mirrored, sheet, turned
from components.sandbox.painting.wares import WARES

_PETALS: tuple[RGB, ...] = (
    (222, 106, 98),
    (244, 196, 150),
    (236, 160, 170),
    (250, 236, 214),
    (226, 164, 84),
)


def paint_vase(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a ceramic vase with a loose bunch of flowers."""
    rng = stage.dice(f"vase {at[0]:.0f}")
    board = sheet(stage, at, tall)
    stem = (74, 104, 76)
    heads: list[tuple[float, float, float]] = []
    for k in range(9):
        angle = 0.5 + k * 0.268 + rng.uniform(-0.08, 0.08)
        long = rng.uniform(0.3, 0.52)
        x, y = math.cos(angle) * long, 0.46 + math.sin(angle) * long
        heads.append((x, y, rng.uniform(0.062, 0.092)))
        board.line(
            [(x * 0.1, 0.42), (x * 0.5, 0.46 + (y - 0.46) * 0.6), (x, y)],
            0.01,
            mix(stem, (20, 30, 30), rng.random() * 0.4),
        )
        leaf = mix(stem, (150, 170, 110), rng.random() * 0.4)
        lx, ly = x * 0.62, 0.46 + (y - 0.46) * 0.66
        board.curve(
            [
                (lx, ly),
                (lx + 0.09 * (1 if x > 0 else -1), ly + 0.05),
                (lx + 0.15 * (1 if x > 0 else -1), ly + 0.02),
                (lx + 0.08 * (1 if x > 0 else -1), ly - 0.02),
            ],
            leaf,
        )
    for x, y, r in heads:
        tone = (
            mix(wanted.colour, rng.choice(_PETALS), 0.22) if wanted.colour else rng.choice(_PETALS)
        )
        for ring, share in ((1.0, 0.3), (0.72, 0.08), (0.42, 0.0)):
            for k in range(8):
                a = k * math.pi / 4 + ring * 2
                board.disc(
                    x + math.cos(a) * r * ring * 0.62,
                    y + math.sin(a) * r * ring * 0.56,
                    r * 0.46 * (0.5 + ring * 0.5),
                    r * 0.42 * (0.5 + ring * 0.5),
                    mix(mix(tone, (255, 250, 240), 0.3 * (1 - ring)), (60, 16, 40), share),
                )
        board.disc(x, y, r * 0.16, r * 0.16, mix(tone, (96, 40, 40), 0.5))
    body = mirrored(
        [(0.075, 0.47), (0.06, 0.4), (0.13, 0.3), (0.165, 0.18), (0.12, 0.04), (0.07, 0.0)]
    )
    turned(board, body, (214, 206, 194) if rng.random() < 0.5 else (74, 112, 122))
    board.disc(0, 0.465, 0.072, 0.014, (46, 40, 44))
    board.lay()


def paint_fruit(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a footed bowl heaped with fruit."""
    board = sheet(stage, at, tall, 1.1)
    rng = stage.dice(f"fruit {at[0]:.0f}")
    tones = [(200, 70, 54), (236, 154, 62), (226, 190, 84), (150, 164, 80), (190, 92, 84)]
    spots = [
        (-0.3, 0.58),
        (0.3, 0.58),
        (0.0, 0.62),
        (-0.46, 0.5),
        (0.46, 0.5),
        (-0.16, 0.76),
        (0.17, 0.75),
    ]
    for k, (x, y) in enumerate(spots):
        tone = wanted.colour or tones[(k + rng.randrange(3)) % 5]
        outline = [
            (x + math.cos(a) * 0.175, y + math.sin(a) * 0.165)
            for a in (i * 0.5236 for i in range(12))
        ]
        turned(board, outline, tone, 1.0)
        board.line([(x, y + 0.14), (x + 0.02, y + 0.2)], 0.016, (78, 56, 40))
    bowl = [
        (-0.72, 0.48),
        (-0.5, 0.22),
        (-0.18, 0.1),
        (0.18, 0.1),
        (0.5, 0.22),
        (0.72, 0.48),
        (0.0, 0.43),
    ]
    board.curve(mirrored([(0.1, 0.14), (0.07, 0.06), (0.24, 0.0)]), (150, 146, 142))
    turned(board, bowl, (222, 216, 206))
    board.lay()


def paint_cup(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a cup on its saucer, with steam."""
    board = sheet(stage, at, tall, 1.0)
    china = wanted.colour or (236, 230, 220)
    board.disc(0, 0.03, 0.66, 0.1, mix(china, (30, 20, 30), 0.25))
    board.disc(0, 0.05, 0.64, 0.09, china)
    board.disc(0, 0.055, 0.4, 0.05, mix(china, (30, 20, 30), 0.16))
    ring = [
        (0.36 + math.cos(a) * 0.17, 0.36 + math.sin(a) * 0.15)
        for a in (k * 0.349 for k in range(19))
    ]
    board.line(ring, 0.05, mix(china, (30, 20, 30), 0.35))
    body = mirrored([(0.42, 0.6), (0.405, 0.4), (0.32, 0.18), (0.18, 0.07)])
    turned(board, body, china)
    board.disc(0, 0.6, 0.42, 0.075, mix(china, (255, 255, 255), 0.5))
    board.disc(0, 0.595, 0.38, 0.06, (66, 40, 30))
    board.disc(-0.06, 0.59, 0.24, 0.034, (146, 98, 64))
    board.lay()
    for k in range(9):
        t = k / 8
        spot = board.on_picture((0.07 * math.sin(t * 5.5), 0.7 + 0.5 * t))
        size = tall * (0.09 + 0.07 * t)
        shine(
            stage.picture,
            halo(stage.size, spot, (size, size * 1.4), 1.4),
            (255, 248, 238),
            0.2 * (1 - t * 0.8),
        )


def paint_bottle(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a glass bottle with a cap and a plain label."""
    board = sheet(stage, at, tall)
    glass = wanted.colour or (58, 92, 84)
    body = [
        (-0.17, 0.02),
        (-0.18, 0.3),
        (-0.175, 0.56),
        (-0.12, 0.68),
        (-0.062, 0.76),
        (-0.055, 0.86),
        (0.055, 0.86),
        (0.062, 0.76),
        (0.12, 0.68),
        (0.175, 0.56),
        (0.18, 0.3),
        (0.17, 0.02),
        (0.1, -0.005),
        (-0.1, -0.005),
    ]
    turned(board, body, glass, 0.8)
    board.box(-0.064, 0.84, 0.064, 0.98, (40, 34, 38))
    board.shade(
        [(-0.064, 0.84), (-0.064, 0.98), (0.064, 0.98), (0.064, 0.84)], (255, 240, 220), (90, 0)
    )
    label = [(-0.176, 0.16), (-0.178, 0.46), (0.178, 0.46), (0.176, 0.16)]
    board.polygon(label, (240, 232, 216))
    for y, wide in ((0.38, 0.1), (0.33, 0.07), (0.23, 0.05)):
        board.box(-wide, y, wide, y + 0.014, mix(glass, (40, 30, 30), 0.4))
    board.shade(label, (30, 16, 24), (0, 150))
    board.shade(
        [(-0.15, 0.06), (-0.15, 0.54), (-0.125, 0.54), (-0.125, 0.06)], (255, 255, 255), (130, 100)
    )
    board.lay()


def paint_candle(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a burning candle in a low holder."""
    board = sheet(stage, at, tall)
    wax = wanted.colour or (240, 228, 206)
    turned(board, mirrored([(0.1, 0.1), (0.22, 0.06), (0.2, 0.0)]), (158, 120, 70))
    body = [(-0.085, 0.09), (-0.085, 0.7), (0.085, 0.7), (0.085, 0.09)]
    board.polygon(body, wax)
    board.shade(body, (70, 30, 24), (0, 150))
    board.disc(0, 0.7, 0.085, 0.018, mix(wax, (255, 226, 160), 0.6))
    board.line([(0, 0.7), (0.005, 0.75)], 0.012, (40, 30, 30))
    board.curve(
        [(0, 0.98), (0.042, 0.84), (0.03, 0.745), (-0.03, 0.745), (-0.042, 0.83)], (255, 186, 84)
    )
    board.curve([(0, 0.9), (0.02, 0.8), (0, 0.752), (-0.02, 0.8)], (255, 246, 210))
    board.lay()
    glow = halo(stage.size, board.on_picture((0, 0.84)), (tall * 0.9, tall * 0.9), 1.8)
    shine(stage.picture, glow, (255, 184, 96), 0.6)


def paint_book(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a stack of three books."""
    board = sheet(stage, at, tall, 1.2)
    tones = [(52, 84, 104), (188, 92, 70), (222, 178, 104)]
    for k, tone in enumerate(tones):
        cover = wanted.colour if wanted.colour and k == 2 else tone
        low, shift = k * 0.24, (0.0, 0.08, -0.05)[k]
        left, right = -0.78 + shift + 0.06 * k, 0.78 + shift - 0.06 * k
        board.box(left + 0.05, low + 0.035, right, low + 0.205, (234, 224, 202))
        for y in (0.07, 0.105, 0.14, 0.17):
            board.line([(left + 0.08, low + y), (right, low + y)], 0.006, (204, 190, 166))
        for y in (0.0, 0.2):
            board.box(left, low + y, right + 0.03, low + y + 0.036, cover)
        board.box(left, low, left + 0.06, low + 0.236, cover)
        board.shade(
            [(left, low), (left, low + 0.24), (right + 0.03, low + 0.24), (right + 0.03, low)],
            (24, 12, 22),
            (0, 150),
        )
    board.lay()


def paint_plant(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a broad-leaved plant in a clay pot."""
    rng = stage.dice(f"plant {at[0]:.0f}")
    board = sheet(stage, at, tall)
    green = wanted.colour or (70, 122, 86)
    for k in range(11):
        angle = 0.35 + k * 0.244 + rng.uniform(-0.08, 0.08)
        long = rng.uniform(0.36, 0.62) * (1.0 if k % 2 else 0.78)
        tip = (math.cos(angle) * long * 0.9, 0.34 + math.sin(angle) * long)
        across = (-math.sin(angle) * 0.085, math.cos(angle) * 0.085)
        middle = (tip[0] * 0.66, 0.34 + (tip[1] - 0.34) * 0.66)
        tone = mix(green, (14, 34, 36), rng.random() * 0.5)
        board.line(
            [(0, 0.28), (tip[0] * 0.3, 0.34 + (tip[1] - 0.34) * 0.36), middle],
            0.012,
            mix(tone, (10, 20, 20), 0.3),
        )
        board.curve(
            [
                (tip[0] * 0.36, 0.34 + (tip[1] - 0.34) * 0.36),
                (middle[0] + across[0], middle[1] + across[1]),
                tip,
                (middle[0] - across[0], middle[1] - across[1]),
            ],
            tone,
        )
        board.line(
            [(tip[0] * 0.36, 0.34 + (tip[1] - 0.34) * 0.36), tip],
            0.006,
            mix(tone, (220, 236, 190), 0.35),
        )
    pot = [(-0.2, 0.3), (-0.14, 0.0), (0.14, 0.0), (0.2, 0.3)]
    board.polygon(pot, (188, 106, 76))
    board.box(-0.215, 0.25, 0.215, 0.31, (200, 118, 86))
    board.shade([(-0.22, 0.0), (-0.22, 0.31), (0.22, 0.31), (0.22, 0.0)], (40, 14, 18), (0, 170))
    board.lay()


def paint_lamp(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a table lamp with a glowing shade."""
    board = sheet(stage, at, tall)
    glow = halo(stage.size, board.on_picture((0, 0.74)), (tall * 1.0, tall * 0.9), 1.8)
    shine(stage.picture, glow, (255, 206, 128), 0.55)
    brass = (150, 116, 72)
    turned(
        board,
        mirrored([(0.02, 0.5), (0.03, 0.3), (0.1, 0.2), (0.06, 0.08), (0.17, 0.02), (0.16, 0.0)]),
        wanted.colour or brass,
    )
    shade = [(-0.15, 1.0), (-0.29, 0.52), (0.29, 0.52), (0.15, 1.0)]
    board.polygon(shade, (252, 226, 176))
    board.shade(shade, (220, 140, 74), (30, 150))
    board.lay()


TABLETOP = {
    Thing.VASE: (paint_vase, 1.0),
    Thing.FLOWER: (paint_vase, 1.0),
    Thing.FRUIT: (paint_fruit, 0.5),
    Thing.CUP: (paint_cup, 0.5),
    Thing.BOTTLE: (paint_bottle, 0.86),
    Thing.CANDLE: (paint_candle, 0.7),
    Thing.BOOK: (paint_book, 0.4),
    Thing.PLANT: (paint_plant, 0.95),
    Thing.LAMP: (paint_lamp, 0.9),
    **FOOD,
    **GOODS,
    **WARES,
}
"""What can stand on the table: its painter, and its height as a share of the tallest's."""
