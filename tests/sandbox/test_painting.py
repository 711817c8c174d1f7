"""What the sandbox's painter promises about a picture painted from words."""

import io
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from components.sandbox.painting import fit, paint_scene
from components.sandbox.painting.lettering import drawable
from components.sandbox.painting.mark import is_signed, sign, unsign
from components.sandbox.painting.palettes import Hour, Weather
from components.sandbox.painting.scene import Genre, Ground, Letters, Style, Thing, Wanted
from components.sandbox.painting.things import THINGS
from components.sandbox.painting.vocabulary import GROUNDS
from components.sandbox.painting.words import read

SMALL = (240, 160)
SERVED_SIZES = [(1568, 672), (1392, 752), (1184, 880), (1024, 1024), (880, 1184), (752, 1392)]


def brightness(picture: Image.Image) -> float:
    return ImageStat.Stat(picture.convert("L")).mean[0]


def mean_colour(picture: Image.Image) -> list[float]:
    return ImageStat.Stat(picture.convert("RGB")).mean


@pytest.mark.parametrize("size", SERVED_SIZES)
def test_a_picture_is_rgb_and_exactly_as_large_as_asked(size: tuple[int, int]) -> None:
    picture = paint_scene("three hot-air balloons over a valley at dawn", size, 1)
    assert (picture.mode, picture.size) == ("RGB", size)


@pytest.mark.parametrize("size", [(64, 64), (97, 31), (31, 97), (1, 1)])
def test_even_a_tiny_picture_is_painted(size: tuple[int, int]) -> None:
    assert paint_scene("a lighthouse in a storm, 'HOME'", size, 1).size == size


def test_the_same_words_size_and_seed_give_the_same_picture() -> None:
    first, again = (paint_scene("a fox in the forest", SMALL, 7) for _ in range(2))
    assert first.tobytes() == again.tobytes()


def test_another_process_paints_the_same_picture() -> None:
    code = (
        "import hashlib; from components.sandbox.painting import paint_scene;"
        "picture = paint_scene('stars over a lake', (120, 90), 3);"
        "print(hashlib.sha256(picture.tobytes()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    hashes = {
        subprocess.run(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-c", code],
            cwd=root,
            env={"PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert len(hashes) == 1


def test_another_seed_gives_another_picture() -> None:
    pictures = {paint_scene("mountains by a lake", SMALL, seed).tobytes() for seed in range(4)}
    assert len(pictures) == 4


@pytest.mark.parametrize(
    "prompt", ["", "   ", "qwertz", "風景", "🎈🎈", "\ud800", "'", '""', "a" * 5000]
)
def test_words_nobody_knows_still_give_a_picture_with_something_in_it(prompt: str) -> None:
    picture = paint_scene(prompt, SMALL, 1)
    assert ImageStat.Stat(picture.convert("L")).stddev[0] > 8


def test_night_is_darker_than_day() -> None:
    night = paint_scene("mountains at night", SMALL, 1)
    day = paint_scene("mountains at noon", SMALL, 1)
    assert brightness(night) < brightness(day) - 50


def test_a_teal_sky_is_teal() -> None:
    sky = paint_scene("a desert under a teal sky, day", SMALL, 1).crop((0, 0, 240, 30))
    red, green, blue = mean_colour(sky)
    assert min(green, blue) > red + 30


def test_a_named_colour_reaches_the_thing_it_was_said_of() -> None:
    red = mean_colour(paint_scene("a red hot air balloon, day", SMALL, 1))
    blue = mean_colour(paint_scene("a blue hot air balloon, day", SMALL, 1))
    assert red[0] - red[2] != pytest.approx(blue[0] - blue[2], abs=0.5)


@pytest.mark.parametrize("thing", list(THINGS))
def test_every_thing_of_the_table_leaves_its_mark_on_the_picture(thing: Thing) -> None:
    def painted(words: str) -> Image.Image:
        return paint_scene(words, SMALL, 1)

    order = read(f"{thing} by the sea, day").find(thing)
    assert order is not None, f"no word of the vocabulary asks for {thing}"
    assert painted(f"{thing} by the sea, day").tobytes() != painted("by the sea, day").tobytes()


@pytest.mark.parametrize("style", [style for style in Style if style is not Style.PLAIN])
def test_every_style_is_known_by_its_name_and_keeps_the_size(style: Style) -> None:
    assert read(f"{style} of a castle").style is style
    assert paint_scene(f"{style} of a castle", (301, 203), 1).size == (301, 203)


def test_noir_has_no_colour() -> None:
    picture = unsign(paint_scene("film noir street at night", SMALL, 1))
    red, green, blue = picture.split()
    assert ImageChops.difference(red, green).crop((0, 0, 200, 130)).getbbox() is None
    assert ImageChops.difference(green, blue).crop((0, 0, 200, 130)).getbbox() is None


@pytest.mark.parametrize(
    ("prompt", "genre"),
    [
        ("a portrait of a woman in a red coat", Genre.PORTRAIT),
        ("a man on a mountain", Genre.LANDSCAPE),
        ("a cup of coffee on a table", Genre.STILL_LIFE),
        ("abstract geometric pattern", Genre.ABSTRACT),
        ("a planet in outer space", Genre.SPACE),
        ("portrait of a cat", Genre.LANDSCAPE),
        ("white sneakers on a pastel background", Genre.STILL_LIFE),
        ("a bowl of ramen", Genre.STILL_LIFE),
        ("a modern living room with large windows", Genre.INTERIOR),
        ("a grey sofa with a coffee table", Genre.INTERIOR),
        ("portrait of a man in a cafe", Genre.PORTRAIT),
        ("minimal geometric logo of a fox", Genre.LOGO),
        ("portrait of a lion", Genre.LANDSCAPE),
        ("a lighthouse", Genre.LANDSCAPE),
    ],
)
def test_the_kind_of_picture_follows_from_the_words(prompt: str, genre: Genre) -> None:
    assert read(prompt).genre is genre


def test_numbers_colours_and_plurals_are_read() -> None:
    scene = read("Three red hot-air balloons and two sailboats")
    assert scene.wanted == (
        Wanted(Thing.HOT_AIR_BALLOON, 3, (206, 58, 54)),
        Wanted(Thing.SAILBOAT, 2, None),
    )


def test_what_is_refused_is_not_painted() -> None:
    scene = read("a beach without palm trees, no people and no birds")
    assert [order.thing for order in scene.wanted] == []
    assert scene.has(Ground.BEACH)


def test_only_whole_words_count() -> None:
    scene = read("a catalogue of scary sunday carpets")
    assert scene.wanted == ()


def test_hour_weather_and_lettering_are_read() -> None:
    scene = read("a neon sign 'OPEN' on a rainy street at night")
    assert (scene.hour, scene.weather) == (Hour.NIGHT, Weather.RAIN)
    assert (scene.text, scene.letters) == ("OPEN", Letters.NEON)


def test_an_apostrophe_is_no_quotation_mark() -> None:
    assert read("the fisherman's boat on the king's lake").text == ""


def test_quoted_words_are_written_and_not_painted() -> None:
    scene = read("a poster that says 'Cat and Moon'")
    assert scene.find(Thing.CAT) is None
    assert scene.text == "Cat and Moon"


def test_letters_the_font_lacks_lose_their_accents_or_are_left_out() -> None:
    assert drawable("Zürich 東京 🎈 café") == "Zurich cafe"


def test_every_ground_has_a_word_and_a_picture() -> None:
    assert set(GROUNDS.values()) == set(Ground)
    pictures = {paint_scene(f"{ground}, noon", SMALL, 1).tobytes() for ground in Ground}
    assert len(pictures) == len(Ground)


def test_the_mark_survives_a_jpeg_and_comes_off_without_a_trace() -> None:
    picture = paint_scene("a calm sea", (880, 1184), 1)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    with Image.open(file) as opened:
        opened.load()
        assert is_signed(opened)
        assert not is_signed(unsign(opened))


def test_a_picture_without_the_mark_is_not_taken_for_a_marked_one() -> None:
    for colour in ("black", "white", "#1a1b1f", "grey"):
        plain = Image.new("RGB", (800, 600), colour)
        assert unsign(plain).tobytes() == plain.tobytes()


def test_marking_twice_changes_nothing() -> None:
    picture = paint_scene("hills", SMALL, 1)
    before = picture.tobytes()
    sign(picture)
    assert picture.tobytes() == before


@pytest.mark.parametrize("size", [(300, 300), (90, 400), (400, 90), (1, 1), (240, 160)])
def test_fit_gives_exactly_the_size_asked_for(size: tuple[int, int]) -> None:
    assert fit(paint_scene("hills", SMALL, 1), size).size == size


def test_fit_keeps_the_middle_and_lets_go_of_the_mark() -> None:
    wide = Image.new("RGB", (900, 300), "red")
    wide.paste("blue", (300, 0, 600, 300))
    assert fit(wide, (300, 300)).getcolors() == [(90_000, (0, 0, 255))]
    scene = paint_scene("a calm sea at noon", (900, 600), 1)
    assert not is_signed(fit(scene, (450, 300)))


def test_fit_leaves_the_given_picture_alone() -> None:
    picture = paint_scene("hills", SMALL, 1)
    before = picture.tobytes()
    fit(picture, (100, 100))
    fit(picture, SMALL).paste("red", (0, 0, 50, 50))
    assert picture.tobytes() == before


def test_a_megapixel_is_painted_fast_and_stays_a_small_file() -> None:
    begun = time.process_time()
    picture = paint_scene("mountain lake with pines at dusk", (1024, 1024), 1)
    assert time.process_time() - begun < 3
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    assert file.tell() < 450_000
