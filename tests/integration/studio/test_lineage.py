"""The tree of edits around a picture: lines, branches, and what is nobody else's business."""

from __future__ import annotations

import uuid
from pathlib import Path

from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Ledger
from components.studio.lineage import Family, family_of
from components.studio.tasks.models import State
from tests.support.gallery_seed import ANNA, SeedImage, seed_gallery

BERT = "b" * 32


def brought_in(repository: Ledger, designer: str = ANNA) -> str:
    """A photograph of the designer's own, older than every edit of it."""
    photo = PictureRecord(
        id=uuid.uuid4().hex,
        designer=designer,
        task_id=None,
        format="jpeg",
        width_px=1600,
        height_px=1200,
        size_bytes=600,
        created_at=0.0,
        label="beach.jpg",
    )
    repository.add_picture(photo)
    return photo.id


def edited(folder: Path, repository: Ledger, source_id: str, words: str, hours: float) -> str:
    """The picture that an edit made so many hours ago."""
    [picture_id] = seed_gallery(folder, repository, [SeedImage(words, hours, source_id=source_id)])
    return picture_id


def words(family: Family, picture_id: str) -> list[str]:
    return [step.words for step in family.line(picture_id)]


def test_an_edit_of_an_edit_of_an_edit_is_one_line_from_the_first_picture(
    tmp_path: Path, repository: Ledger
) -> None:
    photo = brought_in(repository)
    night = edited(tmp_path, repository, photo, "Make it night", 4)
    snow = edited(tmp_path, repository, night, "Add snow", 3)
    sign = edited(tmp_path, repository, snow, "Replace 'A' with 'B'", 2)
    line = ["beach.jpg", "Make it night", "Add snow", "Replace 'A' with 'B'"]

    for anywhere in (photo, night, snow, sign):
        family = family_of(repository, ANNA, anywhere)
        assert words(family, sign) == line
        assert words(family, night) == line[:2]


def test_a_branch_has_its_own_line_and_its_own_tip(tmp_path: Path, repository: Ledger) -> None:
    photo = brought_in(repository)
    night = edited(tmp_path, repository, photo, "Make it night", 5)
    snow = edited(tmp_path, repository, night, "Add snow", 4)
    stars = edited(tmp_path, repository, night, "Add stars", 3)
    family = family_of(repository, ANNA, snow)

    assert words(family, snow) == ["beach.jpg", "Make it night", "Add snow"]
    assert words(family, stars) == ["beach.jpg", "Make it night", "Add stars"]
    assert [step.picture.id for step in family.tips()] == [stars, snow]
    newest = family.newest_edit_of(night)
    assert newest is not None
    assert newest.picture.id == stars
    assert family.newest_edit_of(stars) is None


def test_a_generated_picture_is_the_first_of_its_line(tmp_path: Path, repository: Ledger) -> None:
    [made] = seed_gallery(tmp_path, repository, [SeedImage("A harbour", 3)])
    fog = edited(tmp_path, repository, made, "Add fog", 2)

    assert words(family_of(repository, ANNA, fog), fog) == ["A harbour", "Add fog"]


def test_the_line_begins_at_the_eldest_picture_that_is_still_known(
    tmp_path: Path, repository: Ledger
) -> None:
    night = edited(tmp_path, repository, "e" * 32, "Make it night", 3)
    snow = edited(tmp_path, repository, night, "Add snow", 2)

    assert words(family_of(repository, ANNA, snow), snow) == ["Make it night", "Add snow"]


def test_a_picture_that_nobody_knows_has_no_family(repository: Ledger) -> None:
    assert family_of(repository, ANNA, "e" * 32) == Family(())


def test_rows_that_name_each_other_as_source_end_all_the_same(
    tmp_path: Path, repository: Ledger
) -> None:
    first = edited(tmp_path, repository, "e" * 32, "One", 3)
    second = edited(tmp_path, repository, first, "Two", 2)
    with repository.writing() as connection:
        connection.exec_driver_sql("UPDATE tasks SET source_id = ? WHERE id = ?", (second, first))

    assert {step.words for step in family_of(repository, ANNA, second).steps} == {"One", "Two"}


def test_edits_without_a_picture_and_edits_of_others_are_in_nobodys_line(
    tmp_path: Path, repository: Ledger
) -> None:
    photo = brought_in(repository)
    seed_gallery(
        tmp_path,
        repository,
        [
            SeedImage("Runs", 3, State.GENERATING, source_id=photo),
            SeedImage("Was refused", 2, State.REFUSED, source_id=photo),
            SeedImage("By somebody else", 1, designer=BERT, source_id=photo),
        ],
    )

    assert [step.words for step in family_of(repository, ANNA, photo).steps] == ["beach.jpg"]


def test_the_variants_of_a_press_know_each_other_and_no_other_edit(
    tmp_path: Path, repository: Ledger
) -> None:
    photo = brought_in(repository)
    press = [
        SeedImage(f"Make it night {number}", 3.0, source_id=photo, batch="press")
        for number in range(3)
    ]
    first, *others = seed_gallery(tmp_path, repository, press)
    edited(tmp_path, repository, photo, "Add rain", 1.0)

    family = family_of(repository, ANNA, photo)
    step = family.step(first)
    assert step is not None
    assert {variant.picture.id for variant in family.variants(step)} == set(others)
    assert family.variants(family.line(photo)[0]) == ()
