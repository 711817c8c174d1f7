"""Things that carry people: sailboat, rowing boat, car; and the whale, which carries itself."""

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, halo, shape, shine
from components.sandbox.painting.colour import NAMED, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.water import lens


def _wake(stage: Stage, at: Point, wide: float) -> None:
    rng = stage.dice(f"wake {at[0]:.0f}")
    strokes = [
        lens(
            at[0] + rng.uniform(-0.5, 0.5) * wide,
            at[1] + rng.uniform(-0.02, 0.09) * wide,
            wide * rng.uniform(0.3, 0.8),
            wide * 0.008,
        )
        for _ in range(7)
    ]
    mask = shape(stage.size, strokes).point([round(i * 0.5) for i in range(256)])
    stage.picture.paste(stage.palette.cloud, (0, 0, *stage.size), mask)


def paint_sailboat(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a sloop under full sail, mirrored in the water."""
    rng = stage.dice(f"sail {at[0]:.0f}")
    facing = rng.choice((-1, 1))
    board = Board(stage, at, tall, reach=0.6, top=1.08, foot=0.05, facing=facing)
    sail = stage.lit(wanted.colour or (250, 244, 232), 0.88)
    second = mix(sail, stage.palette.near, 0.16)
    hull = mix(stage.lit((92, 58, 52), 0.9), stage.palette.near, 0.3)
    board.line([(0.0, 0.1), (0.0, 1.04)], 0.012, hull)
    main = [(-0.02, 1.0), (-0.06, 0.7), (-0.2, 0.36), (-0.36, 0.17), (-0.02, 0.15)]
    board.polygon(main, sail)
    jib = [(0.02, 0.94), (0.12, 0.62), (0.26, 0.36), (0.4, 0.14), (0.03, 0.17)]
    board.polygon(jib, second)
    shade = (90, 10) if stage.lit_from_left == (facing > 0) else (10, 90)
    board.shade(main, mix(stage.palette.sky[0], sail, 0.3), shade)
    board.polygon([(-0.38, 0.115), (0.46, 0.125), (0.33, 0.0), (-0.3, -0.01)], hull)
    board.polygon(
        [(-0.38, 0.115), (0.46, 0.125), (0.445, 0.1), (-0.375, 0.09)],
        mix(hull, stage.palette.glow, 0.45),
    )
    board.lay(150)
    _wake(stage, at, tall * 0.8)


def paint_boat(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a rowing boat with one rower, mirrored in the water."""
    wood = stage.lit(wanted.colour or (168, 88, 62), 0.9)
    dark = mix(stage.palette.near, wood, 0.2)
    board = Board(stage, at, tall, reach=1.3, top=1.1, foot=0.06)
    board.curve(
        [(-0.06, 0.24), (-0.12, 0.55), (-0.04, 0.68), (0.08, 0.66), (0.15, 0.5), (0.14, 0.22)], dark
    )
    board.disc(0.02, 0.8, 0.085, 0.1, dark)
    board.line([(0.05, 0.55), (0.5, 0.36), (1.1, 0.02)], 0.03, dark)
    board.curve(
        [
            (-1.02, 0.42),
            (-0.6, 0.3),
            (0.0, 0.27),
            (0.6, 0.3),
            (1.02, 0.44),
            (0.82, 0.12),
            (0.5, -0.01),
            (-0.5, -0.01),
            (-0.82, 0.1),
        ],
        wood,
    )
    board.curve(
        [
            (-1.02, 0.42),
            (-0.6, 0.3),
            (0.0, 0.27),
            (0.6, 0.3),
            (1.02, 0.44),
            (0.6, 0.245),
            (0.0, 0.21),
            (-0.6, 0.245),
        ],
        mix(wood, stage.palette.glow, 0.4),
    )
    board.shade(
        [(-1, 0.3), (1, 0.3), (1, -0.05), (-1, -0.05)], stage.palette.near, (0, 130), sideways=False
    )
    board.lay(140)
    _wake(stage, at, tall * 1.9)


def paint_whale(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint the tail of a whale as it dives, with the drops that fall from it."""
    skin = mix(stage.palette.near, stage.lit(wanted.colour or (70, 92, 116), 0.8), 0.45)
    board = Board(stage, at, tall, reach=1.0, top=1.1, foot=0.06)
    board.curve(
        [
            (-0.13, -0.03),
            (-0.1, 0.25),
            (-0.06, 0.5),
            (-0.12, 0.68),
            (-0.46, 0.8),
            (-0.74, 1.0),
            (-0.4, 0.98),
            (-0.1, 0.86),
            (0, 0.78),
            (0.1, 0.86),
            (0.4, 0.98),
            (0.74, 1.0),
            (0.46, 0.8),
            (0.12, 0.68),
            (0.06, 0.5),
            (0.1, 0.25),
            (0.13, -0.03),
        ],
        skin,
    )
    board.shade(
        [(-0.8, 1.05), (0.8, 1.05), (0.8, 0), (-0.8, 0)],
        stage.palette.glow,
        (80, 0) if stage.lit_from_left else (0, 80),
    )
    rng = stage.dice("drops")
    for _ in range(34):
        x = rng.uniform(-0.7, 0.7)
        board.disc(
            x, rng.uniform(0.05, 0.8) * (1 - abs(x) * 0.3), 0.008, 0.018, stage.palette.cloud
        )
    board.lay(120)
    _wake(stage, at, tall * 1.5)


def paint_car(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a rounded old car from the side, its lamps lit after dark."""
    paint = stage.lit(wanted.colour or NAMED["red"], 0.95)
    dark = mix(stage.palette.near, (20, 20, 24), 0.5)
    glass = mix(stage.palette.sky[2], (210, 230, 236), 0.3)
    facing = 1 if stage.lit_from_left else -1
    board = Board(stage, at, tall, reach=1.5, top=1.1, foot=0.08, facing=facing)
    board.disc(0, -0.01, 1.3, 0.05, dark)
    board.curve(
        [
            (-0.72, 0.56),
            (-0.5, 0.86),
            (-0.12, 0.99),
            (0.26, 0.95),
            (0.56, 0.64),
            (0.6, 0.5),
            (-0.7, 0.48),
        ],
        paint,
    )
    board.curve([(-0.56, 0.6), (-0.4, 0.82), (-0.1, 0.91), (-0.06, 0.6)], glass)
    board.curve([(0.02, 0.6), (0.02, 0.91), (0.22, 0.88), (0.44, 0.62)], glass)
    body = [
        (-1.24, 0.3),
        (-1.2, 0.5),
        (-0.92, 0.6),
        (-0.4, 0.61),
        (0.4, 0.62),
        (0.9, 0.58),
        (1.2, 0.46),
        (1.26, 0.28),
        (1.18, 0.17),
        (-1.18, 0.17),
    ]
    board.curve(body, paint)
    board.shade(body, dark, (0, 150), sideways=False, rounded=True)
    board.line([(-1.16, 0.44), (1.1, 0.45)], 0.018, mix(paint, (255, 255, 255), 0.5))
    board.line([(-0.03, 0.2), (-0.03, 0.6)], 0.01, mix(paint, dark, 0.5))
    for x in (-0.7, 0.72):
        board.disc(x, 0.2, 0.235, 0.235, mix(paint, dark, 0.6))
        board.disc(x, 0.18, 0.19, 0.19, dark)
        board.disc(x, 0.18, 0.1, 0.1, mix(stage.palette.cloud, dark, 0.2))
    board.box(-1.3, 0.19, -1.1, 0.235, mix(stage.palette.cloud, dark, 0.25))
    board.box(1.1, 0.19, 1.3, 0.235, mix(stage.palette.cloud, dark, 0.25))
    board.disc(1.14, 0.42, 0.06, 0.07, (255, 236, 186))
    board.lay()
    if stage.palette.dark:
        shine(
            stage.picture,
            halo(stage.size, board.on_picture((1.5, 0.36)), (tall * 1.5, tall * 0.5), 1.7),
            (255, 226, 160),
            0.7,
        )
