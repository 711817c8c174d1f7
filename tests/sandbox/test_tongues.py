"""Prompts in other languages, told in English; and English, which stays as it is."""

import pytest

from components.sandbox.painting import translated
from components.sandbox.painting.palettes import Hour
from components.sandbox.painting.scene import Ground, Thing
from components.sandbox.painting.words import read


@pytest.mark.parametrize(
    ("prompt", "things", "grounds", "hour"),
    [
        ("un gato negro bajo las estrellas de noche", {Thing.CAT, Thing.STARS}, set(), Hour.NIGHT),
        (
            "une maison au bord de la mer, coucher de soleil",
            {Thing.CABIN},
            {Ground.SEA},
            Hour.GOLDEN,
        ),
        ("ein roter Ballon über den Bergen", {Thing.PARTY_BALLOON}, {Ground.MOUNTAINS}, None),
        ("due gatti nella foresta", {Thing.CAT}, {Ground.FOREST}, None),
        ("um barco azul no lago", {Thing.BOAT}, {Ground.LAKE}, None),
        (
            "красный шар над горами на закате",
            {Thing.PARTY_BALLOON},
            {Ground.MOUNTAINS},
            Hour.GOLDEN,
        ),
        ("ein Boot", {Thing.BOAT}, set(), None),
        ("富士山和樱花", {Thing.TREE}, {Ground.MOUNTAINS}, None),
        ("海辺の猫と夕日", {Thing.CAT}, {Ground.SEA}, Hour.GOLDEN),
    ],
)
def test_the_subject_is_understood(
    prompt: str, things: set[Thing], grounds: set[Ground], hour: Hour | None
) -> None:
    scene = read(translated(prompt))
    assert {wanted.thing for wanted in scene.wanted} == things
    assert (scene.grounds, scene.hour) == (grounds, hour)


def test_number_and_colour_stand_before_their_noun() -> None:
    (balloons,) = read(translated("añade tres globos rojos")).wanted
    assert balloons.count == 3
    assert balloons.colour is not None


@pytest.mark.parametrize(
    "prompt",
    [
        "a red car on a coastal road",
        "a chat app icon",
        "tour of the castle, la la land",
        "San Francisco bridge",
        "a see through dress",
        "Replace 'OPEN' with 'CLOSED'",
        "portrait of a mare",
        "red rose",
        "a white mare",
        "leather boot",
        "pastel cat",
        "",
        "qwertz \ud800 🎈",
        "['" * 9_000,
    ],
)
def test_english_and_nonsense_stay_as_they_are(prompt: str) -> None:
    assert translated(prompt) == prompt


@pytest.mark.parametrize(
    "prompt", ['un logo con el texto "Casa Roja"', "红色标志 “红色”", "красный знак 'красный'"]
)
def test_quotations_are_not_translated(prompt: str) -> None:
    quoted = prompt[prompt.index(" ") + 1 :][-4:]
    assert translated(prompt) != prompt
    assert translated(prompt).endswith(quoted)
