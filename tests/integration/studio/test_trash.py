"""Throwing pictures away, getting them back, and what is never removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.studio.db.gallery import TRASH_RETENTION_S, GalleryRepository
from components.studio.db.gallery_query import GalleryQuery
from components.studio.db.models import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from components.studio.lineage import load_edit_tree
from components.studio.maintenance import TrashPurger
from components.studio.tasks.models import TaskState
from tests.support.gallery_seed import ANNA, Seed, sow

BEN = "b" * 32
TRASH = GalleryQuery(in_trash=True)


class Ground:
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

    def plant(self, *seeds: Seed) -> list[str]:
        return sow(self.folder, self.ledger, seeds)

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
def ground(tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path)
    yield made
    made.ledger.close()


def test_a_deleted_picture_is_in_the_trash_and_nowhere_else_and_comes_back(ground: Ground) -> None:
    kept, gone = ground.plant(Seed("kept"), Seed("gone"))

    assert ground.archive.move_to_trash(ANNA, [gone]) == 1
    assert ground.found(GalleryQuery()) == [kept] == ground.feed()
    assert ground.found() == [gone]
    assert (ground.archive.count(ANNA), ground.archive.count(ANNA, in_trash=True)) == (1, 1)
    assert ground.archive.trashed_image(ANNA, gone) is not None
    assert ground.archive.trashed_image(ANNA, kept) is None

    ground.archive.restore(ANNA, [gone])
    assert set(ground.found(GalleryQuery())) == {kept, gone} == set(ground.feed())
    assert ground.found() == []


def test_deleting_twice_does_not_start_the_fourteen_days_anew(ground: Ground) -> None:
    (gone,) = ground.plant(Seed())
    ground.archive.move_to_trash(ANNA, [gone])
    ground.now += 99

    assert ground.archive.move_to_trash(ANNA, [gone]) == 0
    assert ground.record(gone).deleted_at == ground.now - 99


def test_nobody_deletes_restores_stars_or_empties_what_is_anothers(ground: Ground) -> None:
    (hers,) = ground.plant(Seed())

    ground.archive.star(BEN, [hers], starred=True)
    assert ground.archive.move_to_trash(BEN, [hers]) == 0
    assert ground.found(GalleryQuery()) == [hers]
    assert not ground.record(hers).starred

    ground.archive.move_to_trash(ANNA, [hers])
    ground.archive.restore(BEN, [hers])
    assert ground.archive.empty_trash(BEN) == 0
    assert ground.archive.empty_trash(BEN, [hers]) == 0
    assert ground.archive.trashed_image(BEN, hers) is None
    assert ground.found() == [hers]


def test_a_task_that_ended_without_a_picture_leaves_the_list_and_comes_back(
    ground: Ground,
) -> None:
    refused, running = ground.plant(
        Seed(state=TaskState.REFUSED), Seed(state=TaskState.GENERATING, hours=1)
    )

    assert ground.archive.move_to_trash(ANNA, [refused, running]) == 1
    assert ground.found(GalleryQuery()) == [running]
    ground.archive.restore(ANNA, [refused])
    assert ground.found(GalleryQuery()) == [running, refused]


def test_emptying_the_trash_removes_files_and_leaves_the_spend(ground: Ground) -> None:
    kept, gone = ground.plant(Seed("kept"), Seed("gone"))
    ground.archive.move_to_trash(ANNA, [gone])
    assert ground.files() == 4

    assert ground.archive.empty_trash(ANNA) == 1
    assert ground.files() == 2
    assert ground.found() == []
    assert ground.found(GalleryQuery()) == [kept] == ground.feed()
    assert ground.ledger.image(gone) is None
    assert ground.ledger.task(gone) is not None
    ground.archive.restore(ANNA, [gone])
    assert ground.found(GalleryQuery()) == [kept]


def test_only_some_of_the_trash_may_be_removed(ground: Ground) -> None:
    first, second = ground.plant(Seed(), Seed())
    ground.archive.move_to_trash(ANNA, [first, second])

    assert ground.archive.empty_trash(ANNA, [first]) == 1
    assert ground.found() == [second]


def test_what_is_not_in_the_trash_is_never_removed(ground: Ground) -> None:
    (kept,) = ground.plant(Seed())

    assert ground.archive.empty_trash(ANNA, [kept]) == 0
    ground.now += 100 * TRASH_RETENTION_S
    assert ground.archive.purge_expired() == 0
    assert ground.files() == 2


def test_the_trash_is_swept_after_fourteen_days_and_not_before(ground: Ground) -> None:
    (gone,) = ground.plant(Seed())
    ground.archive.move_to_trash(ANNA, [gone])

    ground.now += TRASH_RETENTION_S - 1
    assert ground.archive.purge_expired() == 0
    ground.now += 1
    assert ground.archive.purge_expired() == 1
    assert ground.files() == 0


@pytest.mark.parametrize(
    "state", [TaskState.QUEUED, TaskState.SUBMITTING, TaskState.GENERATING, TaskState.UNCONFIRMED]
)
def test_the_source_of_an_edit_under_way_stays_until_it_has_ended(
    ground: Ground, state: TaskState
) -> None:
    (source,) = ground.plant(Seed())
    ground.plant(Seed(source_id=source, state=state))
    ground.archive.move_to_trash(ANNA, [source])

    assert ground.archive.empty_trash(ANNA) == 0
    ground.now += 2 * TRASH_RETENTION_S
    assert ground.archive.purge_expired() == 0
    assert ground.found() == [source]
    assert ground.files() == 2


def test_a_removal_that_was_cut_short_is_finished_by_the_next_sweep(ground: Ground) -> None:
    (gone,) = ground.plant(Seed())
    ground.archive.move_to_trash(ANNA, [gone])
    stuck = ground.archive.image_store.image_path(gone, "jpeg")
    stuck.unlink()
    stuck.mkdir()  # a file that cannot be removed

    with pytest.raises(OSError, match="directory"):
        ground.archive.empty_trash(ANNA)
    ground.archive.restore(ANNA, [gone])
    assert ground.found(GalleryQuery()) == []  # its removal has begun: it is not half restored
    stuck.rmdir()
    assert ground.archive.purge_expired() == 1
    assert ground.ledger.image(gone) is None


def test_a_family_bridges_what_was_thrown_away_and_shows_it_only_on_request(
    ground: Ground,
) -> None:
    (root,) = ground.plant(Seed("root", hours=3))
    (middle,) = ground.plant(Seed("middle", hours=2, source_id=root))
    (leaf,) = ground.plant(Seed("leaf", hours=1, source_id=middle))
    ground.archive.move_to_trash(ANNA, [middle])

    whole = load_edit_tree(ground.ledger, ANNA, leaf)
    assert [step.image.id for step in whole.nodes] == [root, middle, leaf]
    assert [step.image.id for step in whole.without_deleted().nodes] == [root, leaf]
    assert [step.image.id for step in whole.without_deleted().ancestors(leaf)] == [leaf]


def test_every_window_of_the_designer_is_told(ground: Ground) -> None:
    (one,) = ground.plant(Seed())
    rings: list[str] = []
    ground.bell.subscribe(ANNA, lambda: rings.append(ANNA))
    ground.bell.subscribe(BEN, lambda: rings.append(BEN))

    ground.archive.star(ANNA, [one], starred=True)
    ground.archive.set_cover(ANNA, one)
    ground.archive.move_to_trash(ANNA, [one])
    ground.archive.restore(ANNA, [one])
    ground.archive.move_to_trash(ANNA, [one])
    ground.archive.empty_trash(ANNA)
    assert rings == [ANNA] * 6


def test_the_upkeep_sweeps_at_the_start(ground: Ground) -> None:
    (gone,) = ground.plant(Seed())
    ground.archive.move_to_trash(ANNA, [gone])
    ground.now += TRASH_RETENTION_S

    upkeep = TrashPurger(ground.archive)
    upkeep.start()
    upkeep.stop()
    assert ground.files() == 0


def test_a_ledger_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    ledger = TaskRepository.in_folder(tmp_path)
    (old,) = sow(tmp_path, ledger, [Seed()])
    ledger.close()
    with sqlite3.connect(tmp_path / "studio.db") as connection:
        for column in ("starred", "chosen_at", "deleted_at"):
            connection.execute(f"ALTER TABLE pictures DROP COLUMN {column}")
    connection.close()

    ground = Ground(tmp_path)
    assert ground.found(GalleryQuery()) == [old]
    assert not ground.record(old).starred
    ground.archive.star(ANNA, [old], starred=True)
    assert ground.record(old).starred
    ground.ledger.close()
