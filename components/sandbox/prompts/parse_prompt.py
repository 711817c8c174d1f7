"""Reads a prompt into a scene. Whatever the words leave open is chosen by the seed."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from components.sandbox.prompts.placement import placed
from components.sandbox.prompts.vocabulary import Word, Words, quotes_of, read_words
from components.sandbox.renderer import canvas as art
from components.sandbox.renderer import scene as model
from components.sandbox.renderer.scene import Genre, Ground, Scene, Thing
from components.sandbox.renderer.things import KINDS, is_worn

_INLAND = (Ground.MOUNTAINS, Ground.HILLS, Ground.FOREST)
_HOURS = ("day", "day", "golden", "dawn", "dusk")
_STORMY_HOURS = ("day", "dusk", "dusk", "night", "dusk")
_DARK = {"stars", "aurora", "fireworks", "moon", "neon", "noir"}
_LOGO_PAPER = (246, 240, 228)
_HAIR = {
    "woman": ("longhair", "longhair", "bun", "curls"),
    "man": ("shorthair", "shorthair", "curls"),
}
_USUAL = {"bird": 5, "balloon": 5, "fireworks": 5}
"""How many there are where the words say no number."""


def parse_prompt(prompt: str, seed: int, pixels: art.Size) -> Scene:
    """Return the scene of a prompt."""
    words, dice, quotes = read_words(prompt), art.rng(seed, "scene"), quotes_of(prompt)
    kinds, parts = words.kinds(), words.all("part")
    genre = _genre(words, kinds)
    ground, winter = _ground(words, kinds, genre, dice)
    season = words.first("season", dice.choice(("summer", "spring", "summer")))
    weather = model.Weather(words.first("weather", "clear"))
    chance = dice.choice(_STORMY_HOURS if weather is model.Weather.STORM else _HOURS)
    inside = genre in {Genre.TABLE, Genre.ROOM} or ground in {Ground.STUDIO, Ground.MOON}
    plain = {"print", "rainbow", "fog"} & {word.value for word in words.found}
    chance = "day" if inside or plain else chance
    dark = _DARK & {word.value for word in words.found if word.group != "ground"}
    floats = "water" in {KINDS[kind].zone for kind in kinds}
    scene = Scene(
        seed=seed,
        pixels=(max(64, pixels[0]), max(64, pixels[1])),
        genre=genre,
        ground=ground,
        water=bool(words.all("water")) or floats or (ground is Ground.CITY and not kinds),
        hour=model.Hour(words.first("hour", "night" if dark else chance)),
        weather=weather,
        season=model.Season.WINTER if winter else model.Season(season),
        style=model.Style(words.first("style", "plain")),
        text=quotes[0][: model.MOST] if quotes else "",
        sky=(10, 11, 20) if ground is Ground.MOON else None,
        accent=accent_of(words) or (_LOGO_PAPER if "logo" in parts else None),
    )
    if scene.genre is Genre.PORTRAIT and not {"woman", "man"} & set(kinds):
        scene = add_kind(scene, dice.choice(("woman", "man")))
    scene = _furnished(add_things(with_lettering(scene, words), words), dice)
    scene = with_lightning(scene, words)
    return _as_logo(scene) if "logo" in parts else scene


def _genre(words: Words, kinds: Sequence[str]) -> Genre:
    zones = {KINDS[kind].zone for kind in kinds}
    genre = Genre(words.first("genre", "landscape"))
    if genre is Genre.PORTRAIT and "animal" in zones or "badge" in kinds or "windowsill" in kinds:
        return Genre.LANDSCAPE
    if words.all("genre") or words.all("ground") or "animal" in zones:
        return genre
    return Genre.ROOM if "room" in zones else Genre.TABLE if "table" in zones else genre


def _ground(words: Words, kinds: Sequence[str], genre: Genre, dice: Random) -> tuple[Ground, bool]:
    """Return the ground, and whether snow lies on another one than bare snow."""
    named, parts = words.all("ground"), set(words.all("part"))
    zones = {KINDS[kind].zone for kind in kinds if kind != "lighthouse"}
    others = [Ground(name) for name in named if name != Ground.SNOW]
    choice = _INLAND if words.all("water") else (*_INLAND, Ground.SEA, Ground.DESERT)
    ground = others[0] if others else Ground.SNOW if named else dice.choice(choice)
    lighthouse = "lighthouse" in kinds and (not named or ground in _INLAND)
    if lighthouse or (not named and zones == {"water"}):
        ground = Ground.SEA
    if ground is Ground.SEA and zones & {"land", "far", "animal"}:
        ground = Ground.BEACH
    backdrop = genre is Genre.PORTRAIT or "portrait" in words.all("genre") or "logo" in parts
    backdrop |= ("plain" in parts or accent_of(words) is not None) and not parts & {"solid", "wall"}
    backdrop |= "neon" in parts and "text" in parts and not kinds
    if backdrop and not named and not words.all("water") and "marble" not in kinds:
        return Ground.STUDIO, False
    return ground, Ground.SNOW in named and ground is not Ground.SNOW


def accent_of(words: Words) -> art.RGB | None:
    """Return the colour said of a wall or background."""
    said = (words.colour_of(w) for w in words.found if w.value in {"wall", "background"})
    return next(filter(None, said), None)


def with_lettering(scene: Scene, words: Words) -> Scene:
    """Return the scene with the kind, colour and place of lettering that words name."""
    parts = words.all("part")
    if "neon" in parts:
        scene = replace(scene, lettering=model.Lettering.NEON)
    elif "sign" in parts and "poster" not in parts:
        scene = replace(scene, lettering=model.Lettering.SIGN)
    elif "text" in parts:
        scene = replace(scene, lettering=model.Lettering.POSTER)
    for word in words.found:
        if word.value == "text":
            colour, x, y = words.colour_of(word), 0.5, 0.0
            for spot in words.spots_of(word):
                x = {"left": 0.28, "right": 0.72}.get(spot, x)
                y = {"top": 0.14, "middle": 0.5, "low": 0.86}.get(spot, y)
            at = (x, y or 0.14) if words.spots_of(word) else scene.text_at
            scene = replace(scene, text_colour=colour or scene.text_colour, text_at=at)
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


def add_kind(scene: Scene, kind: str, scale: float = 1.0, spots: Sequence[str] = ()) -> Scene:
    """Return the scene with one more thing, and the hair of a portrait; hair replaces hair."""
    thing = placed(scene, kind, scale, spots)
    if thing is None:
        return scene
    is_hair = kind in KINDS and KINDS[kind].zone == "hair"
    kept = tuple(
        t for t in scene.things
        if not (is_hair and t.x == thing.x and t.kind in KINDS and KINDS[t.kind].zone == "hair")
    )  # fmt: skip
    scene = replace(scene, things=(*kept, thing))
    if kind in _HAIR:
        scene = add_kind(scene, art.rng(scene.seed, "hair", thing.number).choice(_HAIR[kind]))
    return scene


def add_things(scene: Scene, words: Words) -> Scene:
    """Return the scene with all things that the words name, where they fit."""
    coat = next((words.colour_of(word) for word in words.found if word.value == "garment"), None)
    groups = {"thing", "sky"} if scene.genre is Genre.LANDSCAPE else {"thing"}
    ofs = {word.at for word in words.found if word.value == "of"}
    nouns = {word.at for word in words.found if word.group == "thing"}
    twice: set[str] = set()
    for word in sorted(words.found, key=lambda word: is_worn(Thing(word.value, 0, 0, 0))):
        kind, number = word.value, words.near(word, "number")
        inside = word.at - 1 in ofs and word.at - 2 in nouns  # a cup of coffee is one thing
        # A desk and a computer are one as well.
        inside |= kind in twice and KINDS[kind].zone == "room"
        if inside or word.group not in groups:
            continue
        twice |= {kind} & set(KINDS)
        if kind in {"woman", "man"} and scene.genre is not Genre.PORTRAIT:
            kind = "person"
        alone = words.kinds() == [word.value] and not word.plural
        scale = float(words.near(word, "size") or 1) * _hero(scene, kind, alone=alone)
        colour = coat if kind in {"woman", "man", "person"} else None
        for _ in range(min(_count(word, number), 9)):
            before, scene = scene, add_kind(scene, kind, scale, words.spots_of(word))
            if scene != before:
                at = max(thing.number for thing in scene.things if thing.kind == kind)
                colour = colour or words.colour_of(word)
                scene = replace(scene, things=tuple(
                    replace(t, colour=colour) if t.number == at else t for t in scene.things
                ))  # fmt: skip
    return with_hair(scene, words)


def _count(word: Word, number: str | None) -> int:
    if number and not (number == "1" and word.plural):
        return int(number)
    return _USUAL.get(word.value, 3) if word.plural or word.value == "fireworks" else 1


def _hero(scene: Scene, kind: str, *, alone: bool) -> float:
    """Return how much larger than usual the only thing of a picture is."""
    if kind not in KINDS or not alone:
        return 1.0
    if scene.genre is Genre.TABLE:
        return max(1.0, min(1.7, 0.5 / KINDS[kind].tall))
    studio = 1.9 if scene.ground is Ground.STUDIO else 1.35
    return studio if KINDS[kind].zone in {"land", "animal"} else 1.0


def with_hair(scene: Scene, words: Words) -> Scene:
    """Return the scene with the cut and colour of hair that words name."""
    for word in words.found:
        cut, colour = words.near(word, "cut"), words.colour_of(word)
        if word.value == "hair" and (cut or colour):
            scene = add_kind(scene, cut) if cut else scene
            things = tuple(
                replace(t, colour=colour) if t.kind in KINDS and KINDS[t.kind].zone == "hair" else t
                for t in scene.things
            )
            scene = replace(scene, things=things) if colour else scene
    return scene


def _furnished(scene: Scene, dice: Random) -> Scene:
    """Return a room or table with what makes it one."""
    kinds = {thing.kind for thing in scene.things}
    if scene.genre is Genre.ROOM:
        wide = any(KINDS[k].half > 0.7 and KINDS[k].zone == "room" for k in kinds)
        wanted = ["rug", *([] if wide else ["sofa"]), "plant", "lamp"]
        for kind in wanted if len(kinds) < 3 else wanted[:1]:
            scene = scene if kind in kinds else add_kind(scene, kind)
    elif scene.genre is Genre.TABLE and all(KINDS[k].zone == "flat" for k in kinds):
        scene = add_kind(scene, dice.choice(("vase", "fruit", "teapot")))
    return scene


def _as_logo(scene: Scene) -> Scene:
    """Return the scene as a logo: the first thing on a badge, the lettering below."""
    badge = placed(replace(scene, things=()), "badge", 1.0)
    icon = next((t for t in scene.things if t.kind in KINDS and KINDS[t.kind].zone != "flat"), None)
    things = (badge,) if badge else ()
    if icon:
        size = min(0.3, 0.19 / KINDS[icon.kind].half)
        low = 0.0 if KINDS[icon.kind].zone == "sky" else size / 2
        things = (*things, replace(icon, x=0.5, y=0.42 + low, size=size, number=2))
    ink = scene.text_colour or (44, 40, 52)
    return replace(
        scene, things=things, text_at=(0.5, 0.86), text_colour=ink,
        lettering=model.Lettering.POSTER,
    )  # fmt: skip
