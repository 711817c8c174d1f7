"""Edits of edits with the sandbox: uploads, creates and spending."""

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
from tests.support.studio_fixture import USER_ID, StudioFixture, running_studio, wait_until

HOUR_S = 3600.0
MIRROR = "Mirror it"


@pytest.fixture
def studio_fixture(tmp_path: Path) -> Iterator[StudioFixture]:
    with running_studio(tmp_path, seconds=0) as running:
        yield running


@dataclass(frozen=True)
class CreatedTask:
    """A task that the sandbox created."""

    params: dict[str, Any]

    @property
    def upload_url(self) -> str:
        """The URL of the source."""
        return str(self.params["inputImage"])

    @property
    def upload_name(self) -> str:
        """The file name in that URL."""
        return self.upload_url.rsplit("/", 1)[1]


def submit_edit(
    studio_fixture: StudioFixture, source_id: str, prompt: str = MIRROR, **fields: Any
) -> Task:
    """Submit an edit of this image and wait until it is accepted."""
    request = replace(GenerationRequest(prompt=prompt), **fields)
    [task] = studio_fixture.studio.tasks.submit(USER_ID, request, source_id=source_id)
    wait_until(lambda: studio_fixture.reload(task).accepted_at is not None)
    return task


def run_edit(
    studio_fixture: StudioFixture, source_id: str, prompt: str = MIRROR, **fields: Any
) -> Task:
    """Submit an edit of this image and wait until it has ended."""
    task = submit_edit(studio_fixture, source_id, prompt, **fields)
    return studio_fixture.wait_for(task, TaskState.DONE, TaskState.FAILED, TaskState.REFUSED)


def created_tasks(studio_fixture: StudioFixture) -> list[CreatedTask]:
    return [
        CreatedTask(entry["params"]) for entry in studio_fixture.sandbox.usage_report()["tasks"]
    ]


def import_photo(studio_fixture: StudioFixture, width_px: int = 400, height_px: int = 225) -> str:
    """Import an image of that size; returns its id."""
    file = BytesIO()
    Image.radial_gradient("L").convert("RGB").resize((width_px, height_px)).save(file, "JPEG")
    return studio_fixture.studio.image_importer.from_bytes(
        USER_ID, file.getvalue(), label="IMG_4711.jpg"
    ).id


def age_upload(studio_fixture: StudioFixture, image_id: str, seconds: float) -> None:
    """Make the upload of an image older by this time."""
    image = studio_fixture.studio.image(USER_ID, image_id)
    assert image.upload_url is not None
    assert image.uploaded_at is not None
    at = image.uploaded_at - seconds
    studio_fixture.studio.repository.set_upload_url(image_id, image.upload_url, at)


def test_three_chained_edits_keep_ancestors_and_bytes(
    studio_fixture: StudioFixture,
) -> None:
    original = import_photo(studio_fixture)
    source = original
    for prompt in (MIRROR, "Make it brighter", "Make it black and white"):
        task = run_edit(studio_fixture, source, prompt)
        assert task.state is TaskState.DONE
        assert task.image_id is not None
        source = task.image_id
    nodes = studio_fixture.studio.edit_tree(USER_ID, original).ancestors(source)

    assert [node.label for node in nodes] == [
        "IMG_4711.jpg",
        MIRROR,
        "Make it brighter",
        "Make it black and white",
    ]
    assert [(node.image.width_px, node.image.height_px) for node in nodes[1:]] == [(348, 188)] * 3
    with Image.open(studio_fixture.studio.image_file(nodes[-1].image).path) as last:
        red, green, blue = last.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert max(red, green, blue) - min(red, green, blue) <= 4


def test_branch_edits_the_selected_step(studio_fixture: StudioFixture) -> None:
    original = import_photo(studio_fixture)
    first = run_edit(studio_fixture, original).image_id or ""
    run_edit(studio_fixture, first, "Make it brighter")
    branch = run_edit(studio_fixture, first, "Make it cooler").image_id or ""
    tree = studio_fixture.studio.edit_tree(USER_ID, original)

    assert [node.label for node in tree.ancestors(branch)] == [
        "IMG_4711.jpg",
        MIRROR,
        "Make it cooler",
    ]
    assert len(tree.leaves()) == 2


def test_source_is_uploaded_under_random_name(
    studio_fixture: StudioFixture,
) -> None:
    first, second = import_photo(studio_fixture), import_photo(studio_fixture, 375)
    submit_edit(studio_fixture, first)
    submit_edit(studio_fixture, second)
    names = [task.upload_name for task in created_tasks(studio_fixture)]

    assert all(re.fullmatch(r"[0-9a-f]{32}\.jpeg", name) for name in names)
    assert len(set(names)) == 2
    assert not any(private in name for name in names for private in (first, second, "IMG", USER_ID))


def test_recent_upload_is_reused(studio_fixture: StudioFixture) -> None:
    source = import_photo(studio_fixture)
    submit_edit(studio_fixture, source)
    age_upload(studio_fixture, source, 19.5 * HOUR_S)
    submit_edit(studio_fixture, source, "Make it cooler")

    first, second = created_tasks(studio_fixture)
    assert first.upload_url == second.upload_url


def test_upload_older_than_20_hours_is_renewed(
    studio_fixture: StudioFixture,
) -> None:
    source = import_photo(studio_fixture)
    submit_edit(studio_fixture, source)
    age_upload(studio_fixture, source, 20.1 * HOUR_S)
    renewed = run_edit(studio_fixture, source, "Make it cooler")

    assert renewed.state is TaskState.DONE
    first, second = created_tasks(studio_fixture)
    assert first.upload_name != second.upload_name


def test_variants_of_one_submission_share_one_upload(studio_fixture: StudioFixture) -> None:
    request = GenerationRequest(prompt=MIRROR)
    tasks = studio_fixture.studio.tasks.submit(
        USER_ID, request, source_id=import_photo(studio_fixture), variants=2
    )
    wait_until(lambda: all(studio_fixture.reload(task).accepted_at for task in tasks))

    assert len(created_tasks(studio_fixture)) == 2
    assert len({task.upload_url for task in created_tasks(studio_fixture)}) == 1


def test_failing_upload_host_sends_and_spends_nothing(
    studio_fixture: StudioFixture,
) -> None:
    before = studio_fixture.studio.client.credits()
    studio_fixture.sandbox.set_faults({"upload-down": 1.0})
    [task] = studio_fixture.studio.tasks.submit(
        USER_ID, GenerationRequest(prompt=MIRROR), source_id=import_photo(studio_fixture)
    )
    wait_until(lambda: studio_fixture.reload(task).failure is not None)
    waiting = studio_fixture.reload(task)

    assert waiting.failure is not None
    assert waiting.failure.reason is FailureReason.UPLOAD
    assert waiting.sent_at is None
    assert created_tasks(studio_fixture) == []
    assert studio_fixture.studio.client.credits() == before

    studio_fixture.sandbox.set_faults({})
    assert studio_fixture.wait_for(task, TaskState.DONE).image_id is not None
    assert len(created_tasks(studio_fixture)) == 1


def test_match_input_omits_ratio_and_keeps_source_ratio(
    studio_fixture: StudioFixture,
) -> None:
    task = run_edit(studio_fixture, import_photo(studio_fixture, 225, 400))
    result = studio_fixture.studio.image(USER_ID, task.image_id or "")

    assert "aspectRatio" not in created_tasks(studio_fixture)[0].params
    assert (result.width_px, result.height_px) == (188, 348)


def test_selected_ratio_is_sent_and_returned(studio_fixture: StudioFixture) -> None:
    task = run_edit(studio_fixture, import_photo(studio_fixture), aspect_ratio="1:1")
    result = studio_fixture.studio.image(USER_ID, task.image_id or "")

    assert created_tasks(studio_fixture)[0].params["aspectRatio"] == "1:1"
    assert (result.width_px, result.height_px) == (256, 256)


@pytest.mark.parametrize("safety", [0, 1, 2])
def test_safety_tolerance_is_sent_and_zero_stays_zero(
    studio_fixture: StudioFixture, safety: int
) -> None:
    submit_edit(studio_fixture, import_photo(studio_fixture), safety_tolerance=safety)

    sent = created_tasks(studio_fixture)[0].params["safetyTolerance"]
    assert (sent, type(sent)) == (safety, int)


def test_invalid_edit_safety_is_rejected_before_upload(
    studio_fixture: StudioFixture,
) -> None:
    request = GenerationRequest(prompt=MIRROR, safety_tolerance=3)
    source = import_photo(studio_fixture)

    with pytest.raises(ValidationError, match="0 to 2"):
        studio_fixture.studio.tasks.submit(USER_ID, request, source_id=source)
    assert studio_fixture.studio.image(USER_ID, source).upload_url is None
    assert created_tasks(studio_fixture) == []


@pytest.mark.parametrize("output_format", list(OutputFormat))
def test_stored_format_is_the_requested_one(
    studio_fixture: StudioFixture, output_format: OutputFormat
) -> None:
    task = run_edit(studio_fixture, import_photo(studio_fixture), output_format=output_format)
    result = studio_fixture.studio.image(USER_ID, task.image_id or "")

    assert result.format == output_format
    with Image.open(studio_fixture.studio.image_file(result).path) as file:
        assert file.format == output_format.upper()


def test_source_of_another_user_is_rejected(
    studio_fixture: StudioFixture,
) -> None:
    source = import_photo(studio_fixture)

    with pytest.raises(NotFoundError):
        studio_fixture.studio.tasks.submit(
            "f" * 32, GenerationRequest(prompt=MIRROR), source_id=source
        )
    with pytest.raises(NotFoundError):
        studio_fixture.studio.select_source("f" * 32, source)
    with pytest.raises(NotFoundError):
        studio_fixture.studio.edit_tree("f" * 32, source)
    assert created_tasks(studio_fixture) == []


def test_refused_edit_is_shown_until_dismissed(studio_fixture: StudioFixture) -> None:
    source = import_photo(studio_fixture)
    refused = run_edit(studio_fixture, source, f"{MIRROR} [refused]")
    tree = studio_fixture.studio.edit_tree(USER_ID, source)
    assert [entry.task.id for entry in studio_fixture.studio.pending_edits(USER_ID, tree)] == [
        refused.id
    ]

    studio_fixture.studio.gallery.move_to_trash(USER_ID, [refused.id])

    assert studio_fixture.studio.pending_edits(USER_ID, tree) == []
