"""The sandbox knows its own pictures again, and nobody else's."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from components.sandbox.drift import drifted
from components.sandbox.prompts.edit_scene import edit_scene
from components.sandbox.prompts.parse_prompt import parse_prompt
from components.sandbox.recognition import fingerprint, recognise, starter_scenes
from components.sandbox.recorded_edits import AnswerFolder
from components.sandbox.renderer.render import render
from components.sandbox.renderer.scene import Scene, scene_to_json

SIZE = (592, 440)
PROMPTS = ["a lighthouse at dusk", "a city at night", "a cat in a meadow", "a desert at sunset"]
STARTERS = sorted((Path(__file__).parents[3] / "static" / "starters").glob("*.jpg"))


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [parse_prompt(prompt, 7, SIZE) for prompt in PROMPTS]


@pytest.fixture(scope="module")
def pictures(scenes: list[Scene]) -> list[Image.Image]:
    return [render(scene, SIZE) for scene in scenes]


@pytest.fixture(scope="module")
def edits(scenes: list[Scene]) -> list[tuple[Scene, Image.Image]]:
    edited = [edit_scene(scene, "add a red balloon") for scene in scenes]
    return [(scene, render(scene, SIZE)) for scene in edited]


@pytest.fixture(scope="module")
def known(
    scenes: list[Scene], pictures: list[Image.Image], edits: list[tuple[Scene, Image.Image]]
) -> list[tuple[bytes, str]]:
    drawn = [*zip(scenes, pictures, strict=True), *edits]
    return [(fingerprint(picture), scene_to_json(scene)) for scene, picture in drawn]


def encoded(picture: Image.Image, form: str, quality: int) -> Image.Image:
    file = BytesIO()
    picture.save(file, form, quality=quality)
    return Image.open(file).convert("RGB")


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(("form", "quality"), [("JPEG", 92), ("JPEG", 50), ("WEBP", 60)])
def test_picture_is_known_after_another_encoding(
    scenes: list[Scene],
    pictures: list[Image.Image],
    known: list[tuple[bytes, str]],
    number: int,
    form: str,
    quality: int,
) -> None:
    picture = pictures[number].resize((1184, 880))
    assert recognise(encoded(picture, form, quality), known) == scenes[number]


@pytest.mark.parametrize("number", range(4))
def test_small_edit_is_told_from_its_source(
    edits: list[tuple[Scene, Image.Image]], known: list[tuple[bytes, str]], number: int
) -> None:
    edited, picture = edits[number]
    assert recognise(encoded(picture, "JPEG", 80), known) == edited


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("box", [(30, 20, 560, 410), (8, 0, 592, 432), (12, 9, 580, 431)])
def test_mild_crop_is_known_and_measured(
    scenes: list[Scene],
    pictures: list[Image.Image],
    known: list[tuple[bytes, str]],
    number: int,
    box: tuple[int, int, int, int],
) -> None:
    cropped = pictures[number].crop(box)
    scene = recognise(encoded(cropped, "JPEG", 85), known)
    assert scene is not None
    assert scene.things[: len(scenes[number].things)] == scenes[number].things
    for measured, edge, side in zip(scene.frame, box, SIZE * 2, strict=True):
        assert abs(measured - edge / side) < 0.03


def test_strange_pictures_are_not_known(known: list[tuple[bytes, str]]) -> None:
    dice = random.Random(3)  # noqa: S311 - no secret
    for _ in range(12):
        blot = Image.frombytes("RGB", (6, 5), dice.randbytes(90)).resize(SIZE)
        assert recognise(blot.filter(ImageFilter.GaussianBlur(3)), known) is None
    assert recognise(Image.new("RGB", SIZE, "grey"), known) is None


def test_other_scenes_of_the_same_words_are_not_confused(known: list[tuple[bytes, str]]) -> None:
    for seed in range(20, 26):
        other = parse_prompt("a city at night", seed, SIZE)
        assert recognise(render(other, SIZE), known) is None


def test_scene_of_another_version_makes_a_stranger(known: list[tuple[bytes, str]]) -> None:
    picture = render(parse_prompt(PROMPTS[0], 7, SIZE), SIZE)
    assert recognise(picture, [(fingerprint(picture), '{"old": 1}')]) is None


@pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.stem)
def test_starter_picture_is_known_and_redrawn(path: Path) -> None:
    starter = Image.open(path).convert("RGB")
    scene = recognise(starter, starter_scenes())
    assert scene is not None
    redrawn = render(scene, starter.size)
    assert recognise(redrawn, [(fingerprint(starter), scene_to_json(scene))]) == scene


def test_drift_moves_recolours_and_softens_by_seed() -> None:
    picture = render(parse_prompt("a city by day", 3, SIZE), SIZE)
    first, again, other = drifted(picture, 1), drifted(picture, 1), drifted(picture, 2)
    assert first.size == picture.size
    assert first.tobytes() == again.tobytes() != other.tobytes()
    edges = [
        sum(p.convert("L").filter(ImageFilter.FIND_EDGES).histogram()[60:])
        for p in (picture, first)
    ]
    assert edges[1] < edges[0]


def test_answer_is_chosen_by_the_words_of_its_name(tmp_path: Path) -> None:
    room = render(parse_prompt("a living room with a chair", 3, SIZE), SIZE)
    room.save(tmp_path / "room_source.png")
    for name, colour in (("room_dog", "brown"), ("room_boy", "blue")):
        Image.new("RGB", (80, 60), colour).save(tmp_path / f"{name}_edit.png")
    answers = AnswerFolder(tmp_path)
    boy = answers.find(encoded(room, "JPEG", 80), "Add the boy to the room")
    dog = answers.find(room, "put a dog on the rug")
    assert boy is not None
    assert dog is not None
    assert (boy.getpixel((5, 5)), dog.getpixel((5, 5))) == ((0, 0, 255), (165, 42, 42))
    assert answers.find(Image.new("RGB", SIZE, "white"), "add the boy") is None


@pytest.mark.parametrize("box", [(12, 9, 580, 431), (6, 4, 586, 436), (12, 0, 592, 440)])
def test_answer_is_given_for_a_crop_of_its_source(
    tmp_path: Path, box: tuple[int, int, int, int]
) -> None:
    city = render(parse_prompt("a city at night", 7, SIZE), SIZE)
    city.save(tmp_path / "city_source.png")
    Image.new("RGB", (80, 60), "blue").save(tmp_path / "city_edit.png")
    answer = AnswerFolder(tmp_path).find(encoded(city.crop(box), "JPEG", 85), "add a dog")
    assert answer is not None
    assert (answer.size, answer.getpixel((5, 5))) == ((80, 60), (0, 0, 255))
    other = render(parse_prompt("a city at night", 8, SIZE), SIZE)
    assert AnswerFolder(tmp_path).find(other, "add a dog") is None
