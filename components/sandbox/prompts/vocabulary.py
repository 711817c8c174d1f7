"""Finds the known words of a text. The words themselves stand in `words.txt`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from components.sandbox.renderer import canvas as art

QUOTED = re.compile(
    r"\"([^\"\n]{1,200})\"|“([^”\n]{1,200})”|‘([^’\n]{1,200})’|(?<!\w)'([^'\n]{1,200})'(?!\w)"
)
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

    def near(self, noun: Word, group: str) -> str | None:
        """Return the value of a group that stands at most three words before a noun."""
        nouns = [w.at for w in self.found if w.group in {"thing", "part"} and w.at < noun.at]
        start = max(noun.at - 3, max(nouns, default=-1) + 1)
        fitting = [w for w in self.found if w.group == group and start <= w.at < noun.at]
        return fitting[-1].value if fitting else None

    def colour_of(self, noun: Word) -> art.RGB | None:
        """Return the colour said of a noun."""
        value = self.near(noun, "colour")
        return art.from_hex(value) if value else None


def quotes_of(text: str) -> list[str]:
    """Return what stands in quotation marks."""
    return ["".join(match.groups("")) for match in QUOTED.finditer(text[:MOST])]


@lru_cache(maxsize=1)
def _lexicon() -> dict[tuple[str, ...], list[tuple[str, str]]]:
    lexicon: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for head, (phrases,) in art.table("words.txt", Path(__file__).parent).items():
        group, value = head.split()
        for phrase in phrases.split(","):
            lexicon.setdefault(tuple(phrase.split()), []).append((group, value))
    return lexicon


def read_words(text: str) -> Words:
    """Return the known words of a text, without quotations and what is denied."""
    plain = QUOTED.sub(" ", text[:MOST].lower().replace("-", " "))
    tokens, at = re.findall(r"[a-z0-9]+", plain), 0
    found: list[Word] = []
    while at < len(tokens):
        for length in (4, 3, 2, 1):
            phrase = tuple(tokens[at : at + length])
            singular = (*phrase[:-1], re.sub(r"(?<=[shx])es$|(?<=[^s])s$", "", phrase[-1]))
            if entries := _lexicon().get(phrase) or _lexicon().get(singular):
                if not {"no", "without", "never"} & set(tokens[max(0, at - 2) : at]):
                    found += [Word(*entry, at, phrase not in _lexicon()) for entry in entries]
                break
        at += length
    return Words(tuple(found))
