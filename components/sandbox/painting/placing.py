"""Placing: where in a picture a thing hangs, floats or stands, and how large it is there.

Single things stand on the third that the light leaves free; several spread over the width, the
far ones small and the near ones large.
"""

from dataclasses import dataclass
from enum import StrEnum

from components.sandbox.painting.brush import Point
from components.sandbox.painting.stage import Stage

_GOLDEN = 0.618
"""Steps of this share of the width never fall on each other."""


class Place(StrEnum):
    """Where in a picture a thing belongs."""

    SKY = "sky"
    FLOCK = "flock"
    BUNCH = "bunch"
    WATER = "water"
    BANK = "bank"
    FRONT = "front"


@dataclass(frozen=True)
class Piece:
    """Piece `number` (from 0) of `count` things of a kind, each `tall` pixels high before us.

    `aside` leaves the free third to another thing.
    """

    what: str
    number: int
    count: int
    tall: float
    aside: bool = False

    @property
    def nearness(self) -> float:
        """How near this piece is among its kind, up to 1."""
        return (self.number + 1) / self.count


def spot(stage: Stage, place: Place, piece: Piece) -> tuple[Point, float]:
    """Return where `piece` touches the ground (or hangs by its foot), and its height, in pixels."""
    match place:
        case Place.FLOCK:
            return _in_flock(stage, piece)
        case Place.SKY | Place.BUNCH:
            return _in_sky(stage, place, piece)
        case _:
            return _on_ground(stage, place, piece)


def _free_third(stage: Stage) -> float:
    return 0.66 if stage.lit_from_left else 0.34


def _lane(stage: Stage, piece: Piece) -> float:
    """Return the column of `piece`, in pixels."""
    free = _free_third(stage)
    free = 1 - free if piece.aside else free
    share = free if piece.count == 1 else 0.12 + 0.76 * ((piece.number * _GOLDEN + free) % 1)
    nudge = stage.dice(f"lane {piece.what} {piece.number}").uniform(-0.04, 0.04)
    return stage.size[0] * (share + nudge)


def _in_flock(stage: Stage, piece: Piece) -> tuple[Point, float]:
    """Fly in a loose wedge on the side of the light."""
    rng = stage.dice(f"flock {piece.number}")
    middle = stage.size[0] * (1 - _free_third(stage))
    x = (
        middle
        + (piece.number - piece.count / 2) * stage.unit * 5.4
        + rng.uniform(-2, 2) * stage.unit
    )
    wedge = abs(piece.number - piece.count * 0.4) * stage.unit * 1.7
    y = stage.horizon * 0.34 + wedge + rng.uniform(-1, 1) * stage.unit
    return (x, y), piece.tall * rng.uniform(0.75, 1.2)


def _in_sky(stage: Stage, place: Place, piece: Piece) -> tuple[Point, float]:
    """Hang between the top edge and the horizon; a bunch keeps together."""
    x = _lane(stage, piece)
    if place is Place.BUNCH and piece.count > 1:
        step = (piece.number - (piece.count - 1) / 2) * piece.tall * 0.3
        x = stage.size[0] * _free_third(stage) + step
    size = piece.tall * (0.45 + 0.55 * piece.nearness) * (1.0 if piece.count < 5 else 0.86)
    room = stage.horizon * 0.95
    height = 0.42 if piece.count == 1 else 0.72 - 0.6 * ((piece.number * 0.41 + 0.5) % 1)
    return (x, max(size * 1.04, size + (room - size) * height)), size


def _on_ground(stage: Stage, place: Place, piece: Piece) -> tuple[Point, float]:
    """Stand on the bank or before us, or float; far pieces are smaller and higher up."""
    alone = piece.count == 1
    near = piece.nearness
    x, depth = _lane(stage, piece), stage.size[1] - stage.horizon
    match place:
        case Place.WATER:
            share, size = 0.08 + 0.3 * near, 1.0 if alone else 0.42 + 0.58 * near
        case Place.BANK:
            share, size = (0.1 if stage.wet else 0.2) + 0.12 * (near - 1), 0.7 + 0.3 * near
        case _:
            share, size = (0.78, 1.0) if alone else (0.6 + 0.24 * near, 0.62 + 0.38 * near)
    return (x, stage.horizon + depth * share), piece.tall * size
