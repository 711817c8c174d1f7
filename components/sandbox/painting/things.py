"""The table of things: which painter paints what, where it belongs, and how large.

A new thing takes a member of `Thing`, a row of words in `vocabulary.py`, and a row here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from components.sandbox.painting import (
    animals,
    buildings,
    figures,
    flyers,
    landmarks,
    pets,
    space,
    trees,
    vessels,
)
from components.sandbox.painting.brush import Point, fill
from components.sandbox.painting.colour import mix
from components.sandbox.painting.scene import Ground, Scene, Thing, Wanted
from components.sandbox.painting.sky import circle
from components.sandbox.painting.stage import Stage

Painter = Callable[[Stage, Wanted, Point, float], None]


class Place(StrEnum):
    """Where in a picture a thing belongs."""

    SKY = "sky"
    WATER = "water"
    BANK = "bank"
    FRONT = "front"


@dataclass(frozen=True)
class Placed:
    """A painter, where it puts its thing, and the thing's height as a share of the shorter side."""

    paint: Painter
    place: Place
    tall: float


THINGS: dict[Thing, Placed] = {
    Thing.BRIDGE: Placed(landmarks.paint_bridge, Place.BANK, 0.3),
    Thing.CASTLE: Placed(landmarks.paint_castle, Place.BANK, 0.4),
    Thing.TEMPLE: Placed(landmarks.paint_temple, Place.BANK, 0.36),
    Thing.LIGHTHOUSE: Placed(buildings.paint_lighthouse, Place.BANK, 0.46),
    Thing.WINDMILL: Placed(buildings.paint_windmill, Place.BANK, 0.32),
    Thing.CABIN: Placed(buildings.paint_cabin, Place.BANK, 0.15),
    Thing.PLANET: Placed(space.paint_planet, Place.SKY, 0.26),
    Thing.HOT_AIR_BALLOON: Placed(flyers.paint_hot_air_balloon, Place.SKY, 0.3),
    Thing.AIRPLANE: Placed(flyers.paint_airplane, Place.SKY, 0.09),
    Thing.ROCKET: Placed(flyers.paint_rocket, Place.SKY, 0.42),
    Thing.KITE: Placed(flyers.paint_kite, Place.SKY, 0.24),
    Thing.BIRDS: Placed(flyers.paint_birds, Place.SKY, 0.045),
    Thing.WHALE: Placed(vessels.paint_whale, Place.WATER, 0.2),
    Thing.SAILBOAT: Placed(vessels.paint_sailboat, Place.WATER, 0.3),
    Thing.BOAT: Placed(vessels.paint_boat, Place.WATER, 0.1),
    Thing.TREE: Placed(trees.paint_tree, Place.FRONT, 0.56),
    Thing.PALM: Placed(trees.paint_palm, Place.FRONT, 0.62),
    Thing.PINE: Placed(trees.paint_single_pine, Place.FRONT, 0.5),
    Thing.CACTUS: Placed(trees.paint_cactus, Place.FRONT, 0.3),
    Thing.TENT: Placed(buildings.paint_tent, Place.FRONT, 0.15),
    Thing.CAR: Placed(vessels.paint_car, Place.FRONT, 0.2),
    Thing.HORSE: Placed(animals.paint_horse, Place.FRONT, 0.36),
    Thing.DEER: Placed(animals.paint_deer, Place.FRONT, 0.38),
    Thing.PERSON: Placed(figures.paint_person, Place.FRONT, 0.3),
    Thing.DOG: Placed(pets.paint_dog, Place.FRONT, 0.36),
    Thing.FOX: Placed(pets.paint_fox, Place.FRONT, 0.36),
    Thing.CAT: Placed(pets.paint_cat, Place.FRONT, 0.36),
    Thing.BIRD: Placed(animals.paint_bird, Place.FRONT, 0.22),
    Thing.PARTY_BALLOON: Placed(flyers.paint_party_balloon, Place.SKY, 0.34),
}
"""In the order of painting: what stands farther away comes first."""

_ALONE = frozenset({Thing.CAT, Thing.DOG, Thing.FOX, Thing.BIRD})
"""What grows to the size of a portrait when a prompt names no land."""


def paint_things(stage: Stage, scene: Scene) -> None:
    """Paint every thing that `scene` wants and the table knows, the far ones first."""
    orders = {order.thing: order for order in scene.wanted}
    for thing, placed in THINGS.items():
        order = orders.get(thing)
        if order is not None:
            grown = 1.7 if thing in _ALONE and not scene.grounds else 1.0
            place_things(stage, order, placed, scene.grounds, grown)


def place_things(
    stage: Stage, order: Wanted, placed: Placed, grounds: frozenset[Ground], grown: float = 1.0
) -> None:
    """Find a spot for each piece of `order` and paint it, small far ones before large near ones."""
    tall = min(stage.size) * placed.tall * grown
    if min(stage.size) * 1.5 < stage.size[1]:
        tall *= 1.12
    water = bool(grounds & {Ground.SEA, Ground.LAKE, Ground.RIVER, Ground.BEACH})
    count = min(order.count, 12)
    for k in range(count):
        share = (k + 1) / count
        at, size = _spot(stage, order.thing, placed.place, tall, share, k, count, water)
        if (
            placed.place is Place.BANK
            and water
            and order.thing not in (Thing.LIGHTHOUSE, Thing.BRIDGE)
        ):
            _islet(stage, at, size)
        placed.paint(stage, order, at, size)


def _spot(
    stage: Stage,
    thing: Thing,
    place: Place,
    tall: float,
    share: float,
    k: int,
    count: int,
    water: bool,
) -> tuple[Point, float]:
    """Return where piece `k` of `count` touches the ground (or hangs), and its height."""
    rng = stage.dice(f"spot {thing} {k}")
    width, height = stage.size
    free = 0.66 if stage.lit_from_left else 0.34
    lane = free if count == 1 else (0.12 + 0.76 * ((k * 0.618 + free) % 1))
    x = width * (lane + rng.uniform(-0.04, 0.04))
    if place is Place.SKY:
        if thing is Thing.BIRDS:
            x = (
                width * (1 - free)
                + (k - count / 2) * stage.unit * 5.4
                + rng.uniform(-1, 1) * stage.unit * 2
            )
            y = (
                stage.horizon * 0.34
                + abs(k - count * 0.4) * stage.unit * 1.7
                + rng.uniform(-1, 1) * stage.unit
            )
            return (x, y), tall * rng.uniform(0.75, 1.2)
        if thing is Thing.PARTY_BALLOON and count > 1:
            x = width * free + (k - (count - 1) / 2) * tall * 0.3 + rng.uniform(-0.05, 0.05) * tall
        size = tall * (0.45 + 0.55 * share) * (1.0 if count < 5 else 0.86)
        room = stage.horizon * (0.92 if thing is Thing.PARTY_BALLOON else 0.98)
        y = max(size * 1.04, room - (room - size) * (0.28 + 0.6 * ((k * 0.41 + 0.5) % 1)))
        if count == 1:
            y = size + (room - size) * 0.42
        return (x, y), size
    if place is Place.WATER:
        size = tall * (0.42 + 0.58 * share) if count > 1 else tall
        y = stage.horizon + (height - stage.horizon) * (0.08 + 0.3 * share)
        return (x, y), size
    if place is Place.BANK:
        size = tall * (0.7 + 0.3 * share)
        drop = 0.1 if water else 0.2
        return (
            x,
            stage.horizon + (height - stage.horizon) * (drop + 0.12 * (share - 1) * (count > 1)),
        ), size
    size = tall * (0.62 + 0.38 * share) if count > 1 else tall
    y = stage.horizon + (height - stage.horizon) * (0.6 + 0.24 * share if count > 1 else 0.78)
    return (x, y), size


def _islet(stage: Stage, at: Point, tall: float) -> None:
    """Put a low island under what stands on a bank in the water."""
    wide = tall * 1.1 + stage.unit * 5
    outline = [
        (x, at[1] + stage.unit * 0.2 + (y - at[1]) * 0.11) for x, y in circle(at[0], at[1], wide)
    ]
    tone = mix(stage.palette.depth(0.7), stage.palette.grass, 0.35)
    fill(stage.picture, [outline], tone)
