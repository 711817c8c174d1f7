"""Hints on a prompt before it is paid for: what the model is known to handle badly.

Rules from the model's own guides, checked without a model. Hints never block a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from components.studio import MAX_PROMPT_TOKENS

MAX_TOKENS = 450
MAX_CHANGES = 3
MAX_REPLACEMENT_RATIO = 1.5  # length of new lettering over the old
KEEP_CLAUSE = "keep everything else the same"
_POSITION_CLAUSE = "keep the subject in the exact same position, scale and pose"
_STYLE_CLAUSE = "keep the composition and the subject unchanged"

# What prompts are searched for: English only, as the model's own language is.
# Lettering is short; without the bound, a prompt of opening quotes takes seconds.
_QUOTED = re.compile(
    r"\"[^\"\n]{1,200}\"|“[^“”\n]{1,200}”|„[^„“”\n]{1,200}[“”]|«[^«»\n]{1,200}»"
    r"|‘[^‘’\n]{1,200}’|(?<!\w)'[^'\n]{1,200}'(?!\w)"
)
_SLOT = re.compile(r"\{[^{}\n]{1,200}\}")

_KEEPS = re.compile(
    r"\b(keep(s|ing)?|kept|preserv(e|es|ed|ing)|maintain(s|ing)?|retain(s|ing)?|leav(e|ing)"
    r"|unchanged|untouched|intact|same|only|without (changing|altering|touching))\b",
    re.IGNORECASE,
)
_BROAD = re.compile(r"\b(transform|convert)(s|ed|ing)?\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(it|its|he|him|his|she|her|hers|they|them|their)\b", re.IGNORECASE)
_NAMED_SUBJECT = re.compile(
    r"\b(the|a|an|this|that|these|those|my|our|your|all|every|each)\s+(?!same\b|other\b)\w",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(no|without(?! (?:changing|altering|touching))|not|don[’']t|doesn[’']t|never"
    r"|nothing|nobody|none)\b(?! longer\b)",
    re.IGNORECASE,
)
_NEGATED_CHANGE = re.compile(
    r"\b(?:do not|don[’']t|never) (?:change|alter|touch|modify) "
    r"(?P<what>[^,.;\n]+?)(?=\s*(?:[,.;\n]|\band\b|$))",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(add|remove|delete|erase|change|replace|swap|make|turn|put|place|move|give|paint|recolou?r"
    r"|colou?r|restyle|transform|convert|rotate|zoom|crop|enlarge|shrink|brighten|darken|blur"
    r"|sharpen|write|dress|open|close|raise|lower|lighten|restore|redecorate)\b",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"\b(chang|replac|swap|mak|turn|mov|put|plac|set)\w*\b.{0,60}\b(background|backdrop)\b"
    r"|\bnew (background|backdrop)\b",
    re.IGNORECASE | re.DOTALL,
)
_POSITION = re.compile(
    r"\b(position|pose|scale|placement|framing|composition|in place|everything else)\b",
    re.IGNORECASE,
)
_LETTERING = re.compile(
    r"\b(?:say|says|saying|(?:that|which|to) reads?|the words?"
    r"|text (?:to|into|with)|text:)\s+(?P<text>[^\s,.;:!?][^,.;\n]*?)"
    r"(?=\s*(?:[,.;\n]|$)|\s+(?:in|on|at|with|and|while|keep\w*|above|below|under|over)\b)",
    re.IGNORECASE,
)
_REPLACED_TEXT = re.compile(
    rf"(?P<old>{_QUOTED.pattern})\s*(?:with|by|to|into)\s*(?P<new>{_QUOTED.pattern})",
    re.IGNORECASE,
)
_STYLE = re.compile(
    r"\b(style|anime|watercolou?r|oil painting|impressionis[mt]|cubis[mt]|cyberpunk|pixel art"
    r"|comic|cartoon|pencil sketch|art deco|art nouveau|pop art|ukiyo-e|claymation)\b",
    re.IGNORECASE,
)
_TRAITS = re.compile(
    r"\b(with|featuring|strokes?|brush\w*|palette|texture\w*|lines?|outlines?|shading|grain"
    r"|colou?rs|tones?|edges|washes|contrast|same)\b|:",
    re.IGNORECASE,
)
_STYLE_FROM_INPUT = re.compile(r"\s*(using|in) this style\b", re.IGNORECASE)

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


class HintRule(StrEnum):
    """What a hint is about; the first is the most important."""

    SLOTS = "slots"
    LENGTH = "length"
    LANGUAGE = "language"
    UNQUOTED = "unquoted"
    PRONOUN = "pronoun"
    BACKGROUND = "background"
    BROAD = "broad"
    NO_KEEP = "no_keep"
    MANY = "many"
    LONGER_TEXT = "longer_text"
    NEGATIVE = "negative"
    STYLE = "style"
    TRANSLATED_QUOTE = "translated_quote"


@dataclass(frozen=True)
class PromptContext:
    """A prompt and the settings that hints depend on."""

    prompt: str
    editing: bool
    translate: bool


@dataclass(frozen=True)
class QuickFix:
    """What one click changes: the prompt, or the translation switch."""

    label: str
    prompt: str | None = None
    translate: bool | None = None


@dataclass(frozen=True)
class Hint:
    """One sentence, and a fix where it is mechanical."""

    rule: HintRule
    message: str
    fix: QuickFix | None = None


def lint_prompt(prompt: str, *, editing: bool, translate: bool) -> list[Hint]:
    """All hints for a prompt, the most important first; none for an empty prompt."""
    if not prompt.strip():
        return []
    context = PromptContext(prompt, editing, translate)
    checks = list(_ALWAYS)
    if _is_english(_without_quotes(prompt)):
        checks += _IN_ENGLISH
        if editing:
            checks += _FOR_EDITS
    hints = [hint for check in checks for hint in check(context)]
    order = list(HintRule)
    return sorted(hints, key=lambda hint: order.index(hint.rule))


def _without_quotes(prompt: str) -> str:
    """The prompt with quoted text blanked out: lettering follows no rules.

    The length stays, so that positions in it are positions in the prompt.
    """
    return _QUOTED.sub(lambda quoted: "·" * len(quoted[0]), prompt)


def _with_clause(prompt: str, clause: str) -> str:
    return f"{prompt.rstrip().rstrip('.,;:!')}, {clause}"


# In any language


def _slots(context: PromptContext) -> Iterator[Hint]:
    slot = _SLOT.search(context.prompt)
    if slot:
        yield Hint(HintRule.SLOTS, f"Put your own words for {slot[0]}.")


def _length(context: PromptContext) -> Iterator[Hint]:
    tokens = _estimated_tokens(context.prompt)
    if tokens > MAX_TOKENS:
        yield Hint(
            HintRule.LENGTH,
            f"About {tokens} tokens: the model reads {MAX_PROMPT_TOKENS}, the rest is lost.",
        )


def _language(context: PromptContext) -> Iterator[Hint]:
    if not context.translate and not _is_english(_without_quotes(context.prompt)):
        yield Hint(
            HintRule.LANGUAGE,
            "The model reads English, and translation is off.",
            QuickFix("Translate it", translate=True),
        )


def _translated_quote(context: PromptContext) -> Iterator[Hint]:
    if context.translate and _QUOTED.search(context.prompt):
        fix = QuickFix("Do not translate", translate=False)
        yield Hint(
            HintRule.TRANSLATED_QUOTE,
            "Words in quotes may be translated too.",
            fix if _is_english(_without_quotes(context.prompt)) else None,
        )


def _longer_text(context: PromptContext) -> Iterator[Hint]:
    swap = _REPLACED_TEXT.search(context.prompt)
    if swap and len(swap["new"]) - 2 > MAX_REPLACEMENT_RATIO * (len(swap["old"]) - 2):
        yield Hint(
            HintRule.LONGER_TEXT,
            "The new words are much longer than the old: the letters may shrink or slip.",
        )


# In English


def _unquoted(context: PromptContext) -> Iterator[Hint]:
    if _QUOTED.search(context.prompt):
        return
    letters = _LETTERING.search(context.prompt)
    if letters:
        start, end = letters.span("text")
        quoted = f"{context.prompt[:start]}“{letters['text']}”{context.prompt[end:]}"
        yield Hint(
            HintRule.UNQUOTED,
            "Lettering is best in quotes.",
            QuickFix("Add quotes", prompt=quoted),
        )


def _negative(context: PromptContext) -> Iterator[Hint]:
    unquoted = _without_quotes(context.prompt)
    change = _NEGATED_CHANGE.search(unquoted)
    if change:
        start, end = change.span()
        what = context.prompt[slice(*change.span("what"))]
        fixed = f"{context.prompt[:start]}keep {what} unchanged{context.prompt[end:]}"
        yield Hint(
            HintRule.NEGATIVE,
            f"Say what stays instead of “{context.prompt[start:end]}”.",
            QuickFix("Say it so", prompt=fixed),
        )
    elif negation := _NEGATIVE.search(unquoted):
        example = "“an empty street”, not “no people”"
        yield Hint(
            HintRule.NEGATIVE, f"“{negation[0]}” is easily missed. Say what is wanted: {example}."
        )


# For edits


def _pronoun(context: PromptContext) -> Iterator[Hint]:
    unquoted = _without_quotes(context.prompt)
    pronoun = _PRONOUN.search(unquoted)
    if pronoun is None or _NAMED_SUBJECT.search(unquoted[: pronoun.start()]):
        return
    fix = None
    if pronoun[0].lower() == "it":
        start, end = pronoun.span()
        fix = QuickFix(
            "Say “the picture”", prompt=f"{context.prompt[:start]}the picture{context.prompt[end:]}"
        )
    yield Hint(HintRule.PRONOUN, f"Name the subject instead of “{pronoun[0]}”.", fix)


def _background(context: PromptContext) -> Iterator[Hint]:
    unquoted = _without_quotes(context.prompt)
    if _BACKGROUND.search(unquoted) and not _POSITION.search(unquoted):
        yield Hint(
            HintRule.BACKGROUND,
            "With a new background the subject may move or change its size.",
            QuickFix("Hold its place", prompt=_with_clause(context.prompt, _POSITION_CLAUSE)),
        )


def _keep_clause(context: PromptContext) -> Iterator[Hint]:
    unquoted = _without_quotes(context.prompt)
    keeps = _KEEPS.search(unquoted) or _NEGATED_CHANGE.search(unquoted)
    if keeps or _STYLE_FROM_INPUT.match(unquoted) or any(_background(context)):
        return
    broad = _BROAD.search(unquoted)
    if broad:
        yield Hint(
            HintRule.BROAD,
            f"“{broad[0].capitalize()}” with no limit may change everything.",
            QuickFix("Say what stays", prompt=_with_clause(context.prompt, _STYLE_CLAUSE)),
        )
    else:
        yield Hint(
            HintRule.NO_KEEP,
            "Say what stays, or it may change too.",
            QuickFix("Keep the rest", prompt=_with_clause(context.prompt, KEEP_CLAUSE)),
        )


def _many(context: PromptContext) -> Iterator[Hint]:
    count = len(_CHANGES.findall(_without_quotes(context.prompt)))
    if count > MAX_CHANGES:
        yield Hint(HintRule.MANY, f"{count} changes at once: small steps hold better.")


def _style(context: PromptContext) -> Iterator[Hint]:
    unquoted = _without_quotes(context.prompt)
    style = _STYLE.search(unquoted)
    if style and not _TRAITS.search(unquoted) and not _STYLE_FROM_INPUT.match(unquoted):
        yield Hint(
            HintRule.STYLE, "A style holds better with its traits: its lines, colours and texture."
        )


_Check = Callable[[PromptContext], Iterator[Hint]]
_ALWAYS: tuple[_Check, ...] = (_slots, _length, _language, _translated_quote, _longer_text)
_IN_ENGLISH: tuple[_Check, ...] = (_unquoted, _negative)
_FOR_EDITS: tuple[_Check, ...] = (_pronoun, _background, _keep_clause, _many, _style)


def _is_english(text: str) -> bool:
    """Whether a prompt reads as English; a few names and accents do not make it foreign."""
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return True
    foreign = sum(not letter.isascii() for letter in letters)
    if foreign / len(letters) > _OTHER_LANGUAGE_LETTERS:
        return False
    return len(_OTHER_LANGUAGE_WORDS.findall(text)) <= len(_ENGLISH.findall(text))


def _estimated_tokens(text: str) -> int:
    """About how many tokens the model reads.

    A word is one and a little more for each six letters. A sign is one, and so is a letter of a
    script without spaces.
    """
    pieces = re.findall(r"[A-Za-zÀ-ɏ]+|\d|[^\s]", text)
    return sum(1 + (len(piece) - 1) // 6 for piece in pieces)
