"""The renderer: what a prompt, an edit, a seed and a scene file lead to."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from components.sandbox.prompts.edit_scene import edit_scene
from components.sandbox.prompts.parse_prompt import parse_prompt
from components.sandbox.prompts.vocabulary import read_lexicon
from components.sandbox.renderer import things
from components.sandbox.renderer.lettering import drawable
from components.sandbox.renderer.light import light_of
from components.sandbox.renderer.render import render, render_over
from components.sandbox.renderer.scene import (
    Genre,
    Grade,
    Ground,
    Hour,
    InvalidScene,
    Lettering,
    Scene,
    Season,
    Style,
    Thing,
    Weather,
    scene_from_json,
    scene_to_json,
)
from components.sandbox.renderer.things import KINDS, read_silhouettes

SMALL = (240, 160)
TINY = (120, 80)  # where it is only told whether anything is drawn


def drawn(prompt: str, seed: int = 1) -> Image.Image:
    return render(parse_prompt(prompt, seed, SMALL), SMALL)


def scene_of(prompt: str, seed: int = 1) -> Scene:
    return parse_prompt(prompt, seed, SMALL)


def kinds(scene: Scene) -> list[str]:
    return [thing.kind for thing in scene.things]


def brightness(picture: Image.Image) -> float:
    return ImageStat.Stat(picture.convert("L")).mean[0]


def mean_colour(picture: Image.Image) -> list[float]:
    return ImageStat.Stat(picture).mean


def changed_box(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int] | None:
    return ImageChops.difference(before, after).getbbox()


@pytest.mark.parametrize("size", [(1568, 672), (752, 1392), (64, 64), (97, 31), (1, 1)])
def test_picture_is_rgb_and_exactly_as_large_as_asked(size: tuple[int, int]) -> None:
    picture = render(parse_prompt("a lighthouse in a storm, 'HOME'", 1, size), size)
    assert (picture.mode, picture.size) == ("RGB", size)


def test_another_process_draws_the_same_picture() -> None:
    code = (
        "import hashlib; from components.sandbox.prompts.parse_prompt import parse_prompt;"
        "from components.sandbox.renderer.render import render;"
        "picture = render(parse_prompt('stars over a lake', 3, (120, 90)), (120, 90));"
        "print(hashlib.sha256(picture.tobytes()).hexdigest())"
    )
    hashes = {
        subprocess.run(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[3],
            env={"PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert len(hashes) == 1


def test_another_seed_draws_another_picture() -> None:
    assert len({drawn("mountains by a lake", seed).tobytes() for seed in range(4)}) == 4


@pytest.mark.parametrize(
    "prompt", ["", "   ", "qwertz", "風景", "🎈🎈", "\ud800", "'", '""', "a" * 5000]
)
def test_unknown_words_choose_a_picture_with_something_in_it(prompt: str) -> None:
    assert ImageStat.Stat(drawn(prompt).convert("L")).stddev[0] > 8


@pytest.fixture(scope="module")
def cat_at_night() -> tuple[Scene, Image.Image]:
    cat = Thing("cat", 0.5, 0.7, 0.5)
    scene = Scene(seed=1, pixels=TINY, hour=Hour.NIGHT, things=(cat,))
    return scene, render(scene, TINY)


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.zone != "part"])
def test_every_silhouette_is_seen(kind: str, cat_at_night: tuple[Scene, Image.Image]) -> None:
    scene, picture = cat_at_night
    thing = Thing(kind, 0.5, 0.5, 0.6, (250, 240, 90), 2)
    with_it = replace(scene, things=(*scene.things, thing))
    assert changed_box(picture, render(with_it, TINY)) is not None


def test_no_silhouette_has_more_than_twenty_lines() -> None:
    assert [name for name, kind in KINDS.items() if len(kind.lines) > 20] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tent 0.2 0.5 lnad\n", "line 1: no zone is called 'lnad', only land, far, animal"),
        ("tent 0.2 0.5 land\n  shappe main 0 0,0 1,1", "line 2: no verb is called 'shappe', only"),
        ("tent 0.2 0.5 land\n  use face", "line 2: no block above this line is called 'face'"),
        ("# tents\n\ntent 0.2 0.5 land\n  box mian 0 0,0 1,1", "line 4: no colour is 'mian'"),
        ("tent 0.2 0.5 land\n  snwo? box main 0 0,0 1,1", "line 2: no condition is called"),
        ("tent 0.2 0.5 land\n  oval main 0 0,0", "line 2: oval needs pairs of points"),
        ("tent 0.2 land", "line 1: "),
    ],
)
def test_misspelt_silhouette_is_refused_with_its_line_and_the_right_words(
    text: str, told: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(f"tents.txt, {told}")):
        read_silhouettes(text, "tents.txt")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("thnig boat: boat", "line 1: no group is called 'thnig', only thing, cut, genre"),
        ("thing baot: boat", "line 1: no thing is called 'baot', only eye"),
        ("hour nihgt: night", "line 1: no hour is called 'nihgt', only dawn, day, golden"),
        ("spot lfet: left", "line 1: no group is called 'spot', only"),
    ],
)
def test_misspelt_row_of_words_is_refused_with_its_line_and_the_right_words(
    line: str, told: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(f"mine.txt, {told}")):
        read_lexicon(line, "mine.txt")


def test_head_of_the_silhouettes_names_every_zone_and_verb() -> None:
    file = Path(things.__file__).with_name("silhouettes.txt")
    head = file.read_text("utf-8").partition("\n\n")[0]
    assert [
        word for word in (*things.Zone, *things.Verb) if not re.search(rf"\b{word}\b", head)
    ] == []


@pytest.mark.parametrize("ground", list(Ground))
def test_every_ground_is_drawn_at_every_hour(ground: Ground) -> None:
    pictures = {
        render(Scene(seed=1, pixels=TINY, ground=ground, water=True, hour=hour), TINY).tobytes()
        for hour in Hour
    }
    assert len(pictures) == len(Hour)


@pytest.mark.parametrize("hour", [Hour.DAY, Hour.NIGHT])
def test_no_ground_looks_like_another(hour: Hour) -> None:
    scenes = [Scene(seed=1, pixels=TINY, ground=ground, hour=hour) for ground in Ground]
    assert len({render(scene, TINY).tobytes() for scene in scenes}) == len(Ground)


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("season", [Season.SPRING, Season.WINTER])
def test_every_style_keeps_the_size(style: Style, season: Season) -> None:
    scene = Scene(seed=1, pixels=(101, 63), style=style, season=season)
    assert render(scene, (101, 63)).size == (101, 63)


@pytest.mark.parametrize("grade", list(Grade))
def test_every_grade_keeps_the_size(grade: Grade) -> None:
    scene = Scene(seed=1, pixels=TINY, grades=(grade,))
    assert render(scene, TINY).size == TINY


def test_night_is_darker_than_day() -> None:
    assert brightness(drawn("mountains at night")) < brightness(drawn("mountains at noon")) - 50


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a lighthouse", {"ground": Ground.SEA}),
        ("a street at night in the rain", {"hour": Hour.NIGHT, "weather": Weather.RAIN}),
        ("a lake in the mountains at dawn", {"water": True, "ground": Ground.MOUNTAINS}),
        ("a portrait of a woman", {"genre": Genre.PORTRAIT}),
        ("portrait of a cat", {"genre": Genre.LANDSCAPE}),
        ("a cup of coffee", {"genre": Genre.TABLE}),
        ("a green armchair", {"genre": Genre.ROOM}),
        ("a cabin in a snowy forest", {"season": Season.WINTER, "ground": Ground.FOREST}),
        ("film noir city", {"style": Style.NOIR}),
        ("a neon sign 'OPEN'", {"text": "OPEN", "lettering": Lettering.NEON}),
        ("the fisherman's boat on the king's lake", {"text": ""}),
    ],
)
def test_prompt_is_read(prompt: str, expected: dict[str, object]) -> None:
    scene = scene_of(prompt)
    assert {name: getattr(scene, name) for name in expected} == expected


def test_most_storms_at_night_have_lightning_and_other_skies_have_none() -> None:
    stormy = [kinds(scene_of("a lighthouse in a storm at night", seed)) for seed in range(12)]
    assert 4 <= sum("lightning" in found for found in stormy) < 12
    assert all(found.count("lightning") <= 1 for found in stormy)
    for prompt in ("a lighthouse in a storm at noon", "a lighthouse at night in the rain"):
        assert all("lightning" not in kinds(scene_of(prompt, seed)) for seed in range(12))


def test_a_storm_has_curtains_of_rain_before_the_horizon() -> None:
    uneven = []
    for weather in (Weather.STORM, Weather.CLOUDS):
        scene = Scene(seed=2, pixels=SMALL, ground=Ground.SEA, weather=weather)
        low_sky = render(scene, SMALL).convert("L").crop((0, 55, 240, 78))
        columns = low_sky.resize((24, 1), Image.Resampling.BOX)
        uneven.append(ImageStat.Stat(columns).stddev[0])
    assert uneven[0] > 2 * uneven[1]


def test_numbers_colours_and_plurals_are_read() -> None:
    scene = scene_of("Three red hot-air balloons and two sailboats")
    assert kinds(scene) == ["balloon"] * 3 + ["sailboat"] * 2
    assert {thing.colour for thing in scene.things} == {(206, 58, 54), None}


def test_denied_and_quoted_things_are_not_drawn() -> None:
    assert kinds(scene_of("a beach without palm trees, no people, a poster 'Cat and Moon'")) == []


def test_a_cup_of_coffee_is_one_thing() -> None:
    assert kinds(scene_of("a cup of coffee and a vase of flowers")) == ["cup", "vase"]


def test_letters_the_font_lacks_lose_accents_or_are_left_out() -> None:
    assert drawable("Zürich 東京 🎈 café") == "Zurich cafe"


# Edits


@pytest.mark.parametrize(
    ("prompt", "instruction", "expected"),
    [
        ("a house", "Make it night", {"hour": Hour.NIGHT}),
        ("a house", "make it autumn", {"season": Season.AUTUMN}),
        ("a house", "make it foggy", {"weather": Weather.FOG}),
        ("a house", "Restyle as an oil painting with thick strokes", {"style": Style.OIL}),
        ("a house", "turn the picture to black and white", {"grades": (Grade.GREY,)}),
        ("a house", "blur the background", {"grades": (Grade.BLUR_BACKGROUND,)}),
        ("a house", "make the sky teal", {"sky": (40, 134, 138)}),
        ("a house", "Change the background to a desert", {"ground": Ground.DESERT}),
        ("a sign 'SALE'", "Replace 'SALE' with 'SOLD', keep the same font", {"text": "SOLD"}),
        ("a sign 'SALE'", "remove the text", {"text": ""}),
    ],
)
def test_edit_sets_a_value(prompt: str, instruction: str, expected: dict[str, object]) -> None:
    scene = edit_scene(scene_of(prompt), instruction)
    assert {name: getattr(scene, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("prompt", "instruction", "expected"),
    [
        ("a meadow with a cat", "add two birds", ["cat", "bird", "bird"]),
        ("a meadow with a cat and a dog", "remove the cat", ["dog"]),
        ("a meadow with a cat", "replace the cat with a fox", ["fox"]),
        ("a meadow", "add a rainbow, no birds", ["rainbow"]),
        ("a meadow with a cat", "put falling snow over the meadow", ["cat", "snowfall"]),
    ],
)
def test_edit_changes_the_things(prompt: str, instruction: str, expected: list[str]) -> None:
    assert kinds(edit_scene(scene_of(prompt), instruction)) == expected


def test_lightning_goes_with_its_storm_unless_it_is_named() -> None:
    storm = scene_of("a lighthouse in a storm at night", 3)
    assert kinds(storm) == ["lighthouse", "lightning"]
    assert kinds(edit_scene(storm, "make it foggy")) == ["lighthouse"]
    assert kinds(edit_scene(storm, "remove the rain")) == ["lighthouse"]
    calm = edit_scene(storm, "remove the lightning")
    assert (calm.weather, kinds(calm)) == (Weather.STORM, ["lighthouse"])
    named = scene_of("lightning over a lake", 3)
    assert kinds(edit_scene(named, "make it foggy, keep the lake")) == []
    assert kinds(edit_scene(named, "make it cloudy with lightning")) == ["lightning"]


def test_recolour_reaches_only_the_things_of_the_old_colour() -> None:
    scene = edit_scene(scene_of("a red balloon and a green balloon"), "make the red balloon blue")
    assert [thing.colour for thing in scene.things] == [(58, 110, 184), (78, 146, 92)]


@pytest.mark.parametrize(
    "instruction",
    [
        "Make the sky teal, keep the boat, the sun and the clouds unchanged",
        "Make the sky teal while keeping everything else in black and white the same",
        "Keep the lighthouse exactly as it is. Make the sky teal.",
    ],
)
def test_what_is_to_be_kept_is_no_command(instruction: str) -> None:
    before = scene_of("a lighthouse")
    after = edit_scene(before, instruction)
    assert after.sky == (40, 134, 138)
    assert (after.things, after.grades, after.hour) == (before.things, (), before.hour)


def test_steps_are_taken_in_their_order() -> None:
    scene = edit_scene(scene_of("a storm at noon"), "Make it night and add stars, then blur it")
    assert (scene.hour, kinds(scene)[:1], scene.grades) == (Hour.NIGHT, ["stars"], (Grade.BLUR,))


@pytest.mark.parametrize("instruction", ["", "give the scene more soul", "\ud800", "'" * 9])
def test_unknown_instruction_still_changes_the_picture(instruction: str) -> None:
    before = scene_of("a lake")
    assert edit_scene(before, instruction) != before


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("portrait of an old fisherman with a beard in a yellow raincoat",
         ["man", "age", "beard", "raincoat"]),
        ("a woman with short red hair, portrait", ["woman", "shorthair"]),
        ("still life with a jug, lemons and a blue cloth",
         ["jug", "lemon", "lemon", "lemon", "cloth"]),
        ("a living room with a sofa, a desk and a computer", ["sofa", "desk", "rug"]),
    ],
)  # fmt: skip
def test_prompt_names_what_is_drawn(prompt: str, expected: list[str]) -> None:
    found = kinds(scene_of(prompt, 2))
    assert [kind for kind in expected if kind not in found] == []


def test_table_of_unknown_things_is_not_bare() -> None:
    assert kinds(scene_of("product photo of a toothbrush"))


def test_positions_are_read() -> None:
    scene = scene_of("a full moon on the left over a lake, a boat on the right")
    assert [(thing.kind, thing.x) for thing in scene.things] == [("moon", 0.22), ("boat", 0.78)]


def test_edit_dresses_the_sitter_and_recolours_hair() -> None:
    before = scene_of("portrait of a woman with red hair")
    dressed = edit_scene(before, "add a hat and sunglasses to her")
    assert kinds(dressed)[-2:] == ["hat", "sunglasses"]
    blonde = edit_scene(before, "change her hair to blonde")
    assert [thing.colour for thing in blonde.things] == [before.things[0].colour, (220, 180, 104)]
    with_hat, without = render(dressed, SMALL), render(before, SMALL)
    assert changed_box(with_hat, without) is not None
    foot = (0, 130, 240, 160)
    assert with_hat.crop(foot).tobytes() == without.crop(foot).tobytes()


def test_edit_moves_and_resizes_what_is_there() -> None:
    before = scene_of("a house in a meadow with a cat wearing a hat")
    right = edit_scene(before, "move the cat to the right")
    assert [thing.x for thing in right.things if thing.kind != "house"] == [0.78, 0.78]
    bigger = edit_scene(before, "make the house bigger")
    assert kinds(bigger) == kinds(before)
    assert bigger.things[0].size > before.things[0].size


@pytest.mark.parametrize("seed", range(8))
def test_dragon_flies_over_its_castle(seed: int) -> None:
    dragon, castle = scene_of("a dragon over a castle", seed).things
    assert abs(dragon.x - castle.x) < 0.13
    assert dragon.y < castle.y - castle.size


@pytest.mark.parametrize("seed", range(8))
def test_subject_by_water_stands_clear_of_the_edges(seed: int) -> None:
    (bicycle,) = scene_of("a red bicycle by a canal", seed).things
    assert 0.3 < bicycle.x < 0.7
    assert bicycle.size > 0.3


def test_boat_in_the_foreground_is_on_the_water() -> None:
    (boat,) = scene_of("a boat in the foreground on a lake").things
    assert boat.y < 0.84


def test_snowman_brings_snow_unless_another_ground_is_named() -> None:
    assert scene_of("a snowman").ground is Ground.SNOW
    beach = scene_of("a snowman on a beach")
    assert (beach.ground, beach.season is Season.WINTER) == (Ground.BEACH, False)


def test_some_still_lifes_stand_before_a_dark_wall_and_some_before_a_pale_one() -> None:
    walls = [brightness(drawn("a pear", seed).crop((0, 0, 240, 40))) for seed in range(16)]
    assert min(walls) < 100
    assert max(walls) > 170


def test_isometric_room_is_drawn_whole() -> None:
    scene = scene_of("isometric room with a desk and a computer")
    assert (scene.genre, kinds(scene)) == (Genre.LANDSCAPE, ["isoroom"])


def test_lettering_has_the_kind_colour_and_place_that_are_named() -> None:
    scene = scene_of("travel poster with the words 'LISBOA' in red at the bottom")
    assert (scene.lettering, scene.text_colour) == (Lettering.POSTER, (206, 58, 54))
    assert scene.text_at == (0.5, 0.86)
    gold = edit_scene(scene, "make the letters gold")
    assert (gold.text, gold.text_colour) == ("LISBOA", (220, 172, 74))
    assert edit_scene(scene, "change the letters to 'OPEN'").text_at == (0.5, 0.86)


def test_what_is_not_named_stays_the_same_pixel_for_pixel() -> None:
    before = scene_of("a meadow with a cat, day")
    after = edit_scene(before, "Add a balloon, keep everything else the same")
    box = changed_box(render(before, SMALL), render(after, SMALL))
    assert box is not None
    balloon = after.things[-1]
    assert box[0] > (balloon.x - 0.12) * 240
    assert box[2] < (balloon.x + 0.12) * 240
    assert box[3] < (balloon.y + 0.16) * 160


@pytest.mark.parametrize("seed", range(12))
def test_fireworks_burst_inside_the_picture_and_beside_the_moon(seed: int) -> None:
    city = parse_prompt("a city at night", seed, (400, 300))
    scene = edit_scene(city, "Add fireworks above the skyline")
    bursts = [thing for thing in scene.things if thing.kind == "fireworks"]
    assert len(bursts) == 5
    moon = light_of(scene).x
    for burst in bursts:
        assert 0.02 < burst.x < 0.98
        assert abs(burst.x - moon) > 0.11


def test_water_does_not_close_a_rainbow_to_a_ring() -> None:
    before = scene_of("a calm sea at noon")
    box = changed_box(
        render(before, SMALL), render(edit_scene(before, "add a rainbow over the water"), SMALL)
    )
    assert box is not None
    assert box[3] <= 0.56 * 160


def test_a_sky_of_another_colour_leaves_the_ground_alone() -> None:
    before = scene_of("a meadow, day")
    after = render(edit_scene(before, "make the sky purple"), SMALL)
    foot = (0, 110, 240, 160)
    assert after.crop(foot).tobytes() == render(before, SMALL).crop(foot).tobytes()
    red, green, blue = mean_colour(after.crop((0, 0, 240, 30)))
    assert min(red, blue) > green


# Pictures that were not drawn here


@pytest.fixture(scope="module")
def strange() -> Image.Image:
    return drawn("a red car on a beach, day")


@pytest.mark.parametrize(
    "instruction",
    ["make it night", "black and white", "blur it", "flip it", "crop it", "add rain", "sepia",
     "add falling snow", "make it stormy", "add lightning", "add a rainbow", "write 'HELLO'",
     "make the sky red", "add a cat", "oil painting"],
)  # fmt: skip
def test_a_strange_picture_gets_a_filter(instruction: str, strange: Image.Image) -> None:
    scene = edit_scene(Scene(seed=1, pixels=SMALL), instruction)
    filtered = render_over(strange, scene)
    assert (filtered.mode, filtered.size) == ("RGB", SMALL)
    assert changed_box(strange, filtered) is not None


# Scene files


def test_scene_survives_its_json() -> None:
    scene = edit_scene(scene_of("three red boats on a lake, 'HI', oil painting"), "sepia")
    assert scene_from_json(scene_to_json(scene)) == scene


@pytest.mark.parametrize(
    "change",
    [
        {"seed": "1"},
        {"seed": True},
        {"seed": 1e400},
        {"hour": "noon"},
        {"hour": None},
        {"pixels": [100_000, 100_000]},
        {"pixels": [4096, 4096]},
        {"pixels": [100]},
        {"frame": [0.5, 0.5, 0.5, 0.5]},
        {"frame": [0, 0, 1, float("nan")]},
        {"sky": [1, 2, 999]},
        {"text": "a" * 61},
        {"things": [{"kind": "cat"}]},
        {"things": [{**Thing("cat", 0, 0, 900).__dict__}]},
        {"things": "cat"},
        {"grades": ["grey"] * 61},
        {"more": 1},
        {"text_at": [0.5]},
        {"text_size": 9},
    ],
)
def test_hostile_scene_is_refused(change: dict[str, object]) -> None:
    fields = json.loads(scene_to_json(scene_of("a lake"))) | change
    with pytest.raises(InvalidScene):
        scene_from_json(json.dumps(fields))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, '{"seed": 1}'])
def test_text_that_is_no_scene_is_refused(text: str) -> None:
    with pytest.raises(InvalidScene):
        scene_from_json(text)


def test_scene_of_an_older_version_is_read() -> None:
    fields = json.loads(scene_to_json(scene_of("a lake")))
    del fields["text_at"], fields["text_size"]
    assert scene_from_json(json.dumps(fields)) == scene_of("a lake")


def test_a_thing_of_an_unknown_kind_is_left_out() -> None:
    scene = Scene(seed=1, pixels=SMALL, things=(Thing("kraken", 0.5, 0.5, 0.5),))
    assert render(scene, SMALL).tobytes() == render(Scene(seed=1, pixels=SMALL), SMALL).tobytes()
