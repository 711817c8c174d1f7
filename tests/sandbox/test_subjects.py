"""The subjects that designers ask for most: goods, food, rooms, logos and landmarks."""

from dataclasses import replace

import pytest
from PIL import Image, ImageChops

from components.sandbox.painting import paint_scene
from components.sandbox.painting.colour import NAMED
from components.sandbox.painting.furniture import FURNITURE
from components.sandbox.painting.logo import paint_logo
from components.sandbox.painting.overpaint import stage_for
from components.sandbox.painting.scene import Genre, Letters, Scene, Thing, Wanted
from components.sandbox.painting.tabletop import TABLETOP
from components.sandbox.painting.things import THINGS, carried, paint_things
from components.sandbox.painting.words import read

SMALL = (240, 160)


@pytest.mark.parametrize("thing", list(TABLETOP))
def test_everything_that_can_stand_on_a_table_is_painted_there(thing: Thing) -> None:
    def painted(words: str) -> bytes:
        return paint_scene(words, SMALL, 1).tobytes()

    prompt = f"{thing} on a table"
    scene = read(prompt)
    assert scene.genre is Genre.STILL_LIFE
    assert scene.find(thing), f"no word of the vocabulary asks for {thing}"
    alone = painted(prompt)
    other = Thing.CANDLE if thing is Thing.BOOK else Thing.BOOK
    assert alone != painted(f"{other} on a table")


@pytest.mark.parametrize("thing", list(FURNITURE))
def test_all_furniture_makes_a_room(thing: Thing) -> None:
    scene = read(f"a red {thing}")
    assert scene.genre is Genre.INTERIOR
    assert scene.wanted == (Wanted(thing, 1, NAMED["red"]),)
    assert paint_scene(f"a red {thing}", SMALL, 1).size == SMALL


@pytest.mark.parametrize("thing", [*THINGS, *TABLETOP, *FURNITURE])
def test_anything_can_be_the_mark_of_a_logo(thing: Thing) -> None:
    plain, marked = (
        paint_logo_of(words) for words in ("sun logo on white", f"{thing} logo on white")
    )
    assert ImageChops.difference(plain, marked).getbbox()


def paint_logo_of(words: str) -> Image.Image:
    """Return the middle of a logo, on a stage whose chance does not hang on the words."""
    stage = stage_for(Image.new("RGB", SMALL, "white"), "a logo")
    paint_logo(stage, read(words))
    return stage.picture.crop((80, 40, 160, 120))


def test_the_name_under_a_logo_is_no_signboard() -> None:
    assert read('logo for a coffee shop "Bean"').letters is Letters.POSTER


@pytest.mark.parametrize(
    ("prompt", "thing"),
    [
        ("a tower on a hill", Thing.TOWER),
        ("the eiffel tower at night", Thing.IRON_TOWER),
        ("a waterfall in the jungle", Thing.WATERFALL),
        ("an old bike against a wall", Thing.BICYCLE),
        ("a steam train in the alps", Thing.TRAIN),
        ("koi fish", Thing.FISH),
        ("a cute robot", Thing.ROBOT),
        ("t-shirt mockup", Thing.SHIRT),
        ("a pair of sunglasses", Thing.SPECTACLES),
        ("sheep on a hill", Thing.SHEEP),
        ("the pyramids of giza", Thing.PYRAMID),
    ],
)
def test_common_subjects_are_known(prompt: str, thing: Thing) -> None:
    assert read(prompt).find(thing)


@pytest.mark.parametrize("kind", ["bedroom", "cafe", "library", "living room"])
def test_a_kind_of_room_brings_its_furniture(kind: str) -> None:
    assert read(f"a {kind} with a plant").genre is Genre.INTERIOR
    pictures = {paint_scene(words, SMALL, 1).tobytes() for words in (kind, f"{kind} at night")}
    assert len(pictures) == 2


def test_a_product_that_is_named_stands_alone() -> None:
    asked = read("product photo of a red running shoe")
    assert [wanted.thing for wanted in asked.wanted] == [Thing.SHOE]


@pytest.mark.parametrize(
    "prompt", ["a man playing guitar", "a woman in a white shirt with a cup of coffee", "a bride"]
)
def test_what_a_person_wears_or_holds_makes_no_still_life(prompt: str) -> None:
    assert read(prompt).genre is Genre.PORTRAIT


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("an orange cat", {Thing.CAT}),
        ("an orange and a pear", {Thing.FRUIT}),
        ("a rose gold watch", {Thing.WATCH}),
        ("a red rose", {Thing.FLOWER}),
        ("a hot dog with mustard", {Thing.BURGER}),
    ],
)
def test_a_colour_is_no_fruit(prompt: str, things: set[Thing]) -> None:
    assert {wanted.thing for wanted in read(prompt).wanted} == things


@pytest.mark.parametrize("prompt", ["a cat with a book", "girl reading a book under a tree"])
def test_what_cannot_stand_on_a_table_makes_no_still_life(prompt: str) -> None:
    assert read(prompt).genre is Genre.LANDSCAPE


def test_goods_are_painted_in_the_open_too() -> None:
    scene = read("a pink bottle and a tower on a beach")
    assert carried(scene) == (Thing.BOTTLE,)
    assert carried(read("a man with a camera on a beach")) == ()
    with_it, without = (_foreground(replace(scene, wanted=wanted)) for wanted in (scene.wanted, ()))
    assert ImageChops.difference(with_it, without).getbbox()


def _foreground(scene: Scene) -> Image.Image:
    stage = stage_for(Image.new("RGB", SMALL, "white"), "a beach")
    paint_things(stage, scene)
    return stage.picture.crop((0, 100, 240, 160))


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("a school bus", 1),
        ("a cactus", 1),
        ("a pair of sneakers", 1),
        ("three shoes", 3),
        ("buses", 3),
        ("paris", 1),
    ],
)
def test_one_bus_is_one(prompt: str, count: int) -> None:
    (wanted,) = read(prompt).wanted
    assert wanted.count == count
