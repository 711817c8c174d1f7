"""Interiors: a room with a window, a floor of boards, a rug, and furniture along the wall."""

from dataclasses import replace

from components.sandbox.painting.brush import column, fill, halo, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.furniture import (
    FURNITURE,
    paint_floor_lamp,
    paint_frame,
    paint_pendant,
    paint_shelf,
)
from components.sandbox.painting.scene import Scene, Thing, Wanted
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.tabletop import paint_plant
from components.sandbox.painting.things import THINGS, place_things

_ROOMS: tuple[tuple[RGB, RGB, RGB], ...] = (
    ((232, 224, 210), (176, 132, 94), (198, 120, 92)),
    ((196, 208, 200), (160, 118, 86), (226, 206, 172)),
    ((222, 198, 184), (140, 96, 70), (236, 226, 210)),
    ((206, 212, 220), (188, 156, 122), (90, 112, 128)),
    ((74, 96, 104), (128, 88, 62), (210, 150, 90)),
)
"""Wall, floor and rug of rooms that look lived in."""

_BLACK: RGB = (14, 12, 22)
_BEDROOMS = frozenset({"bedroom", "hotel"})
_EATERIES = frozenset({"cafe", "café", "restaurant", "bar", "dining", "kitchen", "coffee"})
_STUDIES = frozenset({"library", "books", "bookshelf", "bookshelves", "study", "nook", "office"})
_GUESTS = (Thing.PERSON, Thing.DOG, Thing.CAT)


def paint_interior(stage: Stage, scene: Scene) -> None:
    """Paint a room with the furniture asked for, or what its kind of room has."""
    rng = stage.dice("room")
    wall, floor, rug = rng.choice(_ROOMS)
    wall = scene.sky or wall
    if stage.palette.dark:
        wall, floor, rug = (mix(tone, _BLACK, 0.55) for tone in (wall, floor, rug))
    width, height = stage.size
    edge = round(height * 0.68)
    side = -1 if stage.lit_from_left else 1
    _shell(stage, edge, wall, floor)
    _window(stage, edge, side)
    fill(
        stage.picture,
        [[(width * x, edge + (height - edge) * y) for x, y in
          ((0.26, 0.34), (0.74, 0.34), (0.84, 0.82), (0.16, 0.82))]],
        rug,
    )  # fmt: skip
    tall = min(height * 0.5, width * 0.42)
    free = width * (0.5 - side * 0.27)
    if _STUDIES & scene.traits:
        paint_shelf(stage, (free, edge + height * 0.015), tall * 1.25)
    else:
        paint_frame(stage, (free, edge - height * 0.36), tall * 0.42)
    standing = (width * (0.5 + side * 0.4), edge + (height - edge) * 0.3)
    if _EATERIES & scene.traits:
        for x in (0.3, 0.5, 0.7):
            paint_pendant(stage, (width * x, height * 0.24), height * 0.24)
    else:
        paint_floor_lamp(stage, (width * (0.5 - side * 0.44), standing[1]), tall * 1.15)
    paint_plant(stage, scene.find(Thing.PLANT) or Wanted(Thing.PLANT), standing, tall * 0.8)
    _furnish(stage, scene, tall, edge)
    room = replace(stage, horizon=edge, wet=False)
    for guest in _GUESTS:
        if order := scene.find(guest):
            grown = 2.0 if guest is Thing.PERSON else 0.8
            place_things(room, order, THINGS[guest], grown, aside=True)


def _shell(stage: Stage, edge: int, wall: RGB, floor: RGB) -> None:
    width, height = stage.size
    stops = [(0.0, mix(wall, _BLACK, 0.14)), (0.6, wall), (1.0, mix(wall, _BLACK, 0.08))]
    stage.picture.paste(column((width, edge), stops))
    near = [(0.0, mix(floor, _BLACK, 0.22)), (1.0, mix(floor, (255, 236, 210), 0.12))]
    stage.picture.paste(column((width, height - edge), near), (0, edge))
    for k in range(-9, 10):
        top, foot = width * (0.5 + k * 0.06), width * (0.5 + k * 0.14)
        gap = stage.unit * 0.12
        seam = [(top - gap, edge), (top + gap, edge), (foot + 2 * gap, height), (foot, height)]
        fill(stage.picture, [seam], mix(floor, _BLACK, 0.4), 0.6)
    skirting = round(stage.unit * 2)
    stage.picture.paste(mix(wall, (255, 255, 255), 0.4), (0, edge - skirting, width, edge))


def _window(stage: Stage, edge: int, side: int) -> None:
    """Set a tall window with curtains on the side of the light, and let the light fall in."""
    width, height = stage.size
    middle, half = width * (0.5 + side * 0.2), width * 0.15
    left, right = round(middle - half), round(middle + half)
    top, foot = round(height * 0.1), round(edge * 0.8)
    sky = stage.palette.sky
    view = column(
        (right - left, foot - top),
        [(0, sky[0]), (0.3, sky[1]), (0.62, sky[2]), (0.78, sky[3]), (0.79, stage.palette.far),
         (1, mix(stage.palette.far, stage.palette.grass, 0.7))],
    )  # fmt: skip
    stage.picture.paste(view, (left, top))
    bar = max(2, round(stage.unit * 0.8))
    frame = mix((250, 248, 244), _BLACK, 0.5 if stage.palette.dark else 0.04)
    for x in (left, round(middle), right):
        stage.picture.paste(frame, (x - bar // 2, top, x - bar // 2 + bar, foot))
    for y in (top, round(top + (foot - top) * 0.4), foot):
        stage.picture.paste(frame, (left, y - bar // 2, right, y - bar // 2 + bar))
    cloth = mix((240, 234, 222), _BLACK, 0.5 if stage.palette.dark else 0.06)
    for hem, lean in ((left, -1), (right, 1)):
        for fold in range(4):
            start, fold_wide = hem + lean * stage.unit * 2.1 * fold, stage.unit * 2.3
            panel = [
                (start, top - stage.unit * 3),
                (start + lean * fold_wide, top - stage.unit * 3),
                (start + lean * fold_wide * 1.2, edge - 1),
                (start, edge - 1),
            ]
            fill(stage.picture, [panel], mix(cloth, _BLACK, 0.05 + 0.07 * (fold % 2)))
    if not stage.palette.dark:
        glow = halo(stage.size, (middle, (top + foot) / 2), (width * 0.5, height * 0.7), 1.5)
        shine(stage.picture, glow, stage.palette.glow, 0.3)
        fall = middle - side * width * 0.1
        patch = [(fall - half, edge + stage.unit * 6), (fall + half, edge + stage.unit * 6),
                 (fall + half - side * half * 1.2, height * 0.95),
                 (fall - half - side * half * 1.2, height * 0.95)]  # fmt: skip
        fill(stage.picture, [patch], (255, 240, 210), 0.16)


def _furnish(stage: Stage, scene: Scene, tall: float, edge: int) -> None:
    usual = (
        Thing.BED if _BEDROOMS & scene.traits
        else Thing.DINING_TABLE if _EATERIES & scene.traits
        else Thing.SOFA
    )  # fmt: skip
    orders = [order for order in scene.wanted if order.thing in FURNITURE] or [Wanted(usual)]
    width, height = stage.size
    for number, order in enumerate(orders[:3]):
        paint, share = FURNITURE[order.thing]
        x = width * (0.5 + (number - (min(3, len(orders)) - 1) / 2) * 0.34)
        paint(stage, order, (x, edge + (height - edge) * 0.5), tall * share)
