"""Where things stand: a place that suits their kind, or the one that is asked for."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.ground import bank_is_left, horizon, waterline
from components.sandbox.renderer.light import light_of
from components.sandbox.renderer.scene import Genre, Ground, Scene, Thing
from components.sandbox.renderer.things import KINDS, WORN, zone_of

_PLACES: dict[str, list[Any]] = {
    key: [tuple(map(float, spot.split(","))) for spot in line.split()]
    for key, (line,) in art.table("places.txt", Path(__file__).parent).items()
}
_HAIR = {"woman": ("longhair", "longhair", "bun", "curls"), "man": ("shorthair", "curls")}
_ACROSS = {"left": 0.22, "right": 0.78, "middle": 0.5}


def changed(scene: Scene, which: Collection[Thing], **values: Any) -> Scene:
    """Return the scene with values of some of its things changed."""
    things = tuple(replace(t, **values) if t in which else t for t in scene.things)
    return replace(scene, things=things)


def add_kind(
    scene: Scene, kind: str, scale: float = 1.0, spots: Sequence[str] = (), colour: Any = None
) -> Scene:
    """Return the scene with one more thing, a sitter with hair; hair takes the place of hair."""
    thing = placed(scene, kind, scale, spots)
    if thing is None:
        return scene
    old = [t for t in scene.things if zone_of(kind) == zone_of(t.kind) == "hair" and t.x == thing.x]
    kept = (t for t in scene.things if t not in old)
    scene = replace(scene, things=(*kept, replace(thing, colour=colour)))
    dice, cuts = art.rng(scene.seed, "hair", thing.number), _HAIR.get(kind)
    return add_kind(scene, dice.choice(cuts)) if cuts else scene


def placed(scene: Scene, kind: str, scale: float, spots: Sequence[str] = ()) -> Thing | None:
    """Return one more thing of a kind where it is asked for; None where nobody could wear it."""
    number = max((thing.number for thing in scene.things), default=0) + 1
    apart = {"", "light", *WORN}
    others = [thing for thing in scene.things if zone_of(thing.kind) not in apart]
    same = [thing for thing in scene.things if thing.kind == kind]
    if zone_of(kind) in WORN:
        wearers = [thing for thing in others if KINDS[thing.kind].head]
        return Thing(kind, wearers[-1].x, 0.5, 0.5, None, number) if wearers else None
    dice = art.rng(scene.seed, "place", kind, number)
    if zone_of(kind) in {"", "light"}:
        x, y, size = _spot(kind if kind in _PLACES else "sky", len(same))
        x = _free_spot(dice, others, 0.5) if kind == "lightning" else x
        if kind == "fireworks" and abs(x - (moon := light_of(scene).x)) < 0.13:  # not before it
            x = moon + (0.16 if x > moon else -0.16)
        y = horizon(scene) + 0.02 - size / 2 if kind == "rainbow" else y
        thing = Thing(kind, x, y, min(1.0, size * scale**1.6))
    else:
        thing = _suited(scene, kind, min(scale, 2.0), dice, (others, same))
    crowd = 0.13 * ((len(same) + 1) % 3 - 1) if same else 0.0
    return moved(scene, replace(thing, number=number), spots, crowd)


def moved(scene: Scene, thing: Thing, spots: Sequence[str], aside: float = 0.0) -> Thing:
    """Return the thing at the spots that words name, `aside` of them where it is not alone."""
    flies = zone_of(thing.kind) in {"", "sky", "light"}
    outdoors = scene.genre is Genre.LANDSCAPE
    for spot in spots:
        if spot in _ACROSS:
            thing = replace(thing, x=_ACROSS[spot] + aside)
        elif flies and spot in {"top", "low", "middle"}:
            thing = replace(thing, y=0.16 if spot == "top" else 0.42)
        elif spot in {"far", "near"} and outdoors and not flies:
            ground, scale = (horizon(scene) + 0.14, 0.5) if spot == "far" else (0.97, 1.4)
            floats = zone_of(thing.kind) == "water" and waterline(scene) is not None
            ground = min(ground, 0.82) if floats else ground
            thing = replace(thing, y=ground, size=min(1.1, thing.size * scale))
    return thing


def _suited(
    scene: Scene, kind: str, scale: float, dice: Random, others: tuple[list[Thing], list[Thing]]
) -> Thing:
    (rest, same), line, (usual, half, zone, *_) = others, waterline(scene), KINDS[kind]
    size = min(1.1, usual * scale * (dice.uniform(0.62, 1.05) if same else 1.0))
    far = zone == "far" and scene.ground is not Ground.BEACH
    flying = [t for t in rest if (zone_of(t.kind) == "sky") == (zone == "sky")]
    x, y = _free_spot(dice, flying, light_of(scene).x), dice.uniform(0.82, 0.87) if far else 0.93
    standing = [KINDS[thing.kind] for thing in rest if zone_of(thing.kind) != "flat"]
    if zone in {"bust", "flat"}:
        x, y = _PLACES.get(kind, [(0.5, 1.0)])[0]
        return Thing(kind, x, y, usual * min(scale, 1.1))
    if scene.ground is Ground.STUDIO and not standing and scene.genre is Genre.LANDSCAPE:
        return Thing(kind, 0.5, 0.5 if zone == "sky" else 0.97, size)
    if scene.genre is Genre.ROOM:
        alike = sum((other.half > 0.7) == (half > 0.7) for other in standing)
        x, y = _spot("wide" if half > 0.7 else "narrow", alike)
        x = 1 - x if light_of(scene).side > 0 else x  # the window stands at the other side
        return Thing(kind, x, y, size * 1.25)
    if scene.genre is Genre.TABLE:
        alike = sum((other.tall >= 0.22) == (usual >= 0.22) for other in standing)
        x, y = _spot("tall" if usual >= 0.22 else "small", alike)
        return Thing(kind, x, y, size * 1.15)
    if zone == "sky":
        y = 0.2 + 0.24 * (len(same) * 0.618 + 0.4 * dice.random()) % 0.24 if usual < 0.3 else 0.24
        if same and kind == "bird":  # a flock
            x = same[0].x + dice.uniform(-0.12, 0.12)
            y = same[0].y + dice.uniform(-0.05, 0.05)
    elif line is not None and zone == "water":
        y = line + (0.19, 0.1, 0.14, 0.06)[len(same) % 4] + dice.uniform(0, 0.03)
        size *= 0.45 + 3.2 * (y - line)
    elif line is not None and kind == "lighthouse":
        y = 0.84
    elif line is not None and scene.ground is not Ground.BEACH:
        y = 0.97 if (x < 0.5) == bank_is_left(scene) else 0.985
    edge = half * size * scene.pixels[1] / scene.pixels[0] + 0.02
    return Thing(kind, min(max(x, edge), 1 - edge) if edge < 0.5 else 0.5, y, size)


def _spot(name: str, number: int) -> Any:
    return _PLACES[name][number % len(_PLACES[name])]


def _free_spot(dice: Random, others: Sequence[Thing], light: float) -> float:
    """Return a place far from the others; the first stands on the third that the sun leaves."""
    if not others:
        return (0.36 if light > 0.5 else 0.64) + dice.uniform(-0.03, 0.03)
    spots = [dice.uniform(0.12, 0.88) for _ in range(14)]
    return max(spots, key=lambda x: min(abs(x - thing.x) for thing in others))
