"""Logos and icons: one mark in a disc on a plain ground, its thing or a sign of plain shapes."""

import math
from dataclasses import replace

from components.sandbox.painting.brush import Point, column, fill
from components.sandbox.painting.colour import NAMED, RGB, brightness, mix
from components.sandbox.painting.scene import Ground, Scene, Thing, Wanted
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.things import INDOORS, THINGS

_INKS: tuple[RGB, ...] = (
    NAMED["teal"], NAMED["navy"], NAMED["coral"], NAMED["emerald"], NAMED["indigo"], NAMED["amber"],
)  # fmt: skip
_PAPER: RGB = (248, 245, 238)
_SHARES: dict[Thing, float] = {
    Thing.TRAIN: 0.22, Thing.DRAGON: 0.42, Thing.ELEPHANT: 0.7, Thing.AIRPLANE: 0.4,
    Thing.CAR: 0.5, Thing.WHALE: 0.5, Thing.BOAT: 0.3, Thing.BICYCLE: 0.7, Thing.BIRDS: 0.2,
    Thing.MOTORCYCLE: 0.66, Thing.FISH: 0.62, Thing.BRIDGE: 0.4, Thing.TENT: 0.6,
    Thing.CABIN: 0.7, Thing.WATERFALL: 0.8,
}  # fmt: skip
"""Heights, as shares of a mark's, of things that are wider than tall."""

_PEAKS = (Ground.MOUNTAINS, Ground.HILLS, Ground.SNOWFIELD)
_WAVES = (Ground.SEA, Ground.LAKE, Ground.RIVER, Ground.BEACH)


def paint_logo(stage: Stage, scene: Scene) -> None:
    """Paint the mark; it stands higher where a name is to be written under it."""
    rng = stage.dice("logo")
    width, height = stage.size
    ink = scene.colours[0] if scene.colours else rng.choice(_INKS)
    if brightness(ink) > 0.86:
        ink = mix(ink, (40, 40, 60), 0.8)
    paper = scene.sky or (mix(ink, (12, 12, 24), 0.8) if stage.palette.dark else _PAPER)
    stage.picture.paste(column(stage.size, [(0, paper), (1, mix(paper, (0, 0, 0), 0.05))]))
    centre = (width / 2, height * (0.4 if scene.text else 0.5))
    reach = min(width, height) * (0.27 if scene.text else 0.36)
    fill(stage.picture, [_ring(centre, reach)], ink)
    fill(stage.picture, [_ring(centre, reach * 0.93)], mix(paper, ink, 0.08))
    fill(stage.picture, [_ring(centre, reach * 0.89)], mix(ink, (255, 255, 255), 0.12))
    if not _thing(stage, scene, centre, reach):
        peak, wave = scene.has(*_PEAKS), scene.has(*_WAVES)
        _sign(stage, centre, reach, ink, 1 if peak else 2 if wave else rng.randrange(3))


def _ring(centre: Point, reach: float) -> list[Point]:
    turns = (k * math.pi / 60 for k in range(120))
    return [(centre[0] + math.cos(a) * reach, centre[1] + math.sin(a) * reach) for a in turns]


def _thing(stage: Stage, scene: Scene, centre: Point, reach: float) -> bool:
    """Paint the first thing asked for that has a shape of its own; whether there was one."""
    lit = replace(stage, palette=replace(stage.palette, ambient=(255, 255, 255)), wet=False)
    for order in scene.wanted:
        if order.thing in THINGS:
            paint, share = THINGS[order.thing].paint, _SHARES.get(order.thing, 1.0)
        elif order.thing in INDOORS:
            paint, share = INDOORS[order.thing]
        else:
            continue
        tall = reach * 1.16 * share
        paint(lit, Wanted(order.thing, 1, order.colour), _foot(centre, tall), tall)
        return True
    return False


def _foot(centre: Point, tall: float) -> Point:
    return centre[0], centre[1] + tall / 2


def _sign(stage: Stage, centre: Point, reach: float, ink: RGB, kind: int) -> None:
    """Paint a sign of plain shapes: petals, a peak, or waves."""
    paper = (255, 252, 244)

    def at(x: float, y: float) -> Point:
        return centre[0] + x * reach, centre[1] - y * reach

    if kind == 0:
        for k in range(6):
            a = k * math.pi / 3
            middle = at(math.cos(a) * 0.3, math.sin(a) * 0.3)
            fill(stage.picture, [_ring(middle, reach * 0.24)], paper, 0.8)
        fill(stage.picture, [_ring(centre, reach * 0.16)], ink)
    elif kind == 1:
        fill(stage.picture, [[at(-0.62, -0.36), at(-0.1, 0.52), at(0.3, -0.36)]], paper)
        second = mix(ink, paper, 0.6)
        fill(stage.picture, [[at(-0.04, -0.36), at(0.32, 0.24), at(0.66, -0.36)]], second)
    else:
        for row, share in ((0.26, 1.0), (0.0, 0.75), (-0.26, 0.5)):
            line = [(x / 20 - 0.6, row + 0.1 * math.sin(x / 20 * 9)) for x in range(25)]
            band = [at(x, y + 0.06) for x, y in line] + [at(x, y - 0.06) for x, y in line[::-1]]
            fill(stage.picture, [band], paper, share)
