"""Robot and dragon: what only a picture can show."""

from components.sandbox.painting.animals import facing_light
from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, halo, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage

_DARK: RGB = (24, 24, 34)


def paint_robot(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a friendly robot with shining eyes."""
    metal = stage.lit(wanted.colour or (176, 186, 198), 0.95)
    joint, light = mix(metal, _DARK, 0.55), (96, 226, 236)
    board = Board(stage, at, tall, reach=0.6, top=1.15, foot=0.06)
    for side in (-1, 1):
        x = side * 0.12
        board.box(x - 0.05, 0.06, x + 0.05, 0.34, joint)
        board.box(x - 0.09, 0.0, x + 0.09, 0.08, metal)
        board.line([(side * 0.26, 0.6), (side * 0.36, 0.44), (side * 0.33, 0.28)], 0.07, joint)
        board.disc(side * 0.27, 0.61, 0.07, 0.07, metal)
        board.disc(side * 0.33, 0.27, 0.06, 0.06, metal)
    torso = [(-0.24, 0.66), (0.24, 0.66), (0.19, 0.3), (-0.19, 0.3)]
    board.polygon(torso, metal)
    board.shade(torso, _DARK, (0, 110))
    board.box(-0.1, 0.42, 0.1, 0.56, joint)
    board.disc(0.0, 0.49, 0.045, 0.045, light)
    board.box(-0.06, 0.66, 0.06, 0.72, joint)
    head = [(-0.23, 0.72), (-0.25, 0.94), (-0.18, 1.0), (0.18, 1.0), (0.25, 0.94), (0.23, 0.72)]
    board.polygon(head, metal)
    board.shade(head, _DARK, (0, 90))
    board.box(-0.18, 0.79, 0.18, 0.93, _DARK)
    for x in (-0.085, 0.085):
        board.disc(x, 0.86, 0.04, 0.04, light)
    board.line([(0, 1.0), (0, 1.08)], 0.018, joint)
    board.disc(0, 1.1, 0.03, 0.03, (238, 96, 84))
    board.lay()
    glow = halo(stage.size, board.on_picture((0, 0.86)), (tall * 0.4, tall * 0.24), 1.8)
    shine(stage.picture, glow, light, 0.5 if stage.palette.dark else 0.2)


def paint_dragon(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a dragon in flight, breathing fire."""
    skin = stage.lit(wanted.colour or (96, 132, 92), 0.9)
    shade, belly = mix(skin, _DARK, 0.4), mix(skin, (244, 226, 170), 0.45)
    board = Board(stage, at, tall, reach=1.9, top=1.2, foot=0.1, facing=facing_light(stage))
    board.curve([(0.1, 0.5), (0.3, 1.0), (0.8, 1.16), (0.7, 0.9), (0.98, 0.78), (0.7, 0.64),
                 (0.72, 0.46), (0.44, 0.46)], shade)  # fmt: skip
    body = [
        (-0.72, 0.72), (-0.5, 0.76), (-0.24, 0.6), (0.2, 0.6), (0.7, 0.4), (1.2, 0.3),
        (1.62, 0.44), (1.24, 0.2), (0.7, 0.22), (0.2, 0.3), (-0.24, 0.34), (-0.5, 0.54),
    ]  # fmt: skip
    board.curve(body, skin)
    board.curve([(-0.5, 0.56), (-0.2, 0.38), (0.2, 0.33), (0.5, 0.29), (0.16, 0.4), (-0.2, 0.46)],
                belly)  # fmt: skip
    board.polygon([(1.5, 0.46), (1.84, 0.56), (1.66, 0.32)], shade)
    for k in range(7):
        x, y = -0.44 + k * 0.2, 0.74 - k * 0.05
        board.polygon([(x, y - 0.08), (x + 0.07, y + 0.04), (x + 0.13, y - 0.1)], shade)
    for x in (-0.1, 0.24):
        board.line([(x, 0.36), (x + 0.1, 0.2), (x + 0.02, 0.12)], 0.06, skin)
    head = [(-1.04, 0.7), (-0.98, 0.78), (-0.78, 0.88), (-0.62, 0.82), (-0.6, 0.68), (-0.8, 0.64)]
    board.curve(head, skin)
    board.polygon([(-0.72, 0.84), (-0.5, 1.0), (-0.6, 0.8)], belly)
    board.disc(-0.8, 0.78, 0.03, 0.03, (250, 214, 90))
    wing = [(-0.14, 0.56), (-0.06, 0.98), (0.26, 1.2), (0.3, 0.94), (0.56, 0.92), (0.42, 0.72),
            (0.56, 0.6), (0.26, 0.52)]  # fmt: skip
    board.polygon(wing, mix(skin, (206, 92, 62), 0.5))
    for tip in ((0.26, 1.2), (0.56, 0.92), (0.56, 0.6)):
        board.line([(-0.1, 0.6), tip], 0.022, shade)
    board.curve([(-1.04, 0.7), (-1.5, 0.8), (-1.84, 0.62), (-1.5, 0.54)], (250, 150, 60))
    board.curve([(-1.06, 0.69), (-1.36, 0.72), (-1.58, 0.63), (-1.36, 0.6)], (255, 230, 140))
    board.lay()
    glow = halo(stage.size, board.on_picture((-1.45, 0.66)), (tall * 0.7, tall * 0.5), 1.8)
    shine(stage.picture, glow, (255, 150, 70), 0.5)
