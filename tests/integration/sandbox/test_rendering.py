"""docs/kie-api.md, Create, Sizes: the size and format that a picture comes back in, and edits."""

import sqlite3
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from components.sandbox import SandboxOptions, start
from components.sandbox.sizes import size_of
from tests.integration.sandbox.conftest import Caller, Open, Stranger, opened, picture

real_pictures = pytest.mark.usefixtures("real_pictures")
real_sizes = pytest.mark.usefixtures("real_sizes")


def result(caller: Caller, **fields: Any) -> Image.Image:
    record = caller.ended(caller.task(**fields))
    assert record["successFlag"] == 1, record
    return opened(record["response"]["resultImageUrl"])


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        (None, (1392, 752)),
        ("21:9", (1568, 672)),
        ("16:9", (1392, 752)),
        ("4:3", (1184, 880)),
        ("1:1", (1024, 1024)),
        ("3:4", (880, 1184)),
        ("9:16", (752, 1392)),
        ("16:21", (880, 1184)),
    ],
)
def test_each_ratio_has_its_size(ratio: str | None, size: tuple[int, int]) -> None:
    assert size_of(ratio, None) == size
    if ratio is not None:
        assert size_of(ratio, (900, 600)) == size


@real_sizes
def test_a_picture_has_the_ratio_asked_for_and_is_a_jpeg(caller: Caller) -> None:
    made = result(caller, aspectRatio="21:9")
    assert (made.size, made.format, made.mode) == ((1568, 672), "JPEG", "RGB")


@real_sizes
def test_a_picture_is_16_9_where_nothing_is_asked(caller: Caller) -> None:
    assert result(caller).size == (1392, 752)


def test_png_is_made_when_asked_for(caller: Caller) -> None:
    assert result(caller, outputFormat="png").format == "PNG"


@pytest.mark.parametrize(
    ("given", "trained"),
    [
        ((600, 600), (1024, 1024)),
        ((4000, 3000), (1184, 880)),
        ((3000, 4000), (880, 1184)),
        ((1920, 1080), (1392, 752)),
        ((3000, 2000), (1248, 832)),
        ((5000, 10), (1568, 672)),
        ((10, 5000), (672, 1568)),
    ],
)
def test_the_nearest_trained_size_is_nearest_by_ratio(
    given: tuple[int, int], trained: tuple[int, int]
) -> None:
    assert size_of(None, given) == trained


@real_sizes
@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGBA"), ("JPEG", "CMYK"), ("GIF", "P"), ("WEBP", "RGB")]
)
def test_an_edit_without_a_ratio_takes_the_trained_size_nearest_to_its_input(
    caller: Caller, form: str, mode: str
) -> None:
    source = caller.uploaded(picture((900, 600), form, mode))
    assert result(caller, prompt="make it sepia", inputImage=source).size == (1248, 832)


@real_sizes
def test_an_edit_with_a_ratio_takes_that_ratios_size(caller: Caller) -> None:
    source = caller.uploaded(picture((900, 600)))
    assert result(caller, inputImage=source, aspectRatio="9:16").size == (752, 1392)


@real_sizes
def test_a_result_can_be_edited(caller: Caller) -> None:
    record = caller.ended(caller.task("a hill", aspectRatio="1:1"))
    again = result(caller, inputImage=record["response"]["resultImageUrl"])
    assert again.size == (1024, 1024)


def brightness(picture: Image.Image) -> float:
    return ImageStat.Stat(picture.convert("L")).mean[0]


def share_of_change(before: Image.Image, after: Image.Image) -> float:
    """The share of pixels that differ by more than an encoding makes them."""
    difference = ImageChops.difference(before.convert("L"), after.convert("L"))
    return sum(difference.histogram()[24:]) / (before.width * before.height)


@real_pictures
def test_edit_redraws_the_scene_of_a_result_and_keeps_the_rest(caller: Caller) -> None:
    made = caller.ended(caller.task("a meadow with a cat, day", aspectRatio="1:1"))
    first = opened(made["response"]["resultImageUrl"])
    upload = BytesIO()
    first.save(upload, "JPEG", quality=70)
    source = caller.uploaded(upload.getvalue(), "again.jpg")
    prompt = "Add a red balloon, keep everything else the same"
    edited = result(caller, prompt=prompt, inputImage=source)
    assert 0.001 < share_of_change(first, edited) < 0.1
    night = result(caller, prompt="make it night", inputImage=source)
    assert brightness(night) < brightness(first) - 40


@real_pictures
def test_scene_is_known_after_a_restart(tmp_path: Path) -> None:
    options = SandboxOptions(data_dir=tmp_path, seconds=0, queries_per_s=1000)
    with start(options) as sandbox:
        before = Caller(sandbox.url)
        link = before.ended(before.task("a city at night"))["response"]["resultImageUrl"]
        first = opened(link)
    with start(options) as sandbox:
        prompt = "Add fireworks, keep the city unchanged"
        edited = result(Caller(sandbox.url), prompt=prompt, inputImage=link)
    assert 0.001 < share_of_change(first, edited) < 0.5


@real_sizes
def test_storage_of_an_older_version_still_opens(tmp_path: Path) -> None:
    with start(SandboxOptions(data_dir=tmp_path, seconds=0)) as sandbox:
        caller = Caller(sandbox.url)
        task_id = caller.task("[refused]")
        caller.ended(task_id)
    with closing(sqlite3.connect(tmp_path / "sandbox.sqlite3")) as database, database:
        database.execute("DROP TABLE scenes")
    with start(SandboxOptions(data_dir=tmp_path, seconds=0, queries_per_s=1000)) as sandbox:
        again = Caller(sandbox.url)
        assert again.record(task_id)["errorCode"] == 400
        assert result(again, prompt="a hill").size == (1392, 752)


@real_pictures
def test_drift_moves_edits_and_no_first_pictures(open_sandbox: Open) -> None:
    plain, drifting = open_sandbox(seed=5), open_sandbox(seed=5, drift=True)
    pictures = []
    for caller in (plain, drifting):
        link = caller.ended(caller.task("a city by day"))["response"]["resultImageUrl"]
        edited = result(caller, prompt="add a balloon", inputImage=link)
        pictures.append((opened(link), edited))
    assert pictures[0][0].tobytes() == pictures[1][0].tobytes()
    assert share_of_change(pictures[0][1], pictures[1][1]) > 0.05
    assert pictures[0][1].size == pictures[1][1].size


@real_sizes
def test_answers_of_a_folder_are_returned_for_their_source(
    open_sandbox: Open, tmp_path: Path
) -> None:
    (tmp_path / "hall_source.png").write_bytes(picture((300, 200)))
    Image.new("RGB", (300, 200), "red").save(tmp_path / "hall_edit.png")
    caller = open_sandbox(answers=tmp_path)
    source = caller.uploaded(picture((300, 200)))
    edited = result(caller, prompt="make it red", inputImage=source)
    assert edited.size == (300, 200)
    assert result(caller, inputImage=source, aspectRatio="1:1").size == (1024, 1024)
    red, green, _ = ImageStat.Stat(edited).mean
    assert red > green + 200


@real_sizes
def test_an_input_of_another_host_is_fetched(caller: Caller, stranger: Stranger) -> None:
    assert result(caller, inputImage=f"{stranger.url}/any.png").size == (1248, 832)
    assert stranger.gets == 1


@pytest.mark.parametrize("link", ["/missing.png", ":1/closed"])
def test_an_input_that_cannot_be_fetched_shows_only_later(
    caller: Caller, stranger: Stranger, link: str
) -> None:
    host = stranger.url if link.startswith("/") else "http://127.0.0.1"
    envelope = caller.create(inputImage=host + link)
    assert envelope["code"] == 200
    record = caller.ended(envelope["data"]["taskId"])
    assert (record["successFlag"], record["errorCode"]) == (3, 500)


@pytest.mark.parametrize(
    "content",
    [b"GIF89a and no more", b"no picture", picture((40, 40), "BMP"), picture((40, 40))[:80]],
    ids=["broken", "text", "bmp", "cut"],
)
def test_an_input_that_is_no_picture_fails_later(caller: Caller, content: bytes) -> None:
    record = caller.ended(caller.task(inputImage=caller.uploaded(content)))
    assert record["successFlag"] == 3


def test_an_input_of_more_than_twenty_megapixels_fails_later(caller: Caller) -> None:
    vast = BytesIO()
    Image.new("1", (5001, 4000)).save(vast, "PNG")
    source = caller.uploaded(vast.getvalue())
    record = caller.ended(caller.task(inputImage=source))
    assert record["successFlag"] == 3
    assert "20 megapixels" in record["errorMessage"]


@real_sizes
def test_with_only_own_links_nothing_else_is_fetched(
    open_sandbox: Open, stranger: Stranger
) -> None:
    caller = open_sandbox(only_own_links=True)
    record = caller.ended(caller.task(inputImage=f"{stranger.url}/any.png"))
    assert record["successFlag"] == 3
    link = {"fileUrl": f"{stranger.url}/any.png", "uploadPath": "a"}
    assert caller.post("/api/file-url-upload", json=link).status_code == 400
    assert stranger.gets == 0
    assert result(caller, inputImage=caller.uploaded(picture((50, 50)))).size == (1024, 1024)


@real_pictures
def test_the_same_seed_makes_the_same_picture_under_another_id(open_sandbox: Open) -> None:
    first, second = open_sandbox(seed=5), open_sandbox(seed=5)
    one, two = first.task("a lake"), second.task("a lake")
    assert one != two
    pictures = [
        opened(caller.ended(task)["response"]["resultImageUrl"]).tobytes()
        for caller, task in ((first, one), (second, two))
    ]
    assert pictures[0] == pictures[1]


@real_pictures
def test_a_prompt_in_another_language_is_translated_unless_that_is_switched_off(
    open_sandbox: Open,
) -> None:
    prompt, pictures = "una playa de noche", []
    for field in ({}, {"enableTranslation": False}):
        caller = open_sandbox(seed=5)  # the same chance for both
        pictures.append(result(caller, prompt=prompt, **field).convert("L").resize((1, 1)))
    assert pictures[0].tobytes() < pictures[1].tobytes(), "only who understands paints a night"
