"""Animals as clean silhouettes with an edge of light: cat, dog, fox, deer, horse, bird."""

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage


def _fur(stage: Stage, wanted: Wanted, natural: RGB) -> tuple[RGB, RGB, RGB]:
    """Return the coat, its shaded tone and its light tone."""
    coat = stage.lit(wanted.colour or natural, 0.95)
    return coat, mix(coat, stage.palette.near, 0.45), mix(coat, (255, 246, 232), 0.62)


def _facing(stage: Stage) -> int:
    return -1 if stage.lit_from_left else 1


def paint_cat(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a sitting cat seen from behind its shoulder, tail curled about its feet."""
    coat, shade, light = _fur(stage, wanted, (82, 70, 74))
    board = Board(stage, at, tall, reach=0.8, top=1.1, foot=0.1, facing=_facing(stage))
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
    coat, shade, light = _fur(stage, wanted, (184, 128, 76))
    board = Board(stage, at, tall, reach=0.8, top=1.1, foot=0.1, facing=_facing(stage))
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
    coat, shade, light = _fur(stage, wanted, (216, 106, 50))
    dark = mix(stage.palette.near, (40, 28, 30), 0.6)
    board = Board(stage, at, tall, reach=0.9, top=1.1, foot=0.1, facing=_facing(stage))
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


def paint_deer(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a standing stag in profile, antlers high, almost a silhouette."""
    coat = mix(stage.lit(wanted.colour or (126, 82, 54), 0.95), stage.palette.near, 0.42)
    board = Board(stage, at, tall, reach=0.75, top=1.1, foot=0.05, facing=_facing(stage))
    _legs(board, coat, ((-0.16, 0.02), (-0.09, -0.02), (0.2, 0.03), (0.28, 0.0)), 0.36)
    board.curve(
        [
            (-0.24, 0.42),
            (-0.22, 0.56),
            (-0.08, 0.6),
            (0.12, 0.575),
            (0.3, 0.58),
            (0.36, 0.48),
            (0.33, 0.36),
            (0.2, 0.34),
            (0.02, 0.32),
            (-0.14, 0.33),
        ],
        coat,
    )
    board.curve(
        [
            (-0.24, 0.48),
            (-0.31, 0.68),
            (-0.33, 0.76),
            (-0.24, 0.8),
            (-0.16, 0.7),
            (-0.04, 0.57),
            (-0.12, 0.42),
        ],
        coat,
    )
    board.curve(
        [
            (-0.47, 0.69),
            (-0.45, 0.735),
            (-0.33, 0.81),
            (-0.25, 0.82),
            (-0.22, 0.76),
            (-0.3, 0.7),
            (-0.4, 0.66),
        ],
        coat,
    )
    board.polygon([(-0.25, 0.79), (-0.13, 0.84), (-0.22, 0.75)], coat)
    for flip in (0.0, 0.05):
        stem = [
            (-0.27 + flip, 0.8),
            (-0.24 + flip * 2, 0.9),
            (-0.15 + flip * 2.4, 0.97),
            (-0.14 + flip * 2.4, 1.07),
        ]
        board.line(stem, 0.018, coat)
        board.line([stem[1], (-0.33 + flip * 2, 0.98)], 0.014, coat)
        board.line([stem[2], (-0.24 + flip * 2, 1.05)], 0.013, coat)
    board.polygon([(0.34, 0.55), (0.4, 0.5), (0.35, 0.42)], mix(coat, (255, 246, 232), 0.5))
    board.lay(60)


def paint_horse(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a standing horse in profile, almost a silhouette."""
    coat = mix(stage.lit(wanted.colour or (112, 70, 50), 0.95), stage.palette.near, 0.28)
    mane = mix(coat, stage.palette.near, 0.6)
    board = Board(stage, at, tall, reach=0.9, top=1.1, foot=0.05, facing=_facing(stage))
    _legs(board, coat, ((-0.24, 0.02), (-0.15, -0.04), (0.27, 0.05), (0.36, 0.0)), 0.4)
    board.curve(
        [(0.4, 0.6), (0.5, 0.56), (0.56, 0.36), (0.52, 0.14), (0.46, 0.3), (0.42, 0.46)], mane
    )
    board.curve(
        [
            (-0.32, 0.52),
            (-0.26, 0.68),
            (-0.04, 0.67),
            (0.2, 0.66),
            (0.38, 0.68),
            (0.46, 0.56),
            (0.42, 0.4),
            (0.26, 0.38),
            (0.0, 0.35),
            (-0.2, 0.36),
        ],
        coat,
    )
    board.curve(
        [
            (-0.34, 0.52),
            (-0.44, 0.76),
            (-0.5, 0.92),
            (-0.4, 0.99),
            (-0.28, 0.9),
            (-0.14, 0.72),
            (-0.06, 0.62),
            (-0.16, 0.44),
        ],
        coat,
    )
    board.curve(
        [
            (-0.74, 0.74),
            (-0.73, 0.8),
            (-0.56, 0.94),
            (-0.45, 1.0),
            (-0.38, 0.95),
            (-0.44, 0.84),
            (-0.58, 0.76),
            (-0.68, 0.71),
        ],
        coat,
    )
    board.polygon([(-0.46, 0.97), (-0.43, 1.07), (-0.38, 0.97)], coat)
    board.curve(
        [
            (-0.42, 1.0),
            (-0.32, 0.95),
            (-0.2, 0.8),
            (-0.06, 0.66),
            (-0.1, 0.62),
            (-0.24, 0.72),
            (-0.34, 0.86),
        ],
        mane,
    )
    board.lay(60)


def _legs(board: Board, coat: RGB, feet: tuple[Point, ...], hip: float) -> None:
    for x, lean in feet:
        board.polygon(
            [
                (x - 0.05, hip),
                (x - 0.018 + lean, hip * 0.5),
                (x - 0.026 + lean, 0.0),
                (x + 0.022 + lean, 0.0),
                (x + 0.022 + lean, hip * 0.5),
                (x + 0.06, hip),
            ],
            coat,
        )


def paint_bird(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a round songbird on a twig."""
    coat, shade, light = _fur(stage, wanted, (72, 112, 150))
    board = Board(stage, at, tall, reach=1.2, top=1.1, foot=0.2, facing=_facing(stage))
    twig = mix(stage.palette.near, (84, 60, 50), 0.4)
    board.line([(-1.1, 0.0), (-0.3, 0.06), (0.4, 0.03), (1.1, 0.1)], 0.05, twig)
    board.polygon([(0.3, 0.4), (0.86, 0.2), (0.8, 0.1), (0.2, 0.22)], shade)
    body = [
        (-0.42, 0.72),
        (-0.36, 0.92),
        (-0.16, 1.0),
        (0.04, 0.9),
        (0.2, 0.66),
        (0.42, 0.36),
        (0.3, 0.18),
        (0.04, 0.08),
        (-0.22, 0.14),
        (-0.4, 0.36),
    ]
    board.curve(body, coat)
    board.curve(
        [
            (-0.42, 0.6),
            (-0.28, 0.62),
            (-0.12, 0.46),
            (0.0, 0.2),
            (-0.1, 0.1),
            (-0.26, 0.18),
            (-0.4, 0.38),
        ],
        light,
    )
    board.curve(
        [(-0.06, 0.62), (0.14, 0.6), (0.36, 0.4), (0.5, 0.24), (0.26, 0.26), (0.04, 0.36)], shade
    )
    board.polygon([(-0.4, 0.82), (-0.6, 0.76), (-0.4, 0.72)], stage.lit((232, 164, 70), 0.95))
    board.disc(-0.26, 0.8, 0.042, 0.042, (28, 26, 32))
    board.disc(-0.275, 0.815, 0.013, 0.013, (255, 255, 255))
    for x in (-0.08, 0.06):
        board.line([(x, 0.12), (x, 0.03)], 0.02, twig)
    board.lay()
