"""A task id of the service brings its picture home, to one designer, once, and tells no secret."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO

import pytest
import requests
from PIL import Image

from components.bootstrap import Opened, read_installation
from components.kontext import GenerationRequest, InvalidRequest, Model, OutputFormat
from components.sandbox import SandboxServer
from components.studio.homecoming import NOTHING_THERE, task_from
from components.studio.studio import Studio
from components.studio.tasks.task import State, Task
from tests.studio.making import NOW, SERVICE_ID, a_report, a_task

ANNA, BORIS = "a" * 32, "b" * 32
PATIENCE_SECONDS = 20


@pytest.fixture
def studio(service: SandboxServer) -> Iterator[Studio]:
    opened = Opened(read_installation())
    yield opened.studio
    opened.close()


def made_elsewhere(service: SandboxServer, **values: object) -> str:
    """The id of a task that another program made with the same key."""
    answer = requests.post(
        f"{service.url}/api/v1/flux/kontext/generate",
        json={"prompt": "A red barn", **values},
        headers={"Authorization": "Bearer a-key"},
        timeout=10,
    ).json()
    return str(answer["data"]["taskId"])


def ended(studio: Studio, task: Task) -> Task:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := studio.task(task.designer, task.id)).state not in (State.DONE, State.FAILED):
        assert time.monotonic() < deadline, now
        time.sleep(0.05)
    return now


def test_a_picture_made_elsewhere_comes_home_with_its_settings(
    service: SandboxServer, studio: Studio
) -> None:
    service_id = made_elsewhere(
        service, model="flux-kontext-max", aspectRatio="3:4", outputFormat="png", safetyTolerance=5
    )
    brought = studio.adopt(ANNA, f"  {service_id}\n")

    assert brought.is_new
    home = ended(studio, brought.task)
    assert home.state is State.DONE
    assert home.request == GenerationRequest(
        prompt="A red barn",
        model=Model.MAX,
        aspect_ratio="3:4",
        output_format=OutputFormat.PNG,
        safety_tolerance=5,
    )
    assert home.price == studio.settings.price(Model.MAX)
    assert studio.picture(ANNA, str(home.picture_id)).height_px == 1184
    assert service.usage_report()["creates"] == 1


def test_an_id_that_is_here_already_is_not_brought_twice(
    service: SandboxServer, studio: Studio
) -> None:
    service_id = made_elsewhere(service)
    first = studio.adopt(ANNA, service_id)
    ended(studio, first.task)
    again = studio.adopt(ANNA, service_id)

    assert not again.is_new
    assert again.task.id == first.task.id
    assert len(studio.entries(ANNA, limit=9)) == 1


def test_a_dismissed_task_is_shown_again(service: SandboxServer, studio: Studio) -> None:
    service_id = made_elsewhere(service, prompt="A barn [generate-failed]")
    task = ended(studio, studio.adopt(ANNA, service_id).task)
    studio.dismiss(ANNA, task.id)
    assert studio.entries(ANNA, limit=9) == []

    studio.adopt(ANNA, service_id)

    assert [entry.task.id for entry in studio.entries(ANNA, limit=9)] == [task.id]


@pytest.mark.parametrize("known_to_another", [True, False])
def test_an_id_of_somebody_else_reads_like_one_that_nobody_knows(
    known_to_another: bool, service: SandboxServer, studio: Studio
) -> None:
    service_id = made_elsewhere(service) if known_to_another else "0" * 32
    if known_to_another:
        ended(studio, studio.adopt(BORIS, service_id).task)

    with pytest.raises(InvalidRequest) as refused:
        studio.adopt(ANNA, service_id)

    assert refused.value.sentence == NOTHING_THERE
    assert studio.entries(ANNA, limit=9) == []


@pytest.mark.parametrize("service_id", ["", "  ", "two\nlines", "\x00", "x" * 201])
def test_what_cannot_be_an_id_is_refused_before_anybody_is_asked(
    service_id: str, service: SandboxServer, studio: Studio
) -> None:
    with pytest.raises(InvalidRequest, match="no task id"):
        studio.adopt(ANNA, service_id)

    assert service.usage_report()["queries"] == 0


def test_an_unconfirmed_task_with_the_same_prompt_is_the_one_that_comes_home(
    service: SandboxServer, studio: Studio
) -> None:
    (lost,) = studio.submit(ANNA, GenerationRequest(prompt="A red barn [create-lost]"))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while studio.task(ANNA, lost.id).state is not State.UNCONFIRMED:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    brought = studio.adopt(ANNA, service.usage_report()["tasks"][0]["taskId"])

    assert (brought.task.id, brought.is_new) == (lost.id, False)
    assert ended(studio, lost).state is State.DONE
    assert service.usage_report()["creates"] == 1


def test_an_edit_of_our_own_upload_comes_home_beside_its_source(
    service: SandboxServer, studio: Studio
) -> None:
    encoded = BytesIO()
    Image.linear_gradient("L").resize((320, 240)).save(encoded, "PNG")
    source = studio.bring_in(ANNA, encoded.getvalue(), label="a source")
    edit = GenerationRequest(prompt="Add a hat")
    (task,) = studio.submit(ANNA, edit, source_id=source.id)
    ended(studio, task)
    url = service.usage_report()["tasks"][0]["params"]["inputImage"]

    brought = studio.adopt(ANNA, made_elsewhere(service, inputImage=url))

    assert brought.task.source_id == source.id
    assert ended(studio, brought.task).state is State.DONE


def test_a_picture_brought_home_teaches_nobody_how_long_one_takes(
    service: SandboxServer, studio: Studio
) -> None:
    ended(studio, studio.adopt(ANNA, made_elsewhere(service)).task)

    assert studio.ledger.seconds_taken(Model.PRO, editing=False) == []


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        {},
        {"prompt": 7, "model": "dream-9", "aspectRatio": [], "outputFormat": "gif"},
        {"safetyTolerance": "6", "enableTranslation": "no", "watermark": None, "inputImage": 1},
    ],
)
def test_what_a_record_does_not_say_is_the_default(parameters: dict[str, object] | None) -> None:
    task = task_from(
        a_report(parameters=parameters),
        designer=ANNA,
        source_id=None,
        price=lambda _model: a_task().price,
        now=NOW,
    )

    assert task.request == GenerationRequest(prompt=f"Task {SERVICE_ID}")


def test_a_record_whose_prompt_no_form_could_hold_is_refused_with_a_sentence() -> None:
    with pytest.raises(InvalidRequest, match="cannot be read here"):
        task_from(
            a_report(parameters={"prompt": "x" * 9999}),
            designer=ANNA,
            source_id=None,
            price=lambda _model: a_task().price,
            now=NOW,
        )
