"""Throwing pictures away, getting them back, and what is never removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.studio.db.gallery import Archive
from components.studio.db.gallery_query import Search
from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Ledger
from components.studio.events import Bell
from components.studio.images.store import Shelf
from components.studio.lineage import family_of
from components.studio.maintenance import Upkeep
from components.studio.tasks.models import State
from tests.support.gallery_seed import ANNA, SeedImage, seed_gallery

BEN = "b" * 32
DAY_S = 24 * 3600.0
TRASH = Search(in_trash=True)


class GalleryFixture:
    """An archive whose clock is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1_800_000_000.0
        self.bell = Bell()
        self.ledger = Ledger.in_folder(folder)
        self.archive = Archive(
            ledger=self.ledger, shelf=Shelf(folder), bell=self.bell, clock=lambda: self.now
        )

    def add(self, *seeds: SeedImage) -> list[str]:
        return seed_gallery(self.folder, self.ledger, seeds)

    def found(self, search: Search = TRASH, designer: str = ANNA) -> list[str]:
        return [place.task_id for place in self.archive.find(designer, search)]

    def feed(self) -> list[str]:
        return [entry.task.id for entry in self.ledger.entries(ANNA, limit=99)]

    def record(self, picture_id: str) -> PictureRecord:
        record = self.ledger.picture(picture_id)
        assert record is not None
        return record

    def files(self) -> int:
        return sum(path.is_file() for path in self.folder.glob("*/*/*.jpeg"))


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[GalleryFixture]:
    made = GalleryFixture(tmp_path)
    yield made
    made.ledger.close()


def test_a_deleted_picture_is_in_the_trash_and_nowhere_else_and_comes_back(
    gallery: GalleryFixture,
) -> None:
    kept, gone = gallery.add(SeedImage("kept"), SeedImage("gone"))

    assert gallery.archive.throw_away(ANNA, [gone]) == 1
    assert gallery.found(Search()) == [kept] == gallery.feed()
    assert gallery.found() == [gone]
    assert (gallery.archive.count(ANNA), gallery.archive.count(ANNA, in_trash=True)) == (1, 1)
    assert gallery.archive.trashed(ANNA, gone) is not None
    assert gallery.archive.trashed(ANNA, kept) is None

    gallery.archive.restore(ANNA, [gone])
    assert set(gallery.found(Search())) == {kept, gone} == set(gallery.feed())
    assert gallery.found() == []


def test_deleting_twice_does_not_start_the_fourteen_days_anew(gallery: GalleryFixture) -> None:
    (gone,) = gallery.add(SeedImage())
    gallery.archive.throw_away(ANNA, [gone])
    gallery.now += 99

    assert gallery.archive.throw_away(ANNA, [gone]) == 0
    assert gallery.record(gone).deleted_at == gallery.now - 99


def test_nobody_deletes_restores_stars_or_empties_what_is_anothers(gallery: GalleryFixture) -> None:
    (hers,) = gallery.add(SeedImage())

    gallery.archive.star(BEN, [hers], starred=True)
    assert gallery.archive.throw_away(BEN, [hers]) == 0
    assert gallery.found(Search()) == [hers]
    assert not gallery.record(hers).starred

    gallery.archive.throw_away(ANNA, [hers])
    gallery.archive.restore(BEN, [hers])
    assert gallery.archive.empty_trash(BEN) == 0
    assert gallery.archive.empty_trash(BEN, [hers]) == 0
    assert gallery.archive.trashed(BEN, hers) is None
    assert gallery.found() == [hers]


def test_a_task_that_ended_without_a_picture_leaves_the_list_and_comes_back(
    gallery: GalleryFixture,
) -> None:
    refused, running = gallery.add(
        SeedImage(state=State.REFUSED), SeedImage(state=State.GENERATING, hours=1)
    )

    assert gallery.archive.throw_away(ANNA, [refused, running]) == 1
    assert gallery.found(Search()) == [running]
    gallery.archive.restore(ANNA, [refused])
    assert gallery.found(Search()) == [running, refused]


def test_emptying_the_trash_removes_files_and_leaves_the_spend(gallery: GalleryFixture) -> None:
    kept, gone = gallery.add(SeedImage("kept"), SeedImage("gone"))
    gallery.archive.throw_away(ANNA, [gone])
    assert gallery.files() == 4

    assert gallery.archive.empty_trash(ANNA) == 1
    assert gallery.files() == 2
    assert gallery.found() == []
    assert gallery.found(Search()) == [kept] == gallery.feed()
    assert gallery.ledger.picture(gone) is None
    assert gallery.ledger.task(gone) is not None
    gallery.archive.restore(ANNA, [gone])
    assert gallery.found(Search()) == [kept]


def test_only_some_of_the_trash_may_be_removed(gallery: GalleryFixture) -> None:
    first, second = gallery.add(SeedImage(), SeedImage())
    gallery.archive.throw_away(ANNA, [first, second])

    assert gallery.archive.empty_trash(ANNA, [first]) == 1
    assert gallery.found() == [second]


def test_what_is_not_in_the_trash_is_never_removed(gallery: GalleryFixture) -> None:
    (kept,) = gallery.add(SeedImage())

    assert gallery.archive.empty_trash(ANNA, [kept]) == 0
    gallery.now += 1400 * DAY_S
    assert gallery.archive.sweep() == 0
    assert gallery.files() == 2


def test_the_trash_is_swept_after_fourteen_days_and_not_before(gallery: GalleryFixture) -> None:
    (gone,) = gallery.add(SeedImage())
    gallery.archive.throw_away(ANNA, [gone])

    gallery.now += 14 * DAY_S - 1
    assert gallery.archive.sweep() == 0
    gallery.now += 1
    assert gallery.archive.sweep() == 1
    assert gallery.files() == 0


@pytest.mark.parametrize(
    "state", [State.QUEUED, State.SUBMITTING, State.GENERATING, State.UNCONFIRMED]
)
def test_the_source_of_an_edit_under_way_stays_until_it_has_ended(
    gallery: GalleryFixture, state: State
) -> None:
    (source,) = gallery.add(SeedImage())
    gallery.add(SeedImage(source_id=source, state=state))
    gallery.archive.throw_away(ANNA, [source])

    assert gallery.archive.empty_trash(ANNA) == 0
    gallery.now += 28 * DAY_S
    assert gallery.archive.sweep() == 0
    assert gallery.found() == [source]
    assert gallery.files() == 2


def test_a_removal_that_was_cut_short_is_finished_by_the_next_sweep(
    gallery: GalleryFixture,
) -> None:
    (gone,) = gallery.add(SeedImage())
    gallery.archive.throw_away(ANNA, [gone])
    stuck = gallery.archive.shelf.picture_path(gone, "jpeg")
    stuck.unlink()
    stuck.mkdir()  # a file that cannot be removed

    with pytest.raises(OSError, match="directory"):
        gallery.archive.empty_trash(ANNA)
    gallery.archive.restore(ANNA, [gone])
    assert gallery.found(Search()) == []  # its removal has begun: it is not half restored
    stuck.rmdir()
    assert gallery.archive.sweep() == 1
    assert gallery.ledger.picture(gone) is None


def test_a_family_bridges_what_was_thrown_away_and_shows_it_only_on_request(
    gallery: GalleryFixture,
) -> None:
    (root,) = gallery.add(SeedImage("root", hours=3))
    (middle,) = gallery.add(SeedImage("middle", hours=2, source_id=root))
    (leaf,) = gallery.add(SeedImage("leaf", hours=1, source_id=middle))
    gallery.archive.throw_away(ANNA, [middle])

    whole = family_of(gallery.ledger, ANNA, leaf)
    assert [step.picture.id for step in whole.steps] == [root, middle, leaf]
    assert [step.picture.id for step in whole.kept().steps] == [root, leaf]
    assert [step.picture.id for step in whole.kept().line(leaf)] == [leaf]


def test_every_window_of_the_designer_is_told(gallery: GalleryFixture) -> None:
    (one,) = gallery.add(SeedImage())
    rings: list[str] = []
    gallery.bell.listen(ANNA, lambda: rings.append(ANNA))
    gallery.bell.listen(BEN, lambda: rings.append(BEN))

    gallery.archive.star(ANNA, [one], starred=True)
    gallery.archive.put_in_front(ANNA, one)
    gallery.archive.throw_away(ANNA, [one])
    gallery.archive.restore(ANNA, [one])
    gallery.archive.throw_away(ANNA, [one])
    gallery.archive.empty_trash(ANNA)
    assert rings == [ANNA] * 6


def test_the_upkeep_sweeps_at_the_start(gallery: GalleryFixture) -> None:
    (gone,) = gallery.add(SeedImage())
    gallery.archive.throw_away(ANNA, [gone])
    gallery.now += 14 * DAY_S

    upkeep = Upkeep(gallery.archive)
    upkeep.start()
    upkeep.stop()
    assert gallery.files() == 0


def test_a_ledger_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    repository = Ledger.in_folder(tmp_path)
    (old,) = seed_gallery(tmp_path, repository, [SeedImage()])
    repository.close()
    with sqlite3.connect(tmp_path / "studio.db") as connection:
        for column in ("starred", "chosen_at", "deleted_at"):
            connection.execute(f"ALTER TABLE pictures DROP COLUMN {column}")
    connection.close()

    gallery = GalleryFixture(tmp_path)
    assert gallery.found(Search()) == [old]
    assert not gallery.record(old).starred
    gallery.archive.star(ANNA, [old], starred=True)
    assert gallery.record(old).starred
    gallery.ledger.close()
