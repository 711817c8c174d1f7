"""More goods: camera, T-shirt, a glass of something, guitar, spectacles, cards, bread, donuts."""

import math

from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Thing, Wanted
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.turning import mirrored, ring, sheet, turned

_DARK: RGB = (20, 18, 26)
_WHITE: RGB = (250, 250, 250)


def paint_camera(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a camera of the old kind, its lens towards us."""
    board = sheet(stage, at, tall, 1.0)
    skin, metal = wanted.colour or (54, 50, 54), (196, 196, 200)
    body = [(-0.78, 0.02), (-0.78, 0.72), (0.78, 0.72), (0.78, 0.02)]
    board.polygon(body, skin)
    board.box(-0.78, 0.58, 0.78, 0.76, metal)
    board.polygon([(-0.26, 0.74), (-0.18, 0.94), (0.18, 0.94), (0.26, 0.74)], metal)
    board.box(-0.62, 0.76, -0.4, 0.84, mix(metal, _DARK, 0.2))
    board.disc(0.56, 0.78, 0.08, 0.06, mix(metal, _DARK, 0.4))
    board.box(0.44, 0.6, 0.66, 0.7, (96, 132, 150))
    board.shade(body, _DARK, (0, 130))
    turned(board, ring((0, 0.36), 0.35, 0.35), metal, 0.8)
    turned(board, ring((0, 0.36), 0.29, 0.29), (30, 30, 36), 0.5)
    board.disc(0, 0.36, 0.2, 0.2, (44, 56, 92))
    board.disc(0, 0.36, 0.11, 0.11, (18, 20, 34))
    board.disc(-0.07, 0.44, 0.05, 0.05, (206, 222, 246))
    board.lay()


def paint_shirt(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a T-shirt that hangs before us, with a mark on its chest."""
    board = sheet(stage, at, tall, 0.8)
    cloth = wanted.colour or (240, 238, 232)
    right = [(0.12, 1.0), (0.3, 0.96), (0.58, 0.7), (0.44, 0.56), (0.32, 0.66), (0.32, 0.04)]
    outline = mirrored(right)
    board.polygon(outline, cloth)
    board.shade(outline, _DARK, (0, 90))
    board.disc(0, 1.0, 0.125, 0.08, mix(cloth, _DARK, 0.45))
    for x in (-0.32, 0.32):
        board.line([(x, 0.66), (x * 0.95, 0.44)], 0.008, mix(cloth, _DARK, 0.35))
    for x, wide in ((-0.12, 0.05), (0.1, 0.08), (0.2, 0.04)):
        board.polygon([(x, 0.05), (x + wide, 0.05), (x + wide * 0.5, 0.4)], mix(cloth, _DARK, 0.1))
    ink = (58, 110, 184) if sum(cloth) > 330 else _WHITE
    board.disc(0, 0.68, 0.12, 0.12, ink)
    board.polygon([(-0.09, 0.63), (-0.02, 0.74), (0.05, 0.63)], cloth)
    board.lay()


def paint_glass(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a tall glass of something cold, with a straw and a slice."""
    board = sheet(stage, at, tall)
    drink: RGB = wanted.colour or (242, 160, 62)
    glass = mirrored([(0.22, 0.8), (0.17, 0.0)])
    board.line([(0.02, 0.3), (0.16, 1.04)], 0.026, (232, 92, 84))
    board.polygon(glass, mix(_WHITE, drink, 0.25))
    level = mirrored([(0.205, 0.68), (0.16, 0.03)])
    turned(board, [(x * 0.96, y) for x, y in level], drink, 0.6)
    for x, y in ((-0.06, 0.52), (0.06, 0.44), (-0.02, 0.34)):
        board.box(x - 0.05, y - 0.05, x + 0.05, y + 0.05, mix(drink, _WHITE, 0.55))
    board.disc(0, 0.68, 0.2, 0.035, mix(drink, _WHITE, 0.35))
    board.shade(glass, _DARK, (0, 110))
    board.shade([(-0.17, 0.1), (-0.19, 0.74), (-0.15, 0.74), (-0.13, 0.1)], _WHITE, (150, 60))
    board.disc(-0.22, 0.82, 0.11, 0.11, (226, 190, 62))
    board.disc(-0.22, 0.82, 0.085, 0.085, (250, 236, 160))
    board.lay()


def paint_guitar(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint an acoustic guitar, standing."""
    board = sheet(stage, at, tall, 0.5)
    wood = wanted.colour or (206, 138, 72)
    board.box(-0.026, 0.4, 0.026, 0.94, (72, 46, 38))
    board.polygon([(-0.045, 0.9), (-0.055, 1.08), (0.055, 1.08), (0.045, 0.9)], (92, 58, 44))
    body = mirrored(
        [(0.08, 0.56), (0.16, 0.5), (0.15, 0.4), (0.13, 0.34), (0.21, 0.2), (0.17, 0.04), (0.06, 0)]
    )
    turned(board, body, wood, 0.9)
    board.disc(0, 0.36, 0.062, 0.062, (40, 26, 24))
    board.box(-0.075, 0.14, 0.075, 0.17, (72, 46, 38))
    for k in range(6):
        board.line([(-0.02 + k * 0.008, 0.16), (-0.02 + k * 0.008, 1.0)], 0.003, (236, 226, 200))
    for k in range(8):
        board.line([(-0.026, 0.6 + k * 0.042), (0.026, 0.6 + k * 0.042)], 0.005, (206, 190, 150))
    for y in (0.95, 1.0, 1.05):
        for x in (-0.07, 0.07):
            board.disc(x, y, 0.018, 0.014, (226, 216, 190))
    board.lay()


def paint_spectacles(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a pair of glasses, seen from the front."""
    board = sheet(stage, at, tall, 1.3)
    frame = wanted.colour or (44, 36, 40)
    for side in (-1, 1):
        board.line([(side * 1.02, 0.62), (side * 1.2, 0.86), (side * 1.0, 0.98)], 0.06, frame)
        board.disc(side * 0.56, 0.42, 0.48, 0.42, frame)
        board.disc(side * 0.56, 0.42, 0.41, 0.35, (126, 150, 170))
        board.polygon(
            [(side * 0.56 - 0.2, 0.24), (side * 0.56 - 0.06, 0.66), (side * 0.56 + 0.04, 0.66),
             (side * 0.56 - 0.1, 0.24)],
            (186, 206, 220),
        )  # fmt: skip
    board.line([(-0.14, 0.52), (0.0, 0.6), (0.14, 0.52)], 0.07, frame)
    board.lay()


def paint_cards(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint two business cards, one leaning behind the other."""
    board = sheet(stage, at, tall, 1.3)
    ink = wanted.colour or (40, 74, 92)
    back = [(-0.5, 0.16), (-0.62, 0.92), (0.9, 1.04), (1.02, 0.28)]
    board.polygon(back, ink)
    board.disc(0.2, 0.62, 0.17, 0.17, mix(ink, _WHITE, 0.7))
    front = [(-1.0, 0.0), (-1.0, 0.72), (0.4, 0.72), (0.4, 0.0)]
    board.polygon([(x + 0.04, y - 0.04) for x, y in front], mix(ink, _DARK, 0.6))
    board.polygon(front, (248, 246, 240))
    board.disc(-0.74, 0.48, 0.12, 0.12, ink)
    for k, wide in enumerate((0.62, 0.44, 0.5, 0.36)):
        board.box(-0.5, 0.54 - k * 0.12, -0.5 + wide, 0.58 - k * 0.12, mix(ink, _WHITE, 0.2 * k))
    board.shade(front, _DARK, (0, 70))
    board.lay()


def paint_bread(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a crusty loaf with cuts across its back."""
    board = sheet(stage, at, tall, 1.4)
    crust = wanted.colour or (196, 126, 66)
    loaf = [(-1.1, 0.12), (-1.16, 0.4), (-0.8, 0.74), (-0.1, 0.9), (0.7, 0.78), (1.14, 0.44),
            (1.1, 0.12), (0.0, 0.03)]  # fmt: skip
    turned(board, loaf, crust, 1.0)
    for k in range(4):
        x = -0.62 + k * 0.42
        cut = [(x - 0.1, 0.36), (x, 0.6), (x + 0.2, 0.78), (x + 0.14, 0.56), (x + 0.02, 0.36)]
        board.curve(cut, mix(crust, (255, 236, 196), 0.65))
    board.lay()


def paint_donut(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint an iced donut with sprinkles, leaning towards us."""
    board = sheet(stage, at, tall, 0.8)
    dough, icing = (210, 150, 88), wanted.colour or (240, 144, 170)
    turned(board, ring((0, 0.46), 0.5, 0.46), dough, 0.9)
    drip = [
        (x * (0.88 if k % 3 else 0.94), 0.48 + (y - 0.48) * (0.86 if k % 2 else 0.93))
        for k, (x, y) in enumerate(ring((0, 0.48), 0.5, 0.46))
    ]
    turned(board, drip, icing, 0.7)
    board.disc(0, 0.47, 0.17, 0.15, dough)
    board.disc(0, 0.47, 0.135, 0.115, mix(dough, _DARK, 0.75))
    tones: tuple[RGB, ...] = ((250, 240, 220), (84, 190, 208), (244, 200, 76), (122, 196, 110))
    for k in range(26):
        angle, far = k * 2.4, 0.24 + 0.14 * ((k * 0.618) % 1)
        x, y = math.cos(angle) * far, 0.48 + math.sin(angle) * far * 0.92
        lean = (math.cos(k * 1.7) * 0.022, math.sin(k * 1.7) * 0.022)
        board.line([(x - lean[0], y - lean[1]), (x + lean[0], y + lean[1])], 0.02, tones[k % 4])
    board.lay()


WARES = {
    Thing.CAMERA: (paint_camera, 0.6),
    Thing.SHIRT: (paint_shirt, 0.95),
    Thing.GLASS: (paint_glass, 0.72),
    Thing.GUITAR: (paint_guitar, 1.1),
    Thing.SPECTACLES: (paint_spectacles, 0.42),
    Thing.CARDS: (paint_cards, 0.5),
    Thing.BREAD: (paint_bread, 0.46),
    Thing.DONUT: (paint_donut, 0.56),
}
"""Painter, and height as a share of the tallest's on the table."""
