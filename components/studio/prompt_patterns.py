"""Patterns of the prompt hints: naming, keeping, negation, quotes, styles.

English only, as the model's own language is; every pattern ignores case.
"""

from __future__ import annotations

import re

# Lettering is short; without the bound, a prompt of opening quotes takes seconds.
QUOTED = re.compile(
    r"\"[^\"\n]{1,200}\"|“[^“”\n]{1,200}”|„[^„“”\n]{1,200}[“”]|«[^«»\n]{1,200}»"
    r"|‘[^‘’\n]{1,200}’|(?<!\w)'[^'\n]{1,200}'(?!\w)"
)
SLOT = re.compile(r"\{[^{}\n]{1,200}\}")

KEEP_CLAUSE = re.compile(
    r"\b(keep(s|ing)?|kept|preserv(e|es|ed|ing)|maintain(s|ing)?|retain(s|ing)?|leav(e|ing)"
    r"|unchanged|untouched|intact|same|only|without (changing|altering|touching))\b",
    re.IGNORECASE,
)
BROAD = re.compile(r"\b(transform|convert)(s|ed|ing)?\b", re.IGNORECASE)
PRONOUN = re.compile(r"\b(it|its|he|him|his|she|her|hers|they|them|their)\b", re.IGNORECASE)
NAMED_SUBJECT = re.compile(
    r"\b(the|a|an|this|that|these|those|my|our|your|all|every|each)\s+(?!same\b|other\b)\w",
    re.IGNORECASE,
)
NEGATIVE = re.compile(
    r"\b(no|without(?! (?:changing|altering|touching))|not|don[’']t|doesn[’']t|never"
    r"|nothing|nobody|none)\b(?! longer\b)",
    re.IGNORECASE,
)
NEGATED_CHANGE = re.compile(
    r"\b(?:do not|don[’']t|never) (?:change|alter|touch|modify) "
    r"(?P<what>[^,.;\n]+?)(?=\s*(?:[,.;\n]|\band\b|$))",
    re.IGNORECASE,
)
CHANGES = re.compile(
    r"\b(add|remove|delete|erase|change|replace|swap|make|turn|put|place|move|give|paint|recolou?r"
    r"|colou?r|restyle|transform|convert|rotate|zoom|crop|enlarge|shrink|brighten|darken|blur"
    r"|sharpen|write|dress|open|close|raise|lower|lighten|restore|redecorate)\b",
    re.IGNORECASE,
)
BACKGROUND = re.compile(
    r"\b(chang|replac|swap|mak|turn|mov|put|plac|set)\w*\b.{0,60}\b(background|backdrop)\b"
    r"|\bnew (background|backdrop)\b",
    re.IGNORECASE | re.DOTALL,
)
POSITION = re.compile(
    r"\b(position|pose|scale|placement|framing|composition|in place|everything else)\b",
    re.IGNORECASE,
)
LETTERING = re.compile(
    r"\b(?:say|says|saying|(?:that|which|to) reads?|the words?"
    r"|text (?:to|into|with)|text:)\s+(?P<text>[^\s,.;:!?][^,.;\n]*?)"
    r"(?=\s*(?:[,.;\n]|$)|\s+(?:in|on|at|with|and|while|keep\w*|above|below|under|over)\b)",
    re.IGNORECASE,
)
REPLACED_TEXT = re.compile(
    rf"(?P<old>{QUOTED.pattern})\s*(?:with|by|to|into)\s*(?P<new>{QUOTED.pattern})",
    re.IGNORECASE,
)
STYLE = re.compile(
    r"\b(style|anime|watercolou?r|oil painting|impressionis[mt]|cubis[mt]|cyberpunk|pixel art"
    r"|comic|cartoon|pencil sketch|art deco|art nouveau|pop art|ukiyo-e|claymation)\b",
    re.IGNORECASE,
)
TRAITS = re.compile(
    r"\b(with|featuring|strokes?|brush\w*|palette|texture\w*|lines?|outlines?|shading|grain"
    r"|colou?rs|tones?|edges|washes|contrast|same)\b|:",
    re.IGNORECASE,
)
STYLE_FROM_INPUT = re.compile(r"\s*(using|in) this style\b", re.IGNORECASE)

_ENGLISH = re.compile(
    r"\b(the|a|an|of|in|on|at|to|and|or|with|into|from|by|for|is|are|as|this|that|it|its|his|her"
    r"|their|make|add|change|keep|remove|replace|turn|put|same|while)\b",
    re.IGNORECASE,
)
_OTHER_LANGUAGE_WORDS = re.compile(
    r"\b(der|das|und|ein|eine|einen|einem|mit|den|dem|auf|im|ist|nicht|mache|ersetze|ändere"
    r"|le|la|les|un|une|et|avec|dans|sur|du|est|pas|el|los|las|una|y|con|en|del|por|para"
    r"|il|lo|gli|di|che|e|o|os|da|do|em|uma|não|het|een|van|met|op)\b",
    re.IGNORECASE,
)
_OTHER_LANGUAGE_LETTERS = 0.15


def is_english(text: str) -> bool:
    """Whether a prompt reads as English; a few names and accents do not make it foreign."""
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return True
    foreign = sum(not letter.isascii() for letter in letters)
    if foreign / len(letters) > _OTHER_LANGUAGE_LETTERS:
        return False
    return len(_OTHER_LANGUAGE_WORDS.findall(text)) <= len(_ENGLISH.findall(text))


def estimated_tokens(text: str) -> int:
    """About how many tokens the model reads.

    A word is one and a little more for each six letters. A sign is one, and so is a letter of a
    script without spaces.
    """
    pieces = re.findall(r"[A-Za-zÀ-ɏ]+|\d|[^\s]", text)
    return sum(1 + (len(piece) - 1) // 6 for piece in pieces)
