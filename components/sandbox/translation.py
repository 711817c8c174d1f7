"""Translates the commonest words of prompts into English (docs/kie-api.md, Create, translation).

The words stand in `translations.txt`. English, quotations and unknown words stay as they are.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

_LANGUAGES = ("es", "fr", "de", "it", "pt", "ru", "zh", "ja")
_MOST = 5_000
"""Letters of a prompt that are read; the model reads no more (docs/kie-api.md, Create)."""
_QUOTED = re.compile(r"(\"[^\"]{1,60}\"|“[^”]{1,60}”|(?<!\w)['‘][^'’]{1,60}['’](?!\w))")
_CYRILLIC = re.compile(r"[а-яё]+(?:-[а-яё]+)*")
_SMALL_WORDS = {
    "es": "un una el la los las en sobre del de por haz hazlo al y",
    "fr": "un une le la les des dans sur au du de et fais",
    "de": "ein eine einen einem einer der die das im am auf uber und den dem mach es",
    "it": "un una il lo la gli nel nella sul sulla di del della e al",
    "pt": "um uma o os as no na em sobre do da de ao e",
}
_ENGLISH = re.findall(
    r"\w+", "the of with and an at on to by make add change turn is for from into its it a in"
)
_COLOURS = re.findall(r"\w+", "red blue green yellow black white pink")


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
    """Return the text with the words of one foreign language in English."""
    head, rest = text[:_MOST], text[_MOST:]
    parts = _QUOTED.split(head)
    plain = " ".join(parts[::2]).lower()
    if any("\u3040" <= letter <= "\u30ff" for letter in plain):
        words = {**_lexicons()["zh"], **_lexicons()["ja"]}
        parts[::2] = [_ideographs(part, words) for part in parts[::2]]
    elif any("\u4e00" <= letter <= "\u9fff" for letter in plain):
        parts[::2] = [_ideographs(part, _lexicons()["zh"]) for part in parts[::2]]
    elif _CYRILLIC.search(plain):
        parts[::2] = [_CYRILLIC.sub(_stem, part.lower()) for part in parts[::2]]
    elif language := _language(plain):
        parts[::2] = [_latin(part, language) for part in parts[::2]]
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
    bare = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _meaning(word: str, language: str) -> str | None:
    """Return what a word means, also with an ending of one or two letters."""
    for ending in (0, 1, 2):
        stem = word[: len(word) - ending]
        known = _lexicons()[language].get(stem)
        if known and (ending == 0 or len(stem) > 3 or word[len(stem) :] in ("s", "es", "er", "e")):
            plural = ending and word.endswith("s") and known not in _COLOURS
            return f"{known}s" if plural and not known.endswith("s") else known
    return None


def _language(text: str) -> str | None:
    """Return the Latin language with the most known words, if there are more than English ones."""
    words = re.findall(r"[^\W_]+", _plain(text))
    small = {language: set(some.split()) for language, some in _SMALL_WORDS.items()}

    def score(language: str) -> int:
        return sum(
            word in small[language] or _meaning(word, language) is not None for word in words
        )

    best = max(_SMALL_WORDS, key=score)
    english = {"boot"} | {value for value in _lexicons()[best].values() if " " not in value}
    doubt = sum(2 if w in _ENGLISH else w in english and _meaning(w, best) != w for w in words)
    enough = score(best) >= 2 or score(best) * 2 >= len(words)
    return (
        best if any(_meaning(w, best) for w in words) and enough and score(best) > doubt else None
    )


def _latin(part: str, language: str) -> str:
    text, small = _plain(part), _SMALL_WORDS[language].split()
    for phrase, english in _lexicons()[language].items():
        if " " in phrase:
            text = re.sub(rf"\b{phrase.replace(' ', '[ -]')}\b", english, text)
    known = set(_lexicons()[language].values())
    words = [
        piece if piece in known else _meaning(piece, language) or piece
        for piece in re.findall(r"[^\W_]+|[^\w\s]+", text)
        if piece not in small
    ]
    for place, (noun, colour) in enumerate(pairwise(words)) if language != "de" else ():
        if colour in _COLOURS and noun not in _COLOURS and noun.rstrip("s") in known:
            words[place], words[place + 1] = colour, noun  # "a balloon red" is "a red balloon"
    return " ".join(words)
