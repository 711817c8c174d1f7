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

from components.kie import GenerationRequest, OutputFormat, ValidationError
from components.studio.studio import NotFoundError
from components.studio.tasks.models import FailureReason, Task, TaskState
from tests.support.studio_fixture import DESIGNER, StudioFixture, running_studio, wait_until

HOUR = 3600.0
MIRROR = "Mirror it"


@pytest.fixture
def studio_fixture(tmp_path: Path) -> Iterator[StudioFixture]:
    with running_studio(tmp_path, seconds=0) as running:
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


def send(studio_fixture: StudioFixture, source_id: str, words: str = MIRROR, **fields: Any) -> Task:
    """An edit of this picture, once the service has it."""
    request = replace(GenerationRequest(prompt=words), **fields)
    [task] = studio_fixture.studio.submit(DESIGNER, request, source_id=source_id)
    wait_until(lambda: studio_fixture.reload(task).accepted_at is not None)
    return task


def edit(studio_fixture: StudioFixture, source_id: str, words: str = MIRROR, **fields: Any) -> Task:
    """An edit of this picture, once it has ended."""
    task = send(studio_fixture, source_id, words, **fields)
    return studio_fixture.wait_for(task, TaskState.DONE, TaskState.FAILED, TaskState.REFUSED)


def asked(studio_fixture: StudioFixture) -> list[Asked]:
    return [Asked(entry["params"]) for entry in studio_fixture.sandbox.usage_report()["tasks"]]


def photo(studio_fixture: StudioFixture, width_px: int = 1600, height_px: int = 900) -> str:
    """A picture of that size from outside, brought in; its id."""
    file = BytesIO()
    Image.radial_gradient("L").convert("RGB").resize((width_px, height_px)).save(file, "JPEG")
    return studio_fixture.studio.import_image(DESIGNER, file.getvalue(), label="IMG_4711.jpg").id


def grown_old(studio_fixture: StudioFixture, picture_id: str, seconds: float) -> None:
    """Let the upload of a picture have been made so long ago."""
    picture = studio_fixture.studio.image(DESIGNER, picture_id)
    assert picture.upload_url is not None
    assert picture.uploaded_at is not None
    at = picture.uploaded_at - seconds
    studio_fixture.studio.repository.set_upload_url(picture_id, picture.upload_url, at)


def test_three_chained_edits_keep_ancestors_and_bytes(
    studio_fixture: StudioFixture,
) -> None:
    original = photo(studio_fixture)
    step = original
    for words in (MIRROR, "Make it brighter", "Make it black and white"):
        task = edit(studio_fixture, step, words)
        assert task.state is TaskState.DONE
        assert task.image_id is not None
        step = task.image_id
    line = studio_fixture.studio.edit_tree(DESIGNER, original).ancestors(step)

    assert [made.label for made in line] == [
        "IMG_4711.jpg",
        MIRROR,
        "Make it brighter",
        "Make it black and white",
    ]
    assert [(made.image.width_px, made.image.height_px) for made in line[1:]] == [(1392, 752)] * 3
    with Image.open(studio_fixture.studio.image_path(line[-1].image)) as last:
        red, green, blue = last.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert max(red, green, blue) - min(red, green, blue) <= 4


def test_branch_edits_the_selected_step(studio_fixture: StudioFixture) -> None:
    original = photo(studio_fixture)
    first = edit(studio_fixture, original).image_id or ""
    edit(studio_fixture, first, "Make it brighter")
    other = edit(studio_fixture, first, "Make it cooler").image_id or ""
    family = studio_fixture.studio.edit_tree(DESIGNER, original)

    assert [step.label for step in family.ancestors(other)] == [
        "IMG_4711.jpg",
        MIRROR,
        "Make it cooler",
    ]
    assert len(family.leaves()) == 2


def test_source_is_uploaded_under_random_name(
    studio_fixture: StudioFixture,
) -> None:
    first, second = photo(studio_fixture), photo(studio_fixture)
    send(studio_fixture, first)
    send(studio_fixture, second)
    names = [task.name for task in asked(studio_fixture)]

    assert all(re.fullmatch(r"[0-9a-f]{32}\.jpeg", name) for name in names)
    assert len(set(names)) == 2
    assert not any(known in name for name in names for known in (first, second, "IMG", DESIGNER))


def test_recent_upload_is_reused(studio_fixture: StudioFixture) -> None:
    source = photo(studio_fixture)
    send(studio_fixture, source)
    grown_old(studio_fixture, source, 19.5 * HOUR)
    send(studio_fixture, source, "Make it cooler")

    assert asked(studio_fixture)[0].upload == asked(studio_fixture)[1].upload


def test_upload_older_than_20_hours_is_renewed(
    studio_fixture: StudioFixture,
) -> None:
    source = photo(studio_fixture)
    send(studio_fixture, source)
    grown_old(studio_fixture, source, 20.1 * HOUR)
    again = edit(studio_fixture, source, "Make it cooler")

    assert again.state is TaskState.DONE
    assert asked(studio_fixture)[0].name != asked(studio_fixture)[1].name


def test_variants_of_one_submission_share_one_upload(studio_fixture: StudioFixture) -> None:
    request = GenerationRequest(prompt=MIRROR)
    both = studio_fixture.studio.submit(
        DESIGNER, request, source_id=photo(studio_fixture), variants=2
    )
    wait_until(lambda: all(studio_fixture.reload(task).accepted_at for task in both))

    assert len(asked(studio_fixture)) == 2
    assert len({task.upload for task in asked(studio_fixture)}) == 1


def test_failing_upload_host_sends_and_spends_nothing(
    studio_fixture: StudioFixture,
) -> None:
    before = studio_fixture.studio.client.credits()
    studio_fixture.sandbox.set_faults({"upload-down": 1.0})
    [task] = studio_fixture.studio.submit(
        DESIGNER, GenerationRequest(prompt=MIRROR), source_id=photo(studio_fixture)
    )
    wait_until(lambda: studio_fixture.reload(task).failure is not None)
    hindered = studio_fixture.reload(task)

    assert hindered.failure is not None
    assert hindered.failure.reason is FailureReason.UPLOAD
    assert hindered.sent_at is None
    assert asked(studio_fixture) == []
    assert studio_fixture.studio.client.credits() == before

    studio_fixture.sandbox.set_faults({})
    assert studio_fixture.wait_for(task, TaskState.DONE).image_id is not None
    assert len(asked(studio_fixture)) == 1


def test_match_input_omits_ratio_and_keeps_source_ratio(
    studio_fixture: StudioFixture,
) -> None:
    tall = edit(studio_fixture, photo(studio_fixture, 900, 1600)).image_id or ""
    made = studio_fixture.studio.image(DESIGNER, tall)

    assert "aspectRatio" not in asked(studio_fixture)[0].params
    assert (made.width_px, made.height_px) == (752, 1392)


def test_selected_ratio_is_sent_and_returned(studio_fixture: StudioFixture) -> None:
    square = edit(studio_fixture, photo(studio_fixture), aspect_ratio="1:1").image_id or ""
    made = studio_fixture.studio.image(DESIGNER, square)

    assert asked(studio_fixture)[0].params["aspectRatio"] == "1:1"
    assert (made.width_px, made.height_px) == (1024, 1024)


@pytest.mark.parametrize("safety", [0, 1, 2])
def test_safety_tolerance_is_sent_and_zero_stays_zero(
    studio_fixture: StudioFixture, safety: int
) -> None:
    send(studio_fixture, photo(studio_fixture), safety_tolerance=safety)

    sent = asked(studio_fixture)[0].params["safetyTolerance"]
    assert (sent, type(sent)) == (safety, int)


def test_invalid_edit_safety_is_rejected_before_upload(
    studio_fixture: StudioFixture,
) -> None:
    loose = GenerationRequest(prompt=MIRROR, safety_tolerance=3)
    source = photo(studio_fixture)

    with pytest.raises(ValidationError, match="0 to 2"):
        studio_fixture.studio.submit(DESIGNER, loose, source_id=source)
    assert studio_fixture.studio.image(DESIGNER, source).upload_url is None
    assert asked(studio_fixture) == []


@pytest.mark.parametrize("output_format", list(OutputFormat))
def test_stored_format_is_the_requested_one(
    studio_fixture: StudioFixture, output_format: OutputFormat
) -> None:
    made_id = (
        edit(studio_fixture, photo(studio_fixture), output_format=output_format).image_id or ""
    )
    made = studio_fixture.studio.image(DESIGNER, made_id)

    assert made.format == output_format
    with Image.open(studio_fixture.studio.image_path(made)) as file:
        assert file.format == output_format.upper()


def test_source_of_another_user_is_rejected(
    studio_fixture: StudioFixture,
) -> None:
    source = photo(studio_fixture)

    with pytest.raises(NotFoundError):
        studio_fixture.studio.submit("f" * 32, GenerationRequest(prompt=MIRROR), source_id=source)
    with pytest.raises(NotFoundError):
        studio_fixture.studio.select_source("f" * 32, source)
    with pytest.raises(NotFoundError):
        studio_fixture.studio.edit_tree("f" * 32, source)
    assert asked(studio_fixture) == []


def test_refused_edit_is_shown_until_dismissed(studio_fixture: StudioFixture) -> None:
    source = photo(studio_fixture)
    refused = edit(studio_fixture, source, f"{MIRROR} [refused]")
    family = studio_fixture.studio.edit_tree(DESIGNER, source)
    assert [entry.task.id for entry in studio_fixture.studio.pending_edits(DESIGNER, family)] == [
        refused.id
    ]

    studio_fixture.studio.move_to_trash(DESIGNER, [refused.id])

    assert studio_fixture.studio.pending_edits(DESIGNER, family) == []
