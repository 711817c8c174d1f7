"""Tables and queries are the same on SQLite and PostgreSQL, and what is unique stays so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from components.kie import GenerationRequest, Model
from components.studio.chain_runs import advance, is_due
from components.studio.credits import spending_for_user
from components.studio.db.chain_runs import ChainRun, ChainRuns, StepFacts
from components.studio.db.database import Database, DatabaseError
from components.studio.db.gallery import GalleryQuery, GalleryRepository
from components.studio.db.prompts import Draft, PromptHistory
from components.studio.db.tables import ImageRecord, metadata
from components.studio.db.tasks import (
    DuplicateTaskId,
    TaskRepository,
    get_or_create_by_provider_id,
)
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState
from tests.support.export_fixtures import image_of
from tests.support.factories import NOW, make_task
from tests.support.gallery_seed import ANNA, SeedImage, seed_gallery

pytestmark = pytest.mark.usefixtures("real_migrations")

T = TypeVar("T")
USER = "d" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'studio.db'}"
    return str(request.getfixturevalue("empty_postgresql"))


@pytest.fixture
def repository(url: str) -> Iterator[TaskRepository]:
    with closing(TaskRepository(Database(url))) as opened:
        yield opened


def at_once(work: Callable[[int], T], *, times: int = 8) -> list[T]:
    """Run the work in several threads, which start together."""
    barrier = threading.Barrier(times)

    def run(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_tables_are_those_of_the_code(url: str) -> None:
    with closing(Database(url)) as database, database.read_transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_several_processes_may_start_at_once(url: str) -> None:
    databases = at_once(lambda _: Database(url), times=4)
    with databases[0].read_transaction() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [
            ("0006",)
        ]
    for database in databases:
        database.close()


def test_newer_database_is_refused(url: str) -> None:
    with closing(Database(url)) as database, database.write_transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer version"):
        Database(url)


def test_task_is_read_as_it_was_written(repository: TaskRepository) -> None:
    task = make_task("Straße", provider_id="one", state=TaskState.GENERATING, sent_at=NOW)
    repository.add_tasks([task])

    assert repository.task(task.id) == task
    assert repository.unfinished() == [task]
    assert repository.count_by_state() == {TaskState.GENERATING: 1}
    assert repository.recent_durations(Model.PRO, editing=False) == []
    assert spending_for_user(repository.database, USER).images == 0
    assert repository.owns_anything(USER)


def test_double_press_from_several_threads_is_one_submission(repository: TaskRepository) -> None:
    def press(number: int) -> list[Task]:
        at = NOW + number / 100
        tasks = [make_task(batch=f"{number}", created_at=at) for _ in range(2)]
        return repository.add_tasks(tasks, unless_since=at - 1)

    pressed = at_once(press)

    assert len({task.batch for tasks in pressed for task in tasks}) == 1
    assert len(repository.unfinished()) == 2
    later = repository.add_tasks([make_task(created_at=NOW + 2)], unless_since=NOW + 1)
    assert later[0] not in pressed[0]


def test_task_adopted_by_several_threads_is_one(repository: TaskRepository) -> None:
    def adopt(_: int) -> tuple[Task, bool]:
        return get_or_create_by_provider_id(repository.database, make_task(provider_id="one"))

    adopted = at_once(adopt)

    assert [is_new for _, is_new in adopted].count(True) == 1
    assert len({task.id for task, _ in adopted}) == 1


def test_task_id_named_by_several_threads_has_one_holder(repository: TaskRepository) -> None:
    tasks = [make_task() for _ in range(8)]
    repository.add_tasks(tasks)

    def name(number: int) -> str | None:
        named = make_task(**{**vars(tasks[number]), "provider_id": "one"})
        try:
            repository.update_task(tasks[number].id, lambda _: named)
        except DuplicateTaskId as duplicate:
            return duplicate.holder.id
        return None

    holders = at_once(name)

    winner = repository.task_by_provider_id("one")
    assert winner is not None
    assert holders.count(None) == 1
    assert holders.count(winner.id) == 7


def test_step_of_a_chain_claimed_by_several_threads_is_made_once(
    repository: TaskRepository,
) -> None:
    runs = ChainRuns(database=repository.database)
    image = image_of(1)
    repository.add_image(image)
    steps = (GenerationRequest(prompt="one"), GenerationRequest(prompt="two"))

    def begin(_: int) -> bool:
        first = make_task("one", source_id=image.id)
        run = ChainRun(
            id="a" * 32,
            user_id=USER,
            source_id=image.id,
            image_id=image.id,
            steps=steps,
            task_id=first.id,
            created_at=NOW,
        )
        return runs.add(run, first)[1]

    assert at_once(begin).count(True) == 1
    [first] = repository.unfinished()

    def end_first(task: Task) -> Task:
        return replace(task, state=TaskState.DONE, image_id=image.id)

    repository.update_task(first.id, end_first)

    def claim(_: int) -> Task | None:
        def rule(run: ChainRun, facts: StepFacts) -> tuple[ChainRun, Task | None]:
            after = advance(run, facts)
            task = make_task("two", source_id=after.image_id) if is_due(after) else None
            return replace(after, task_id=task.id if task else after.task_id), task

        changed = runs.update("a" * 32, rule)
        return changed[2] if changed else None

    assert [task for task in at_once(claim) if task] == repository.unfinished()
    [run] = runs.active(USER)
    assert (run.position, run.steps) == (1, steps)


def test_pin_draft_and_source_written_by_several_threads_are_one(
    repository: TaskRepository,
) -> None:
    prompts = PromptHistory(repository.database)

    def write(number: int) -> None:
        prompts.pin(USER, "a hill", NOW + number)
        prompts.save_draft(USER, "generate", Draft("tab", f"text {number}"), NOW + number)
        repository.set_selected_source(USER, f"{number:032x}")

    at_once(write)

    assert [entry.prompt for entry in prompts.list_prompts(USER, editing=False)] == ["a hill"]
    [draft] = prompts.load_drafts(USER, "generate")
    assert draft.text.startswith("text ")
    assert repository.get_selected_source(USER) is not None
    repository.set_selected_source(USER, None)
    assert repository.get_selected_source(USER) is None


def brought_in(number: int, content: str = "c" * 64, label: str = "Straße.png") -> ImageRecord:
    return ImageRecord(
        id=f"{number:032x}",
        user_id=ANNA,
        task_id=None,
        format="png",
        width_px=320,
        height_px=180,
        size_bytes=2_000_000_000,
        created_at=NOW + number,
        label=label,
        content_hash=content,
    )


def test_same_bytes_brought_in_by_several_threads_are_one(repository: TaskRepository) -> None:
    stored = at_once(lambda number: repository.add_image(brought_in(number)))

    assert len({record.id for record in stored}) == 1
    assert repository.restore_same_image(ANNA, "c" * 64, "#ffffff") == stored[0]
    assert repository.restore_same_image(USER, "c" * 64, "#ffffff") is None


def test_what_was_brought_in_is_found_deleted_and_comes_back(
    repository: TaskRepository, tmp_path: Path
) -> None:
    gallery = GalleryRepository(
        repository=repository, image_store=ImageStore(tmp_path), events=EventBus()
    )
    record = repository.add_image(brought_in(1))
    other = repository.add_image(brought_in(2, "d" * 64, "lake"))

    assert [item.id for item in gallery.find(ANNA, GalleryQuery(text="STRASSE"))] == [record.id]
    assert gallery.entries(ANNA, [other.id, record.id]) == [other, record]
    assert gallery.stored_bytes(ANNA) == (4_000_000_000, 0, 0)
    assert gallery.move_to_trash(ANNA, [record.id]) == 1
    assert repository.add_image(brought_in(3)) == record
    gallery.move_to_trash(ANNA, [record.id, other.id])
    assert gallery.empty_trash(ANNA, [record.id]) == 1
    assert repository.add_image(brought_in(4)).id == brought_in(4).id
    assert [item.id for item in gallery.find(ANNA, GalleryQuery(in_trash=True))] == [other.id]


def test_words_of_what_is_deleted_go(repository: TaskRepository, tmp_path: Path) -> None:
    gallery = GalleryRepository(
        repository=repository, image_store=ImageStore(tmp_path), events=EventBus()
    )
    failure = Failure(FailureReason.NOT_GENERATED, 501, "no secret")
    done, failed = seed_gallery(
        tmp_path, repository, [SeedImage("secret"), SeedImage("secret", state=TaskState.FAILED)]
    )
    repository.update_task(failed, lambda task: replace(task, failure=failure))
    gallery.move_to_trash(ANNA, [done, failed])
    gallery.empty_trash(ANNA)
    gallery.purge_expired(14 * 24 * 3600)
    gallery.purge_expired(-1.0)

    for task_id in (done, failed):
        task = repository.task(task_id)
        assert task is not None
        assert task.request.prompt == ""
        assert task.failure is None or task.failure.message == ""
    assert PromptHistory(repository.database).recent_prompts(ANNA, editing=False) == []


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("Straße bei Nacht", "STRASSE"),
        ("ÜBER DEN WOLKEN", "über"),
        ("Ｔｏｋｙｏ の夜", "tokyo"),
        ("tokyo", "ＴＯＫＹＯ"),
        ("КОТ на окне", "кот"),
        ("100 % wool", "100 %"),
        ("snake_case", "e_c"),
        ("a \\ b", "\\"),
    ],
)
def test_search_finds_the_same(
    repository: TaskRepository, tmp_path: Path, prompt: str, text: str
) -> None:
    found, _ = seed_gallery(tmp_path, repository, [SeedImage(prompt), SeedImage("else")])
    gallery = GalleryRepository(
        repository=repository, image_store=ImageStore(tmp_path), events=EventBus()
    )

    assert [item.id for item in gallery.find(ANNA, GalleryQuery(text=text))] == [found]


def test_gallery_stars_deletes_and_restores(repository: TaskRepository, tmp_path: Path) -> None:
    gallery = GalleryRepository(
        repository=repository, image_store=ImageStore(tmp_path), events=EventBus()
    )
    done, failed = seed_gallery(
        tmp_path, repository, [SeedImage(), SeedImage(state=TaskState.FAILED)]
    )

    gallery.star(ANNA, [done], starred=True)
    assert [item.id for item in gallery.find(ANNA, GalleryQuery(starred=True))] == [done]
    assert gallery.move_to_trash(ANNA, [done, failed]) == 2
    assert gallery.find(ANNA, GalleryQuery()) == []
    assert gallery.purge_expired(14 * 24 * 3600) == 0
    gallery.restore(ANNA, [done, failed])
    assert len(gallery.find(ANNA, GalleryQuery())) == 2
    assert len(gallery.variants(ANNA, done)) == 1
    gallery.move_to_trash(ANNA, [done])
    assert gallery.empty_trash(ANNA) == 1
    assert spending_for_user(repository.database, ANNA).images == 1
