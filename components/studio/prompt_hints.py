"""Advice on a prompt before it is paid for: what this model is known to stumble over.

Rules of the model's own guides, read without a model. Advice only: nothing here refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from components.kie import MAX_PROMPT_TOKENS
from components.studio import prompt_patterns

COMFORTABLE_TOKENS = 450
MOST_CHANGES = 3
LONGEST_REPLACEMENT = 1.5  # new lettering, in lengths of the old
KEEP_CLAUSE = "keep everything else the same"
_POSITION_CLAUSE = "keep the subject in the exact same position, scale and pose"
_STYLE_CLAUSE = "keep the composition and the subject unchanged"


class Matter(StrEnum):
    """What a piece of advice is about; the first is the most pressing."""

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
class Wish:
    """What is about to be asked for, as far as advice goes."""

    prompt: str
    editing: bool
    translate: bool


@dataclass(frozen=True)
class Fix:
    """What one click changes: the prompt, or the switch that translates it."""

    label: str
    prompt: str | None = None
    translate: bool | None = None


@dataclass(frozen=True)
class Advice:
    """One sentence, and a fix where it is mechanical."""

    matter: Matter
    sentence: str
    fix: Fix | None = None


def advise(prompt: str, *, editing: bool, translate: bool) -> list[Advice]:
    """What could be said better, the most pressing first; nothing for an empty prompt."""
    if not prompt.strip():
        return []
    wish = Wish(prompt, editing, translate)
    checks = list(_ANYTHING)
    if prompt_patterns.is_english(_said(prompt)):
        checks += _ENGLISH
        if editing:
            checks += _EDITS
    found = [advice for check in checks for advice in check(wish)]
    order = list(Matter)
    return sorted(found, key=lambda advice: order.index(advice.matter))


def _said(prompt: str) -> str:
    """The prompt with what stands in quotes blotted out: lettering follows no rules of ours.

    As long as before, so that what is found lies at the same place in the prompt.
    """
    return prompt_patterns.QUOTED.sub(lambda quoted: "·" * len(quoted[0]), prompt)


def _with_clause(prompt: str, clause: str) -> str:
    return f"{prompt.rstrip().rstrip('.,;:!')}, {clause}"


# Whatever is asked for, in any language


def _slots(wish: Wish) -> Iterator[Advice]:
    slot = prompt_patterns.SLOT.search(wish.prompt)
    if slot:
        yield Advice(Matter.SLOTS, f"Put your own words for {slot[0]}.")


def _length(wish: Wish) -> Iterator[Advice]:
    tokens = prompt_patterns.estimated_tokens(wish.prompt)
    if tokens > COMFORTABLE_TOKENS:
        yield Advice(
            Matter.LENGTH,
            f"About {tokens} tokens: the model reads {MAX_PROMPT_TOKENS}, the rest is lost.",
        )


def _language(wish: Wish) -> Iterator[Advice]:
    if not wish.translate and not prompt_patterns.is_english(_said(wish.prompt)):
        yield Advice(
            Matter.LANGUAGE,
            "The model reads English, and translation is off.",
            Fix("Translate it", translate=True),
        )


def _translated_quote(wish: Wish) -> Iterator[Advice]:
    if wish.translate and prompt_patterns.QUOTED.search(wish.prompt):
        fix = Fix("Do not translate", translate=False)
        yield Advice(
            Matter.TRANSLATED_QUOTE,
            "Words in quotes may be translated too.",
            fix if prompt_patterns.is_english(_said(wish.prompt)) else None,
        )


def _longer_text(wish: Wish) -> Iterator[Advice]:
    swap = prompt_patterns.REPLACED_TEXT.search(wish.prompt)
    if swap and len(swap["new"]) - 2 > LONGEST_REPLACEMENT * (len(swap["old"]) - 2):
        yield Advice(
            Matter.LONGER_TEXT,
            "The new words are much longer than the old: the letters may shrink or slip.",
        )


# In English


def _unquoted(wish: Wish) -> Iterator[Advice]:
    if prompt_patterns.QUOTED.search(wish.prompt):
        return
    letters = prompt_patterns.LETTERING.search(wish.prompt)
    if letters:
        start, end = letters.span("text")
        quoted = f"{wish.prompt[:start]}“{letters['text']}”{wish.prompt[end:]}"
        yield Advice(
            Matter.UNQUOTED,
            "Lettering is best in quotes.",
            Fix("Add quotes", prompt=quoted),
        )


def _negative(wish: Wish) -> Iterator[Advice]:
    said = _said(wish.prompt)
    change = prompt_patterns.DENIED_CHANGE.search(said)
    if change:
        start, end = change.span()
        what = wish.prompt[slice(*change.span("what"))]
        kept = f"{wish.prompt[:start]}keep {what} unchanged{wish.prompt[end:]}"
        yield Advice(
            Matter.NEGATIVE,
            f"Say what stays instead of “{wish.prompt[start:end]}”.",
            Fix("Say it so", prompt=kept),
        )
    elif denied := prompt_patterns.DENIES.search(said):
        example = "“an empty street”, not “no people”"
        yield Advice(
            Matter.NEGATIVE, f"“{denied[0]}” is easily missed. Say what is wanted: {example}."
        )


# Of edits


def _pronoun(wish: Wish) -> Iterator[Advice]:
    said = _said(wish.prompt)
    pronoun = prompt_patterns.PRONOUN.search(said)
    if pronoun is None or prompt_patterns.NAMED.search(said[: pronoun.start()]):
        return
    fix = None
    if pronoun[0].lower() == "it":
        start, end = pronoun.span()
        fix = Fix(
            "Say “the picture”", prompt=f"{wish.prompt[:start]}the picture{wish.prompt[end:]}"
        )
    yield Advice(Matter.PRONOUN, f"Name the subject instead of “{pronoun[0]}”.", fix)


def _background(wish: Wish) -> Iterator[Advice]:
    said = _said(wish.prompt)
    if prompt_patterns.BACKGROUND.search(said) and not prompt_patterns.POSITION.search(said):
        yield Advice(
            Matter.BACKGROUND,
            "With a new background the subject may move or change its size.",
            Fix("Hold its place", prompt=_with_clause(wish.prompt, _POSITION_CLAUSE)),
        )


def _keeping(wish: Wish) -> Iterator[Advice]:
    said = _said(wish.prompt)
    keeps = prompt_patterns.KEEPS.search(said) or prompt_patterns.DENIED_CHANGE.search(said)
    if keeps or prompt_patterns.FROM_THE_INPUT.match(said) or any(_background(wish)):
        return
    broad = prompt_patterns.BROAD.search(said)
    if broad:
        yield Advice(
            Matter.BROAD,
            f"“{broad[0].capitalize()}” with no limit may change everything.",
            Fix("Say what stays", prompt=_with_clause(wish.prompt, _STYLE_CLAUSE)),
        )
    else:
        yield Advice(
            Matter.NO_KEEP,
            "Say what stays, or it may change too.",
            Fix("Keep the rest", prompt=_with_clause(wish.prompt, KEEP_CLAUSE)),
        )


def _many(wish: Wish) -> Iterator[Advice]:
    count = len(prompt_patterns.CHANGES.findall(_said(wish.prompt)))
    if count > MOST_CHANGES:
        yield Advice(Matter.MANY, f"{count} changes at once: small steps hold better.")


def _style(wish: Wish) -> Iterator[Advice]:
    said = _said(wish.prompt)
    style = prompt_patterns.STYLE.search(said)
    if (
        style
        and not prompt_patterns.TRAITS.search(said)
        and not prompt_patterns.FROM_THE_INPUT.match(said)
    ):
        yield Advice(
            Matter.STYLE, "A style holds better with its traits: its lines, colours and texture."
        )


_Check = Callable[[Wish], Iterator[Advice]]
_ANYTHING: tuple[_Check, ...] = (_slots, _length, _language, _translated_quote, _longer_text)
_ENGLISH: tuple[_Check, ...] = (_unquoted, _negative)
_EDITS: tuple[_Check, ...] = (_pronoun, _background, _keeping, _many, _style)
