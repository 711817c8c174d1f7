"""The table of things: which painter paints what, where it belongs, and how large.

A new thing takes a member of `Thing`, a row of words in `names.py`, and a row here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from components.sandbox.painting import (
    animals,
    buildings,
    farm,
    figures,
    flyers,
    landmarks,
    pets,
    space,
    towers,
    trees,
    vessels,
    wheels,
    wildlife,
    wonders,
)
from components.sandbox.painting.brush import Point, fill
from components.sandbox.painting.colour import mix
from components.sandbox.painting.furniture import FURNITURE
from components.sandbox.painting.placing import Piece, Place, spot
from components.sandbox.painting.scene import Ground, Scene, Thing, Wanted
from components.sandbox.painting.sky import circle
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.tabletop import TABLETOP

Painter = Callable[[Stage, Wanted, Point, float], None]


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
    Thing.WATERFALL: Placed(towers.paint_waterfall, Place.BANK, 0.44),
    Thing.IRON_TOWER: Placed(towers.paint_iron_tower, Place.BANK, 0.6),
    Thing.TOWER: Placed(towers.paint_tower, Place.BANK, 0.5),
    Thing.PYRAMID: Placed(farm.paint_pyramid, Place.BANK, 0.34),
    Thing.TRAIN: Placed(wheels.paint_train, Place.BANK, 0.11),
    Thing.LIGHTHOUSE: Placed(buildings.paint_lighthouse, Place.BANK, 0.46),
    Thing.WINDMILL: Placed(buildings.paint_windmill, Place.BANK, 0.32),
    Thing.CABIN: Placed(buildings.paint_cabin, Place.BANK, 0.15),
    Thing.PLANET: Placed(space.paint_planet, Place.SKY, 0.26),
    Thing.HOT_AIR_BALLOON: Placed(flyers.paint_hot_air_balloon, Place.SKY, 0.3),
    Thing.AIRPLANE: Placed(flyers.paint_airplane, Place.SKY, 0.09),
    Thing.DRAGON: Placed(wonders.paint_dragon, Place.SKY, 0.26),
    Thing.ROCKET: Placed(flyers.paint_rocket, Place.SKY, 0.42),
    Thing.KITE: Placed(flyers.paint_kite, Place.SKY, 0.24),
    Thing.BIRDS: Placed(flyers.paint_birds, Place.FLOCK, 0.045),
    Thing.WHALE: Placed(vessels.paint_whale, Place.WATER, 0.2),
    Thing.FISH: Placed(wildlife.paint_fish, Place.WATER, 0.16),
    Thing.SAILBOAT: Placed(vessels.paint_sailboat, Place.WATER, 0.3),
    Thing.BOAT: Placed(vessels.paint_boat, Place.WATER, 0.1),
    Thing.TREE: Placed(trees.paint_tree, Place.FRONT, 0.56),
    Thing.PALM: Placed(trees.paint_palm, Place.FRONT, 0.62),
    Thing.PINE: Placed(trees.paint_single_pine, Place.FRONT, 0.5),
    Thing.CACTUS: Placed(trees.paint_cactus, Place.FRONT, 0.3),
    Thing.TENT: Placed(buildings.paint_tent, Place.FRONT, 0.15),
    Thing.CAR: Placed(vessels.paint_car, Place.FRONT, 0.2),
    Thing.MOTORCYCLE: Placed(wheels.paint_motorcycle, Place.FRONT, 0.26),
    Thing.BICYCLE: Placed(wheels.paint_bicycle, Place.FRONT, 0.28),
    Thing.ELEPHANT: Placed(wildlife.paint_elephant, Place.FRONT, 0.38),
    Thing.BUS: Placed(farm.paint_bus, Place.FRONT, 0.24),
    Thing.COW: Placed(farm.paint_cow, Place.FRONT, 0.3),
    Thing.SHEEP: Placed(farm.paint_sheep, Place.FRONT, 0.24),
    Thing.SNOWMAN: Placed(farm.paint_snowman, Place.FRONT, 0.4),
    Thing.PUMPKIN: Placed(farm.paint_pumpkin, Place.FRONT, 0.24),
    Thing.HORSE: Placed(animals.paint_horse, Place.FRONT, 0.36),
    Thing.DEER: Placed(animals.paint_deer, Place.FRONT, 0.38),
    Thing.BEAR: Placed(wildlife.paint_bear, Place.FRONT, 0.38),
    Thing.LION: Placed(wildlife.paint_lion, Place.FRONT, 0.38),
    Thing.PENGUIN: Placed(wildlife.paint_penguin, Place.FRONT, 0.32),
    Thing.RABBIT: Placed(wildlife.paint_rabbit, Place.FRONT, 0.28),
    Thing.ROBOT: Placed(wonders.paint_robot, Place.FRONT, 0.42),
    Thing.PERSON: Placed(figures.paint_person, Place.FRONT, 0.3),
    Thing.DOG: Placed(pets.paint_dog, Place.FRONT, 0.36),
    Thing.FOX: Placed(pets.paint_fox, Place.FRONT, 0.36),
    Thing.CAT: Placed(pets.paint_cat, Place.FRONT, 0.36),
    Thing.BIRD: Placed(animals.paint_bird, Place.FRONT, 0.22),
    Thing.BUTTERFLY: Placed(wildlife.paint_butterfly, Place.SKY, 0.16),
    Thing.PARTY_BALLOON: Placed(flyers.paint_party_balloon, Place.BUNCH, 0.34),
}
"""In the order of painting: what stands farther away comes first."""

INDOORS = {**TABLETOP, **FURNITURE}
"""What belongs on a table or in a room: its painter, and its share of the height there."""

_CARRIED = frozenset(
    {
        Thing.SHOE, Thing.WATCH, Thing.HEADPHONES, Thing.PHONE, Thing.LAPTOP, Thing.BAG,
        Thing.CAMERA, Thing.GUITAR, Thing.BOTTLE, Thing.CUP, Thing.GLASS, Thing.CANDLE,
        Thing.BOOK, Thing.CAKE, Thing.BURGER, Thing.PIZZA, Thing.ICE_CREAM, Thing.DONUT,
        Thing.SOFA, Thing.ARMCHAIR, Thing.BED, Thing.DINING_TABLE, Thing.SHIRT,
    }
)  # fmt: skip
"""What is put before us in the open too, where nobody is there to wear or hold it."""

_ALONE = frozenset(
    {
        Thing.CAT, Thing.DOG, Thing.FOX, Thing.BIRD, Thing.LION, Thing.BEAR, Thing.RABBIT,
        Thing.PENGUIN, Thing.FISH, Thing.BUTTERFLY,
    }
)  # fmt: skip
"""What grows to the size of a portrait when a prompt names no land."""

_GROUNDED = frozenset({Thing.LIGHTHOUSE, Thing.BRIDGE, Thing.WATERFALL})
"""What brings its own rock, or needs none, where water lies around it."""

_MOST = 12
"""Pieces of one kind beyond which a picture only gets crowded."""


def paint_things(stage: Stage, scene: Scene) -> None:
    """Paint every thing that `scene` wants and the table knows, the far ones first."""
    orders = {order.thing: order for order in scene.wanted}
    standing = 0
    table = THINGS | {thing: set_down(thing) for thing in carried(scene)}
    for thing, placed in table.items():
        order = orders.get(thing)
        if order is None:
            continue
        grown = 1.7 if thing in _ALONE and not scene.grounds else 1.0
        stands = placed.place in (Place.BANK, Place.FRONT)
        place_things(stage, order, placed, grown, aside=stands and standing % 2 == 1)
        standing += stands


def carried(scene: Scene) -> tuple[Thing, ...]:
    """Return what of a table or a room `scene` wants in the open."""
    if scene.find(Thing.PERSON) or scene.has(Ground.STREET):
        return ()
    return tuple(order.thing for order in scene.wanted if order.thing in _CARRIED)


def set_down(thing: Thing) -> Placed:
    """Return how a thing that belongs indoors stands before us in any other picture."""
    paint, share = INDOORS[thing]
    return Placed(paint, Place.FRONT, share * 0.44)


def place_things(
    stage: Stage, order: Wanted, placed: Placed, grown: float = 1.0, aside: bool = False
) -> None:
    """Find a spot for each piece of `order` and paint it, small far ones before large near ones.

    `grown` is a factor on the usual height; `aside` avoids the third where things stand first.
    """
    tall = min(stage.size) * placed.tall * grown
    if min(stage.size) * 1.5 < stage.size[1]:
        tall *= 1.12
    count = min(order.count, _MOST)
    for number in range(count):
        at, size = spot(stage, placed.place, Piece(order.thing, number, count, tall, aside))
        if placed.place is Place.BANK and stage.wet and order.thing not in _GROUNDED:
            _islet(stage, at, size)
        placed.paint(stage, order, at, size)


def _islet(stage: Stage, at: Point, tall: float) -> None:
    """Put a low island under what stands on a bank in the water."""
    wide = tall * 1.1 + stage.unit * 5
    outline = [
        (x, at[1] + stage.unit * 0.2 + (y - at[1]) * 0.11) for x, y in circle(at[0], at[1], wide)
    ]
    tone = mix(stage.palette.depth(0.7), stage.palette.grass, 0.35)
    fill(stage.picture, [outline], tone)
