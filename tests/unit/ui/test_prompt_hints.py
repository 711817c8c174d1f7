"""Prompt hints: what gets one, what gets none, and that each fix removes its hint."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ui.form.prompt_hints import Hint, HintRule, lint_prompt

GOOD_EDITS = (
    "Change the car's colour to deep red, keep everything else the same",
    "Replace “OPEN” with “SHUT”, keep the same font style and colour",
    "Using this style, a bunny and a bird having tea at a table",
    "Restyle as watercolour with soft washes and paper texture, keep the composition",
    "Change the background to a beach while keeping the man in the exact same position and scale",
    "Ändere den Himmel in ein warmes Rot",
)


def lint_edit(prompt: str, *, translate: bool = False) -> list[Hint]:
    return lint_prompt(prompt, editing=True, translate=translate)


def rules(hints: list[Hint]) -> list[HintRule]:
    return [hint.rule for hint in hints]


@pytest.mark.parametrize("prompt", GOOD_EDITS)
def test_prompt_following_the_guides_gets_no_hint(prompt: str) -> None:
    assert lint_edit(prompt, translate="“" not in prompt) == []


@pytest.mark.parametrize("prompt", ["", " ", "\n\t"])
def test_empty_prompt_gets_no_hint(prompt: str) -> None:
    assert lint_edit(prompt) == []


@pytest.mark.parametrize(
    ("prompt", "rule"),
    [
        ("Change the {object} to {value}, keep the rest", HintRule.SLOTS),
        ("Keep " + "the pretty hills and valleys, " * 90, HintRule.LENGTH),
        ("把天空变成温暖的日落", HintRule.LANGUAGE),
        ("Ändere den Himmel in ein warmes Rot", HintRule.LANGUAGE),
        ("Make the sign say OPEN, keep the wall", HintRule.UNQUOTED),
        ("Give her a red hat, keep the face", HintRule.PRONOUN),
        ("Change the background to a beach, keep the light", HintRule.BACKGROUND),
        ("Transform the street into winter", HintRule.BROAD),
        ("Add a red hat", HintRule.NO_KEEP),
        ("Add a hat, add a dog, remove the cat, make the sky blue, keep the rest", HintRule.MANY),
        ("Replace “OPEN” with “OPEN ALL NIGHT”, keep the font", HintRule.LONGER_TEXT),
        ("Make the street empty, no people, keep the houses", HintRule.NEGATIVE),
        ("Restyle as anime, keep the composition", HintRule.STYLE),
    ],
)
def test_each_known_problem_gets_its_hint(prompt: str, rule: HintRule) -> None:
    assert rule in rules(lint_edit(prompt))


def test_quoted_text_gets_a_hint_only_with_translation_on() -> None:
    prompt = "Replace “OPEN” with “SHUT”, keep the font"

    assert rules(lint_edit(prompt, translate=True)) == [HintRule.TRANSLATED_QUOTE]
    assert lint_edit(prompt, translate=False) == []


def test_fix_leaves_quoted_text_unchanged() -> None:
    [pronoun] = [
        hint
        for hint in lint_edit("“Just do it” written above, make it red, keep the rest")
        if hint.rule is HintRule.PRONOUN
    ]
    assert pronoun.fix is not None
    assert pronoun.fix.prompt == ("“Just do it” written above, make the picture red, keep the rest")
    [negative] = lint_edit("Make the wall blue, don't change “OPEN” on the sign, keep the rest")
    assert negative.fix is not None
    assert negative.fix.prompt == (
        "Make the wall blue, keep “OPEN” on the sign unchanged, keep the rest"
    )


def test_quoted_text_triggers_no_hint() -> None:
    assert lint_edit("Paint “Do not touch the art” on the wall, keep the rest") == []
    assert lint_edit("Write “NO, transform it without them” on the wall, keep the bricks") == []


def test_pronoun_after_its_subject_gets_no_hint() -> None:
    assert HintRule.PRONOUN not in rules(lint_edit("Turn the red car to the left and make it blue"))


def test_new_image_needs_no_keep_clause_or_subject() -> None:
    prompt = "Transform of her kingdom, anime"

    assert lint_prompt(prompt, editing=False, translate=False) == []


def test_hints_are_sorted_by_importance() -> None:
    found = rules(lint_edit("Make it anime, no people {place}"))

    assert found == sorted(found, key=list(HintRule).index)
    assert found[0] is HintRule.SLOTS


@pytest.mark.parametrize(
    ("prompt", "rule", "expected"),
    [
        ("Add a red hat.", HintRule.NO_KEEP, "Add a red hat, keep everything else the same"),
        ("Make it black and white, keep the frame", HintRule.PRONOUN, "Make the picture black"),
        (
            "Make the sign say OPEN on the door, keep it",
            HintRule.UNQUOTED,
            "say “OPEN” on the door",
        ),
        ("Add a dog, don't change the house", HintRule.NEGATIVE, "Add a dog, keep the house unch"),
        ("Transform the street into winter", HintRule.BROAD, "winter, keep the composition"),
        ("Change the background to a beach", HintRule.BACKGROUND, "beach, keep the subject in the"),
    ],
)
def test_fix_rewrites_the_prompt(prompt: str, rule: HintRule, expected: str) -> None:
    fixes = {hint.rule: hint.fix for hint in lint_edit(prompt)}
    fix = fixes[rule]

    assert fix is not None
    assert fix.prompt is not None
    assert expected in fix.prompt
    assert rule not in rules(lint_edit(fix.prompt))


PIECES = st.sampled_from(
    [
        *("Make it", "Add a hat", "transform the sky", "change the background to a beach"),
        *("no people", "don't change the house", "keep the face", "say OPEN", "“HELLO”", "{place}"),
        *("her", "in anime style", "ein rotes Haus mit dem Hund", ".", "and", "\n", "  "),
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=7).map(" ".join), st.booleans(), st.booleans())
def test_every_fix_removes_its_hint_when_repeated(
    prompt: str, editing: bool, translate: bool
) -> None:
    for hint in lint_prompt(prompt, editing=editing, translate=translate):
        text, switch = prompt, translate
        for _ in range(prompt.count(" ") + 2):
            same = [
                found
                for found in lint_prompt(text, editing=editing, translate=switch)
                if found.rule is hint.rule and found.fix
            ]
            if not same or same[0].fix is None:
                break
            text = same[0].fix.prompt or text
            switch = switch if same[0].fix.translate is None else same[0].fix.translate
        else:
            pytest.fail(f"{hint.rule} is never resolved: {text!r}")


@pytest.mark.parametrize("quotes", ["“”", '""', "„“", "«»", "‘’", "''"])
def test_quotes_around_more_than_200_characters_are_no_lettering(quotes: str) -> None:
    """Without this bound, a prompt of opening quotes alone would take seconds."""
    opening, closing = quotes
    for length, is_lettering in ((200, True), (201, False)):
        found = rules(lint_edit(f"{opening}{'x' * length}{closing}", translate=True))
        assert (HintRule.TRANSLATED_QUOTE in found) is is_lettering, length


def test_braces_around_more_than_200_characters_are_no_slot() -> None:
    assert HintRule.SLOTS in rules(lint_edit("{" + "x" * 200 + "}"))
    assert HintRule.SLOTS not in rules(lint_edit("{" + "x" * 201 + "}"))


@given(st.text(max_size=400), st.booleans(), st.booleans())
def test_any_text_can_be_checked(prompt: str, editing: bool, translate: bool) -> None:
    found = rules(lint_prompt(prompt, editing=editing, translate=translate))

    assert len(found) == len(set(found))
