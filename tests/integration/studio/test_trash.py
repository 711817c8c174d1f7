"""Trash: moving images there, restoring and purging them, and what is never purged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.studio.credits import spending_for_user
from components.studio.db.gallery import GalleryQuery, GalleryRepository
from components.studio.db.prompts import PromptHistory
from components.studio.db.tables import ImageRecord, images, tasks
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from components.studio.lineage import load_edit_tree
from components.studio.storage import MaintenanceThread
from components.studio.tasks.models import Failure, FailureReason, TaskState
from tests.support.gallery_seed import ANNA, SeedImage, seed_gallery

BEN = "b" * 32
DAY_S = 24 * 3600.0
TRASH = GalleryQuery(in_trash=True)


class GalleryFixture:
    """A gallery with a manual clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1_800_000_000.0
        self.events = EventBus()
        self.repository = TaskRepository.in_folder(folder)
        self.gallery = GalleryRepository(
            repository=self.repository,
            image_store=ImageStore(folder),
            events=self.events,
            clock=lambda: self.now,
        )

    def add(self, *seeds: SeedImage) -> list[str]:
        return seed_gallery(self.folder, self.repository, seeds)

    def task_ids(self, query: GalleryQuery = TRASH, user_id: str = ANNA) -> list[str]:
        return [item.id for item in self.gallery.find(user_id, query)]

    def recent_task_ids(self) -> list[str]:
        return [entry.task.id for entry in self.repository.recent_tasks(ANNA, limit=99)]

    def record(self, image_id: str) -> ImageRecord:
        record = self.repository.image(image_id)
        assert record is not None
        return record

    def count_files(self) -> int:
        return sum(path.is_file() for path in self.folder.glob("*/*/*.jpeg"))


@pytest.fixture
def gallery_fixture(tmp_path: Path) -> Iterator[GalleryFixture]:
    opened = GalleryFixture(tmp_path)
    yield opened
    opened.repository.close()


def test_trashed_image_is_only_in_trash_and_restorable(gallery_fixture: GalleryFixture) -> None:
    kept, trashed = gallery_fixture.add(SeedImage("kept"), SeedImage("trashed"))

    assert gallery_fixture.gallery.move_to_trash(ANNA, [trashed]) == 1
    assert gallery_fixture.task_ids(GalleryQuery()) == [kept] == gallery_fixture.recent_task_ids()
    assert gallery_fixture.task_ids() == [trashed]
    assert (
        gallery_fixture.gallery.count(ANNA),
        gallery_fixture.gallery.count(ANNA, in_trash=True),
    ) == (1, 1)
    assert gallery_fixture.gallery.trashed_image(ANNA, trashed) is not None
    assert gallery_fixture.gallery.trashed_image(ANNA, kept) is None

    gallery_fixture.gallery.restore(ANNA, [trashed])
    assert (
        set(gallery_fixture.task_ids(GalleryQuery()))
        == {kept, trashed}
        == set(gallery_fixture.recent_task_ids())
    )
    assert gallery_fixture.task_ids() == []


def test_trashing_twice_keeps_the_first_date(gallery_fixture: GalleryFixture) -> None:
    (trashed,) = gallery_fixture.add(SeedImage())
    gallery_fixture.gallery.move_to_trash(ANNA, [trashed])
    gallery_fixture.now += 99

    assert gallery_fixture.gallery.move_to_trash(ANNA, [trashed]) == 0
    assert gallery_fixture.record(trashed).deleted_at == gallery_fixture.now - 99


def test_images_of_others_cannot_be_changed(gallery_fixture: GalleryFixture) -> None:
    (image_id,) = gallery_fixture.add(SeedImage())

    gallery_fixture.gallery.star(BEN, [image_id], starred=True)
    assert gallery_fixture.gallery.move_to_trash(BEN, [image_id]) == 0
    assert gallery_fixture.task_ids(GalleryQuery()) == [image_id]
    assert not gallery_fixture.record(image_id).starred

    gallery_fixture.gallery.move_to_trash(ANNA, [image_id])
    gallery_fixture.gallery.restore(BEN, [image_id])
    assert gallery_fixture.gallery.empty_trash(BEN) == 0
    assert gallery_fixture.gallery.empty_trash(BEN, [image_id]) == 0
    assert gallery_fixture.gallery.trashed_image(BEN, image_id) is None
    assert gallery_fixture.task_ids() == [image_id]


def test_ended_task_without_image_can_be_hidden_and_restored(
    gallery_fixture: GalleryFixture,
) -> None:
    refused, running = gallery_fixture.add(
        SeedImage(state=TaskState.REFUSED), SeedImage(state=TaskState.GENERATING, hours=1)
    )

    assert gallery_fixture.gallery.move_to_trash(ANNA, [refused, running]) == 1
    assert gallery_fixture.task_ids(GalleryQuery()) == [running]
    gallery_fixture.gallery.restore(ANNA, [refused])
    assert gallery_fixture.task_ids(GalleryQuery()) == [running, refused]


def test_emptying_trash_deletes_files_and_keeps_spending(gallery_fixture: GalleryFixture) -> None:
    kept, trashed = gallery_fixture.add(SeedImage("kept"), SeedImage("trashed"))
    gallery_fixture.gallery.move_to_trash(ANNA, [trashed])
    assert gallery_fixture.count_files() == 4

    assert gallery_fixture.gallery.empty_trash(ANNA) == 1
    assert gallery_fixture.count_files() == 2
    assert gallery_fixture.task_ids() == []
    assert gallery_fixture.task_ids(GalleryQuery()) == [kept] == gallery_fixture.recent_task_ids()
    assert gallery_fixture.repository.image(trashed) is None
    assert gallery_fixture.repository.task(trashed) is not None
    gallery_fixture.gallery.restore(ANNA, [trashed])
    assert gallery_fixture.task_ids(GalleryQuery()) == [kept]


def test_part_of_the_trash_can_be_emptied(gallery_fixture: GalleryFixture) -> None:
    first, second = gallery_fixture.add(SeedImage(), SeedImage())
    gallery_fixture.gallery.move_to_trash(ANNA, [first, second])

    assert gallery_fixture.gallery.empty_trash(ANNA, [first]) == 1
    assert gallery_fixture.task_ids() == [second]


def test_purge_leaves_untrashed_images(gallery_fixture: GalleryFixture) -> None:
    (kept,) = gallery_fixture.add(SeedImage())

    assert gallery_fixture.gallery.empty_trash(ANNA, [kept]) == 0
    gallery_fixture.now += 1400 * DAY_S
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
    assert gallery_fixture.count_files() == 2


def test_trash_is_purged_after_14_days(gallery_fixture: GalleryFixture) -> None:
    (trashed,) = gallery_fixture.add(SeedImage())
    gallery_fixture.gallery.move_to_trash(ANNA, [trashed])

    gallery_fixture.now += 14 * DAY_S - 1
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
    gallery_fixture.now += 1
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 1
    assert gallery_fixture.count_files() == 0


@pytest.mark.parametrize(
    "state", [TaskState.QUEUED, TaskState.SUBMITTING, TaskState.GENERATING, TaskState.UNCONFIRMED]
)
def test_source_of_unfinished_edit_is_not_purged(
    gallery_fixture: GalleryFixture, state: TaskState
) -> None:
    (source,) = gallery_fixture.add(SeedImage())
    gallery_fixture.add(SeedImage(source_id=source, state=state))
    gallery_fixture.gallery.move_to_trash(ANNA, [source])

    assert gallery_fixture.gallery.empty_trash(ANNA) == 0
    gallery_fixture.now += 28 * DAY_S
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
    assert gallery_fixture.task_ids() == [source]
    assert gallery_fixture.count_files() == 2


def test_interrupted_purge_is_finished_later(gallery_fixture: GalleryFixture) -> None:
    (trashed,) = gallery_fixture.add(SeedImage())
    gallery_fixture.gallery.move_to_trash(ANNA, [trashed])
    stuck = gallery_fixture.gallery.image_store.image_file(trashed, "jpeg").path
    stuck.unlink()
    stuck.mkdir()  # a file that cannot be removed

    with pytest.raises(OSError, match="directory"):
        gallery_fixture.gallery.empty_trash(ANNA)
    gallery_fixture.gallery.restore(ANNA, [trashed])
    assert (
        gallery_fixture.task_ids(GalleryQuery()) == []
    )  # its purge has begun: it cannot be restored
    stuck.rmdir()
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 1
    assert gallery_fixture.repository.image(trashed) is None


def test_edit_tree_shows_trashed_images_only_on_request(gallery_fixture: GalleryFixture) -> None:
    (root,) = gallery_fixture.add(SeedImage("root", hours=3))
    (middle,) = gallery_fixture.add(SeedImage("middle", hours=2, source_id=root))
    (leaf,) = gallery_fixture.add(SeedImage("leaf", hours=1, source_id=middle))
    gallery_fixture.gallery.move_to_trash(ANNA, [middle])

    whole = load_edit_tree(gallery_fixture.repository, ANNA, leaf)
    assert [node.image.id for node in whole.nodes] == [root, middle, leaf]
    assert [node.image.id for node in whole.without_deleted().nodes] == [root, leaf]
    assert [node.image.id for node in whole.without_deleted().ancestors(leaf)] == [leaf]


def test_trash_changes_notify_every_window(gallery_fixture: GalleryFixture) -> None:
    (one,) = gallery_fixture.add(SeedImage())
    published: list[str] = []
    gallery_fixture.events.subscribe(ANNA, lambda: published.append(ANNA))
    gallery_fixture.events.subscribe(BEN, lambda: published.append(BEN))

    gallery_fixture.gallery.star(ANNA, [one], starred=True)
    gallery_fixture.gallery.set_cover(ANNA, one)
    gallery_fixture.gallery.move_to_trash(ANNA, [one])
    gallery_fixture.gallery.restore(ANNA, [one])
    gallery_fixture.gallery.move_to_trash(ANNA, [one])
    gallery_fixture.gallery.empty_trash(ANNA)
    assert published == [ANNA] * 6


def test_purger_runs_at_start(gallery_fixture: GalleryFixture) -> None:
    (trashed,) = gallery_fixture.add(SeedImage())
    gallery_fixture.gallery.move_to_trash(ANNA, [trashed])
    gallery_fixture.now += 14 * DAY_S

    purger = MaintenanceThread(
        gallery_fixture.gallery, PromptHistory(gallery_fixture.repository.database), lambda: None
    )
    purger.start()
    purger.stop()
    assert gallery_fixture.count_files() == 0


def test_jump_of_the_clock_over_a_restart_empties_no_trash(gallery_fixture: GalleryFixture) -> None:
    (trashed,) = gallery_fixture.add(SeedImage())
    gallery_fixture.gallery.move_to_trash(ANNA, [trashed])
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0

    gallery_fixture.now += 400 * DAY_S
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
    assert gallery_fixture.record(trashed).deleted_at == gallery_fixture.now - 2 * DAY_S
    gallery_fixture.now -= 400 * DAY_S
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
    assert gallery_fixture.record(trashed).deleted_at == gallery_fixture.now
    for _ in range(14):
        assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
        gallery_fixture.now += DAY_S
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 1


def test_two_days_between_sweeps_count(gallery_fixture: GalleryFixture) -> None:
    (trashed,) = gallery_fixture.add(SeedImage())
    gallery_fixture.gallery.move_to_trash(ANNA, [trashed])
    for _ in range(7):
        assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
        gallery_fixture.now += 2 * DAY_S
    assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 1


def test_clock_that_starts_at_its_epoch_empties_no_trash(gallery_fixture: GalleryFixture) -> None:
    (trashed,) = gallery_fixture.add(SeedImage())
    gallery_fixture.gallery.move_to_trash(ANNA, [trashed])
    for _ in range(5):  # older than what one gap counts for
        assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
        gallery_fixture.now += DAY_S
    right = gallery_fixture.now
    for now in (right, 100.0, 100.0, right, right):
        gallery_fixture.now = now
        assert gallery_fixture.gallery.purge_expired(14 * DAY_S) == 0
    assert gallery_fixture.task_ids() == [trashed]
    gallery_fixture.gallery.restore(ANNA, [trashed])
    assert gallery_fixture.task_ids(GalleryQuery()) == [trashed]


def test_erasing_blanks_the_words_and_keeps_the_price(gallery_fixture: GalleryFixture) -> None:
    request = {"watermark": "Client X"}
    kept, erased = gallery_fixture.add(SeedImage("kept"), SeedImage("Client X", request=request))
    gallery_fixture.repository.update_task(
        erased, lambda task: replace(task, result_url="https://a.example/x", origin_url="https://b")
    )
    gallery_fixture.gallery.move_to_trash(ANNA, [erased])

    gallery_fixture.gallery.empty_trash(ANNA)

    with gallery_fixture.repository.database.read_transaction() as connection:
        row = connection.execute(sa.select(tasks).where(tasks.c.id == erased)).one()
        words = (row.prompt, row.search_text, row.watermark, row.result_url, row.origin_url)
        assert words == ("", "", None, None, None)
        assert (row.price, row.state) == ("5", "done")
    history = PromptHistory(gallery_fixture.repository.database)
    assert history.recent_prompts(ANNA, editing=False) == ["kept"]
    assert spending_for_user(gallery_fixture.repository.database, ANNA).images == 2
    assert gallery_fixture.task_ids(GalleryQuery()) == [kept]


def test_dismissed_failure_loses_its_words_after_14_days(gallery_fixture: GalleryFixture) -> None:
    (failed,) = gallery_fixture.add(SeedImage("Client X", state=TaskState.FAILED, hours=999))
    failure = Failure(FailureReason.NOT_GENERATED, 501, "no Client X")
    gallery_fixture.repository.update_task(failed, lambda task: replace(task, failure=failure))
    before = spending_for_user(gallery_fixture.repository.database, ANNA)
    gallery_fixture.gallery.move_to_trash(ANNA, [failed])

    def stored() -> tuple[str, Failure | None]:
        task = gallery_fixture.repository.task(failed)
        assert task is not None
        return task.request.prompt, task.failure

    gallery_fixture.gallery.purge_expired(14 * DAY_S)
    for _ in range(7):
        assert stored() == ("Client X", failure)
        gallery_fixture.now += 2 * DAY_S
        gallery_fixture.gallery.purge_expired(14 * DAY_S)
    assert stored() == ("", replace(failure, message=""))
    assert spending_for_user(gallery_fixture.repository.database, ANNA) == before


def test_failure_that_was_tried_again_loses_its_words_14_days_after_that(
    gallery_fixture: GalleryFixture,
) -> None:
    repository = gallery_fixture.repository
    (failed,) = gallery_fixture.add(SeedImage("Client X", state=TaskState.FAILED, hours=999))
    task = repository.task(failed)
    assert task is not None
    now = gallery_fixture.now
    new = replace(task, id="f" * 32, token="another", state=TaskState.QUEUED, created_at=now)
    assert repository.replace_failed_task(failed, new)

    def prompts() -> list[str]:
        stored = [repository.task(task_id) for task_id in (failed, new.id)]
        return [entry.request.prompt for entry in stored if entry]

    gallery_fixture.gallery.purge_expired(14 * DAY_S)
    for _ in range(7):
        assert prompts() == ["Client X", "Client X"]
        gallery_fixture.now += 2 * DAY_S
        gallery_fixture.gallery.purge_expired(14 * DAY_S)
    assert prompts() == ["", "Client X"]


def test_failure_that_is_shown_again_keeps_its_words(gallery_fixture: GalleryFixture) -> None:
    (failed,) = gallery_fixture.add(SeedImage("Client X", state=TaskState.FAILED))
    gallery_fixture.gallery.move_to_trash(ANNA, [failed])
    gallery_fixture.gallery.restore(ANNA, [failed])
    gallery_fixture.now += 99 * DAY_S
    gallery_fixture.gallery.purge_expired(14 * DAY_S)

    task = gallery_fixture.repository.task(failed)
    assert task is not None
    assert task.request.prompt == "Client X"


def test_words_of_images_that_were_erased_before_go_too(gallery_fixture: GalleryFixture) -> None:
    (erased,) = gallery_fixture.add(SeedImage("Client X"))
    with gallery_fixture.repository.database.write_transaction() as connection:
        connection.execute(sa.delete(images))
        connection.execute(sa.update(tasks).values(dismissed=True))

    gallery_fixture.gallery.purge_expired(14 * DAY_S)

    task = gallery_fixture.repository.task(erased)
    assert task is not None
    assert task.request.prompt == ""
