"""Finds the known words of a text. The words themselves stand in `words.txt`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import EnumType, StrEnum
from pathlib import Path

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer import scene
from components.sandbox.renderer.things import KINDS, WORN, zone_of

QUOTED = re.compile(
    r"\"([^\"\n]{1,200})\"|“([^”\n]{1,200})”|‘([^’\n]{1,200})’|(?<!\w)'([^'\n]{1,200})'(?!\w)"
)
_FILE = Path(__file__).with_name("words.txt")
MOST = 5_000
"""Letters of a prompt that are read; the model reads no more (docs/kie-api.md, Create)."""


@dataclass(frozen=True)
class Word:
    """A known word: its group and value in `words.txt`, and its place among all words."""

    group: str
    value: str
    at: int
    plural: bool


@dataclass(frozen=True)
class Words:
    """The known words of a text in their order."""

    found: tuple[Word, ...]

    def all(self, group: str) -> list[str]:
        """Return the values of a group, without repetition."""
        return list(dict.fromkeys(word.value for word in self.found if word.group == group))

    def first(self, group: str, default: str) -> str:
        """Return the first value of a group."""
        return next(iter(self.all(group)), default)

    def kinds(self) -> list[str]:
        """Return the things that stand for themselves: not hair, nor what is worn."""
        return [kind for kind in self.all("thing") if zone_of(kind) not in WORN]

    def near(self, noun: Word, group: str) -> str | None:
        """Return the value of a group that stands at most three words before a noun."""
        nouns = [w.at for w in self.found if w.group in {"thing", "part"} and w.at < noun.at]
        start = max(noun.at - 3, max(nouns, default=-1) + 1)
        fitting = [w for w in self.found if w.group == group and start <= w.at <= noun.at]
        return fitting[-1].value if fitting else None

    def colour_of(self, noun: Word) -> art.RGB | None:
        """Return the colour said of a noun; of lettering also the one that follows it."""
        value = self.near(noun, "colour")
        if value is None and noun.value == "text":
            after = [w.value for w in self.found if 0 < w.at - noun.at < 4 and w.group == "colour"]
            value = next(iter(after), None)
        return art.from_hex(value) if value else None

    def spots_of(self, noun: Word) -> list[str]:
        """Return where a noun is said to be: spots follow their nouns, or all precede them."""
        nouns = [w.at for w in self.found if w.group in {"thing", "sky"} or w.value == "text"]
        spots = [w for w in self.found if w.group == "spot"]
        leading = bool(spots) and spots[0].at < min(nouns, default=0)
        start = max((at for at in nouns if at < noun.at), default=-1) if leading else noun.at
        end = noun.at if leading else min((at for at in nouns if at > noun.at), default=MOST)
        return [w.value for w in spots if start < w.at < end]


def quotes_of(text: str) -> list[str]:
    """Return what stands in quotation marks."""
    return ["".join(match.groups("")) for match in QUOTED.finditer(text[:MOST])]


Lexicon = dict[tuple[str, ...], list[tuple[str, str]]]


def read_lexicon(text: str, name: str) -> Lexicon:
    """Read a file of words. Raises ValueError with file, line and the right words."""
    lexicon: Lexicon = {}
    right: dict[str, Iterable[str]] = {"thing": KINDS, "cut": KINDS}
    kinds = (kind for kind in vars(scene).values() if isinstance(kind, EnumType))
    right |= {kind.__name__.lower(): kind for kind in kinds if kind is not StrEnum}
    for number, line in enumerate(text.splitlines(), 1):
        head, _, phrases = line.partition(": ")
        with art.told_where(name, number):
            group, value = head.split() if line[:1] != "#" else ("values", "#")
            if group == "values":
                right[value] = phrases.split(", ")
                continue
            allowed = right[art.one_of(right, group, "group")]
            art.one_of([value] if allowed == ["any"] else allowed, value, group)
        for phrase in phrases.split(","):
            lexicon.setdefault(tuple(phrase.split()), []).append((group, value))
    return lexicon


_LEXICON = read_lexicon(_FILE.read_text("utf-8"), _FILE.name)


def read_words(text: str) -> Words:
    """Return the known words of a text, without what is denied; a quotation is one word."""
    plain = QUOTED.sub(" quote ", text[:MOST].lower().replace("-", " "))
    tokens, at = re.findall(r"[a-z0-9]+", plain), 0
    found: list[Word] = []
    while at < len(tokens):
        for length in (4, 3, 2, 1):
            phrase = tuple(tokens[at : at + length])
            singular = (*phrase[:-1], re.sub(r"(?<=[shx])es$|(?<=[^s])s$", "", phrase[-1]))
            if entries := _LEXICON.get(phrase) or _LEXICON.get(singular):
                if not {"no", "without", "never"} & set(tokens[max(0, at - 2) : at]):
                    found += [Word(*entry, at, phrase not in _LEXICON) for entry in entries]
                break
        at += length
    return Words(tuple(found))
