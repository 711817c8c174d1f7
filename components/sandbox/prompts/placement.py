"""Where things stand: a place that suits their kind, or the one that is asked for."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.ground import bank_is_left, horizon, waterline
from components.sandbox.renderer.scene import Genre, Ground, Scene, Thing
from components.sandbox.renderer.things import KINDS, is_worn

_SKY: dict[str, tuple[tuple[float, float, float], ...]] = {
    "sun": ((0.5, 0.32, 0.13),),
    "moon": ((0.7, 0.2, 0.1),),
    "rainbow": ((0.5, 0.36, 0.5),),
    "lightning": ((0.5, 0.27, 0.55),),
    "fireworks": ((0.4, 0.24, 0.4), (0.66, 0.28, 0.3), (0.2, 0.29, 0.24), (0.57, 0.11, 0.18),
                  (0.85, 0.18, 0.26), (0.09, 0.14, 0.2)),
}  # fmt: skip
"""Usual places and sizes of what shines in the sky."""
_TALL = ((0.43, 0.82), (0.6, 0.84), (0.29, 0.85), (0.74, 0.83), (0.17, 0.83), (0.87, 0.85))
_SMALL = ((0.55, 0.91), (0.44, 0.94), (0.64, 0.93), (0.35, 0.92), (0.73, 0.94), (0.26, 0.93))
_WIDE = ((0.45, 0.91), (0.8, 0.96), (0.16, 0.96))
_NARROW = ((0.78, 0.88), (0.12, 0.9), (0.93, 0.93), (0.25, 0.87), (0.66, 0.97))
"""Places on a table, for what is tall and what is small, and in a room."""
_FLAT = {"rug": 0.97, "cloth": 0.98, "marble": 1.025, "windowsill": 1.0, "badge": 0.7}
"""Foot of what lies or stands behind all else."""
_ACROSS = {"left": 0.22, "right": 0.78, "middle": 0.5}


def placed(scene: Scene, kind: str, scale: float, spots: Sequence[str] = ()) -> Thing | None:
    """Return one more thing of a kind where it is asked for; None where nobody could wear it."""
    number = max((thing.number for thing in scene.things), default=0) + 1
    others = [t for t in scene.things if t.kind in KINDS and t.kind not in _SKY and not is_worn(t)]
    same = [thing for thing in scene.things if thing.kind == kind]
    if is_worn(worn := Thing(kind, 0.5, 0.5, 0.5, None, number)):
        wearers = [thing for thing in others if KINDS[thing.kind].head]
        return replace(worn, x=wearers[-1].x) if wearers else None
    dice = art.rng(scene.seed, "place", kind, number)
    if kind not in KINDS or kind in _SKY:
        places = _SKY.get(kind, ((0.5, 0.5, 0.5),))
        x, y, size = places[len(same) % len(places)]
        x = _free_spot(dice, others) if kind == "lightning" else x
        thing = Thing(kind, x, y, min(1.0, size * scale**1.6), None, number)
    else:
        thing = _suited(scene, kind, min(scale, 2.0), dice, (others, same))
    crowd = 0.13 * ((len(same) + 1) % 3 - 1) if same else 0.0
    return moved(scene, replace(thing, number=number), spots, crowd)


def moved(scene: Scene, thing: Thing, spots: Sequence[str], aside: float = 0.0) -> Thing:
    """Return the thing at the spots that words name, `aside` of them where it is not alone."""
    flies = thing.kind not in KINDS or KINDS[thing.kind].zone in {"sky", "light"}
    outdoors = scene.genre is Genre.LANDSCAPE
    for spot in spots:
        if spot in _ACROSS:
            thing = replace(thing, x=_ACROSS[spot] + aside)
        elif flies and spot in {"top", "low", "middle"}:
            thing = replace(thing, y=0.16 if spot == "top" else 0.42)
        elif spot in {"far", "near"} and outdoors and not flies:
            ground, scale = (horizon(scene) + 0.14, 0.5) if spot == "far" else (0.97, 1.4)
            thing = replace(thing, y=ground, size=min(1.1, thing.size * scale))
    return thing


def _suited(
    scene: Scene, kind: str, scale: float, dice: Random, others: tuple[list[Thing], list[Thing]]
) -> Thing:
    """Return a thing at a free place that suits it."""
    (rest, same), line, zone = others, waterline(scene), KINDS[kind].zone
    size = min(1.1, KINDS[kind].tall * scale * (dice.uniform(0.62, 1.05) if same else 1.0))
    far = zone == "far" and scene.ground is not Ground.BEACH
    x, y = _free_spot(dice, rest), dice.uniform(0.82, 0.87) if far else 0.93
    standing = [thing for thing in rest if KINDS[thing.kind].zone != "flat"]
    if zone in {"bust", "flat"}:
        return Thing(kind, 0.5, _FLAT.get(kind, 1.0), KINDS[kind].tall * min(scale, 1.1))
    if scene.ground is Ground.STUDIO and not standing and scene.genre is Genre.LANDSCAPE:
        return Thing(kind, 0.5, 0.5 if zone == "sky" else 0.97, size)
    if scene.genre is Genre.ROOM:
        wide = KINDS[kind].half > 0.7
        alike = [thing for thing in standing if (KINDS[thing.kind].half > 0.7) == wide]
        x, y = ((*_WIDE, *_WIDE) if wide else _NARROW)[len(alike) % 5]
        return Thing(kind, x, y, size * 1.12)
    if scene.genre is Genre.TABLE:
        tall = KINDS[kind].tall >= 0.22
        alike = [thing for thing in standing if (KINDS[thing.kind].tall >= 0.22) == tall]
        x, y = (_TALL if tall else _SMALL)[len(alike) % 6]
        return Thing(kind, x, y - (0.02 if alike and same else 0), size * 1.15)
    if zone == "sky":
        y = dice.uniform(0.16, 0.4)
        if same and kind == "bird":  # a flock
            x = same[0].x + dice.uniform(-0.12, 0.12)
            y = same[0].y + dice.uniform(-0.05, 0.05)
    elif line is not None and zone == "water":
        y = line + dice.uniform(0.05, 0.27)
        size *= 0.45 + 2.6 * (y - line)
    elif line is not None and kind == "lighthouse":
        x, y = dice.choice((0.36, 0.62)), 0.82
    elif line is not None and scene.ground is not Ground.BEACH:
        x, y = dice.uniform(0.08, 0.2), 0.95
        x = x if bank_is_left(scene) else 1 - x
    edge = KINDS[kind].half * size * scene.pixels[1] / scene.pixels[0] + 0.02
    return Thing(kind, min(max(x, edge), 1 - edge) if edge < 0.5 else 0.5, y, size)


def _free_spot(dice: Random, others: Sequence[Thing]) -> float:
    """Return the place across the picture that is farthest from the other things."""
    spots = [dice.uniform(0.12, 0.88) for _ in range(14)]
    free = [min((abs(x - t.x) for t in others), default=1 - abs(x - 0.45)) for x in spots]
    return spots[free.index(max(free))]
