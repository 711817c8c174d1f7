"""Reads a prompt into a scene. Whatever the words leave open is chosen by the seed."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from components.sandbox.prompts.vocabulary import Words, quotes_of, read_words
from components.sandbox.renderer import canvas as art
from components.sandbox.renderer import scene as model
from components.sandbox.renderer.ground import bank_is_left, waterline
from components.sandbox.renderer.scene import Scene, Thing
from components.sandbox.renderer.things import KINDS

_SKY: dict[str, tuple[float, float, float]] = {
    "sun": (0.5, 0.32, 0.13),
    "moon": (0.7, 0.2, 0.1),
    "rainbow": (0.5, 0.12, 0.7),
    "fireworks": (0.36, 0.22, 0.17),
    "lightning": (0.5, 0.27, 0.55),
}
"""Usual place and size of what the sky draws."""
_FAR = {"house", "castle", "windmill", "tree", "pine", "lighthouse"}
_INLAND = (model.Ground.MOUNTAINS, model.Ground.HILLS, model.Ground.FOREST)
_ANIMALS = {"cat", "dog", "fox", "horse", "bird"}
_HOURS = ("day", "day", "golden", "dawn", "dusk")
_STORMY_HOURS = ("day", "dusk", "dusk", "night", "dusk")
_DARK = {"stars", "aurora", "fireworks", "moon", "neon", "noir"}


def parse_prompt(prompt: str, seed: int, pixels: art.Size) -> Scene:
    """Return the scene of a prompt."""
    words, dice, quotes = read_words(prompt), art.rng(seed, "scene"), quotes_of(prompt)
    kinds, parts = words.all("thing"), words.all("part")
    ground, winter = _ground(words, kinds, dice)
    season = words.first("season", dice.choice(("summer", "spring", "summer")))
    stormy = words.first("weather", "clear") == model.Weather.STORM
    chance = dice.choice(_STORMY_HOURS if stormy else _HOURS)
    dark = _DARK & {word.value for word in words.found}
    lettering = model.Lettering.POSTER if "poster" in parts else model.Lettering.SIGN
    floats = "water" in {KINDS[kind].zone for kind in kinds}
    scene = Scene(
        seed=seed,
        pixels=(max(64, pixels[0]), max(64, pixels[1])),
        genre=_genre(words, kinds),
        ground=ground,
        water=bool(words.all("water")) or floats or (ground is model.Ground.CITY and not kinds),
        hour=model.Hour(words.first("hour", "night" if dark else chance)),
        weather=model.Weather(words.first("weather", "clear")),
        season=model.Season.WINTER if winter else model.Season(season),
        style=model.Style(words.first("style", "plain")),
        text=quotes[0][: model.MOST] if quotes else "",
        lettering=model.Lettering.NEON if "neon" in parts else lettering,
    )
    scene = with_lightning(add_things(scene, words), words)
    people = {"woman", "man"} & {thing.kind for thing in scene.things}
    if scene.genre is model.Genre.PORTRAIT and not people:
        sitter = Thing(dice.choice(("woman", "man")), 0.5, 1.0, 0.92)
        scene = replace(scene, things=(*scene.things, sitter))
    return scene


def _genre(words: Words, kinds: Sequence[str]) -> model.Genre:
    zones, animals = {KINDS[kind].zone for kind in kinds}, _ANIMALS & set(kinds)
    genre = model.Genre(words.first("genre", "landscape"))
    if genre is model.Genre.PORTRAIT and animals:
        return model.Genre.LANDSCAPE
    if words.all("genre") or words.all("ground") or animals:
        return genre
    return model.Genre.ROOM if "room" in zones else model.Genre.TABLE if "table" in zones else genre


def _ground(words: Words, kinds: Sequence[str], dice: Random) -> tuple[model.Ground, bool]:
    """Return the ground, and whether snow lies on another one than bare snow."""
    named = words.all("ground")
    others = [model.Ground(name) for name in named if name != model.Ground.SNOW]
    choice = _INLAND if words.all("water") else (*_INLAND, model.Ground.SEA, model.Ground.DESERT)
    ground = others[0] if others else model.Ground.SNOW if named else dice.choice(choice)
    zones = {KINDS[kind].zone for kind in kinds if kind != "lighthouse"}
    lighthouse = "lighthouse" in kinds and (not named or ground in _INLAND)
    if lighthouse or (not named and zones == {"water"}):
        ground = model.Ground.SEA
    if ground is model.Ground.SEA and "land" in zones:
        ground = model.Ground.BEACH
    return ground, model.Ground.SNOW in named and ground is not model.Ground.SNOW


def with_lightning(scene: Scene, words: Words) -> Scene:
    """Return the scene with the lightning of its weather; what the words name stays."""
    if "lightning" in words.all("sky"):
        return scene
    scene = replace(scene, things=tuple(t for t in scene.things if t.kind != "lightning"))
    late = scene.hour in {model.Hour.DUSK, model.Hour.NIGHT}
    if not late or scene.weather is not model.Weather.STORM or art.rng(scene.seed).random() < 0.3:
        return scene
    return replace(scene, things=(*scene.things, _placed(scene, "lightning", 1)))


def add_things(scene: Scene, words: Words) -> Scene:
    """Return the scene with all things that the words name, where they fit."""
    coat = next((words.colour_of(word) for word in words.found if word.value == "garment"), None)
    groups = {"thing", "sky"} if scene.genre is model.Genre.LANDSCAPE else {"thing"}
    ofs = {word.at for word in words.found if word.value == "of"}
    nouns = {word.at for word in words.found if word.group == "thing"}
    for word in words.found:
        inside = word.at - 1 in ofs and word.at - 2 in nouns  # a cup of coffee is one thing
        if inside or word.group not in groups:
            continue
        kind, number = word.value, words.near(word, "number")
        count = int(number) if number and not (number == "1" and word.plural) else 0
        usual = {"bird": 5, "balloon": 5, "fireworks": 3}.get(kind, 3)
        count = count or (usual if word.plural or kind == "fireworks" else 1)
        if kind in {"woman", "man"} and scene.genre is not model.Genre.PORTRAIT:
            kind = "person"
        dressed = coat if kind in {"woman", "man", "person"} else None
        for _ in range(min(count, 9)):
            thing = _placed(scene, kind, float(words.near(word, "size") or 1))
            thing = replace(thing, colour=dressed or words.colour_of(word))
            scene = replace(scene, things=(*scene.things, thing))
    return scene


def _placed(scene: Scene, kind: str, scale: float) -> Thing:
    """Return one more thing of a kind, at a free place that suits it."""
    number = max((thing.number for thing in scene.things), default=0) + 1
    dice, line = art.rng(scene.seed, "place", kind, number), waterline(scene)
    others = [thing for thing in scene.things if thing.kind in KINDS]
    same = [thing for thing in scene.things if thing.kind == kind]
    if kind not in KINDS:
        x, y, size = _SKY.get(kind, (0.5, 0.5, 0.5))
        x, y = (x + 0.2 * len(same), y - 0.05 * (len(same) % 2)) if kind == "fireworks" else (x, y)
        x = _free_spot(dice, others) if kind == "lightning" else x
        return Thing(kind, min(x, 1.4), y, min(1.0, size * scale**1.6), None, number)
    zone, size = KINDS[kind].zone, KINDS[kind].tall * min(scale, 2.0)
    size = min(1.1, size * (dice.uniform(0.62, 1.05) if same else 1.0))
    x = _free_spot(dice, others)
    y = dice.uniform(0.82, 0.87) if kind in _FAR else 0.93
    if zone == "bust":
        x, y = 0.5, 1.0
    elif scene.genre in {model.Genre.ROOM, model.Genre.TABLE}:
        x = (0.44, 0.66, 0.24, 0.84, 0.14, 0.55)[len(others) % 6]
        y = (0.9 if scene.genre is model.Genre.ROOM else 0.86) - 0.05 * (number % 2)
    elif zone == "sky":
        y = dice.uniform(0.16, 0.4)
        if same and kind == "bird":  # a flock
            x = same[0].x + dice.uniform(-0.12, 0.12)
            y = same[0].y + dice.uniform(-0.05, 0.05)
    elif line is not None and zone == "water":
        y = line + dice.uniform(0.05, 0.27)
        size *= 0.45 + 2.6 * (y - line)
    elif line is not None and kind == "lighthouse":
        x, y = dice.choice((0.36, 0.62)), 0.82
    elif line is not None and scene.ground is not model.Ground.BEACH:
        x, y = dice.uniform(0.08, 0.2), 0.95
        x = x if bank_is_left(scene) else 1 - x
    return Thing(kind, x, y, size, None, number)


def _free_spot(dice: Random, others: Sequence[Thing]) -> float:
    """Return the place across the picture that is farthest from the other things."""
    spots = [dice.uniform(0.12, 0.88) for _ in range(14)]
    free = [min((abs(x - t.x) for t in others), default=1 - abs(x - 0.45)) for x in spots]
    return spots[free.index(max(free))]
