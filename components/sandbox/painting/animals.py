"""Animals as clean silhouettes with an edge of light: deer, horse and bird."""

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage


def fur(stage: Stage, wanted: Wanted, natural: RGB) -> tuple[RGB, RGB, RGB]:
    """Return the coat, its shaded tone and its light tone."""
    coat = stage.lit(wanted.colour or natural, 0.95)
    return coat, mix(coat, stage.palette.near, 0.45), mix(coat, (255, 246, 232), 0.62)


def facing_light(stage: Stage) -> int:
    """Return the way an animal looks: towards the light, as all boards draw it."""
    return -1 if stage.lit_from_left else 1


def sheet(stage: Stage, at: Point, tall: float, reach: float = 1.0) -> Board:
    """Return a board for what stands on the ground and looks towards the light."""
    return Board(stage, at, tall, reach=reach, top=1.15, foot=0.1, facing=facing_light(stage))


def paint_deer(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a standing stag in profile, antlers high, almost a silhouette."""
    coat = mix(stage.lit(wanted.colour or (126, 82, 54), 0.95), stage.palette.near, 0.42)
    board = Board(stage, at, tall, reach=0.75, top=1.1, foot=0.05, facing=facing_light(stage))
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
    board = Board(stage, at, tall, reach=0.9, top=1.1, foot=0.05, facing=facing_light(stage))
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
    coat, shade, light = fur(stage, wanted, (72, 112, 150))
    board = Board(stage, at, tall, reach=1.2, top=1.1, foot=0.2, facing=facing_light(stage))
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
