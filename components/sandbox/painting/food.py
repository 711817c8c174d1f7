"""Food on a table: cake, burger, pizza, ice cream, a bowl of noodles and sushi."""

import math

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Thing, Wanted
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.turning import mirrored, sheet, turned

_CHINA: RGB = (236, 232, 224)
_DARK: RGB = (24, 14, 20)


def _plate(board: Board, wide: float) -> None:
    board.disc(0, 0.03, wide, wide * 0.14, mix(_CHINA, _DARK, 0.3))
    board.disc(0, 0.055, wide, wide * 0.13, _CHINA)
    board.disc(0, 0.06, wide * 0.74, wide * 0.09, mix(_CHINA, _DARK, 0.1))


def paint_cake(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a layer cake with icing that runs down, and berries on top."""
    board = sheet(stage, at, tall, 1.1)
    _plate(board, 0.9)
    sponge = wanted.colour or (122, 76, 52)
    icing = mix(sponge, (255, 240, 226), 0.7)
    board.box(-0.6, 0.08, 0.6, 0.7, sponge)
    for y in (0.24, 0.46):
        board.box(-0.6, y, 0.6, y + 0.06, icing)
    board.disc(0, 0.08, 0.6, 0.06, sponge)
    board.disc(0, 0.7, 0.6, 0.09, icing)
    for k in range(9):
        x = -0.53 + k * 0.1325
        long = (0.16, 0.26, 0.12, 0.22, 0.3, 0.14, 0.24, 0.18, 0.12)[k]
        board.box(x - 0.068, 0.7 - long, x + 0.068, 0.7, icing)
        board.disc(x, 0.7 - long, 0.068, 0.06, icing)
    whole = [(-0.6, 0.02), (-0.6, 0.76), (0.6, 0.76), (0.6, 0.02)]
    board.shade(whole, _DARK, (0, 150))
    for k in range(7):
        x, y = -0.42 + k * 0.14, 0.78 + 0.03 * (k % 2)
        berry = [
            (x + math.cos(a) * 0.075, y + math.sin(a) * 0.075)
            for a in (i * 0.7854 for i in range(8))
        ]
        turned(board, berry, (196, 40, 52), 1.0)
    board.lay()


def paint_burger(stage: Stage, _wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a burger: bun with sesame, lettuce, cheese, patty and tomato."""
    board = sheet(stage, at, tall, 1.1)
    _plate(board, 0.95)
    bun: RGB = (210, 142, 72)
    turned(
        board, mirrored([(0.5, 0.26), (0.62, 0.2), (0.6, 0.1), (0.4, 0.06)]), mix(bun, _DARK, 0.1)
    )
    turned(board, mirrored([(0.6, 0.42), (0.68, 0.34), (0.6, 0.25)]), (94, 54, 38), 0.3)
    board.polygon(
        [(-0.64, 0.43), (-0.3, 0.43), (-0.16, 0.31), (0.02, 0.43), (0.3, 0.43), (0.42, 0.29),
         (0.6, 0.43), (0.64, 0.47), (-0.64, 0.47)],
        (244, 188, 66),
    )  # fmt: skip
    turned(board, mirrored([(0.58, 0.53), (0.63, 0.5), (0.58, 0.46)]), (200, 58, 46), 0.4)
    leaf = [(-0.7 + k * 0.1, 0.53 + 0.05 * (k % 2)) for k in range(15)]
    board.curve([*leaf, (0.62, 0.6), (-0.62, 0.6)], (112, 164, 70))
    top = mirrored([(0.18, 0.98), (0.46, 0.88), (0.63, 0.7), (0.64, 0.6), (0.5, 0.57)])
    turned(board, top, bun, 1.0)
    for x, y in ((-0.3, 0.8), (-0.12, 0.9), (0.08, 0.84), (0.26, 0.88), (-0.02, 0.74), (0.4, 0.74)):
        board.disc(x, y, 0.032, 0.02, (250, 232, 194))
    board.lay()


def paint_pizza(stage: Stage, _wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a pizza on its board, as seen by who is about to eat it."""
    board = sheet(stage, at, tall, 1.7)
    board.disc(0, 0.3, 1.5, 0.42, (104, 70, 48))
    board.disc(0, 0.34, 1.36, 0.4, mix((214, 150, 84), _DARK, 0.3))
    board.disc(0, 0.38, 1.36, 0.4, (222, 160, 92))
    board.disc(0, 0.4, 1.2, 0.33, (196, 70, 44))
    board.disc(0, 0.4, 1.16, 0.31, (246, 206, 118))
    rng = stage.dice(f"pizza {at[0]:.0f}")
    for k in range(11):
        angle, far = k * 2.4, 0.22 + 0.7 * math.sqrt((k + 0.5) / 11)
        x, y = math.cos(angle) * far, 0.4 + math.sin(angle) * far * 0.27
        board.disc(x, y, 0.16, 0.052, (170, 46, 40))
        board.disc(x, y + 0.012, 0.14, 0.042, (198, 66, 52))
    for _ in range(9):
        angle, far = rng.uniform(0, 6.28), rng.uniform(0.1, 0.95)
        x, y = math.cos(angle) * far, 0.4 + math.sin(angle) * far * 0.26
        board.curve([(x - 0.11, y), (x, y + 0.04), (x + 0.11, y), (x, y - 0.03)], (66, 122, 60))
    board.lay()


def paint_ice_cream(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint an ice-cream cone with two scoops, in a little stand."""
    board = sheet(stage, at, tall)
    cone = [(-0.17, 0.56), (0.17, 0.56), (0.0, 0.0)]
    board.polygon(cone, (214, 158, 92))
    for k in range(-4, 9):
        for lean in (-1, 1):
            line = [(lean * (-0.2 + k * 0.05), 0.56), (lean * (0.02 + k * 0.05), 0.0)]
            left, right = line
            # Each stroke ends where the cone's own edge is.
            inside = [
                (x, y)
                for t in range(21)
                for x, y in [
                    (
                        left[0] + (right[0] - left[0]) * t / 20,
                        left[1] + (right[1] - left[1]) * t / 20,
                    )
                ]
                if abs(x) <= 0.17 * y / 0.56
            ]
            if len(inside) > 1:
                board.line(inside, 0.008, (168, 112, 62))
    board.shade(cone, _DARK, (0, 130))
    flavours: tuple[RGB, RGB] = (wanted.colour or (240, 160, 172), (250, 236, 206))
    for y, wide, tone in ((0.82, 0.17, flavours[1]), (0.64, 0.2, flavours[0])):
        scoop = [
            (math.cos(a) * wide, y + math.sin(a) * wide * 0.86)
            for a in (i * 0.5236 for i in range(12))
        ]
        turned(board, scoop, tone, 0.9)
    board.disc(0.0, 1.0, 0.05, 0.05, (198, 40, 52))
    board.lay()


def paint_noodles(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a bowl of noodle soup with an egg, greens and chopsticks."""
    board = sheet(stage, at, tall, 1.1)
    bowl = mirrored([(0.78, 0.62), (0.66, 0.3), (0.4, 0.1), (0.3, 0.0)])
    turned(board, bowl, wanted.colour or (58, 76, 104))
    board.disc(0, 0.62, 0.78, 0.17, mix(wanted.colour or (58, 76, 104), (255, 255, 255), 0.5))
    board.disc(0, 0.61, 0.71, 0.14, (188, 118, 56))
    for k in range(12):
        y = 0.52 + k * 0.014
        wave = [(-0.5 + i * 0.05, y + 0.016 * math.sin(i * 0.9 + k)) for i in range(12 + k % 3)]
        board.line(wave, 0.02, mix((248, 220, 150), (190, 130, 60), 0.12 * (k % 3)))
    board.disc(0.34, 0.62, 0.2, 0.085, (250, 246, 238))
    board.disc(0.36, 0.625, 0.1, 0.045, (240, 156, 52))
    for x in (-0.4, -0.26, -0.12):
        board.disc(x, 0.68, 0.08, 0.03, (104, 158, 72))
    for y in (0.0, 0.05):
        board.line([(-0.3, 0.66 + y), (0.98, 1.02 + y)], 0.026, (92, 46, 38))
    board.lay()


def paint_sushi(stage: Stage, _wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a slate with a row of nigiri and two rolls."""
    board = sheet(stage, at, tall, 1.7)
    board.polygon([(-1.5, 0.1), (-1.3, 0.34), (1.3, 0.34), (1.5, 0.1)], (62, 66, 74))
    board.box(-1.5, 0.03, 1.5, 0.1, (40, 42, 50))
    fish: tuple[RGB, ...] = ((240, 128, 92), (214, 74, 70), (248, 176, 120))
    for k, tone in enumerate(fish):
        x = -0.98 + k * 0.62
        rice = [(x - 0.26, 0.16), (x - 0.24, 0.38), (x, 0.44), (x + 0.24, 0.38), (x + 0.26, 0.16)]
        turned(board, rice, (250, 246, 236), 0.2)
        slab = [(x - 0.33, 0.36), (x - 0.2, 0.56), (x + 0.14, 0.6), (x + 0.34, 0.44), (x, 0.44)]
        turned(board, slab, tone, 0.6)
        for shift in (-0.14, 0.0, 0.14):
            board.line(
                [(x + shift - 0.04, 0.45), (x + shift + 0.03, 0.56)], 0.02, mix(tone, _CHINA, 0.6)
            )
    for x in (0.82, 1.16):
        board.box(x - 0.15, 0.18, x + 0.15, 0.44, (34, 48, 44))
        board.disc(x, 0.18, 0.15, 0.05, (34, 48, 44))
        board.disc(x, 0.44, 0.15, 0.07, (250, 246, 236))
        board.disc(x, 0.44, 0.07, 0.035, (236, 110, 84))
    board.lay()


FOOD = {
    Thing.CAKE: (paint_cake, 0.62),
    Thing.BURGER: (paint_burger, 0.6),
    Thing.PIZZA: (paint_pizza, 0.5),
    Thing.ICE_CREAM: (paint_ice_cream, 0.85),
    Thing.NOODLES: (paint_noodles, 0.52),
    Thing.SUSHI: (paint_sushi, 0.42),
}
"""What is eaten: its painter, and its height as a share of the tallest's on the table."""
