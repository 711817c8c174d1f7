"""Translates the commonest words of prompts into English (docs/kie-api.md, Create, translation).

The words stand in `translations.txt`. English, quotations and unknown words stay as they are.
"""

import re
import unicodedata
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

from components.sandbox.prompts.vocabulary import MOST
from components.sandbox.renderer.canvas import table

_SCRIPTS = ("latin", "latin", "latin", "latin", "latin", "ru", "zh", "ja")
_QUOTED = re.compile(r"(\"[^\"]{1,60}\"|“[^”]{1,60}”|(?<!\w)['‘][^'’]{1,60}['’](?!\w))")
_FILE = Path(__file__).with_name("translations.txt")
_ENGLISH, _SMALL = (
    re.compile(rf"\b({table(_FILE.name, _FILE.parent)[key][0]})\b") for key in ("english", "small")
)
_COLOURS = {"red", "blue", "green", "yellow", "black", "white", "pink"}


@lru_cache(maxsize=1)
def _lexicons() -> dict[str, dict[str, str]]:
    lexicons: dict[str, dict[str, str]] = {script: {} for script in _SCRIPTS}
    for line in _FILE.read_text("utf-8").partition("\n\n")[2].splitlines():
        english, *columns = line.split("|")
        for script, words in zip(_SCRIPTS, columns, strict=True):
            for word in filter(None, words.split("/")):
                lexicons[script].setdefault(word, english)
    return lexicons


def translate(text: str) -> str:
    """Return the text with its known foreign words in English."""
    parts = _QUOTED.split(text[:MOST])
    plain = _plain(" ".join(parts[::2]))
    if re.search("[\u3040-\u30ff\u4e00-\u9fff]", plain):
        kana = _lexicons()["ja"] if re.search("[\u3040-\u30ff]", plain) else {}
        parts[::2] = [_signs(part, _lexicons()["zh"] | kana) for part in parts[::2]]
    elif re.search("[а-яё]", plain):
        meaning = partial(_meaning, words=_lexicons()["ru"], endings=4)
        parts[::2] = [
            re.sub("[а-яё]+", lambda m: meaning(m[0]), part.lower()) for part in parts[::2]
        ]
    elif (_SMALL.search(plain) or re.search("[À-ɏ]", text)) and not _ENGLISH.search(plain):
        parts[::2] = [_latin(part) for part in parts[::2]]
    return "".join(parts) + text[MOST:]


def _signs(part: str, words: dict[str, str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        part = part.replace(word, f" {words[word]} ")
    return part


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.lower().replace("ß", "ss"))
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u0305\u0307-\u036f]", "", bare))


def _meaning(word: str, words: dict[str, str], endings: int) -> str:
    for length in range(endings + 1):
        stem, ending = word[: len(word) - length], word[len(word) - length :]
        known = words.get(stem)
        if known and (not length or len(stem) > 2 or ending in ("s", "es", "er", "e", "и", "ы")):
            plural = ending.endswith("s") and known not in _COLOURS and not known.endswith("s")
            return f"{known}s" if plural else known
    return word


def _latin(part: str) -> str:
    # Small words go: "no lago" is "in the lake", and must not be read as a refusal.
    text, latin = _plain(part), _lexicons()["latin"]
    for phrase in (phrase for phrase in latin if " " in phrase):
        text = re.sub(rf"\b{phrase.replace(' ', '[ -]')}\b", latin[phrase], text)
    pieces = re.findall(r"[^\W_]+|[^\w\s]+", _SMALL.sub(" ", text))
    words = [_meaning(piece, latin, 2) for piece in pieces]
    for place, (noun, colour) in enumerate(pairwise(words)):
        if colour in _COLOURS and noun not in _COLOURS and noun.isalpha():
            words[place], words[place + 1] = colour, noun  # "a balloon red" is "a red balloon"
    return " ".join(words)
