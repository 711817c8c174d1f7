"""docs/kie-api.md, Create, Sizes: the size and format that a picture comes back in, and edits."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from components.sandbox.sizes import size_of
from tests.integration.sandbox.conftest import Caller, Open, Stranger, opened, picture


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


def test_a_picture_has_the_ratio_asked_for_and_is_a_jpeg(caller: Caller) -> None:
    made = result(caller, aspectRatio="21:9")
    assert (made.size, made.format, made.mode) == ((1568, 672), "JPEG", "RGB")


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


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGBA"), ("JPEG", "CMYK"), ("GIF", "P"), ("WEBP", "RGB")]
)
def test_an_edit_without_a_ratio_takes_the_trained_size_nearest_to_its_input(
    caller: Caller, form: str, mode: str
) -> None:
    source = caller.uploaded(picture((900, 600), form, mode))
    assert result(caller, prompt="make it sepia", inputImage=source).size == (1248, 832)


def test_an_edit_with_a_ratio_takes_that_ratios_size(caller: Caller) -> None:
    source = caller.uploaded(picture((900, 600)))
    assert result(caller, inputImage=source, aspectRatio="9:16").size == (752, 1392)


def test_a_result_can_be_edited(caller: Caller) -> None:
    record = caller.ended(caller.task("a hill", aspectRatio="1:1"))
    again = result(caller, inputImage=record["response"]["resultImageUrl"])
    assert again.size == (1024, 1024)


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


def test_the_same_seed_makes_the_same_picture_under_another_id(open_sandbox: Open) -> None:
    first, second = open_sandbox(seed=5), open_sandbox(seed=5)
    one, two = first.task("a lake"), second.task("a lake")
    assert one != two
    pictures = [
        opened(caller.ended(task)["response"]["resultImageUrl"]).tobytes()
        for caller, task in ((first, one), (second, two))
    ]
    assert pictures[0] == pictures[1]


def test_a_prompt_in_another_language_is_translated_unless_that_is_switched_off(
    open_sandbox: Open,
) -> None:
    prompt, pictures = "una playa de noche", []
    for field in ({}, {"enableTranslation": False}):
        caller = open_sandbox(seed=5)  # the same chance for both
        pictures.append(result(caller, prompt=prompt, **field).convert("L").resize((1, 1)))
    assert pictures[0].tobytes() < pictures[1].tobytes(), "only who understands paints a night"
