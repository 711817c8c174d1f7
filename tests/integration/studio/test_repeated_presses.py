"""Presses of a submit button for the same wish, also while another program holds the database."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from components import bootstrap
from components.kie import GenerationRequest, Model, ValidationError
from components.studio.db.database import DatabaseError, DatabaseErrorKind
from components.studio.settings import Settings
from components.studio.studio import NotFoundError, Studio
from components.studio.tasks.models import Task

ANNA, BEN = "a" * 32, "b" * 32
REQUEST = GenerationRequest(prompt="a hill")
NOW = 1_800_000_000.0


class ManualClock:
    """Epoch seconds that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def studio(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A studio whose worker is not started, so that nothing is sent."""
    monkeypatch.setattr(bootstrap, "SteadyClock", lambda: clock)
    built = bootstrap.build_studio(
        Settings(data_dir=tmp_path, api_key="a-key", busy_timeout_seconds=0.5)
    )
    yield built
    built.close()


@contextmanager
def locked_database(folder: Path) -> Iterator[None]:
    """Another connection holds the write lock."""
    with closing(sqlite3.connect(folder / "studio.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def stored(studio: Studio) -> list[Task]:
    return studio.repository.unfinished()


def press_in_another_tab(
    studio: Studio, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> Future[list[Task]]:
    """Press, and return once that press waits for the database."""
    is_waiting, insert = threading.Event(), studio.repository.add_tasks

    def add_tasks(new: list[Task], **options: Any) -> list[Task]:
        is_waiting.set()
        return insert(new, **options)

    monkeypatch.setattr(studio.repository, "add_tasks", add_tasks)
    pressed = pool.submit(studio.tasks.submit, ANNA, REQUEST)
    assert is_waiting.wait(20)
    return pressed


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_same_wish_within_a_second_is_one(
    studio: Studio, clock: ManualClock, seconds: float
) -> None:
    first = studio.tasks.submit(ANNA, REQUEST, variants=2)
    clock.now += seconds
    assert studio.tasks.submit(ANNA, REQUEST, variants=2) == first
    assert len(stored(studio)) == 2


@pytest.mark.parametrize(
    "press",
    [
        lambda studio: studio.tasks.submit(BEN, REQUEST),
        lambda studio: studio.tasks.submit(ANNA, REQUEST, variants=2),
        lambda studio: studio.tasks.submit(ANNA, REQUEST, models=tuple(Model)),
        lambda studio: studio.tasks.submit(ANNA, GenerationRequest(prompt="a lake")),
        lambda studio: studio.tasks.submit(
            ANNA, GenerationRequest(prompt="a hill", safety_tolerance=0)
        ),
    ],
)
def test_another_wish_is_another_submission(
    studio: Studio, press: Callable[[Studio], list[Task]]
) -> None:
    first = studio.tasks.submit(ANNA, REQUEST)
    assert not {task.id for task in first} & {task.id for task in press(studio)}


def test_both_models_are_one_submission_and_one_press(studio: Studio) -> None:
    first = studio.tasks.submit(ANNA, REQUEST, variants=2, models=tuple(Model))

    assert [task.request.model for task in first] == [Model.PRO, Model.MAX] * 2
    assert [task.price for task in first] == [5, 10] * 2
    assert len({task.batch for task in first}) == 1
    assert studio.tasks.submit(ANNA, REQUEST, variants=2, models=tuple(Model)) == first
    assert len(stored(studio)) == 4


def test_both_models_are_not_taken_for_as_many_variants_of_one(studio: Studio) -> None:
    variants = studio.tasks.submit(ANNA, REQUEST, variants=2)
    both = studio.tasks.submit(ANNA, REQUEST, models=tuple(Model))

    assert variants[0].batch != both[0].batch
    assert len(stored(studio)) == 4


@pytest.mark.parametrize(("variants", "pictures"), [(3, 6), (4, 8), (9, 8)])
def test_both_models_with_too_many_variants_are_refused(
    studio: Studio, variants: int, pictures: int
) -> None:
    with pytest.raises(ValidationError) as raised:
        studio.tasks.submit(ANNA, REQUEST, variants=variants, models=tuple(Model))

    message = f"{pictures} pictures; a press makes 4 at most: choose 2 variants."
    assert raised.value.message == message
    assert stored(studio) == []


@pytest.mark.parametrize("seconds", [1.5, -3600.0])
def test_same_wish_later_is_another_submission(
    studio: Studio, clock: ManualClock, seconds: float
) -> None:
    first = studio.tasks.submit(ANNA, REQUEST)
    clock.now += seconds
    assert studio.tasks.submit(ANNA, REQUEST) != first


def test_simultaneous_presses_are_one(studio: Studio) -> None:
    start = threading.Barrier(4)

    def press() -> list[Task]:
        start.wait()
        return studio.tasks.submit(ANNA, REQUEST)

    with ThreadPoolExecutor(4) as pool:
        pressed = [pool.submit(press) for _ in range(4)]
    assert len({future.result()[0].id for future in pressed}) == 1
    assert len(stored(studio)) == 1


@pytest.mark.sqlite
def test_press_that_cannot_be_stored_is_not_stored_later(studio: Studio, tmp_path: Path) -> None:
    with locked_database(tmp_path), pytest.raises(DatabaseError) as raised:
        studio.tasks.submit(ANNA, REQUEST)
    assert raised.value.kind is DatabaseErrorKind.BUSY
    # A press that came meanwhile runs now, and the database is free.
    with pytest.raises(DatabaseError, match="database is busy"):
        studio.tasks.submit(ANNA, REQUEST)
    assert stored(studio) == []


@pytest.mark.sqlite
def test_press_after_a_busy_database_is_stored(
    studio: Studio, clock: ManualClock, tmp_path: Path
) -> None:
    with locked_database(tmp_path), pytest.raises(DatabaseError):
        studio.tasks.submit(ANNA, REQUEST)
    clock.now += 1.5
    assert studio.tasks.submit(ANNA, REQUEST) == stored(studio)


def test_presses_that_wait_together_are_stored_once(
    studio: Studio, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(2) as pool:
        with locked_database(tmp_path):
            pressed = [press_in_another_tab(studio, pool, monkeypatch)]
            clock.now += 1.5
            pressed.append(pool.submit(studio.tasks.submit, ANNA, REQUEST))
        outcomes = [future.exception() or future.result() for future in pressed]
    # Whether the lock was given back in time is the machine's doing; both have one outcome.
    assert outcomes[0] == outcomes[1]
    assert len(stored(studio)) <= 1


def test_error_that_does_not_wait_is_not_kept(studio: Studio) -> None:
    for _ in range(2):
        with pytest.raises(NotFoundError):
            studio.tasks.submit(ANNA, REQUEST, source_id="5" * 32)
    encoded = BytesIO()
    Image.linear_gradient("L").save(encoded, "PNG")
    source = studio.image_importer.from_bytes(ANNA, encoded.getvalue(), label="a source")
    assert studio.tasks.submit(ANNA, REQUEST, source_id=source.id) == stored(studio)
