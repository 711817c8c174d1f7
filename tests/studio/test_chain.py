"""Edits of edits, over real HTTP to the sandbox: what is uploaded, what is sent, what is spent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from components.kontext import GenerationRequest, InvalidRequest, OutputFormat
from components.studio.engine.courier import UPLOAD_LIFE_SECONDS
from components.studio.studio import NotYours
from components.studio.tasks.task import State, Task, Trouble
from tests.studio.workshop import DESIGNER, Workshop, until, workshop

HOUR = 3600.0
MIRROR = "Mirror it"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with workshop(tmp_path, seconds=0) as running:
        yield running


@dataclass(frozen=True)
class Asked:
    """A task of the sandbox's book."""

    params: dict[str, Any]

    @property
    def upload(self) -> str:
        """The address that the service was to read the source from."""
        return str(self.params["inputImage"])

    @property
    def name(self) -> str:
        """The file name in that address."""
        return self.upload.rsplit("/", 1)[1]


def send(shop: Workshop, source_id: str, words: str = MIRROR, **fields: Any) -> Task:
    """An edit of this picture, once the service has it."""
    request = replace(GenerationRequest(prompt=words), **fields)
    [task] = shop.studio.submit(DESIGNER, request, source_id=source_id)
    until(lambda: shop.now(task).accepted_at is not None)
    return task


def edit(shop: Workshop, source_id: str, words: str = MIRROR, **fields: Any) -> Task:
    """An edit of this picture, once it has ended."""
    task = send(shop, source_id, words, **fields)
    return shop.wait_for(task, State.DONE, State.FAILED, State.REFUSED)


def asked(shop: Workshop) -> list[Asked]:
    return [Asked(entry["params"]) for entry in shop.sandbox.usage_report()["tasks"]]


def photo(shop: Workshop, width_px: int = 1600, height_px: int = 900) -> str:
    """A picture of that size from outside, brought in; its id."""
    file = BytesIO()
    Image.radial_gradient("L").convert("RGB").resize((width_px, height_px)).save(file, "JPEG")
    return shop.studio.bring_in(DESIGNER, file.getvalue(), label="IMG_4711.jpg").id


def grown_old(shop: Workshop, picture_id: str, seconds: float) -> None:
    """Let the upload of a picture have been made so long ago."""
    picture = shop.studio.picture(DESIGNER, picture_id)
    assert picture.upload_url is not None
    assert picture.uploaded_at is not None
    at = picture.uploaded_at - seconds
    shop.studio.ledger.remember_upload(picture_id, picture.upload_url, at)


def test_an_edit_of_an_edit_of_an_edit_keeps_its_line_and_its_bytes(shop: Workshop) -> None:
    original = photo(shop)
    step = original
    for words in (MIRROR, "Make it brighter", "Make it black and white"):
        task = edit(shop, step, words)
        assert task.state is State.DONE
        assert task.picture_id is not None
        step = task.picture_id
    line = shop.studio.family(DESIGNER, original).line(step)

    assert [made.words for made in line] == [
        "IMG_4711.jpg",
        MIRROR,
        "Make it brighter",
        "Make it black and white",
    ]
    assert [(made.picture.width_px, made.picture.height_px) for made in line[1:]] == [
        (1392, 752)
    ] * 3
    with Image.open(shop.studio.picture_file(line[-1].picture)) as last:
        red, green, blue = last.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert max(red, green, blue) - min(red, green, blue) <= 4


def test_a_branch_from_the_first_step_edits_that_step(shop: Workshop) -> None:
    original = photo(shop)
    first = edit(shop, original).picture_id or ""
    edit(shop, first, "Make it brighter")
    other = edit(shop, first, "Make it cooler").picture_id or ""
    family = shop.studio.family(DESIGNER, original)

    assert [step.words for step in family.line(other)] == ["IMG_4711.jpg", MIRROR, "Make it cooler"]
    assert len(family.tips()) == 2


def test_every_source_is_uploaded_under_a_random_name_that_says_nothing_of_it(
    shop: Workshop,
) -> None:
    first, second = photo(shop), photo(shop)
    send(shop, first)
    send(shop, second)
    names = [task.name for task in asked(shop)]

    assert all(re.fullmatch(r"[0-9a-f]{32}\.jpeg", name) for name in names)
    assert len(set(names)) == 2
    assert not any(known in name for name in names for known in (first, second, "IMG", DESIGNER))


def test_an_upload_of_this_day_is_used_again(shop: Workshop) -> None:
    source = photo(shop)
    send(shop, source)
    grown_old(shop, source, 19.5 * HOUR)
    send(shop, source, "Make it cooler")

    assert asked(shop)[0].upload == asked(shop)[1].upload


def test_an_upload_older_than_20_hours_is_made_again_by_itself_under_a_fresh_name(
    shop: Workshop,
) -> None:
    assert UPLOAD_LIFE_SECONDS == 20 * HOUR
    source = photo(shop)
    send(shop, source)
    grown_old(shop, source, 20.1 * HOUR)
    again = edit(shop, source, "Make it cooler")

    assert again.state is State.DONE
    assert asked(shop)[0].name != asked(shop)[1].name


def test_variants_of_one_press_share_one_upload(shop: Workshop) -> None:
    request = GenerationRequest(prompt=MIRROR)
    both = shop.studio.submit(DESIGNER, request, source_id=photo(shop), variants=2)
    until(lambda: all(shop.now(task).accepted_at for task in both))

    assert len(asked(shop)) == 2
    assert len({task.upload for task in asked(shop)}) == 1


def test_while_the_upload_host_is_down_nothing_is_sent_or_spent_and_it_is_told(
    shop: Workshop,
) -> None:
    before = shop.studio.client.credits()
    shop.sandbox.set_faults({"upload-down": 1.0})
    [task] = shop.studio.submit(DESIGNER, GenerationRequest(prompt=MIRROR), source_id=photo(shop))
    until(lambda: shop.now(task).obstacle is not None)
    hindered = shop.now(task)

    assert hindered.obstacle is not None
    assert hindered.obstacle.trouble is Trouble.UPLOAD
    assert hindered.sent_at is None
    assert asked(shop) == []
    assert shop.studio.client.credits() == before

    shop.sandbox.set_faults({})
    assert shop.wait_for(task, State.DONE).picture_id is not None
    assert len(asked(shop)) == 1


def test_match_input_leaves_the_key_out_and_the_ratio_of_the_source_comes_back(
    shop: Workshop,
) -> None:
    tall = edit(shop, photo(shop, 900, 1600)).picture_id or ""
    made = shop.studio.picture(DESIGNER, tall)

    assert "aspectRatio" not in asked(shop)[0].params
    assert (made.width_px, made.height_px) == (752, 1392)


def test_another_ratio_is_sent_and_comes_back(shop: Workshop) -> None:
    square = edit(shop, photo(shop), aspect_ratio="1:1").picture_id or ""
    made = shop.studio.picture(DESIGNER, square)

    assert asked(shop)[0].params["aspectRatio"] == "1:1"
    assert (made.width_px, made.height_px) == (1024, 1024)


@pytest.mark.parametrize("safety", [0, 1, 2])
def test_a_safety_tolerance_is_sent_as_it_is_and_0_stays_0(shop: Workshop, safety: int) -> None:
    send(shop, photo(shop), safety_tolerance=safety)

    sent = asked(shop)[0].params["safetyTolerance"]
    assert (sent, type(sent)) == (safety, int)


def test_a_safety_tolerance_of_a_new_picture_is_refused_before_anything_is_uploaded(
    shop: Workshop,
) -> None:
    loose = GenerationRequest(prompt=MIRROR, safety_tolerance=3)
    source = photo(shop)

    with pytest.raises(InvalidRequest, match="0 to 2"):
        shop.studio.submit(DESIGNER, loose, source_id=source)
    assert shop.studio.picture(DESIGNER, source).upload_url is None
    assert asked(shop) == []


@pytest.mark.parametrize("output_format", list(OutputFormat))
def test_the_format_asked_for_is_the_format_stored(
    shop: Workshop, output_format: OutputFormat
) -> None:
    made_id = edit(shop, photo(shop), output_format=output_format).picture_id or ""
    made = shop.studio.picture(DESIGNER, made_id)

    assert made.format == output_format
    with Image.open(shop.studio.picture_file(made)) as file:
        assert file.format == output_format.upper()


def test_the_source_of_another_designer_is_refused_and_not_uploaded(shop: Workshop) -> None:
    source = photo(shop)

    with pytest.raises(NotYours):
        shop.studio.submit("f" * 32, GenerationRequest(prompt=MIRROR), source_id=source)
    with pytest.raises(NotYours):
        shop.studio.choose_source("f" * 32, source)
    with pytest.raises(NotYours):
        shop.studio.family("f" * 32, source)
    assert asked(shop) == []


def test_a_refused_edit_is_told_until_it_is_dismissed(shop: Workshop) -> None:
    source = photo(shop)
    refused = edit(shop, source, f"{MIRROR} [refused]")
    family = shop.studio.family(DESIGNER, source)
    assert [entry.task.id for entry in shop.studio.running_edits(DESIGNER, family)] == [refused.id]

    shop.studio.dismiss(DESIGNER, refused.id)

    assert shop.studio.running_edits(DESIGNER, family) == []
