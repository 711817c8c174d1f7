"""Animals that sit close to us, with faces: cat, dog and fox."""

from components.sandbox.painting.animals import facing_light, fur
from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage


def paint_cat(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a sitting cat seen from behind its shoulder, tail curled about its feet."""
    coat, shade, light = fur(stage, wanted, (82, 70, 74))
    board = Board(stage, at, tall, reach=0.8, top=1.1, foot=0.1, facing=facing_light(stage))
    tail = [
        (0.2, 0.02),
        (0.42, 0.0),
        (0.56, 0.08),
        (0.58, 0.2),
        (0.5, 0.27),
        (0.47, 0.24),
        (0.51, 0.17),
        (0.46, 0.09),
        (0.34, 0.1),
        (0.2, 0.12),
    ]
    board.curve(tail, shade)
    body = [
        (-0.22, 0.0),
        (-0.25, 0.16),
        (-0.2, 0.4),
        (-0.15, 0.56),
        (-0.05, 0.66),
        (0.08, 0.64),
        (0.2, 0.5),
        (0.29, 0.3),
        (0.31, 0.12),
        (0.26, 0.0),
    ]
    board.curve(body, coat)
    board.curve(
        [(0.04, 0.02), (0.08, 0.22), (0.2, 0.3), (0.3, 0.2), (0.3, 0.03)], mix(coat, shade, 0.6)
    )
    head = [
        (-0.26, 0.72),
        (-0.245, 0.85),
        (-0.13, 0.9),
        (0.0, 0.9),
        (0.1, 0.84),
        (0.11, 0.7),
        (0.03, 0.6),
        (-0.08, 0.575),
        (-0.18, 0.61),
    ]
    for ear in (
        [(-0.245, 0.82), (-0.25, 1.02), (-0.1, 0.9)],
        [(-0.03, 0.9), (0.1, 1.02), (0.11, 0.82)],
    ):
        board.polygon(ear, coat)
    board.polygon([(-0.225, 0.85), (-0.225, 0.96), (-0.14, 0.89)], mix(coat, (224, 140, 140), 0.5))
    board.polygon([(0.0, 0.89), (0.082, 0.965), (0.085, 0.85)], mix(coat, (224, 140, 140), 0.5))
    board.curve(head, coat)
    board.curve(
        [(-0.2, 0.03), (-0.19, 0.36), (-0.12, 0.52), (-0.04, 0.5), (-0.04, 0.26), (-0.08, 0.03)],
        light,
    )
    board.curve(
        [(-0.16, 0.68), (-0.075, 0.705), (0.01, 0.68), (-0.01, 0.62), (-0.075, 0.6), (-0.14, 0.62)],
        light,
    )
    eye = mix((150, 190, 96), stage.palette.glow, 0.3)
    for x in (-0.15, 0.0):
        board.disc(x, 0.755, 0.036, 0.03, eye)
        board.disc(x, 0.755, 0.012, 0.028, (24, 22, 28))
    board.polygon([(-0.095, 0.695), (-0.055, 0.695), (-0.075, 0.672)], (206, 120, 116))
    for side in (-1, 1):
        for drop in (0.0, 0.022):
            board.line(
                [(-0.075 + side * 0.05, 0.655 - drop), (-0.075 + side * 0.2, 0.668 - drop * 2.4)],
                0.005,
                light,
            )
    for x in (-0.17, -0.06):
        board.disc(x, 0.025, 0.06, 0.035, light)
    board.shade(body, stage.palette.near, (0, 110), rounded=True)
    board.lay()


def paint_dog(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a sitting dog in profile with a hanging ear and a collar."""
    coat, shade, light = fur(stage, wanted, (184, 128, 76))
    board = Board(stage, at, tall, reach=0.8, top=1.1, foot=0.1, facing=facing_light(stage))
    board.curve(
        [
            (0.24, 0.06),
            (0.44, 0.08),
            (0.56, 0.24),
            (0.54, 0.36),
            (0.46, 0.24),
            (0.34, 0.18),
            (0.22, 0.18),
        ],
        shade,
    )
    body = [
        (-0.2, 0.0),
        (-0.19, 0.3),
        (-0.18, 0.52),
        (-0.06, 0.68),
        (0.08, 0.64),
        (0.2, 0.44),
        (0.31, 0.22),
        (0.32, 0.06),
        (0.24, 0.0),
    ]
    board.curve(body, coat)
    board.curve(
        [(0.04, 0.02), (0.06, 0.22), (0.18, 0.3), (0.31, 0.22), (0.34, 0.05), (0.24, 0.0)],
        mix(coat, shade, 0.5),
    )
    board.curve(
        [(-0.2, 0.02), (-0.19, 0.4), (-0.15, 0.56), (-0.06, 0.5), (-0.08, 0.2), (-0.09, 0.02)],
        light,
    )
    board.curve(
        [
            (-0.46, 0.72),
            (-0.44, 0.79),
            (-0.28, 0.84),
            (-0.2, 0.95),
            (-0.04, 1.0),
            (0.1, 0.93),
            (0.12, 0.78),
            (0.06, 0.62),
            (-0.12, 0.6),
            (-0.22, 0.66),
            (-0.4, 0.66),
        ],
        coat,
    )
    board.curve(
        [(-0.46, 0.72), (-0.44, 0.77), (-0.28, 0.76), (-0.18, 0.68), (-0.24, 0.65), (-0.4, 0.66)],
        light,
    )
    board.curve(
        [
            (-0.02, 0.95),
            (0.08, 0.96),
            (0.17, 0.82),
            (0.18, 0.64),
            (0.1, 0.58),
            (0.04, 0.7),
            (-0.03, 0.82),
        ],
        shade,
    )
    board.disc(-0.44, 0.755, 0.042, 0.034, (36, 30, 32))
    board.disc(-0.17, 0.845, 0.024, 0.026, (32, 26, 28))
    board.disc(-0.176, 0.853, 0.008, 0.008, (250, 250, 250))
    board.polygon(
        [(-0.19, 0.6), (0.12, 0.66), (0.13, 0.6), (-0.19, 0.545)], stage.lit((196, 60, 56), 0.95)
    )
    for x in (-0.16, 0.18):
        board.disc(x, 0.022, 0.075, 0.034, light)
    board.shade(body, stage.palette.near, (0, 110), rounded=True)
    board.lay()


def paint_fox(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a sitting fox with a white bib and a great brush of a tail."""
    coat, _, light = fur(stage, wanted, (216, 106, 50))
    dark = mix(stage.palette.near, (40, 28, 30), 0.6)
    board = Board(stage, at, tall, reach=0.9, top=1.1, foot=0.1, facing=facing_light(stage))
    board.curve(
        [
            (0.14, 0.02),
            (0.4, -0.01),
            (0.62, 0.12),
            (0.66, 0.36),
            (0.56, 0.56),
            (0.48, 0.5),
            (0.46, 0.34),
            (0.36, 0.22),
            (0.16, 0.18),
        ],
        coat,
    )
    board.curve([(0.66, 0.36), (0.56, 0.57), (0.475, 0.5), (0.5, 0.4), (0.58, 0.42)], light)
    body = [
        (-0.2, 0.0),
        (-0.22, 0.26),
        (-0.18, 0.5),
        (-0.04, 0.62),
        (0.1, 0.56),
        (0.22, 0.36),
        (0.3, 0.14),
        (0.24, 0.0),
    ]
    board.curve(body, coat)
    board.curve(
        [(-0.19, 0.14), (-0.2, 0.4), (-0.12, 0.56), (0.0, 0.5), (-0.02, 0.3), (-0.09, 0.12)], light
    )
    for x in (-0.155, -0.06):
        board.curve([(x - 0.05, 0.0), (x - 0.04, 0.18), (x + 0.03, 0.18), (x + 0.04, 0.0)], dark)
    for ear, inner in (
        (
            [(-0.3, 0.8), (-0.32, 1.06), (-0.12, 0.9)],
            [(-0.285, 0.86), (-0.296, 1.0), (-0.18, 0.905)],
        ),
        ([(-0.06, 0.9), (0.12, 1.06), (0.12, 0.8)], [(0.0, 0.905), (0.098, 1.0), (0.1, 0.86)]),
    ):
        board.polygon(ear, coat)
        board.polygon(inner, dark)
    board.curve(
        [
            (-0.34, 0.74),
            (-0.27, 0.87),
            (-0.1, 0.92),
            (0.07, 0.87),
            (0.15, 0.74),
            (0.02, 0.62),
            (-0.1, 0.52),
            (-0.22, 0.62),
        ],
        coat,
    )
    for side in (-1, 1):
        x = -0.1
        board.curve(
            [
                (x + side * 0.245, 0.74),
                (x + side * 0.14, 0.755),
                (x + side * 0.045, 0.64),
                (x, 0.53),
                (x + side * 0.12, 0.62),
            ],
            light,
        )
        board.disc(x + side * 0.105, 0.765, 0.024, 0.024, dark)
    board.disc(-0.1, 0.545, 0.034, 0.026, dark)
    board.shade(body, stage.palette.near, (0, 100), rounded=True)
    board.lay()
