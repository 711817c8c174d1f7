"""Reading a prompt: from words to a `Scene`.

Whole words only, plurals and synonyms included; what follows "no" or "without" is not wanted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from components.sandbox.painting import vocabulary
from components.sandbox.painting.colour import NAMED, NATURAL, RGB
from components.sandbox.painting.furniture import FURNITURE
from components.sandbox.painting.lexicon import Kind, Lexicon
from components.sandbox.painting.names import THINGS
from components.sandbox.painting.palettes import Hour, Weather
from components.sandbox.painting.scene import (
    Genre,
    Ground,
    Letters,
    Scene,
    Style,
    Thing,
    Wanted,
)
from components.sandbox.painting.tabletop import TABLETOP
from components.sandbox.painting.vocabulary import COUNTS

_QUOTED = re.compile(r"\"([^\"]{1,60})\"|“([^”]{1,60})”|(?<!\w)['‘]([^'‘’]{1,60})['’](?!\w)")
_WORD = re.compile(r"[^\W_]+")
_REFUSALS = frozenset({"no", "not", "without", "never", "except", "minus", "nor", "exclude"})
_LONGEST = 4
"""Words in the longest phrase of the vocabulary."""

# A flower on its own may as well stand in a meadow.
_TABLETOP = frozenset(TABLETOP) - {Thing.FLOWER}
_ANIMALS = frozenset(
    {
        Thing.CAT, Thing.DOG, Thing.FOX, Thing.DEER, Thing.HORSE, Thing.BIRD, Thing.ELEPHANT,
        Thing.LION, Thing.BEAR, Thing.RABBIT, Thing.PENGUIN, Thing.FISH, Thing.BUTTERFLY,
        Thing.ROBOT, Thing.DRAGON, Thing.COW, Thing.SHEEP,
    }
)  # fmt: skip
_BESIDE = frozenset({Thing.FLOWER, Thing.SUN, Thing.MOON, Thing.STARS, Thing.CLOUDS})
"""What a still life may name besides what stands on its table."""
_JOINTS = frozenset({"", "and", "or", "in", "on", "at", "with", "of", "by", "from", "to", "is"})
"""Words, or the end, that may follow a fruit; anything else is what is orange."""
_PAIRS = frozenset({Thing.SHOE, Thing.SPECTACLES, Thing.HEADPHONES})
"""What is two and one at once: "a pair of shoes"."""
_NO_PLURAL = ("ss", "us", "is")
"""Ends of single things: dress, bus, Paris."""
_FLYING = frozenset({Thing.BIRDS, Thing.HOT_AIR_BALLOON, Thing.PARTY_BALLOON, Thing.STARS})


@dataclass(frozen=True)
class Found(Generic[Kind]):
    """A phrase of the vocabulary in a text: the place of its first word, and its length."""

    meaning: Kind
    place: int
    length: int


def tokens(text: str) -> list[str]:
    """Return the words of `text`, lower case, without punctuation."""
    return _WORD.findall(text.lower().replace("'s ", " "))


def quotations(text: str) -> list[str]:
    """Return what stands in single or double quotes, in order."""
    return ["".join(groups).strip() for groups in _QUOTED.findall(text) if "".join(groups).strip()]


def unquoted(text: str) -> str:
    """Return `text` without its quotations, whose words are lettering and no wishes."""
    return _QUOTED.sub(" ", text)


def find(table: Lexicon[Kind], words: Sequence[str]) -> list[Found[Kind]]:
    """Return what of `table` is asked for in `words`, the longest phrase at each place."""
    found: list[Found[Kind]] = []
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST, len(words) - place), 0, -1):
            meaning = table.get(tuple(words[place : place + length]))
            if meaning is not None:
                if _REFUSALS.isdisjoint(words[max(0, place - 2) : place]):
                    found.append(Found(meaning, place, length))
                place += length
                break
        else:
            place += 1
    return found


def first(table: Lexicon[Kind], words: Sequence[str]) -> Kind | None:
    """Return the first meaning of `table` in `words`, or None."""
    found = find(table, words)
    return found[0].meaning if found else None


def wanted_things(words: Sequence[str]) -> tuple[Wanted, ...]:
    """Return the things asked for in `words`, each once, with their count and colour."""
    orders: dict[Thing, Wanted] = {}
    end = 0
    for match in find(THINGS, words):
        if match.length == 1 and _is_only_a_colour(words, match.place):
            continue
        before = words[max(end, match.place - 5) : match.place]
        end = match.place + match.length
        plural = words[end - 1].endswith("s") and not words[end - 1].endswith(_NO_PLURAL)
        count = next((_count(word) for word in reversed(before) if _count(word)), None)
        if match.meaning in _PAIRS:
            count = count if count and count > 2 else 1
        elif count is None or (count == 1 and plural):
            count = 5 if plural and match.meaning in _FLYING else 3 if plural else 1
        named = words[match.place : end]
        colour = next((NAMED[word] for word in before if word in NAMED), None) or next(
            (NATURAL[word] for word in (*before, *named) if word in NATURAL), None
        )
        known = orders.get(match.meaning)
        if known is None or (known.colour is None and colour is not None):
            orders[match.meaning] = Wanted(match.meaning, min(count, 16), colour)
    return tuple(orders.values())


def _is_only_a_colour(words: Sequence[str], place: int) -> bool:
    """Return whether the fruit or flower at `place` only tells the colour of what follows it."""
    after = words[place + 1] if place + 1 < len(words) else ""
    if words[place] == "orange":
        return after not in _JOINTS
    return words[place] == "rose" and after in ("gold", "coloured", "colored", "pink")


def colour_of(words: Sequence[str], *nouns: str) -> RGB | None:
    """Return the colour that stands right before one of `nouns`, or None."""
    for place, word in enumerate(words):
        if word in nouns:
            near = [w for w in words[max(0, place - 2) : place] if w in NAMED]
            if near:
                return NAMED[near[-1]]
    return None


def read(prompt: str) -> Scene:
    """Return what `prompt` asks for; a prompt without a known word gives an open landscape."""
    words = tokens(unquoted(prompt))
    quoted = quotations(prompt)
    wanted = wanted_things(words)
    things = {order.thing for order in wanted}
    grounds = frozenset(match.meaning for match in find(vocabulary.GROUNDS, words))
    genre = _genre(words, things, grounds)
    if Ground.SNOWFIELD not in grounds and first(vocabulary.WEATHERS, words) is Weather.SNOW:
        grounds |= {Ground.SNOWFIELD}
    return Scene(
        genre=genre,
        hour=_hour(words, things),
        weather=_weather(words),
        grounds=grounds,
        wanted=wanted,
        sky=colour_of(words, "sky", "skies", "background", "backdrop"),
        colours=tuple(dict.fromkeys(NAMED[word] for word in words if word in NAMED)),
        style=first(vocabulary.STYLES, words) or Style.PLAIN,
        text=quoted[0] if quoted else "",
        letters=_letters(words, genre),
        traits=frozenset(words),
    )


def _count(word: str) -> int | None:
    if word.isdecimal() and len(word) < 3:
        return int(word) or None
    return COUNTS.get(word)


def _genre(words: Sequence[str], things: set[Thing], grounds: frozenset[Ground]) -> Genre:
    kinds = [match.meaning for match in find(vocabulary.GENRES, words)]
    named = kinds[0] if kinds else None
    animals = things & _ANIMALS
    if Genre.LOGO in kinds and named not in (Genre.PORTRAIT, Genre.INTERIOR):
        return Genre.LOGO
    if named is Genre.PORTRAIT and animals:
        return Genre.LANDSCAPE
    if things & FURNITURE.keys() and not grounds and named in (None, Genre.STILL_LIFE):
        return Genre.INTERIOR
    if named is Genre.SPACE and grounds:
        return Genre.LANDSCAPE
    if named is Genre.STILL_LIFE and not things & _TABLETOP and (grounds or animals):
        return Genre.LANDSCAPE
    if named is not None:
        return named
    # What a person of no place wears or holds makes no still life.
    if (
        Thing.PERSON in things
        and not grounds
        and things <= _TABLETOP | {Thing.PERSON, Thing.FLOWER}
    ):
        return Genre.PORTRAIT
    if things & _TABLETOP and not grounds and things <= _TABLETOP | _BESIDE:
        return Genre.STILL_LIFE
    if Thing.FLOWER in things and not grounds and len(things) == 1:
        return Genre.STILL_LIFE
    if Thing.PLANET in things and not grounds:
        return Genre.SPACE
    return Genre.LANDSCAPE


def _hour(words: Sequence[str], things: set[Thing]) -> Hour | None:
    named = first(vocabulary.HOURS, words)
    if named is not None:
        return named
    if things & {Thing.AURORA, Thing.STARS, Thing.FIREWORKS, Thing.MOON}:
        return Hour.NIGHT
    return Hour.DAY if Thing.RAINBOW in things else None


def _weather(words: Sequence[str]) -> Weather:
    found = {match.meaning for match in find(vocabulary.WEATHERS, words)}
    if Weather.SNOW in found:
        falling = {"snowing", "snowfall", "snowflake", "snowflakes", "blizzard", "falling"}
        if falling.isdisjoint(words):
            found.discard(Weather.SNOW)
    order = (Weather.STORM, Weather.RAIN, Weather.SNOW, Weather.FOG, Weather.CLOUDY)
    return next((weather for weather in order if weather in found), Weather.CLEAR)


def _letters(words: Sequence[str], genre: Genre) -> Letters:
    if {"neon", "glowing", "led"} & set(words):
        return Letters.NEON
    if genre is not Genre.LOGO and {
        "sign",
        "signpost",
        "signboard",
        "board",
        "storefront",
        "shop",
        "label",
    } & set(words):
        return Letters.SIGN
    return Letters.POSTER
