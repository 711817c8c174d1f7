"""Tables from words to what they mean; plurals are understood without being listed."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

Kind = TypeVar("Kind", bound=StrEnum)
Lexicon = dict[tuple[str, ...], Kind]


def _forms(word: str) -> Iterator[str]:
    yield f"{word}s"
    if word.endswith(("s", "x", "ch", "sh", "o")):
        yield f"{word}es"
    if word.endswith("y"):
        yield f"{word[:-1]}ies"
    if word.endswith("f"):
        yield f"{word[:-1]}ves"


def lexicon(rows: Mapping[Kind, str]) -> Lexicon[Kind]:
    """Turn rows of comma-separated phrases into a table from words to what they mean."""
    written: Lexicon[Kind] = {}
    plurals: Lexicon[Kind] = {}
    for meaning, phrases in rows.items():
        for phrase in phrases.split(","):
            *before, last = phrase.split()
            written[(*before, last)] = meaning
            for form in _forms(last):
                plurals[(*before, form)] = meaning
    # What is written out wins: "birds" are a flock, though "bird" has a plural too.
    return plurals | written
