"""Reads a prompt into a scene. Whatever the words leave open is chosen by the seed."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.ground import bank_is_left, waterline
from components.sandbox.renderer.scene import (
    MOST_LETTERS,
    Genre,
    Ground,
    Hour,
    Lettering,
    Scene,
    Season,
    Style,
    Thing,
    Weather,
)  # fmt: skip
from components.sandbox.renderer.things import KINDS

QUOTED = re.compile(
    r"\"([^\"\n]{1,200})\"|“([^”\n]{1,200})”|‘([^’\n]{1,200})’|(?<!\w)'([^'\n]{1,200})'(?!\w)"
)
_MOST = 5_000
"""Letters of a prompt that are read; the model reads no more (docs/kie-api.md, Create)."""
_SKY: dict[str, tuple[float, float, float]] = {
    "sun": (0.5, 0.32, 0.13),
    "moon": (0.7, 0.2, 0.1),
    "rainbow": (0.5, 0.12, 0.7),
    "fireworks": (0.5, 0.2, 0.17),
    "lightning": (0.66, 0.2, 0.3),
}
"""Usual place and size of what the sky draws."""


@dataclass(frozen=True)
class Word:
    """A known word of a text: its group and value (see `words.txt`) and its place."""

    group: str
    value: str
    at: int
    plural: bool


@lru_cache(maxsize=1)
def _lexicon() -> dict[tuple[str, ...], list[tuple[str, str]]]:
    lexicon: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for line in Path(__file__).with_name("words.txt").read_text("utf-8").splitlines()[1:]:
        head, _, phrases = line.partition(":")
        group, value = head.split()
        for phrase in phrases.split(","):
            lexicon.setdefault(tuple(phrase.split()), []).append((group, value))
    return lexicon


def find_words(text: str) -> list[Word]:
    """Return the known words of a text in their order; quotations and what is denied are left out."""
    plain = QUOTED.sub(" ", text[:_MOST].lower().replace("-", " "))
    tokens, found, at = re.findall(r"[a-z0-9]+", plain), [], 0
    while at < len(tokens):
        for length in (4, 3, 2, 1):
            phrase = tuple(tokens[at : at + length])
            singular = (*phrase[:-1], re.sub(r"(?<=[shx])es$|(?<=[^s])s$", "", phrase[-1]))
            entries = _lexicon().get(phrase) or _lexicon().get(singular)
            if entries:
                plural = phrase not in _lexicon()
                denied = {"no", "without", "never"} & set(tokens[max(0, at - 2) : at])
                found += [Word(*entry, at, plural) for entry in entries if not denied]
                break
        at += length
    return found


def values(words: list[Word], group: str) -> list[str]:
    """Return the values of one group, without repetition."""
    return list(dict.fromkeys(word.value for word in words if word.group == group))


def near(words: list[Word], word: Word, group: str, reach: int = 3) -> str | None:
    """Return the value of a group that stands at most `reach` words before a word."""
    before = [w for w in words if w.group == group and word.at - reach <= w.at < word.at]
    nouns = [w.at for w in words if w.group in {"thing", "part"} and w.at < word.at]
    fitting = [w.value for w in before if w.at > max(nouns, default=-1)]
    return fitting[-1] if fitting else None


def colour(value: str | None) -> art.RGB | None:
    """Return the colour that six hexadecimal digits name."""
    if value is None:
        return None
    red, green, blue = bytes.fromhex(value)
    return red, green, blue


def parse_prompt(prompt: str, seed: int, size: art.Size) -> Scene:
    """Return the scene of a prompt."""
    words, dice = find_words(prompt), art.rng(seed, "scene")
    kinds = values(words, "thing")
    zones = {KINDS[kind].zone for kind in kinds if kind in KINDS}
    grounds, genres, parts = values(words, "ground"), values(words, "genre"), values(words, "part")
    genre = Genre(genres[0]) if genres else Genre.LANDSCAPE
    animals = {"cat", "dog", "fox", "horse", "bird"} & set(kinds)
    if (genre is Genre.PORTRAIT and animals) or (
        genre is not Genre.ROOM and grounds and not genres
    ):
        genre = Genre.LANDSCAPE
    elif not grounds and genre is Genre.LANDSCAPE and not animals:
        indoors = Genre.ROOM if "room" in zones else Genre.TABLE
        genre = indoors if zones & {"room", "table"} else genre
    ground, winter = _ground(grounds, kinds, dice, water="water" in values(words, "water"))
    season = next(iter(values(words, "season")), dice.choice(("summer", "spring", "summer")))
    hours, weathers = values(words, "hour"), values(words, "weather")
    dark = {"stars", "aurora", "fireworks", "moon", "neon", "noir"}
    dark &= {word.value for word in words}
    hour = "night" if dark else dice.choice(("day", "day", "golden", "dawn", "dusk"))
    quotes = ["".join(match.groups("")) for match in QUOTED.finditer(prompt[:_MOST])]
    lettering = Lettering.POSTER if "poster" in parts else Lettering.SIGN
    scene = Scene(
        seed=seed,
        genre=genre,
        ground=ground,
        water=bool(values(words, "water"))
        or "water" in zones
        or (ground is Ground.CITY and not kinds),
        hour=Hour(hours[0] if hours else hour),
        weather=Weather(weathers[0] if weathers else "clear"),
        season=Season.WINTER if winter else Season(season),
        style=Style(next(iter(values(words, "style")), "plain")),
        text=quotes[0][:MOST_LETTERS] if quotes else "",
        lettering=Lettering.NEON if "neon" in parts else lettering,
        size=size,
    )
    scene = add_things(scene, words)
    if genre is Genre.PORTRAIT and not {"woman", "man"} & {thing.kind for thing in scene.things}:
        scene = replace(
            scene, things=(*scene.things, Thing(dice.choice(("woman", "man")), 0.5, 1.0, 0.92))
        )
    return scene


def _ground(
    named: list[str], kinds: list[str], dice: Random, *, water: bool
) -> tuple[Ground, bool]:
    """Return the ground, and whether snow lies on it."""
    inland = [Ground.MOUNTAINS, Ground.HILLS, Ground.FOREST]
    others = [Ground(name) for name in named if name != Ground.SNOW]
    choice = inland if water else [*inland, Ground.SEA, Ground.DESERT]
    ground = others[0] if others else Ground.SNOW if named else dice.choice(choice)
    zones = {KINDS[kind].zone for kind in kinds}
    if ("lighthouse" in kinds and ground in inland) or (not named and zones == {"water"}):
        ground = Ground.SEA
    if ground is Ground.SEA and "land" in {
        KINDS[kind].zone for kind in kinds if kind != "lighthouse"
    }:
        ground = Ground.BEACH
    return ground, Ground.SNOW in named and ground is not Ground.SNOW


def add_things(scene: Scene, words: list[Word]) -> Scene:
    """Return the scene with all things that the words name."""
    coat = next((near(words, w, "colour") for w in words if w.value == "garment"), None)
    contents = {word.at + 1 for word in words if word.value == "of"}  # a cup of coffee is one thing
    contents &= {word.at + 2 for word in words if word.group == "thing"}
    outdoors = scene.genre is Genre.LANDSCAPE
    for word in words:
        if word.at in contents or word.group not in ({"thing", "sky"} if outdoors else {"thing"}):
            continue
        number = near(words, word, "number")
        count = (
            int(number)
            if number and not (number == "1" and word.plural)
            else 3
            if word.plural
            else 1
        )
        paint = colour(near(words, word, "colour"))
        if word.value in {"woman", "man", "person"} and coat:
            paint = colour(coat)
        scale = float(near(words, word, "size") or 1)
        scene = place(scene, word.value, min(count, 9), paint, scale)
    return scene


def place(scene: Scene, kind: str, count: int, paint: art.RGB | None, scale: float = 1) -> Scene:
    """Return the scene with `count` more things of a kind, where they fit."""
    if kind in {"woman", "man"} and scene.genre is not Genre.PORTRAIT:
        kind = "person"
    for _ in range(
        3 if kind == "fireworks" and count == 1 else 5 if kind == "bird" and count > 1 else count
    ):
        number = max((thing.number for thing in scene.things), default=0) + 1
        thing = _placed(scene, kind, number, art.rng(scene.seed, "place", kind, number), scale)
        scene = replace(scene, things=(*scene.things, replace(thing, colour=paint)))
    return scene


def _placed(scene: Scene, kind: str, number: int, dice: Random, scale: float) -> Thing:
    others = [thing for thing in scene.things if thing.kind not in _SKY]
    same = [thing for thing in others if thing.kind == kind]
    if kind not in KINDS:
        x, y, size = _SKY.get(kind, (0.5, 0.5, 0.5))
        first = not any(thing.kind == kind for thing in scene.things)
        shift = 0 if first or kind not in {"fireworks", "lightning"} else dice.uniform(-0.3, 0.3)
        return Thing(kind, x + shift, y + abs(shift) / 4, size * min(2.4, scale**1.6), None, number)
    shape, line = KINDS[kind], waterline(scene)
    size = shape.tall * scale * (dice.uniform(0.62, 1.05) if same else 1.0)
    aspect = scene.size[0] / scene.size[1]
    spots = [dice.uniform(0.12, 0.88) for _ in range(14)]
    x = max(
        spots,
        key=lambda at: min((abs(at - thing.x) for thing in others), default=abs(at - 0.5) * -0.4),
    )
    if shape.zone == "bust":
        return Thing(kind, 0.5, 1.0, size, None, number)
    if scene.genre in {Genre.ROOM, Genre.TABLE}:
        y = 0.9 - 0.05 * (number % 2) if scene.genre is Genre.ROOM else 0.86 - 0.06 * (number % 2)
        slot = (0.44, 0.66, 0.24, 0.84, 0.14, 0.55)[len(others) % 6]
        return Thing(kind, slot, y, size, None, number)
    if shape.zone == "sky":
        y = dice.uniform(0.12, 0.34)
        if same and kind == "bird":
            lead = same[0]
            return Thing(
                kind,
                lead.x + dice.uniform(-0.12, 0.12),
                lead.y + dice.uniform(-0.05, 0.05),
                size,
                None,
                number,
            )
        return Thing(kind, x, y, size, None, number)
    if shape.zone == "water" and line is not None:
        y = line + dice.uniform(0.05, 0.27)
        return Thing(kind, x, y, size * (0.45 + 2.6 * (y - line)), None, number)
    if line is not None and kind == "lighthouse":
        return Thing(kind, 0.36 if dice.random() < 0.5 else 0.62, 0.82, size, None, number)
    if line is not None and scene.ground is not Ground.BEACH:
        x = dice.uniform(0.08, 0.2) if bank_is_left(scene) else dice.uniform(0.8, 0.92)
        return Thing(kind, x, 0.95, size, None, number)
    foot = 0.93 if shape.tall * shape.half * 2 / aspect < 0.3 else 0.9
    near_by = kind in {"house", "castle", "windmill", "tree", "pine", "lighthouse"}
    return Thing(kind, x, dice.uniform(0.82, 0.87) if near_by else foot, size, None, number)
