"""Advice on prompts: what it notices, what it lets be, and that each fix mends what it names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.studio.prompt_hints import Advice, Matter, advise

GOOD_EDITS = (
    "Change the car's colour to deep red, keep everything else the same",
    "Replace “OPEN” with “SHUT”, keep the same font style and colour",
    "Using this style, a bunny and a bird having tea at a table",
    "Restyle as watercolour with soft washes and paper texture, keep the composition",
    "Change the background to a beach while keeping the man in the exact same position and scale",
    "Ändere den Himmel in ein warmes Rot",
)


def edit(prompt: str, *, translate: bool = False) -> list[Advice]:
    return advise(prompt, editing=True, translate=translate)


def matters(found: list[Advice]) -> list[Matter]:
    return [advice.matter for advice in found]


@pytest.mark.parametrize("prompt", GOOD_EDITS)
def test_a_prompt_that_follows_the_guides_is_let_be(prompt: str) -> None:
    assert edit(prompt, translate="“" not in prompt) == []


@pytest.mark.parametrize("prompt", ["", " ", "\n\t"])
def test_an_empty_prompt_gets_no_advice(prompt: str) -> None:
    assert edit(prompt) == []


@pytest.mark.parametrize(
    ("prompt", "matter"),
    [
        ("Change the {object} to {value}, keep the rest", Matter.SLOTS),
        ("Keep " + "the pretty hills and valleys, " * 90, Matter.LENGTH),
        ("把天空变成温暖的日落", Matter.LANGUAGE),
        ("Ändere den Himmel in ein warmes Rot", Matter.LANGUAGE),
        ("Make the sign say OPEN, keep the wall", Matter.UNQUOTED),
        ("Give her a red hat, keep the face", Matter.PRONOUN),
        ("Change the background to a beach, keep the light", Matter.BACKGROUND),
        ("Transform the street into winter", Matter.BROAD),
        ("Add a red hat", Matter.NO_KEEP),
        ("Add a hat, add a dog, remove the cat, make the sky blue, keep the rest", Matter.MANY),
        ("Replace “OPEN” with “OPEN ALL NIGHT”, keep the font", Matter.LONGER_TEXT),
        ("Make the street empty, no people, keep the houses", Matter.NEGATIVE),
        ("Restyle as anime, keep the composition", Matter.STYLE),
    ],
)
def test_what_the_model_stumbles_over_is_named(prompt: str, matter: Matter) -> None:
    assert matter in matters(edit(prompt))


def test_quoted_words_are_noticed_only_while_they_would_be_translated() -> None:
    prompt = "Replace “OPEN” with “SHUT”, keep the font"

    assert matters(edit(prompt, translate=True)) == [Matter.TRANSLATED_QUOTE]
    assert edit(prompt, translate=False) == []


def test_a_fix_leaves_what_stands_in_quotes_alone() -> None:
    [pronoun] = [
        advice
        for advice in edit("“Just do it” written above, make it red, keep the rest")
        if advice.matter is Matter.PRONOUN
    ]
    assert pronoun.fix is not None
    assert pronoun.fix.prompt == ("“Just do it” written above, make the picture red, keep the rest")
    [kept] = edit("Make the wall blue, don't change “OPEN” on the sign, keep the rest")
    assert kept.fix is not None
    assert kept.fix.prompt == (
        "Make the wall blue, keep “OPEN” on the sign unchanged, keep the rest"
    )


def test_what_stands_in_quotes_is_lettering_and_follows_no_rule() -> None:
    assert edit("Paint “Do not touch the art” on the wall, keep the rest") == []
    assert edit("Write “NO, transform it without them” on the wall, keep the bricks") == []


def test_a_pronoun_after_its_subject_is_let_be() -> None:
    assert Matter.PRONOUN not in matters(edit("Turn the red car to the left and make it blue"))


def test_a_new_picture_needs_no_keep_clause_and_names_no_subject() -> None:
    prompt = "Transform of her kingdom, anime"

    assert advise(prompt, editing=False, translate=False) == []


def test_the_most_pressing_advice_comes_first() -> None:
    found = matters(edit("Make it anime, no people {place}"))

    assert found == sorted(found, key=list(Matter).index)
    assert found[0] is Matter.SLOTS


@pytest.mark.parametrize(
    ("prompt", "matter", "mended"),
    [
        ("Add a red hat.", Matter.NO_KEEP, "Add a red hat, keep everything else the same"),
        ("Make it black and white, keep the frame", Matter.PRONOUN, "Make the picture black"),
        ("Make the sign say OPEN on the door, keep it", Matter.UNQUOTED, "say “OPEN” on the door"),
        ("Add a dog, don't change the house", Matter.NEGATIVE, "Add a dog, keep the house unch"),
        ("Transform the street into winter", Matter.BROAD, "winter, keep the composition"),
        ("Change the background to a beach", Matter.BACKGROUND, "beach, keep the subject in the"),
    ],
)
def test_a_fix_rewrites_the_prompt_as_a_designer_would(
    prompt: str, matter: Matter, mended: str
) -> None:
    fixes = {advice.matter: advice.fix for advice in edit(prompt)}
    fix = fixes[matter]

    assert fix is not None
    assert fix.prompt is not None
    assert mended in fix.prompt
    assert matter not in matters(edit(fix.prompt))


PIECES = st.sampled_from(
    [
        *("Make it", "Add a hat", "transform the sky", "change the background to a beach"),
        *("no people", "don't change the house", "keep the face", "say OPEN", "“HELLO”", "{place}"),
        *("her", "in anime style", "ein rotes Haus mit dem Hund", ".", "and", "\n", "  "),
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=7).map(" ".join), st.booleans(), st.booleans())
def test_every_fix_settles_its_own_matter_and_is_settled_by_repeating_it(
    prompt: str, editing: bool, translate: bool
) -> None:
    for advice in advise(prompt, editing=editing, translate=translate):
        text, switch = prompt, translate
        for _ in range(prompt.count(" ") + 2):
            same = [
                found
                for found in advise(text, editing=editing, translate=switch)
                if found.matter is advice.matter and found.fix
            ]
            if not same or same[0].fix is None:
                break
            text = same[0].fix.prompt or text
            switch = switch if same[0].fix.translate is None else same[0].fix.translate
        else:
            pytest.fail(f"{advice.matter} is never settled: {text!r}")


@pytest.mark.parametrize("piece", ["“", "'a", "say ", "don't change ", "background ", "{", "«»"])
def test_the_longest_odd_prompt_is_read_at_once(piece: str) -> None:
    prompt = (piece * 5000)[:5000]
    began = time.monotonic()
    edit(prompt)

    assert time.monotonic() - began < 1.0


@given(st.text(max_size=400), st.booleans(), st.booleans())
def test_any_text_may_be_asked_about(prompt: str, editing: bool, translate: bool) -> None:
    found = matters(advise(prompt, editing=editing, translate=translate))

    assert len(found) == len(set(found))
