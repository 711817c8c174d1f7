"""Translates the commonest words of prompts into English (docs/kie-api.md, Create, translation).

The words stand in `translations.txt`. English, quotations and unknown words stay as they are.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

_LANGUAGES = ("latin", "latin", "latin", "latin", "latin", "ru", "zh", "ja")
_MOST = 5_000
"""Letters of a prompt that are read; the model reads no more (docs/kie-api.md, Create)."""
_QUOTED = re.compile(r"(\"[^\"]{1,60}\"|“[^”]{1,60}”|(?<!\w)['‘][^'’]{1,60}['’](?!\w))")
_CYRILLIC = re.compile(r"[а-яё]+(?:-[а-яё]+)*")
_ENGLISH = re.compile(
    r"\b(the|of|with|and|an|at|on|to|by|make|add|change|turn|is|for|from|a \w+)\b"
)
_FOREIGN = re.compile(
    r"\b(un|una|une|uno|um|uma|ein|eine|einen|einer|el|los|las|le|les|des|der|die|das|il|lo|gli|os"
    r"|del|della|nella|nel|sul|sobre|dans|sur|uber|auf|im|am|mit|avec|con|com|au|du|na|no|en|de|di)\b"
)
_BARE = re.compile(r"[^À-ɏ]*")
_COLOURS = {"red", "blue", "green", "yellow", "black", "white", "pink"}


@lru_cache(maxsize=1)
def _lexicons() -> dict[str, dict[str, str]]:
    lexicons: dict[str, dict[str, str]] = {language: {} for language in _LANGUAGES}
    for line in Path(__file__).with_name("translations.txt").read_text("utf-8").splitlines()[2:]:
        english, *columns = line.split("|")
        for language, words in zip(_LANGUAGES, columns, strict=True):
            for word in filter(None, words.split("/")):
                lexicons[language].setdefault(word, english)
    return lexicons


def translate(text: str) -> str:
    """Return the text with its known foreign words in English."""
    head, rest = text[:_MOST], text[_MOST:]
    parts = _QUOTED.split(head)
    plain = _plain(" ".join(parts[::2]))
    if any("\u3040" <= letter <= "\u30ff" for letter in plain):
        words = {**_lexicons()["zh"], **_lexicons()["ja"]}
        parts[::2] = [_ideographs(part, words) for part in parts[::2]]
    elif any("\u4e00" <= letter <= "\u9fff" for letter in plain):
        parts[::2] = [_ideographs(part, _lexicons()["zh"]) for part in parts[::2]]
    elif _CYRILLIC.search(plain):
        parts[::2] = [_CYRILLIC.sub(_stem, part.lower()) for part in parts[::2]]
    elif (_FOREIGN.search(plain) or not _BARE.fullmatch(head)) and not _ENGLISH.search(plain):
        parts[::2] = [_latin(part) for part in parts[::2]]
    return "".join(parts) + rest


def _ideographs(part: str, words: dict[str, str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        part = part.replace(word, f" {words[word]} ")
    return part


def _stem(match: re.Match[str]) -> str:
    words, word = _lexicons()["ru"], match[0]
    stems = [s for s in words if word.startswith(s) and len(word) - len(s) <= 4]
    stems = [s for s in stems if len(s) > 1 or s == word]
    return words[max(stems, key=len)] if stems else word


def _plain(text: str) -> str:
    """Return the text in lower case and without accents."""
    bare = unicodedata.normalize("NFD", text.lower().replace("ß", "ss"))
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u0305\u0307-\u036f]", "", bare))


def _meaning(word: str) -> str:
    """Return what a word means, also with an ending of one or two letters."""
    for ending in (0, 1, 2):
        stem, rest = word[: len(word) - ending], word[len(word) - ending :]
        known = _lexicons()["latin"].get(stem)
        if known and (ending == 0 or len(stem) > 3 or rest in ("s", "es", "er", "e")):
            plural = rest.endswith("s") and known not in _COLOURS and not known.endswith("s")
            return f"{known}s" if plural else known
    return word


def _latin(part: str) -> str:
    text = _plain(part)
    for phrase, english in _lexicons()["latin"].items():
        if " " in phrase:
            text = re.sub(rf"\b{phrase.replace(' ', '[ -]')}\b", english, text)
    # Small words go: "no lago" is "in the lake", and must not be read as a refusal.
    pieces = re.findall(r"[^\W_]+|[^\w\s]+", _FOREIGN.sub(" ", text))
    words = [_meaning(piece) for piece in pieces]
    for place, (noun, colour) in enumerate(pairwise(words)):
        if colour in _COLOURS and noun not in _COLOURS and noun.isalpha():
            words[place], words[place + 1] = colour, noun  # "a balloon red" is "a red balloon"
    return " ".join(words)
