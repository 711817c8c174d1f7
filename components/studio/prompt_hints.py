"""Hints on a prompt before it is paid for: what the model is known to handle badly.

Rules from the model's own guides, checked without a model. Hints never block a prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from components.kie import MAX_PROMPT_TOKENS
from components.studio import prompt_patterns

MAX_TOKENS = 450
MAX_CHANGES = 3
MAX_REPLACEMENT_RATIO = 1.5  # length of new lettering over the old
KEEP_CLAUSE = "keep everything else the same"
_POSITION_CLAUSE = "keep the subject in the exact same position, scale and pose"
_STYLE_CLAUSE = "keep the composition and the subject unchanged"


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
    if prompt_patterns.is_english(_without_quotes(prompt)):
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
    return prompt_patterns.QUOTED.sub(lambda quoted: "·" * len(quoted[0]), prompt)


def _with_clause(prompt: str, clause: str) -> str:
    return f"{prompt.rstrip().rstrip('.,;:!')}, {clause}"


# In any language


def _slots(context: PromptContext) -> Iterator[Hint]:
    slot = prompt_patterns.SLOT.search(context.prompt)
    if slot:
        yield Hint(HintRule.SLOTS, f"Put your own words for {slot[0]}.")


def _length(context: PromptContext) -> Iterator[Hint]:
    tokens = prompt_patterns.estimated_tokens(context.prompt)
    if tokens > MAX_TOKENS:
        yield Hint(
            HintRule.LENGTH,
            f"About {tokens} tokens: the model reads {MAX_PROMPT_TOKENS}, the rest is lost.",
        )


def _language(context: PromptContext) -> Iterator[Hint]:
    if not context.translate and not prompt_patterns.is_english(_without_quotes(context.prompt)):
        yield Hint(
            HintRule.LANGUAGE,
            "The model reads English, and translation is off.",
            QuickFix("Translate it", translate=True),
        )


def _translated_quote(context: PromptContext) -> Iterator[Hint]:
    if context.translate and prompt_patterns.QUOTED.search(context.prompt):
        fix = QuickFix("Do not translate", translate=False)
        yield Hint(
            HintRule.TRANSLATED_QUOTE,
            "Words in quotes may be translated too.",
            fix if prompt_patterns.is_english(_without_quotes(context.prompt)) else None,
        )


def _longer_text(context: PromptContext) -> Iterator[Hint]:
    swap = prompt_patterns.REPLACED_TEXT.search(context.prompt)
    if swap and len(swap["new"]) - 2 > MAX_REPLACEMENT_RATIO * (len(swap["old"]) - 2):
        yield Hint(
            HintRule.LONGER_TEXT,
            "The new words are much longer than the old: the letters may shrink or slip.",
        )


# In English


def _unquoted(context: PromptContext) -> Iterator[Hint]:
    if prompt_patterns.QUOTED.search(context.prompt):
        return
    letters = prompt_patterns.LETTERING.search(context.prompt)
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
    change = prompt_patterns.NEGATED_CHANGE.search(unquoted)
    if change:
        start, end = change.span()
        what = context.prompt[slice(*change.span("what"))]
        fixed = f"{context.prompt[:start]}keep {what} unchanged{context.prompt[end:]}"
        yield Hint(
            HintRule.NEGATIVE,
            f"Say what stays instead of “{context.prompt[start:end]}”.",
            QuickFix("Say it so", prompt=fixed),
        )
    elif negation := prompt_patterns.NEGATIVE.search(unquoted):
        example = "“an empty street”, not “no people”"
        yield Hint(
            HintRule.NEGATIVE, f"“{negation[0]}” is easily missed. Say what is wanted: {example}."
        )


# For edits


def _pronoun(context: PromptContext) -> Iterator[Hint]:
    unquoted = _without_quotes(context.prompt)
    pronoun = prompt_patterns.PRONOUN.search(unquoted)
    if pronoun is None or prompt_patterns.NAMED_SUBJECT.search(unquoted[: pronoun.start()]):
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
    if prompt_patterns.BACKGROUND.search(unquoted) and not prompt_patterns.POSITION.search(
        unquoted
    ):
        yield Hint(
            HintRule.BACKGROUND,
            "With a new background the subject may move or change its size.",
            QuickFix("Hold its place", prompt=_with_clause(context.prompt, _POSITION_CLAUSE)),
        )


def _keep_clause(context: PromptContext) -> Iterator[Hint]:
    unquoted = _without_quotes(context.prompt)
    keeps = prompt_patterns.KEEP_CLAUSE.search(unquoted) or prompt_patterns.NEGATED_CHANGE.search(
        unquoted
    )
    if keeps or prompt_patterns.STYLE_FROM_INPUT.match(unquoted) or any(_background(context)):
        return
    broad = prompt_patterns.BROAD.search(unquoted)
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
    count = len(prompt_patterns.CHANGES.findall(_without_quotes(context.prompt)))
    if count > MAX_CHANGES:
        yield Hint(HintRule.MANY, f"{count} changes at once: small steps hold better.")


def _style(context: PromptContext) -> Iterator[Hint]:
    unquoted = _without_quotes(context.prompt)
    style = prompt_patterns.STYLE.search(unquoted)
    if (
        style
        and not prompt_patterns.TRAITS.search(unquoted)
        and not prompt_patterns.STYLE_FROM_INPUT.match(unquoted)
    ):
        yield Hint(
            HintRule.STYLE, "A style holds better with its traits: its lines, colours and texture."
        )


_Check = Callable[[PromptContext], Iterator[Hint]]
_ALWAYS: tuple[_Check, ...] = (_slots, _length, _language, _translated_quote, _longer_text)
_IN_ENGLISH: tuple[_Check, ...] = (_unquoted, _negative)
_FOR_EDITS: tuple[_Check, ...] = (_pronoun, _background, _keep_clause, _many, _style)
