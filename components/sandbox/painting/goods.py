"""Goods of a product shot: shoe, watch, headphones, phone, laptop and handbag."""

import math

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Thing, Wanted
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.turning import arc, mirrored, ring, sheet, turned

_DARK: RGB = (20, 18, 26)
_WHITE: RGB = (250, 250, 250)


def paint_shoe(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a pair of sneakers side on, the far one a step behind."""
    for shift, lift, share in ((0.4, 0.16, 0.28), (-0.12, 0.0, 0.0)):
        board = sheet(stage, (at[0] + shift * tall, at[1] - lift * tall), tall, 1.3)
        _sneaker(board, mix(wanted.colour or (232, 232, 228), _DARK, share))
        board.lay()


def _sneaker(board: Board, tone: RGB) -> None:
    upper = [
        (-0.92, 0.18), (-0.9, 0.34), (-0.66, 0.44), (-0.36, 0.54), (-0.06, 0.76), (0.1, 0.86),
        (0.24, 0.76), (0.52, 0.74), (0.72, 0.86), (0.84, 0.78), (0.82, 0.5), (0.88, 0.18),
    ]  # fmt: skip
    board.curve(upper, tone)
    board.shade(upper, mix(tone, _DARK, 0.9), (20, 150), sideways=False, rounded=True)
    board.curve([(0.12, 0.82), (0.26, 0.72), (0.52, 0.7), (0.7, 0.82), (0.44, 0.78)], _DARK)
    stripe = mix(tone, (58, 110, 184) if sum(tone) > 330 else _WHITE, 0.75)
    board.curve([(-0.3, 0.24), (0.16, 0.34), (0.6, 0.62), (0.22, 0.44)], stripe)
    toe = [(-0.92, 0.18), (-0.88, 0.33), (-0.7, 0.38), (-0.58, 0.26), (-0.56, 0.18)]
    board.curve(toe, mix(tone, _WHITE, 0.35))
    for k in range(5):
        x, y = -0.34 + k * 0.085, 0.52 + k * 0.066
        board.line([(x - 0.05, y + 0.02), (x + 0.1, y - 0.09)], 0.028, mix(tone, _WHITE, 0.75))
        board.line([(x - 0.05, y + 0.0), (x + 0.1, y - 0.11)], 0.008, mix(tone, _DARK, 0.5))
    sole = [(-0.96, 0.16), (-0.9, 0.02), (0.86, 0.02), (0.95, 0.16), (0.88, 0.22), (-0.9, 0.2)]
    board.curve(sole, mix(_WHITE, _DARK, 0.06))
    board.shade(sole, _DARK, (0, 120), sideways=False, rounded=True)
    board.line([(-0.88, 0.1), (0.86, 0.1)], 0.012, mix(_WHITE, _DARK, 0.3))


def paint_watch(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a wristwatch that stands upright, its hands at ten past ten."""
    board = sheet(stage, at, tall)
    strap: RGB = wanted.colour or (92, 58, 42)
    for low, high in ((0.02, 0.3), (0.7, 1.06)):
        near = 0.15 if low > 0.5 else 0.11
        band = [(-near, high), (near, high), (0.26 - near, low), (near - 0.26, low)]
        board.polygon(band, strap)
        board.shade(band, _DARK, (0, 150))
    steel: RGB = (196, 198, 204)
    turned(board, ring((0, 0.5), 0.29, 0.29), steel, 1.0)
    board.box(0.28, 0.47, 0.33, 0.53, mix(steel, _DARK, 0.3))
    board.disc(0, 0.5, 0.245, 0.245, (28, 36, 52))
    for hour in range(12):
        out = (math.sin(hour * math.pi / 6), math.cos(hour * math.pi / 6))
        ends = [(out[0] * r, 0.5 + out[1] * r) for r in (0.185, 0.225)]
        board.line(ends, 0.018 if hour % 3 == 0 else 0.009, (240, 236, 226))
    for angle, long, wide in ((-60, 0.12, 0.02), (60, 0.175, 0.015)):
        tip = (math.sin(math.radians(angle)) * long, 0.5 + math.cos(math.radians(angle)) * long)
        board.line([(0, 0.5), tip], wide, (240, 236, 226))
    board.disc(0, 0.5, 0.018, 0.018, (214, 92, 70))
    board.lay()


def paint_headphones(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint over-ear headphones, standing on their cups."""
    board = sheet(stage, at, tall, 0.8)
    tone = wanted.colour or (52, 56, 66)
    board.line(arc((0, 0.42), 0.44, 0.52, (-6, 186)), 0.085, mix(tone, _DARK, 0.25))
    board.line(arc((0, 0.42), 0.46, 0.54, (20, 160)), 0.03, mix(tone, _WHITE, 0.3))
    for side in (-1, 1):
        cup = ring((side * 0.42, 0.27), 0.145, 0.25)
        turned(board, [(x - side * 0.1, y) for x, y in cup], mix(tone, _DARK, 0.55), 0.3)
        turned(board, cup, tone, 0.9)
        board.disc(side * 0.43, 0.27, 0.06, 0.11, mix(tone, _WHITE, 0.22))
    board.lay()


def paint_phone(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a smartphone with a bright screen of tiles."""
    board = sheet(stage, at, tall)
    case = wanted.colour or (34, 34, 40)
    board.box(-0.25, 0.0, 0.25, 1.0, case)
    board.box(-0.255, 0.03, 0.255, 0.97, mix(case, _WHITE, 0.12))
    screen = [(-0.225, 0.035), (-0.225, 0.965), (0.225, 0.965), (0.225, 0.035)]
    board.polygon(screen, (96, 132, 214))
    board.shade(screen, (240, 150, 140), (0, 220), sideways=False)
    tiles: tuple[RGB, ...] = ((250, 246, 238), (248, 206, 112), (120, 196, 168), (238, 128, 108))
    for k in range(12):
        x, y = -0.15 + (k % 3) * 0.15, 0.62 - (k // 3) * 0.15
        board.box(x - 0.05, y - 0.05, x + 0.05, y + 0.05, tiles[(k * 3 + k // 4) % 4])
    board.box(-0.15, 0.78, 0.15, 0.82, _WHITE)
    board.box(-0.06, 0.93, 0.06, 0.95, _DARK)
    board.polygon([(-0.225, 0.7), (-0.225, 0.965), (0.1, 0.965)], mix((96, 132, 214), _WHITE, 0.25))
    board.lay()


def paint_laptop(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint an open laptop seen from the front, a page on its screen."""
    board = sheet(stage, at, tall, 1.1)
    metal = wanted.colour or (188, 192, 198)
    board.box(-0.72, 0.14, 0.72, 1.04, mix(metal, _DARK, 0.4))
    screen = [(-0.67, 0.19), (-0.67, 0.99), (0.67, 0.99), (0.67, 0.19)]
    board.polygon(screen, (240, 242, 246))
    board.box(-0.67, 0.87, 0.67, 0.99, (58, 84, 140))
    board.box(-0.6, 0.46, 0.0, 0.8, (238, 148, 108))
    for k, wide in enumerate((0.5, 0.42, 0.48, 0.3)):
        board.box(0.08, 0.74 - k * 0.08, 0.08 + wide, 0.77 - k * 0.08, (150, 158, 172))
    for k in range(3):
        board.box(-0.6 + k * 0.42, 0.25, -0.26 + k * 0.42, 0.4, (120, 196, 188))
    board.shade(screen, (160, 190, 240), (90, 0))
    deck = [(-0.72, 0.14), (0.72, 0.14), (0.9, 0.02), (-0.9, 0.02)]
    board.polygon(deck, metal)
    for k in range(3):
        y = 0.115 - k * 0.025
        board.line([(-0.6 - k * 0.03, y), (0.6 + k * 0.03, y)], 0.014, mix(metal, _DARK, 0.55))
    board.polygon(
        [(-0.2, 0.04), (-0.18, 0.055), (0.18, 0.055), (0.2, 0.04)], mix(metal, _DARK, 0.2)
    )
    board.box(-0.9, -0.01, 0.9, 0.02, mix(metal, _DARK, 0.35))
    board.lay()


def paint_bag(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a leather handbag with a flap and a clasp."""
    board = sheet(stage, at, tall, 0.8)
    leather = wanted.colour or (150, 88, 58)
    board.line(arc((0, 0.56), 0.26, 0.42, (0, 180)), 0.05, mix(leather, _DARK, 0.35))
    turned(board, mirrored([(0.42, 0.6), (0.54, 0.3), (0.56, 0.06), (0.44, 0.0)]), leather)
    flap = mirrored([(0.43, 0.64), (0.5, 0.5), (0.4, 0.34), (0.14, 0.27)])
    turned(board, flap, mix(leather, _WHITE, 0.1))
    board.box(-0.05, 0.24, 0.05, 0.34, (224, 184, 96))
    board.box(-0.02, 0.26, 0.02, 0.31, mix((224, 184, 96), _DARK, 0.6))
    board.lay()


GOODS = {
    Thing.SHOE: (paint_shoe, 0.5),
    Thing.WATCH: (paint_watch, 0.85),
    Thing.HEADPHONES: (paint_headphones, 0.8),
    Thing.PHONE: (paint_phone, 0.85),
    Thing.LAPTOP: (paint_laptop, 0.66),
    Thing.BAG: (paint_bag, 0.75),
}
"""What is sold: its painter, and its height as a share of the tallest's on the table."""
