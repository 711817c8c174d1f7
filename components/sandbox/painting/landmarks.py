"""Landmarks: castle, temple and suspension bridge."""

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, fill, halo, shine
from components.sandbox.painting.buildings import LAMP, pane_colour, side_shade
from components.sandbox.painting.colour import mix
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage


def paint_castle(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a castle of many towers with pointed roofs, on a rock."""
    stone = mix(stage.lit(wanted.colour or (206, 196, 184), 0.7), stage.palette.haze, 0.12)
    roof = stage.lit(
        (96, 92, 132) if wanted.colour is None else mix(wanted.colour, (40, 30, 60), 0.5), 0.75
    )
    board = Board(stage, at, tall, reach=0.85, top=1.15, foot=0.06)
    rock = mix(stage.palette.near, stage.palette.grass, 0.4)
    board.curve(
        [
            (-0.8, -0.04),
            (-0.52, 0.1),
            (-0.3, 0.2),
            (0.05, 0.23),
            (0.34, 0.18),
            (0.56, 0.08),
            (0.8, -0.04),
        ],
        rock,
    )
    pane = pane_colour(stage, stone)

    def tower(x: float, low: float, wide: float, high: float, peak: float) -> None:
        wall = [(x - wide, low), (x - wide, high), (x + wide, high), (x + wide, low)]
        board.polygon(wall, stone)
        board.shade(wall, stage.palette.near, side_shade(stage))
        board.box(
            x - wide * 1.18,
            high,
            x + wide * 1.18,
            high + 0.02,
            mix(stone, stage.palette.near, 0.25),
        )
        cone = [(x - wide * 1.3, high + 0.02), (x, high + peak), (x + wide * 1.3, high + 0.02)]
        board.polygon(cone, roof)
        board.shade(cone, stage.palette.near, side_shade(stage))
        board.box(x - wide * 0.22, high - 0.075, x + wide * 0.22, high - 0.025, pane)

    tower(-0.1, 0.2, 0.06, 0.78, 0.24)
    tower(0.1, 0.2, 0.08, 0.66, 0.24)
    tower(0.36, 0.14, 0.055, 0.48, 0.17)
    wall = [(-0.42, 0.12), (-0.42, 0.4), (0.42, 0.4), (0.42, 0.1)]
    board.polygon(wall, stone)
    for k in range(14):
        board.box(-0.42 + k * 0.06, 0.4, -0.385 + k * 0.06, 0.43, stone)
    board.shade(wall, stage.palette.near, (30, 90) if stage.lit_from_left else (90, 30))
    tower(-0.42, 0.1, 0.07, 0.52, 0.2)
    tower(0.2, 0.12, 0.05, 0.52, 0.16)
    board.curve(
        [(-0.09, 0.14), (-0.09, 0.26), (-0.02, 0.31), (0.05, 0.26), (0.05, 0.14)],
        mix(stone, stage.palette.near, 0.75),
    )
    for x in (-0.28, -0.2, 0.12, 0.3):
        board.box(x, 0.29, x + 0.025, 0.345, pane)
    board.lay(80)
    if stage.palette.dark:
        shine(
            stage.picture,
            halo(stage.size, board.on_picture((0, 0.4)), (tall * 0.7, tall * 0.6), 1.9),
            LAMP,
            0.3,
        )


def paint_temple(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a pagoda of four roofs with upturned eaves."""
    wood = stage.lit(wanted.colour or (176, 66, 54), 0.85)
    roof = mix(stage.lit((58, 62, 78), 0.85), stage.palette.near, 0.3)
    board = Board(stage, at, tall, reach=0.5, top=1.15, foot=0.05)
    board.box(-0.3, 0, 0.3, 0.035, mix(roof, stage.palette.cloud, 0.3))
    for k in range(4):
        low, wide = 0.035 + k * 0.21, 0.22 - 0.035 * k
        board.box(-wide, low, wide, low + 0.15, wood)
        for share in (-0.6, 0.0, 0.6):
            board.box(
                wide * share - 0.025,
                low + 0.03,
                wide * share + 0.025,
                low + 0.11,
                pane_colour(stage, wood),
            )
        out, eave = wide * 1.62, low + 0.13
        board.polygon(
            [
                (-out, eave + 0.03),
                (-out * 0.7, eave + 0.012),
                (out * 0.7, eave + 0.012),
                (out, eave + 0.03),
                (out * 0.62, eave + 0.055),
                (wide * 0.75, eave + 0.11),
                (-wide * 0.75, eave + 0.11),
                (-out * 0.62, eave + 0.055),
            ],
            roof,
        )
        board.line(
            [
                (-out, eave + 0.032),
                (-out * 0.7, eave + 0.014),
                (out * 0.7, eave + 0.014),
                (out, eave + 0.032),
            ],
            0.008,
            mix(roof, stage.palette.glow, 0.35),
        )
    board.line([(0, 0.84), (0, 1.1)], 0.014, roof)
    for y in (0.95, 1.0, 1.05):
        board.disc(0, y, 0.022, 0.008, roof)
    board.lay(100)
    if stage.palette.dark:
        shine(
            stage.picture,
            halo(stage.size, board.on_picture((0, 0.4)), (tall * 0.5, tall * 0.6), 1.9),
            LAMP,
            0.34,
        )


def paint_bridge(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a suspension bridge from edge to edge, through `at`."""
    width = stage.size[0]
    steel = stage.lit(wanted.colour or (190, 74, 54), 0.72)
    deck, thick = at[1] - tall * 0.24, stage.unit * 0.5
    towers = (width * 0.2, width * 0.8) if width > stage.size[1] else (width * 0.16, width * 0.84)
    strokes: list[list[Point]] = [
        [(-2, deck), (width + 2, deck), (width + 2, deck + thick * 1.8), (-2, deck + thick * 1.8)]
    ]
    for x in towers:
        for dx in (-1.5, 1.5):
            left = x + dx * stage.unit - thick
            strokes.append(
                [
                    (left, at[1]),
                    (left, at[1] - tall),
                    (left + 2 * thick, at[1] - tall),
                    (left + 2 * thick, at[1]),
                ]
            )
        strokes.extend(
            [
                (x - 2 * stage.unit, y),
                (x + 2 * stage.unit, y),
                (x + 2 * stage.unit, y + thick * 1.6),
                (x - 2 * stage.unit, y + thick * 1.6),
            ]
            for y in (at[1] - tall, at[1] - tall * 0.74, at[1] - tall * 0.48)
        )
    cable: list[Point] = []
    middle, half = (towers[0] + towers[1]) / 2, (towers[1] - towers[0]) / 2
    for k in range(121):
        x = k / 120 * width
        inside = abs(x - middle) <= half
        t = (x - middle) / half if inside else (half * 2 - abs(x - middle)) / half
        sag = t * t if inside else max(0.0, t) ** 1.3
        cable.append((x, deck - tall * 0.06 - tall * 0.68 * min(1.0, sag)))
    strokes.append([*cable, *[(x, y + thick * 0.7) for x, y in reversed(cable)]])
    strokes.extend(
        [(x, y), (x + thick * 0.34, y), (x + thick * 0.34, deck), (x, deck)] for x, y in cable[::2]
    )
    fill(stage.picture, strokes, steel)
