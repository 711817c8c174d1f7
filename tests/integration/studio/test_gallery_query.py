"""Gallery queries: every filter, text in any script, grouping, and no image of another user."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.kie import Model
from components.studio.db.gallery import GalleryQuery, GalleryRepository, Origin
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from components.studio.tasks.models import Failure, FailureReason, TaskState
from tests.support.factories import make_task
from tests.support.gallery_seed import ANNA, HOUR, SeedImage, seed_gallery

BEN = "b" * 32


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[GalleryRepository]:
    repository = TaskRepository.in_folder(tmp_path)
    yield GalleryRepository(
        repository=repository, image_store=ImageStore(tmp_path), events=EventBus()
    )
    repository.close()


def seed(gallery: GalleryRepository, *seeds: SeedImage) -> list[str]:
    return seed_gallery(
        gallery.image_store.image_file("0" * 32, "png").path.parents[2], gallery.repository, seeds
    )


def prompts(gallery: GalleryRepository, query: GalleryQuery, *, user_id: str = ANNA) -> list[str]:
    ids = [item.id for item in gallery.find(user_id, query)]
    entries = gallery.repository.tasks_with_images(user_id, ids)
    return [entry.task.request.prompt for entry in entries]


def test_unfinished_come_first_then_newest(gallery: GalleryRepository) -> None:
    seed(
        gallery,
        SeedImage("old", hours=30),
        SeedImage("running", hours=9, state=TaskState.GENERATING),
        SeedImage("new", hours=1),
        SeedImage("refused", hours=2, state=TaskState.REFUSED),
    )
    assert prompts(gallery, GalleryQuery()) == ["running", "new", "refused", "old"]


def test_pending_edit_has_the_shape_of_its_source(gallery: GalleryRepository) -> None:
    (source,) = seed(gallery, SeedImage(size=(752, 1392), hours=2))
    shaped = {"aspect_ratio": "1:1"}
    seed(
        gallery,
        SeedImage("matching", hours=1, state=TaskState.GENERATING, source_id=source),
        SeedImage("square", state=TaskState.GENERATING, source_id=source, request=shaped),
    )
    square, matching, made = gallery.find(ANNA, GalleryQuery())
    assert (matching.width_px, matching.height_px) == (made.width_px, made.height_px) == (752, 1392)
    assert (square.width_px, square.height_px) == (None, None)


def test_images_of_others_are_not_found(gallery: GalleryRepository) -> None:
    ids = seed(gallery, SeedImage("Anna's"), SeedImage("Ben's", user_id=BEN))

    assert prompts(gallery, GalleryQuery()) == ["Anna's"]
    assert prompts(gallery, GalleryQuery(), user_id=BEN) == ["Ben's"]
    [entry] = gallery.repository.tasks_with_images(ANNA, ids)
    assert entry.task.request.prompt == "Anna's"
    assert gallery.variants(BEN, ids[0]) == []


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("FOX", True),
        ("red fox", True),
        ("fox red", True),
        ("fo", True),
        ("fox blue", False),
        ("  fox  ", True),
        ("%", False),
        ("_", False),
        ("\\", False),
        ("' OR 1=1 --", False),
    ],
)
def test_all_words_must_occur_without_wildcards(
    gallery: GalleryRepository, text: str, matches: bool
) -> None:
    seed(gallery, SeedImage("A red Fox in the snow"))
    assert bool(prompts(gallery, GalleryQuery(text=text))) is matches


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("ÜBER DEN WOLKEN", "über"),
        ("Straße bei Nacht", "STRASSE"),
        ("КОТ на окне", "кот"),
        ("cafe\u0301", "CAFÉ"),
        ("東京の夜", "東京"),
        ("100 % wool", "100 %"),
        ("snake_case sign", "snake_case"),
    ],
)
def test_search_ignores_case_in_any_script(
    gallery: GalleryRepository, prompt: str, text: str
) -> None:
    seed(gallery, SeedImage(prompt), SeedImage("something else"))
    assert prompts(gallery, GalleryQuery(text=text)) == [prompt]


def test_filters_apply_alone_and_together(gallery: GalleryRepository) -> None:
    root = seed(gallery, SeedImage("root", request={"aspect_ratio": "1:1"}))[0]
    seed(
        gallery,
        SeedImage("edit", source_id=root, starred=True),
        SeedImage("max", request={"model": Model.MAX, "aspect_ratio": "1:1"}),
        SeedImage("failed", state=TaskState.FAILED, request={"aspect_ratio": "4:3"}),
    )

    def found(query: GalleryQuery) -> set[str]:
        return set(prompts(gallery, query))

    assert found(GalleryQuery(models=frozenset({Model.MAX.value}))) == {"max"}
    assert found(GalleryQuery(origins=frozenset({Origin.EDITED}))) == {"edit"}
    assert found(GalleryQuery(origins=frozenset({Origin.MADE}))) == {"root", "max", "failed"}
    assert found(GalleryQuery(origins=frozenset(Origin))) == {"root", "max", "failed", "edit"}
    assert found(GalleryQuery(ratios=frozenset({"1:1"}))) == {"root", "max"}
    assert found(GalleryQuery(ratios=frozenset({"match"}))) == {"edit"}
    assert found(GalleryQuery(states=frozenset({TaskState.FAILED}))) == {"failed"}
    assert found(GalleryQuery(starred=True)) == {"edit"}
    assert found(GalleryQuery(text="ma", models=frozenset({Model.MAX.value}))) == {"max"}
    assert found(GalleryQuery(starred=True, states=frozenset({TaskState.FAILED}))) == set()


def test_what_a_user_has_stopped_is_not_found_among_failures(
    gallery: GalleryRepository,
) -> None:
    for prompt, state, reason in [
        ("failed", TaskState.FAILED, FailureReason.NOT_GENERATED),
        ("failed long ago", TaskState.FAILED, None),
        ("not sent", TaskState.FAILED, FailureReason.WITHDRAWN),
        ("not watched", TaskState.FAILED, FailureReason.NOT_WATCHED),
        ("refused", TaskState.REFUSED, FailureReason.CONTENT_POLICY),
    ]:
        failure = reason and Failure(reason)
        task = make_task(prompt, user_id=ANNA, state=state, failure=failure)
        gallery.repository.add_tasks([task])

    def found(*states: TaskState, stopped: frozenset[FailureReason] = frozenset()) -> set[str]:
        return set(prompts(gallery, GalleryQuery(states=frozenset(states), stopped=stopped)))

    failures = {"failed", "failed long ago"}
    not_sent = frozenset({FailureReason.WITHDRAWN})
    assert found(TaskState.FAILED) == failures
    assert found(TaskState.FAILED, TaskState.REFUSED) == {*failures, "refused"}
    assert found(stopped=not_sent) == {"not sent"}
    assert found(TaskState.REFUSED, stopped=not_sent) == {"not sent", "refused"}
    reasons = {item.failure_reason for item in gallery.find(ANNA, GalleryQuery())}
    assert reasons >= {None, FailureReason.NOT_WATCHED}


def test_date_range_end_is_exclusive(gallery: GalleryRepository) -> None:
    now = time.time()
    seed(
        gallery,
        SeedImage("late", hours=1),
        SeedImage("early", hours=25),
        SeedImage("before", hours=49),
    )

    [late] = gallery.repository.recent_tasks(ANNA, limit=1)
    assert prompts(gallery, GalleryQuery(until=late.task.created_at)) == ["early", "before"]
    day = GalleryQuery(since=now - 26 * HOUR, until=now - 24 * HOUR)
    assert prompts(gallery, day) == ["early"]
    assert prompts(gallery, GalleryQuery(since=now - 26 * HOUR)) == ["late", "early"]


def test_variants_are_one_item(gallery: GalleryRepository) -> None:
    first, second, third = seed(gallery, *(SeedImage("fox", batch="batch") for _ in range(3)))
    seed(gallery, SeedImage("alone", hours=1))

    (group, alone) = gallery.find(ANNA, GalleryQuery())
    assert {group.id, *group.hidden_variants} == {first, second, third}
    assert alone.hidden_variants == ()
    assert len(gallery.find(ANNA, GalleryQuery(), group_variants=False)) == 4
    assert {entry.task.id for entry in gallery.variants(ANNA, second)} == {first, second, third}


def test_cover_is_chosen_variant_else_starred_one(gallery: GalleryRepository) -> None:
    ids = seed(gallery, *(SeedImage("fox", batch="batch") for _ in range(3)))

    def cover() -> str:
        return gallery.find(ANNA, GalleryQuery())[0].id

    gallery.star(ANNA, [ids[2]], starred=True)
    assert cover() == ids[2]
    gallery.set_cover(ANNA, ids[1])
    assert cover() == ids[1]
    gallery.set_cover(ANNA, ids[0])
    assert cover() == ids[0]


def test_running_variant_is_not_grouped(gallery: GalleryRepository) -> None:
    seed(
        gallery,
        SeedImage("fox", batch="p"),
        SeedImage("fox", batch="p", state=TaskState.GENERATING),
    )
    assert [item.state for item in gallery.find(ANNA, GalleryQuery())] == [
        TaskState.GENERATING,
        TaskState.DONE,
    ]


def test_query_knows_whether_it_is_filtered() -> None:
    assert not GalleryQuery().is_filtered
    assert not GalleryQuery(in_trash=True).is_filtered
    assert GalleryQuery(text="fox", in_trash=True).is_filtered


def test_search_of_1100_words_finds_the_prompt_it_was_copied_from(
    gallery: GalleryRepository,
) -> None:
    prompt = " ".join(f"{number:x}" for number in range(1100))
    seed(gallery, SeedImage(prompt), SeedImage("1 2 3"))
    assert prompts(gallery, GalleryQuery(text=prompt)) == [prompt]


def test_search_uses_its_first_1000_characters(gallery: GalleryRepository) -> None:
    seed(gallery, SeedImage("x" * 1500), SeedImage("x" * 999))
    assert prompts(gallery, GalleryQuery(text="x" * 100_000)) == ["x" * 1500]


def test_search_counts_characters_after_folding(gallery: GalleryRepository) -> None:
    seed(gallery, SeedImage("a hill"))
    # One of these characters becomes 18: too long a pattern for SQLite would be an error.
    assert prompts(gallery, GalleryQuery(text="\ufdfa" * 60_000)) == []


@pytest.fixture
def few_variables() -> Iterator[None]:
    """SQLite takes 999 variables a statement, as it does where it was built with that limit."""

    def limit(connection: object, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)

    sa.event.listen(sa.Engine, "connect", limit)
    yield
    sa.event.remove(sa.Engine, "connect", limit)


def test_more_ids_than_a_statement_takes_are_read_and_changed(
    few_variables: None, gallery: GalleryRepository
) -> None:
    made = [SeedImage(f"{number}", hours=number) for number in range(1100)]
    ids = seed(gallery, *made)
    many = [*ids[:2], *(f"{number:032x}" for number in range(2000)), *ids[2:]]
    repository = gallery.repository

    assert [entry.task.id for entry in repository.tasks_with_images(ANNA, many)] == ids
    assert repository.edits_of(ANNA, many) == []
    gallery.star(ANNA, many, starred=True)
    assert len(gallery.find(ANNA, GalleryQuery(starred=True))) == 1100
    assert gallery.move_to_trash(ANNA, many) == 1100
    gallery.restore(ANNA, many)
    assert gallery.count(ANNA) == 1100
    gallery.move_to_trash(ANNA, many)
    assert gallery.empty_trash(ANNA, many) == 1100
    assert gallery.count(ANNA, in_trash=True) == 0


def test_edits_of_many_sources_are_oldest_first(gallery: GalleryRepository) -> None:
    sources = [f"{number:032x}" for number in range(1200)]
    seed(
        gallery,
        SeedImage("newest", source_id=sources[0], hours=1),
        SeedImage("oldest", source_id=sources[-1], hours=3),
        SeedImage("middle", source_id=sources[600], hours=2),
    )
    edits = gallery.repository.edits_of(ANNA, sources)
    assert [entry.task.request.prompt for entry in edits] == ["oldest", "middle", "newest"]
