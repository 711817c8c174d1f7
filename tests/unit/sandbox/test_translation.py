"""Prompts in other languages are put into English; English stays as it is."""

import pytest

from components.sandbox.prompts.translation import translate


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("un gato negro bajo las estrellas de noche", {"black", "cat", "stars", "night"}),
        ("une maison au bord de la mer, coucher de soleil", {"house", "sea", "sunset"}),
        ("ein roter Ballon über den Bergen", {"red", "balloon", "mountain"}),
        ("due gatti nella foresta", {"two", "cat", "forest"}),
        ("um barco azul no lago", {"blue", "boat", "lake"}),
        ("красный шар над горами на закате", {"red", "balloon", "mountain", "sunset"}),
        ("ein Boot", {"boat"}),
        ("富士山和樱花", {"mountain", "cherry", "blossom"}),
        ("海辺の猫と夕日", {"sea", "cat", "sunset"}),
        ("añade tres globos rojos", {"add", "three", "red", "balloons"}),
    ],
)
def test_known_words_become_english(prompt: str, words: set[str]) -> None:
    assert words <= set(translate(prompt).replace(",", " ").split())


def test_colour_stands_before_its_noun() -> None:
    assert translate("un globo rojo") == "red balloon"


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
        "leather boot",
        "pastel cat",
        "",
        "qwertz \ud800 🎈",
        "['" * 9_000,
    ],
)
def test_english_and_nonsense_stay_as_they_are(prompt: str) -> None:
    assert translate(prompt) == prompt


@pytest.mark.parametrize(
    "prompt", ['un logo con el texto "Casa Roja"', "红色标志 “红色”", "красный знак 'красный'"]
)
def test_quotations_are_not_translated(prompt: str) -> None:
    quoted = prompt[-4:]
    assert translate(prompt) != prompt
    assert translate(prompt).endswith(quoted)
