"""Throwing pictures away, getting them back, and what is never removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.studio.db.gallery import TRASH_SECONDS, Archive
from components.studio.db.gallery_query import Search
from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Ledger
from components.studio.events import Bell
from components.studio.images.store import ImageStore
from components.studio.lineage import family_of
from components.studio.maintenance import Upkeep
from components.studio.tasks.models import State
from tests.support.gallery_seed import ANNA, Seed, sow

BEN = "b" * 32
TRASH = Search(in_trash=True)


class Ground:
    """An archive whose clock is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1_800_000_000.0
        self.bell = Bell()
        self.ledger = Ledger.in_folder(folder)
        self.archive = Archive(
            ledger=self.ledger, shelf=ImageStore(folder), bell=self.bell, clock=lambda: self.now
        )

    def plant(self, *seeds: Seed) -> list[str]:
        return sow(self.folder, self.ledger, seeds)

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
def ground(tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path)
    yield made
    made.ledger.close()


def test_a_deleted_picture_is_in_the_trash_and_nowhere_else_and_comes_back(ground: Ground) -> None:
    kept, gone = ground.plant(Seed("kept"), Seed("gone"))

    assert ground.archive.throw_away(ANNA, [gone]) == 1
    assert ground.found(Search()) == [kept] == ground.feed()
    assert ground.found() == [gone]
    assert (ground.archive.count(ANNA), ground.archive.count(ANNA, in_trash=True)) == (1, 1)
    assert ground.archive.trashed(ANNA, gone) is not None
    assert ground.archive.trashed(ANNA, kept) is None

    ground.archive.restore(ANNA, [gone])
    assert set(ground.found(Search())) == {kept, gone} == set(ground.feed())
    assert ground.found() == []


def test_deleting_twice_does_not_start_the_fourteen_days_anew(ground: Ground) -> None:
    (gone,) = ground.plant(Seed())
    ground.archive.throw_away(ANNA, [gone])
    ground.now += 99

    assert ground.archive.throw_away(ANNA, [gone]) == 0
    assert ground.record(gone).deleted_at == ground.now - 99


def test_nobody_deletes_restores_stars_or_empties_what_is_anothers(ground: Ground) -> None:
    (hers,) = ground.plant(Seed())

    ground.archive.star(BEN, [hers], starred=True)
    assert ground.archive.throw_away(BEN, [hers]) == 0
    assert ground.found(Search()) == [hers]
    assert not ground.record(hers).starred

    ground.archive.throw_away(ANNA, [hers])
    ground.archive.restore(BEN, [hers])
    assert ground.archive.empty_trash(BEN) == 0
    assert ground.archive.empty_trash(BEN, [hers]) == 0
    assert ground.archive.trashed(BEN, hers) is None
    assert ground.found() == [hers]


def test_a_task_that_ended_without_a_picture_leaves_the_list_and_comes_back(
    ground: Ground,
) -> None:
    refused, running = ground.plant(
        Seed(state=State.REFUSED), Seed(state=State.GENERATING, hours=1)
    )

    assert ground.archive.throw_away(ANNA, [refused, running]) == 1
    assert ground.found(Search()) == [running]
    ground.archive.restore(ANNA, [refused])
    assert ground.found(Search()) == [running, refused]


def test_emptying_the_trash_removes_files_and_leaves_the_spend(ground: Ground) -> None:
    kept, gone = ground.plant(Seed("kept"), Seed("gone"))
    ground.archive.throw_away(ANNA, [gone])
    assert ground.files() == 4

    assert ground.archive.empty_trash(ANNA) == 1
    assert ground.files() == 2
    assert ground.found() == []
    assert ground.found(Search()) == [kept] == ground.feed()
    assert ground.ledger.picture(gone) is None
    assert ground.ledger.task(gone) is not None
    ground.archive.restore(ANNA, [gone])
    assert ground.found(Search()) == [kept]


def test_only_some_of_the_trash_may_be_removed(ground: Ground) -> None:
    first, second = ground.plant(Seed(), Seed())
    ground.archive.throw_away(ANNA, [first, second])

    assert ground.archive.empty_trash(ANNA, [first]) == 1
    assert ground.found() == [second]


def test_what_is_not_in_the_trash_is_never_removed(ground: Ground) -> None:
    (kept,) = ground.plant(Seed())

    assert ground.archive.empty_trash(ANNA, [kept]) == 0
    ground.now += 100 * TRASH_SECONDS
    assert ground.archive.sweep() == 0
    assert ground.files() == 2


def test_the_trash_is_swept_after_fourteen_days_and_not_before(ground: Ground) -> None:
    (gone,) = ground.plant(Seed())
    ground.archive.throw_away(ANNA, [gone])

    ground.now += TRASH_SECONDS - 1
    assert ground.archive.sweep() == 0
    ground.now += 1
    assert ground.archive.sweep() == 1
    assert ground.files() == 0


@pytest.mark.parametrize(
    "state", [State.QUEUED, State.SUBMITTING, State.GENERATING, State.UNCONFIRMED]
)
def test_the_source_of_an_edit_under_way_stays_until_it_has_ended(
    ground: Ground, state: State
) -> None:
    (source,) = ground.plant(Seed())
    ground.plant(Seed(source_id=source, state=state))
    ground.archive.throw_away(ANNA, [source])

    assert ground.archive.empty_trash(ANNA) == 0
    ground.now += 2 * TRASH_SECONDS
    assert ground.archive.sweep() == 0
    assert ground.found() == [source]
    assert ground.files() == 2


def test_a_removal_that_was_cut_short_is_finished_by_the_next_sweep(ground: Ground) -> None:
    (gone,) = ground.plant(Seed())
    ground.archive.throw_away(ANNA, [gone])
    stuck = ground.archive.shelf.image_path(gone, "jpeg")
    stuck.unlink()
    stuck.mkdir()  # a file that cannot be removed

    with pytest.raises(OSError, match="directory"):
        ground.archive.empty_trash(ANNA)
    ground.archive.restore(ANNA, [gone])
    assert ground.found(Search()) == []  # its removal has begun: it is not half restored
    stuck.rmdir()
    assert ground.archive.sweep() == 1
    assert ground.ledger.picture(gone) is None


def test_a_family_bridges_what_was_thrown_away_and_shows_it_only_on_request(
    ground: Ground,
) -> None:
    (root,) = ground.plant(Seed("root", hours=3))
    (middle,) = ground.plant(Seed("middle", hours=2, source_id=root))
    (leaf,) = ground.plant(Seed("leaf", hours=1, source_id=middle))
    ground.archive.throw_away(ANNA, [middle])

    whole = family_of(ground.ledger, ANNA, leaf)
    assert [step.picture.id for step in whole.steps] == [root, middle, leaf]
    assert [step.picture.id for step in whole.kept().steps] == [root, leaf]
    assert [step.picture.id for step in whole.kept().line(leaf)] == [leaf]


def test_every_window_of_the_designer_is_told(ground: Ground) -> None:
    (one,) = ground.plant(Seed())
    rings: list[str] = []
    ground.bell.listen(ANNA, lambda: rings.append(ANNA))
    ground.bell.listen(BEN, lambda: rings.append(BEN))

    ground.archive.star(ANNA, [one], starred=True)
    ground.archive.put_in_front(ANNA, one)
    ground.archive.throw_away(ANNA, [one])
    ground.archive.restore(ANNA, [one])
    ground.archive.throw_away(ANNA, [one])
    ground.archive.empty_trash(ANNA)
    assert rings == [ANNA] * 6


def test_the_upkeep_sweeps_at_the_start(ground: Ground) -> None:
    (gone,) = ground.plant(Seed())
    ground.archive.throw_away(ANNA, [gone])
    ground.now += TRASH_SECONDS

    upkeep = Upkeep(ground.archive)
    upkeep.start()
    upkeep.stop()
    assert ground.files() == 0


def test_a_ledger_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    ledger = Ledger.in_folder(tmp_path)
    (old,) = sow(tmp_path, ledger, [Seed()])
    ledger.close()
    with sqlite3.connect(tmp_path / "studio.db") as connection:
        for column in ("starred", "chosen_at", "deleted_at"):
            connection.execute(f"ALTER TABLE pictures DROP COLUMN {column}")
    connection.close()

    ground = Ground(tmp_path)
    assert ground.found(Search()) == [old]
    assert not ground.record(old).starred
    ground.archive.star(ANNA, [old], starred=True)
    assert ground.record(old).starred
    ground.ledger.close()
