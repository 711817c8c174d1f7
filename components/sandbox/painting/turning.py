"""Small bodies for a table: how a turned shape, and an upright one, take the light."""

import math

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.stage import Stage


def sheet(stage: Stage, at: Point, tall: float, reach: float = 0.7) -> Board:
    """Return a board for a thing that stands on a table, its lit side on the board's left."""
    return Board(
        stage, at, tall, reach=reach, top=1.15, foot=0.12, facing=1 if stage.lit_from_left else -1
    )


def turned(board: Board, outline: list[Point], tone: RGB, gleam: float = 0.5) -> None:
    """Draw a turned body: lit on the board's left, dark on the right, with a soft gleam."""
    board.curve(outline, tone)
    board.shade(outline, mix(tone, (18, 10, 22), 0.82), (0, 200), rounded=True)
    board.shade(outline, (255, 244, 226), (round(90 * gleam), 0), rounded=True)


def mirrored(right: list[Point]) -> list[Point]:
    """Return the whole outline of a body whose right half is given, from the top down."""
    return [*right, *((-x, y) for x, y in reversed(right))]


def arc(centre: Point, across: float, down: float, ends: tuple[float, float]) -> list[Point]:
    """Return points on an ellipse between two angles in degrees, 0 to the right and 90 up."""
    turns = (math.radians(ends[0] + (ends[1] - ends[0]) * k / 24) for k in range(25))
    return [(centre[0] + math.cos(a) * across, centre[1] + math.sin(a) * down) for a in turns]


def ring(centre: Point, across: float, down: float) -> list[Point]:
    """Return the outline of an ellipse."""
    return arc(centre, across, down, (0, 360))[:-1]
