"""Still lifes: a table by the light of a window, and what stands on it in a balanced row."""

import math

from PIL import ImageFilter

from components.sandbox.painting.brush import Point, column, halo, shape, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Scene, Thing, Wanted
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.tabletop import TABLETOP

_WALLS: tuple[tuple[RGB, RGB], ...] = (
    ((206, 186, 164), (150, 104, 78)),
    ((146, 166, 158), (104, 78, 62)),
    ((222, 196, 182), (190, 148, 124)),
    ((94, 112, 128), (70, 54, 50)),
    ((226, 206, 172), (172, 122, 84)),
    ((178, 120, 104), (98, 64, 58)),
)


def paint_still_life(stage: Stage, scene: Scene) -> None:
    """Paint a wall, a table, a slant of light, and the things asked for in a balanced row."""
    rng = stage.dice("still life")
    width, height = stage.size
    wall, wood = rng.choice(_WALLS)
    if scene.sky is not None:
        wall, wood = scene.sky, mix(scene.sky, (60, 40, 40), 0.35)
    if stage.palette.dark:
        wall, wood = mix(wall, (16, 16, 34), 0.66), mix(wood, (16, 14, 26), 0.55)
    edge = round(height * 0.7)
    stage.picture.paste(
        column(
            (width, height),
            [
                (0, mix(wall, (0, 0, 0), 0.2)),
                (edge / height, mix(wall, (255, 246, 230), 0.18)),
                (1, wall),
            ],
        )
    )
    side = -1 if stage.lit_from_left else 1
    _window_light(stage, side, edge)
    top = column(
        (width, height - edge),
        [(0, mix(wood, (255, 240, 220), 0.24)), (0.25, wood), (1, mix(wood, (20, 10, 16), 0.42))],
    )
    stage.picture.paste(top, (0, edge))
    stage.picture.paste(
        mix(wood, (20, 10, 16), 0.5), (0, edge, width, edge + max(1, round(stage.unit * 0.25)))
    )
    light = halo(
        stage.size,
        (width * (0.5 + side * 0.3), edge * 0.7),
        (max(stage.size) * 0.8, max(stage.size) * 0.6),
        1.7,
    )
    shine(stage.picture, light, (255, 226, 184), 0.22 if not stage.palette.dark else 0.12)
    usual = (Thing.BOTTLE,) if "product" in scene.traits else (Thing.VASE, Thing.FRUIT)
    orders = [order for order in scene.wanted if order.thing in TABLETOP] or [
        Wanted(thing) for thing in usual
    ]
    if scene.find(Thing.VASE):
        orders = [order for order in orders if order.thing is not Thing.FLOWER]
    orders = orders[:4]
    tall = min(height * 0.6, width * (0.78 if len(orders) == 1 else 0.5))
    step = min(tall * 0.62, width * 0.84 / len(orders))
    for i, order in enumerate(orders):
        painter, size = TABLETOP[order.thing]
        x = width / 2 + (i - (len(orders) - 1) / 2) * step
        y = edge + (height - edge) * (0.36 + 0.12 * (i % 2))
        _shadow(stage, x, y, tall * size, side)
        painter(stage, _with_flowers(order, scene), (x, y), tall * size)


def _with_flowers(order: Wanted, scene: Scene) -> Wanted:
    flower = scene.find(Thing.FLOWER)
    if order.thing is Thing.VASE and order.colour is None and flower is not None:
        return Wanted(Thing.VASE, order.count, flower.colour)
    return order


def _window_light(stage: Stage, side: int, edge: int) -> None:
    """Throw the shape of a window on the wall, slanting and soft."""
    width = stage.size[0]
    panes: list[list[Point]] = []
    size, x0 = edge * 0.34, width * (0.5 - side * 0.06) - edge * 0.36
    for i in range(2):
        for j in range(2):
            x, y = x0 + i * size * 1.06, edge * 0.1 + j * size * 1.1
            lean = side * size * 0.28
            panes.append(
                [
                    (x, y),
                    (x + size, y + lean * 0.3),
                    (x + size - lean, y + size + lean * 0.3),
                    (x - lean, y + size),
                ]
            )
    mask = shape(stage.size, panes).filter(ImageFilter.GaussianBlur(stage.unit * 0.9))
    shine(stage.picture, mask, (255, 224, 178), 0.2 if not stage.palette.dark else 0.1)


def _shadow(stage: Stage, x: float, y: float, tall: float, side: int) -> None:
    """Lay the soft shadow of a thing on the table, away from the light."""
    long = tall * 0.5
    blot = [
        (
            x + math.cos(a) * tall * 0.2 - side * long * 0.3 * (1 - math.cos(a) * side * 0.4),
            y + math.sin(a) * tall * 0.045,
        )
        for a in (k * 0.2094 for k in range(30))
    ]
    mask = shape(stage.size, [blot])
    box = mask.getbbox()
    if box is None:
        return
    spread = round(stage.unit * 3)
    box = (
        max(0, box[0] - spread),
        max(0, box[1] - spread),
        min(stage.size[0], box[2] + spread),
        min(stage.size[1], box[3] + spread),
    )
    soft = (
        mask.crop(box)
        .filter(ImageFilter.GaussianBlur(stage.unit * 0.8))
        .point([round(i * 0.62) for i in range(256)])
    )
    stage.picture.paste((26, 14, 18), box, soft)
