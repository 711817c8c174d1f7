"""Importing a task by its provider id: for one user, once, without revealing others' tasks."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
import requests
from PIL import Image

from components import bootstrap
from components.kie import GenerationRequest, Model, OutputFormat, ValidationError
from components.sandbox import SandboxServer
from components.studio.studio import Studio
from components.studio.task_import import task_from_status
from components.studio.tasks.models import Task, TaskState
from tests.support.factories import NOW, PROVIDER_ID, make_status, make_task
from tests.support.studio_fixture import wait_until

ANNA, BORIS = "a" * 32, "b" * 32


@pytest.fixture
def studio(sandbox: SandboxServer) -> Iterator[Studio]:
    opened = bootstrap.RunningApp(bootstrap.load_settings())
    yield opened.studio
    opened.close()


def create_elsewhere(sandbox: SandboxServer, **values: object) -> str:
    """Create a task with the same key, as another program would; returns its provider id."""
    answer = requests.post(
        f"{sandbox.url}/api/v1/flux/kontext/generate",
        json={"prompt": "A red barn", **values},
        headers={"Authorization": "Bearer a-key"},
        timeout=60,
    ).json()
    return str(answer["data"]["taskId"])


def wait_for_end(studio: Studio, task: Task) -> Task:
    """The task once it is done or failed."""
    wait_for_state(studio, task, TaskState.DONE, TaskState.FAILED)
    return studio.task(task.user_id, task.id)


def wait_for_state(studio: Studio, task: Task, *states: TaskState) -> None:
    wait_until(lambda: studio.task(task.user_id, task.id).state in states)


def test_task_made_elsewhere_is_imported_with_settings(
    sandbox: SandboxServer, studio: Studio
) -> None:
    provider_id = create_elsewhere(
        sandbox, model="flux-kontext-max", aspectRatio="3:4", outputFormat="png", safetyTolerance=5
    )
    imported = studio.task_importer.import_task(ANNA, f"  {provider_id}\n")

    assert imported.is_new
    task = wait_for_end(studio, imported.task)
    assert task.state is TaskState.DONE
    assert task.request == GenerationRequest(
        prompt="A red barn",
        model=Model.MAX,
        aspect_ratio="3:4",
        output_format=OutputFormat.PNG,
        safety_tolerance=5,
    )
    assert task.price == studio.price(Model.MAX)
    assert studio.image(ANNA, str(task.image_id)).height_px == 296
    assert sandbox.usage_report()["creates"] == 1


def test_known_id_is_not_imported_twice(sandbox: SandboxServer, studio: Studio) -> None:
    provider_id = create_elsewhere(sandbox)
    first = studio.task_importer.import_task(ANNA, provider_id)
    wait_for_end(studio, first.task)
    again = studio.task_importer.import_task(ANNA, provider_id)

    assert not again.is_new
    assert again.task.id == first.task.id
    assert len(studio.tasks.recent(ANNA, limit=9)) == 1


def test_hidden_task_is_shown_again(sandbox: SandboxServer, studio: Studio) -> None:
    provider_id = create_elsewhere(sandbox, prompt="A barn [generate-failed]")
    task = wait_for_end(studio, studio.task_importer.import_task(ANNA, provider_id).task)
    studio.gallery.move_to_trash(ANNA, [task.id])
    assert studio.tasks.recent(ANNA, limit=9) == []

    studio.task_importer.import_task(ANNA, provider_id)

    assert [entry.task.id for entry in studio.tasks.recent(ANNA, limit=9)] == [task.id]


@pytest.mark.parametrize("known_to_another", [True, False])
def test_id_of_another_user_reads_like_unknown(
    known_to_another: bool, sandbox: SandboxServer, studio: Studio
) -> None:
    provider_id = create_elsewhere(sandbox) if known_to_another else "0" * 32
    if known_to_another:
        wait_for_end(studio, studio.task_importer.import_task(BORIS, provider_id).task)

    with pytest.raises(ValidationError) as caught:
        studio.task_importer.import_task(ANNA, provider_id)

    assert caught.value.message.startswith("There is nothing to bring home under this id.")
    assert studio.tasks.recent(ANNA, limit=9) == []


@pytest.mark.parametrize("provider_id", ["", "  ", "two\nlines", "\x00", "x" * 201])
def test_malformed_id_is_rejected_without_query(
    provider_id: str, sandbox: SandboxServer, studio: Studio
) -> None:
    with pytest.raises(ValidationError, match="no task id"):
        studio.task_importer.import_task(ANNA, provider_id)

    assert sandbox.usage_report()["queries"] == 0


def test_import_resolves_unconfirmed_task_with_same_prompt(
    sandbox: SandboxServer, studio: Studio
) -> None:
    (unconfirmed,) = studio.tasks.submit(ANNA, GenerationRequest(prompt="A red barn [create-lost]"))
    wait_for_state(studio, unconfirmed, TaskState.UNCONFIRMED)
    imported = studio.task_importer.import_task(ANNA, sandbox.usage_report()["tasks"][0]["taskId"])

    assert (imported.task.id, imported.is_new) == (unconfirmed.id, False)
    assert wait_for_end(studio, unconfirmed).state is TaskState.DONE
    assert sandbox.usage_report()["creates"] == 1


@pytest.mark.parametrize(
    ("user_id", "prompt", "model"),
    [
        (BORIS, "A red barn", Model.PRO),
        (ANNA, "A blue barn", Model.PRO),
        (ANNA, "A red barn", Model.MAX),
    ],
)
def test_import_leaves_other_unconfirmed_tasks_alone(
    user_id: str, prompt: str, model: Model, sandbox: SandboxServer, studio: Studio
) -> None:
    other = make_task(
        user_id=user_id,
        request=GenerationRequest(prompt=prompt, model=model),
        state=TaskState.UNCONFIRMED,
    )
    studio.repository.add_tasks([other])

    imported = studio.task_importer.import_task(ANNA, create_elsewhere(sandbox))

    assert imported.is_new
    assert studio.task(user_id, other.id) == other


def test_imported_edit_of_our_upload_keeps_its_source(
    sandbox: SandboxServer, studio: Studio
) -> None:
    encoded = BytesIO()
    Image.linear_gradient("L").resize((320, 240)).save(encoded, "PNG")
    source = studio.image_importer.from_bytes(ANNA, encoded.getvalue(), label="a source")
    edit = GenerationRequest(prompt="Add a hat")
    (task,) = studio.tasks.submit(ANNA, edit, source_id=source.id)
    wait_for_end(studio, task)
    url = sandbox.usage_report()["tasks"][0]["params"]["inputImage"]

    imported = studio.task_importer.import_task(ANNA, create_elsewhere(sandbox, inputImage=url))

    assert imported.task.source_id == source.id
    assert wait_for_end(studio, imported.task).state is TaskState.DONE


def test_imported_image_adds_no_duration(sandbox: SandboxServer, studio: Studio) -> None:
    wait_for_end(studio, studio.task_importer.import_task(ANNA, create_elsewhere(sandbox)).task)

    assert studio.repository.recent_durations(Model.PRO, editing=False) == []


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        {},
        {"prompt": 7, "model": "dream-9", "aspectRatio": [], "outputFormat": "gif"},
        {"safetyTolerance": "6", "enableTranslation": "no", "watermark": None, "inputImage": 1},
    ],
)
def test_missing_record_fields_become_defaults(parameters: dict[str, object] | None) -> None:
    task = task_from_status(
        make_status(parameters=parameters),
        user_id=ANNA,
        source_id=None,
        price=lambda _model: make_task().price,
        now=NOW,
    )

    assert task.request == GenerationRequest(prompt=f"Task {PROVIDER_ID}")


def test_record_with_unusable_prompt_is_rejected() -> None:
    with pytest.raises(ValidationError, match="cannot be read here"):
        task_from_status(
            make_status(parameters={"prompt": "x" * 9999}),
            user_id=ANNA,
            source_id=None,
            price=lambda _model: make_task().price,
            now=NOW,
        )
