"""Throwing pictures away, getting them back, and what is never removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.studio.db.gallery import GalleryRepository
from components.studio.db.gallery_query import GalleryQuery
from components.studio.db.models import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from components.studio.lineage import load_edit_tree
from components.studio.maintenance import TrashPurger
from components.studio.tasks.models import TaskState
from tests.support.gallery_seed import ANNA, SeedImage, seed_gallery

BEN = "b" * 32
DAY_S = 24 * 3600.0
TRASH = GalleryQuery(in_trash=True)


class GalleryFixture:
    """An archive whose clock is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1_800_000_000.0
        self.bell = EventBus()
        self.ledger = TaskRepository.in_folder(folder)
        self.archive = GalleryRepository(
            repository=self.ledger,
            image_store=ImageStore(folder),
            events=self.bell,
            clock=lambda: self.now,
        )

    def add(self, *seeds: SeedImage) -> list[str]:
        return seed_gallery(self.folder, self.ledger, seeds)

    def found(self, search: GalleryQuery = TRASH, user_id: str = ANNA) -> list[str]:
        return [place.task_id for place in self.archive.find(user_id, search)]

    def feed(self) -> list[str]:
        return [entry.task.id for entry in self.ledger.recent_tasks(ANNA, limit=99)]

    def record(self, picture_id: str) -> ImageRecord:
        record = self.ledger.image(picture_id)
        assert record is not None
        return record

    def files(self) -> int:
        return sum(path.is_file() for path in self.folder.glob("*/*/*.jpeg"))


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[GalleryFixture]:
    made = GalleryFixture(tmp_path)
    yield made
    made.ledger.close()


def test_trashed_image_is_only_in_trash_and_restorable(
    gallery: GalleryFixture,
) -> None:
    kept, gone = gallery.add(SeedImage("kept"), SeedImage("gone"))

    assert gallery.archive.move_to_trash(ANNA, [gone]) == 1
    assert gallery.found(GalleryQuery()) == [kept] == gallery.feed()
    assert gallery.found() == [gone]
    assert (gallery.archive.count(ANNA), gallery.archive.count(ANNA, in_trash=True)) == (1, 1)
    assert gallery.archive.trashed_image(ANNA, gone) is not None
    assert gallery.archive.trashed_image(ANNA, kept) is None

    gallery.archive.restore(ANNA, [gone])
    assert set(gallery.found(GalleryQuery())) == {kept, gone} == set(gallery.feed())
    assert gallery.found() == []


def test_trashing_twice_keeps_the_first_date(gallery: GalleryFixture) -> None:
    (gone,) = gallery.add(SeedImage())
    gallery.archive.move_to_trash(ANNA, [gone])
    gallery.now += 99

    assert gallery.archive.move_to_trash(ANNA, [gone]) == 0
    assert gallery.record(gone).deleted_at == gallery.now - 99


def test_images_of_others_cannot_be_changed(gallery: GalleryFixture) -> None:
    (hers,) = gallery.add(SeedImage())

    gallery.archive.star(BEN, [hers], starred=True)
    assert gallery.archive.move_to_trash(BEN, [hers]) == 0
    assert gallery.found(GalleryQuery()) == [hers]
    assert not gallery.record(hers).starred

    gallery.archive.move_to_trash(ANNA, [hers])
    gallery.archive.restore(BEN, [hers])
    assert gallery.archive.empty_trash(BEN) == 0
    assert gallery.archive.empty_trash(BEN, [hers]) == 0
    assert gallery.archive.trashed_image(BEN, hers) is None
    assert gallery.found() == [hers]


def test_ended_task_without_image_can_be_hidden_and_restored(
    gallery: GalleryFixture,
) -> None:
    refused, running = gallery.add(
        SeedImage(state=TaskState.REFUSED), SeedImage(state=TaskState.GENERATING, hours=1)
    )

    assert gallery.archive.move_to_trash(ANNA, [refused, running]) == 1
    assert gallery.found(GalleryQuery()) == [running]
    gallery.archive.restore(ANNA, [refused])
    assert gallery.found(GalleryQuery()) == [running, refused]


def test_emptying_trash_deletes_files_and_keeps_spending(gallery: GalleryFixture) -> None:
    kept, gone = gallery.add(SeedImage("kept"), SeedImage("gone"))
    gallery.archive.move_to_trash(ANNA, [gone])
    assert gallery.files() == 4

    assert gallery.archive.empty_trash(ANNA) == 1
    assert gallery.files() == 2
    assert gallery.found() == []
    assert gallery.found(GalleryQuery()) == [kept] == gallery.feed()
    assert gallery.ledger.image(gone) is None
    assert gallery.ledger.task(gone) is not None
    gallery.archive.restore(ANNA, [gone])
    assert gallery.found(GalleryQuery()) == [kept]


def test_part_of_the_trash_can_be_emptied(gallery: GalleryFixture) -> None:
    first, second = gallery.add(SeedImage(), SeedImage())
    gallery.archive.move_to_trash(ANNA, [first, second])

    assert gallery.archive.empty_trash(ANNA, [first]) == 1
    assert gallery.found() == [second]


def test_purge_leaves_untrashed_images(gallery: GalleryFixture) -> None:
    (kept,) = gallery.add(SeedImage())

    assert gallery.archive.empty_trash(ANNA, [kept]) == 0
    gallery.now += 1400 * DAY_S
    assert gallery.archive.purge_expired() == 0
    assert gallery.files() == 2


def test_trash_is_purged_after_14_days(gallery: GalleryFixture) -> None:
    (gone,) = gallery.add(SeedImage())
    gallery.archive.move_to_trash(ANNA, [gone])

    gallery.now += 14 * DAY_S - 1
    assert gallery.archive.purge_expired() == 0
    gallery.now += 1
    assert gallery.archive.purge_expired() == 1
    assert gallery.files() == 0


@pytest.mark.parametrize(
    "state", [TaskState.QUEUED, TaskState.SUBMITTING, TaskState.GENERATING, TaskState.UNCONFIRMED]
)
def test_source_of_unfinished_edit_is_not_purged(gallery: GalleryFixture, state: TaskState) -> None:
    (source,) = gallery.add(SeedImage())
    gallery.add(SeedImage(source_id=source, state=state))
    gallery.archive.move_to_trash(ANNA, [source])

    assert gallery.archive.empty_trash(ANNA) == 0
    gallery.now += 28 * DAY_S
    assert gallery.archive.purge_expired() == 0
    assert gallery.found() == [source]
    assert gallery.files() == 2


def test_interrupted_purge_is_finished_later(
    gallery: GalleryFixture,
) -> None:
    (gone,) = gallery.add(SeedImage())
    gallery.archive.move_to_trash(ANNA, [gone])
    stuck = gallery.archive.image_store.image_path(gone, "jpeg")
    stuck.unlink()
    stuck.mkdir()  # a file that cannot be removed

    with pytest.raises(OSError, match="directory"):
        gallery.archive.empty_trash(ANNA)
    gallery.archive.restore(ANNA, [gone])
    assert gallery.found(GalleryQuery()) == []  # its removal has begun: it is not half restored
    stuck.rmdir()
    assert gallery.archive.purge_expired() == 1
    assert gallery.ledger.image(gone) is None


def test_edit_tree_shows_trashed_images_only_on_request(
    gallery: GalleryFixture,
) -> None:
    (root,) = gallery.add(SeedImage("root", hours=3))
    (middle,) = gallery.add(SeedImage("middle", hours=2, source_id=root))
    (leaf,) = gallery.add(SeedImage("leaf", hours=1, source_id=middle))
    gallery.archive.move_to_trash(ANNA, [middle])

    whole = load_edit_tree(gallery.ledger, ANNA, leaf)
    assert [step.image.id for step in whole.nodes] == [root, middle, leaf]
    assert [step.image.id for step in whole.without_deleted().nodes] == [root, leaf]
    assert [step.image.id for step in whole.without_deleted().ancestors(leaf)] == [leaf]


def test_trash_changes_notify_every_window(gallery: GalleryFixture) -> None:
    (one,) = gallery.add(SeedImage())
    rings: list[str] = []
    gallery.bell.subscribe(ANNA, lambda: rings.append(ANNA))
    gallery.bell.subscribe(BEN, lambda: rings.append(BEN))

    gallery.archive.star(ANNA, [one], starred=True)
    gallery.archive.set_cover(ANNA, one)
    gallery.archive.move_to_trash(ANNA, [one])
    gallery.archive.restore(ANNA, [one])
    gallery.archive.move_to_trash(ANNA, [one])
    gallery.archive.empty_trash(ANNA)
    assert rings == [ANNA] * 6


def test_purger_runs_at_start(gallery: GalleryFixture) -> None:
    (gone,) = gallery.add(SeedImage())
    gallery.archive.move_to_trash(ANNA, [gone])
    gallery.now += 14 * DAY_S

    upkeep = TrashPurger(gallery.archive)
    upkeep.start()
    upkeep.stop()
    assert gallery.files() == 0


def test_first_database_version_is_migrated(tmp_path: Path) -> None:
    repository = TaskRepository.in_folder(tmp_path)
    (old,) = seed_gallery(tmp_path, repository, [SeedImage()])
    repository.close()
    with sqlite3.connect(tmp_path / "studio.db") as connection:
        for column in ("starred", "chosen_at", "deleted_at"):
            connection.execute(f"ALTER TABLE pictures DROP COLUMN {column}")
    connection.close()

    gallery = GalleryFixture(tmp_path)
    assert gallery.found(GalleryQuery()) == [old]
    assert not gallery.record(old).starred
    gallery.archive.star(ANNA, [old], starred=True)
    assert gallery.record(old).starred
    gallery.ledger.close()
