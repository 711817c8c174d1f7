"""Reads a prompt into a scene. Whatever the words leave open is chosen by the seed."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from components.sandbox.prompts.placement import add_kind, changed, placed
from components.sandbox.prompts.vocabulary import Word, Words, quotes_of, read_words
from components.sandbox.renderer import canvas as art
from components.sandbox.renderer import scene as model
from components.sandbox.renderer.scene import Genre, Ground, Scene
from components.sandbox.renderer.things import KINDS, WORN, zone_of

_INLAND = (Ground.MOUNTAINS, Ground.HILLS, Ground.FOREST)
_HOURS = ("day", "day", "golden", "dawn", "dusk")
_STORMY_HOURS = ("day", "dusk", "dusk", "night", "dusk")
_DARK = {"stars", "aurora", "fireworks", "moon", "neon", "noir"}
_USUAL = {"bird": 5, "balloon": 5, "fireworks": 5}
"""How many there are where the words say no number."""


def parse_prompt(prompt: str, seed: int, pixels: art.Size) -> Scene:
    """Return the scene of a prompt."""
    words, dice, quotes = read_words(prompt), art.rng(seed, "scene"), quotes_of(prompt)
    kinds, parts, values = words.kinds(), words.all("part"), {w.value for w in words.found}
    genre = _genre(words, kinds)
    ground, winter = _ground(words, kinds, genre, dice)
    season = words.first("season", dice.choice(("summer", "spring", "summer")))
    chance = dice.choice(_STORMY_HOURS if "storm" in values else _HOURS)
    inside = genre in {Genre.TABLE, Genre.ROOM} or ground in {Ground.STUDIO, Ground.MOON}
    chance = "day" if inside or values & {"print", "rainbow", "fog"} else chance
    dark = any(word.value in _DARK and word.group != "ground" for word in words.found)
    floats = any(zone_of(kind) == "water" for kind in kinds)
    scene = Scene(
        seed=seed,
        pixels=(max(64, pixels[0]), max(64, pixels[1])),
        genre=genre,
        ground=ground,
        water=bool(words.all("water")) or floats or (ground is Ground.CITY and not kinds),
        hour=model.Hour(words.first("hour", "night" if dark else chance)),
        weather=model.Weather(words.first("weather", "clear")),
        season=model.Season.WINTER if winter else model.Season(season),
        style=model.Style(words.first("style", "plain")),
        text=quotes[0][: model.MOST] if quotes else "",
        sky=(10, 11, 20) if ground is Ground.MOON else None,
        accent=accent_of(words) or ((246, 240, 228) if "logo" in parts else None),
    )
    if genre is Genre.PORTRAIT and not {"woman", "man"} & set(kinds):
        scene = add_kind(scene, dice.choice(("woman", "man")))
    scene = _furnished(add_things(with_lettering(scene, words), words), dice)
    return _as_logo(scene) if "logo" in parts else with_lightning(scene, words)


def _genre(words: Words, kinds: Sequence[str]) -> Genre:
    zones, genre = {zone_of(kind) for kind in kinds}, Genre(words.first("genre", "landscape"))
    whole = {"badge", "windowsill", "isoroom"} & set(kinds)
    if whole or (genre is Genre.PORTRAIT and "animal" in zones):
        return Genre.LANDSCAPE
    if words.all("genre") or words.all("ground") or "animal" in zones:
        return genre
    return Genre.ROOM if "room" in zones else Genre.TABLE if "table" in zones else genre


def _ground(words: Words, kinds: Sequence[str], genre: Genre, dice: Random) -> tuple[Ground, bool]:
    named, parts = words.all("ground") or ["snow"] * ("snowman" in kinds), set(words.all("part"))
    zones = {zone_of(kind) for kind in kinds if kind != "lighthouse"}
    others = [Ground(name) for name in named if name != Ground.SNOW]
    inland = words.all("water") or zones & {"land", "far", "animal"}
    choice = _INLAND if inland else (*_INLAND, Ground.SEA, Ground.DESERT)
    ground = others[0] if others else Ground.SNOW if named else dice.choice(choice)
    plain = "portrait" in words.all("genre") or "logo" in parts or genre is Genre.PORTRAIT
    plain |= ("plain" in parts or accent_of(words) is not None) and not parts & {"solid", "wall"}
    plain |= ({"neon", "text"} <= parts and not kinds) or "isoroom" in kinds
    if plain and not named and not words.all("water") and "marble" not in kinds:
        return Ground.STUDIO, False
    lighthouse = "lighthouse" in kinds and (not named or ground in _INLAND)
    if lighthouse or (not named and zones == {"water"}):
        ground = Ground.SEA
    if ground is Ground.SEA and zones & {"land", "far", "animal"}:
        ground = Ground.BEACH
    return ground, Ground.SNOW in named and ground is not Ground.SNOW


def accent_of(words: Words) -> art.RGB | None:
    """Return the colour said of a wall or background."""
    said = (words.colour_of(w) for w in words.found if w.value in {"wall", "background"})
    return next(filter(None, said), None)


def with_lettering(scene: Scene, words: Words) -> Scene:
    """Return the scene with the kind, colour and place of lettering that words name."""
    parts = words.all("part")
    kind = "sign" if "sign" in parts and "poster" not in parts else "poster"
    for word in (word for word in words.found if word.value == "text"):
        spots, at = words.spots_of(word), scene.text_at or (0.5, 0.14)
        for spot in spots:
            at = ({"left": 0.28, "right": 0.72}.get(spot, at[0]), at[1])
            at = (at[0], {"top": 0.14, "middle": 0.5, "low": 0.86}.get(spot, at[1]))
        colour = words.colour_of(word) or scene.text_colour
        scene = replace(scene, text_colour=colour, text_at=at if spots else scene.text_at)
        scene = replace(scene, lettering=model.Lettering("neon" if "neon" in parts else kind))
    return scene


def with_lightning(scene: Scene, words: Words) -> Scene:
    """Return the scene with the lightning of its weather; what the words name stays."""
    if "lightning" in words.all("sky"):
        return scene
    scene = replace(scene, things=tuple(t for t in scene.things if t.kind != "lightning"))
    late = scene.hour in {model.Hour.DUSK, model.Hour.NIGHT}
    if not late or scene.weather is not model.Weather.STORM or art.rng(scene.seed).random() < 0.3:
        return scene
    return add_kind(scene, "lightning")


def add_things(scene: Scene, words: Words) -> Scene:
    """Return the scene with all things that the words name, where they fit."""
    coat = next((words.colour_of(word) for word in words.found if word.value == "garment"), None)
    groups = {"thing", "sky"} if scene.genre is Genre.LANDSCAPE else {"thing"}
    nouns = [word for word in words.found if word.group in groups]
    ofs, at = {w.at for w in words.found if w.value == "of"}, {noun.at for noun in nouns}
    for word in sorted(nouns, key=lambda word: zone_of(word.value) in WORN):
        kind, before = word.value, {noun.value for noun in nouns if noun.at < word.at}
        # A cup of coffee is one thing, and so are a desk and its computer.
        inside = word.at - 1 in ofs and word.at - 2 in at
        if inside or (before & {kind, "isoroom"} and zone_of(kind) == "room"):
            continue
        if kind in {"woman", "man"} and scene.genre is not Genre.PORTRAIT:
            kind = "person"
        scale = float(words.near(word, "size") or 1) * _hero(scene, words, word)
        dressed = coat if kind in {"woman", "man", "person"} else None
        for _ in range(_count(words, word)):
            colour = dressed or words.colour_of(word)
            scene = add_kind(scene, kind, scale, words.spots_of(word), colour)
    return with_hair(scene, words)


def _count(words: Words, word: Word) -> int:
    number = words.near(word, "number")
    if number and not (number == "1" and word.plural):
        return min(9, int(number))
    return _USUAL.get(word.value, 3) if word.plural or word.value == "fireworks" else 1


def _hero(scene: Scene, words: Words, word: Word) -> float:
    kind = KINDS.get(word.value)
    alone = [name for name in words.kinds() if zone_of(name) != "flat"] == [word.value]
    if kind is None or not alone or word.plural:
        return 1.0
    if scene.genre is Genre.TABLE:
        return max(0.9, min(1.7, 0.5 / kind.tall, 0.38 / kind.tall / kind.half))
    most = 1.9 if scene.ground is Ground.STUDIO else 1.35
    return min(most, max(1.0, 0.6 / kind.tall)) if kind.zone not in {"far", "sky"} else 1.0


def with_hair(scene: Scene, words: Words) -> Scene:
    """Return the scene with the cut and colour of hair that words name."""
    for word in (word for word in words.found if word.value == "hair"):
        if cut := words.near(word, "cut"):
            scene = add_kind(scene, cut)
        if colour := words.colour_of(word):
            hair = [thing for thing in scene.things if zone_of(thing.kind) == "hair"]
            scene = changed(scene, hair, colour=colour)
    return scene


def _furnished(scene: Scene, dice: Random) -> Scene:
    kinds = {thing.kind for thing in scene.things}
    wide = any(KINDS[kind].half > 0.7 and zone_of(kind) == "room" for kind in kinds & set(KINDS))
    wanted = ["rug"] if len(kinds) > 2 else ["rug", "plant", "lamp", *([] if wide else ["sofa"])]
    if scene.genre is Genre.TABLE:
        bare = all(zone_of(kind) == "flat" for kind in kinds)
        wanted = [dice.choice(("vase", "fruit", "teapot"))] if bare else []
    for kind in wanted if scene.genre in {Genre.TABLE, Genre.ROOM} else ():
        scene = scene if kind in kinds else add_kind(scene, kind)
    return scene


def _as_logo(scene: Scene) -> Scene:
    badge = placed(replace(scene, things=()), "badge", 1.0)
    icons = [t for t in scene.things if t.kind in KINDS and zone_of(t.kind) not in {"flat", *WORN}]
    things = [badge] if badge else []
    for icon in icons[:1]:
        size = min(0.3, 0.19 / KINDS[icon.kind].half)
        y = 0.42 + (0 if zone_of(icon.kind) == "sky" else size / 2)
        things.append(replace(icon, x=0.5, y=y, size=size, number=2))
    ink, kind = scene.text_colour or (44, 40, 52), model.Lettering.POSTER
    return replace(
        scene, things=tuple(things), text_at=(0.5, 0.86), text_colour=ink, lettering=kind
    )
