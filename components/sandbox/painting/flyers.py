"""Things of the air: balloons, birds, kites, an airplane, a rocket."""

import math

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, fill, halo, shine, smooth
from components.sandbox.painting.colour import NAMED, RGB, mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage

_SILKS: tuple[tuple[RGB, RGB], ...] = (
    ((214, 76, 62), (250, 232, 204)),
    ((238, 160, 70), (250, 236, 210)),
    ((52, 126, 140), (240, 196, 110)),
    ((206, 94, 110), (250, 214, 170)),
    ((92, 96, 160), (236, 180, 150)),
)
_PARTY: tuple[RGB, ...] = (
    NAMED["red"], NAMED["amber"], NAMED["teal"], NAMED["pink"], NAMED["violet"], NAMED["blue"],
)  # fmt: skip


def paint_hot_air_balloon(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a striped hot-air balloon with its basket; `at` is the basket's floor."""
    rng = stage.dice(f"silk {at[0]:.0f} {at[1]:.0f}")
    near = min(1.0, 0.45 + tall / stage.unit / 60)
    main, second = rng.choice(_SILKS)
    if wanted.colour is not None:
        main, second = wanted.colour, mix(wanted.colour, (255, 244, 226), 0.72)
    main, second = stage.lit(main, near), stage.lit(second, near)
    board = Board(stage, at, tall, reach=0.5, top=1.06, foot=0.03)

    def gore(share: float) -> list[Point]:
        right = [
            (0.0, 1.02),
            (0.19, 0.985),
            (0.335, 0.87),
            (0.375, 0.7),
            (0.31, 0.5),
            (0.18, 0.32),
            (0.06, 0.22),
        ]
        return [
            *((x * share, y) for x, y in right),
            *((-x * share, y) for x, y in reversed(right[1:])),
        ]

    for x in (-0.05, 0.05):
        board.line([(x * 1.1, 0.22), (x * 0.7, 0.1)], 0.007, mix(stage.palette.near, main, 0.2))
    for share, tone in ((1.0, main), (0.82, second), (0.56, main), (0.24, second)):
        board.curve(gore(share), tone)
    whole = gore(1.0)
    board.shade([(-0.4, 0.5), (0.4, 0.5), (0.4, 0.44), (-0.4, 0.44)], main, (0, 0))
    side = (0, 120) if stage.lit_from_left else (120, 0)
    board.shade(whole, mix(main, stage.palette.near, 0.75), side, rounded=True)
    bright = (70, 0) if stage.lit_from_left else (0, 70)
    board.shade(whole, stage.palette.glow, bright, rounded=True)
    basket = stage.lit((122, 82, 52), near)
    board.polygon([(-0.052, 0.1), (0.052, 0.1), (0.042, 0.0), (-0.042, 0.0)], basket)
    board.box(-0.056, 0.085, 0.056, 0.105, mix(basket, stage.palette.near, 0.4))
    board.lay()
    if stage.palette.dark:
        spot = board.on_picture((0, 0.34))
        shine(
            stage.picture,
            halo(stage.size, spot, (tall * 0.34, tall * 0.4), 1.6),
            (255, 176, 92),
            0.75,
        )


def paint_party_balloon(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a party balloon on a string; `at` is the end of the string."""
    rng = stage.dice(f"party {at[0]:.0f} {at[1]:.0f}")
    tone = stage.lit(wanted.colour or rng.choice(_PARTY), 0.92)
    lean = rng.uniform(-0.06, 0.06)
    board = Board(stage, at, tall, reach=0.5, top=1.05, foot=0.03)
    string = smooth([(0, 0), (0.03, 0.16), (lean - 0.02, 0.32), (lean, 0.46)], closed=False)
    board.line(string, 0.006, mix(stage.palette.cloud, tone, 0.3))
    right = [(0.0, 1.02), (0.15, 0.98), (0.225, 0.85), (0.2, 0.69), (0.1, 0.54), (0.012, 0.475)]
    skin = [*((x + lean, y) for x, y in right), *((lean - x, y) for x, y in reversed(right[1:]))]
    board.curve(skin, tone)
    board.polygon(
        [(lean, 0.485), (lean - 0.024, 0.445), (lean + 0.024, 0.445)], mix(tone, (0, 0, 0), 0.2)
    )
    side = (0, 130) if stage.lit_from_left else (130, 0)
    board.shade(skin, mix(tone, stage.palette.near, 0.7), side, rounded=True)
    gleam = -0.09 if stage.lit_from_left else 0.09
    shiny = [
        (lean + gleam + math.cos(a) * 0.045, 0.88 + math.sin(a) * 0.075)
        for a in (k * 0.785 for k in range(8))
    ]
    board.shade(shiny, (255, 255, 255), (150, 90), rounded=True)
    board.lay()


def paint_birds(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint one bird in flight as two sweeping wings."""
    rng = stage.dice(f"bird {at[0]:.0f} {at[1]:.0f}")
    x, y = at
    span = tall * rng.uniform(0.8, 1.25)
    lift = rng.uniform(0.16, 0.34)
    upper: list[Point] = [
        (-1, lift * 0.7),
        (-0.55, lift * 1.25),
        (-0.18, lift * 0.62),
        (0, 0.06),
        (0.18, lift * 0.62),
        (0.55, lift * 1.25),
        (1, lift * 0.7),
    ]
    lower: list[Point] = [
        (0.52, lift * 0.86),
        (0.16, lift * 0.22),
        (0, -0.1),
        (-0.16, lift * 0.22),
        (-0.52, lift * 0.86),
    ]
    turn = rng.uniform(-0.22, 0.22)
    points = [
        (
            x + (px * math.cos(turn) - py * math.sin(turn)) * span / 2,
            y - (py * math.cos(turn) + px * math.sin(turn)) * span / 2,
        )
        for px, py in smooth([*upper, *lower], pieces=4)
    ]
    tone = wanted.colour or mix(stage.palette.near, stage.palette.sky[1], 0.12)
    fill(stage.picture, [points], tone)


def paint_kite(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a diamond kite with a tail; `at` is the tail's end."""
    tone = stage.lit(wanted.colour or NAMED["red"], 0.9)
    pale = mix(tone, (255, 244, 226), 0.45)
    board = Board(stage, at, tall, reach=0.7, top=1.05, foot=0.05)
    board.line(
        smooth([(0.1, 0.55), (0.2, 0.36), (0.04, 0.24), (0.1, 0.1), (0, 0)], closed=False),
        0.008,
        tone,
    )
    for x, y in ((0.19, 0.36), (0.05, 0.23), (0.1, 0.1)):
        board.polygon(
            [
                (x - 0.04, y + 0.025),
                (x + 0.04, y - 0.025),
                (x + 0.04, y + 0.025),
                (x - 0.04, y - 0.025),
            ],
            pale,
        )
    board.polygon([(-0.02, 1.0), (0.1, 0.55), (-0.24, 0.72)], tone)
    board.polygon([(-0.02, 1.0), (0.1, 0.55), (0.26, 0.82)], pale)
    board.lay()


def paint_airplane(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint an airliner from the side, climbing, with a faint trail."""
    tone = stage.lit(wanted.colour or (240, 240, 240), 0.85)
    dark = mix(tone, stage.palette.near, 0.4)
    facing = 1 if stage.lit_from_left else -1
    board = Board(stage, at, tall, reach=1.7, top=1.0, foot=0.3, facing=facing)
    board.polygon([(-1.1, 0.28), (-1.36, 0.86), (-1.14, 0.84), (-0.72, 0.38)], dark)
    board.curve(
        [
            (-1.3, 0.28),
            (-0.6, 0.42),
            (0.5, 0.5),
            (1.0, 0.48),
            (1.2, 0.36),
            (1.0, 0.24),
            (0.4, 0.16),
            (-0.7, 0.16),
        ],
        tone,
    )
    board.polygon([(0.25, 0.28), (-0.55, -0.2), (-0.75, -0.18), (-0.2, 0.26)], dark)
    board.polygon([(0.2, 0.44), (-0.3, 0.8), (-0.42, 0.79), (-0.12, 0.44)], mix(dark, tone, 0.5))
    board.line([(-0.6, 0.33), (0.9, 0.38)], 0.03, dark)
    board.lay()


def paint_rocket(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a rocket on its flame; `at` is the flame's tip."""
    body = stage.lit(wanted.colour or (236, 232, 224), 0.9)
    accent = stage.lit(
        NAMED["red"] if wanted.colour is None else mix(wanted.colour, (255, 255, 255), 0.6), 0.9
    )
    board = Board(stage, at, tall, reach=0.5, top=1.05, foot=0.05)
    shine(
        stage.picture,
        halo(stage.size, board.on_picture((0, 0.18)), (tall * 0.5, tall * 0.55), 1.8),
        (255, 170, 90),
        0.7,
    )
    board.curve(
        [(0, 0.0), (0.05, 0.14), (0.06, 0.28), (-0.06, 0.28), (-0.05, 0.14)], (255, 176, 84)
    )
    board.curve(
        [(0, 0.1), (0.026, 0.2), (0.03, 0.28), (-0.03, 0.28), (-0.026, 0.2)], (255, 240, 200)
    )
    for side in (-1, 1):
        board.curve(
            [(side * 0.07, 0.5), (side * 0.2, 0.36), (side * 0.2, 0.24), (side * 0.06, 0.32)],
            accent,
        )
    hull = [
        (0, 1.02),
        (0.075, 0.86),
        (0.115, 0.66),
        (0.1, 0.42),
        (0.06, 0.28),
        (-0.06, 0.28),
        (-0.1, 0.42),
        (-0.115, 0.66),
        (-0.075, 0.86),
    ]
    board.curve(hull, body)
    board.curve([(0, 1.02), (0.05, 0.93), (0.076, 0.86), (-0.076, 0.86), (-0.05, 0.93)], accent)
    board.disc(0, 0.68, 0.052, 0.052, accent)
    board.disc(0, 0.68, 0.038, 0.038, stage.lit((90, 150, 190), 0.9))
    board.shade(
        hull, stage.palette.near, (0, 120) if stage.lit_from_left else (120, 0), rounded=True
    )
    board.lay()
