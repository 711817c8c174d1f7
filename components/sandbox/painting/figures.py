"""People in a landscape: a standing figure seen from behind."""

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import NAMED, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage


def paint_person(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a standing figure seen from behind, in a coat, with a long shadow."""
    coat = stage.lit(wanted.colour or NAMED["amber"], 0.95)
    dark = mix(stage.palette.near, (30, 28, 40), 0.4)
    board = Board(stage, at, tall, reach=0.6, top=1.05, foot=0.1)
    for x in (-0.055, 0.055):
        board.polygon(
            [(x - 0.045, 0.46), (x - 0.038, 0.0), (x + 0.045, 0.0), (x + 0.045, 0.46)], dark
        )
    jacket = [
        (-0.14, 0.78),
        (-0.06, 0.835),
        (0.06, 0.835),
        (0.14, 0.78),
        (0.16, 0.56),
        (0.135, 0.4),
        (-0.135, 0.4),
        (-0.16, 0.56),
    ]
    board.curve(jacket, coat)
    for side in (-1, 1):
        board.curve(
            [
                (side * 0.12, 0.79),
                (side * 0.18, 0.7),
                (side * 0.19, 0.5),
                (side * 0.15, 0.44),
                (side * 0.12, 0.6),
            ],
            mix(coat, dark, 0.2),
        )
    board.curve(
        [(-0.085, 0.75), (-0.07, 0.8), (0.07, 0.8), (0.085, 0.75), (0.09, 0.56), (-0.09, 0.56)],
        mix(coat, dark, 0.55),
    )
    board.disc(0, 0.905, 0.062, 0.078, mix(dark, (90, 60, 46), 0.4))
    board.curve([(-0.075, 0.92), (-0.05, 0.99), (0.05, 0.99), (0.075, 0.92)], mix(coat, dark, 0.35))
    board.shade(jacket, dark, (0, 120) if stage.lit_from_left else (120, 0), rounded=True)
    board.lay()
