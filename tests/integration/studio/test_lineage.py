"""The tree of edits around a picture: lines, branches, and what is nobody else's business."""

from __future__ import annotations

import uuid
from pathlib import Path

from components.studio.db.models import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.lineage import EditTree, load_edit_tree
from components.studio.tasks.models import TaskState
from tests.support.gallery_seed import ANNA, SeedImage, seed_gallery

BERT = "b" * 32


def brought_in(repository: TaskRepository, user_id: str = ANNA) -> str:
    """A photograph of the designer's own, older than every edit of it."""
    photo = ImageRecord(
        id=uuid.uuid4().hex,
        user_id=user_id,
        task_id=None,
        format="jpeg",
        width_px=1600,
        height_px=1200,
        size_bytes=600,
        created_at=0.0,
        label="beach.jpg",
    )
    repository.add_image(photo)
    return photo.id


def edited(
    folder: Path, repository: TaskRepository, source_id: str, words: str, hours: float
) -> str:
    """The picture that an edit made so many hours ago."""
    [picture_id] = seed_gallery(folder, repository, [SeedImage(words, hours, source_id=source_id)])
    return picture_id


def words(family: EditTree, picture_id: str) -> list[str]:
    return [step.label for step in family.ancestors(picture_id)]


def test_chained_edits_have_one_line_of_ancestors(
    tmp_path: Path, repository: TaskRepository
) -> None:
    photo = brought_in(repository)
    night = edited(tmp_path, repository, photo, "Make it night", 4)
    snow = edited(tmp_path, repository, night, "Add snow", 3)
    sign = edited(tmp_path, repository, snow, "Replace 'A' with 'B'", 2)
    line = ["beach.jpg", "Make it night", "Add snow", "Replace 'A' with 'B'"]

    for anywhere in (photo, night, snow, sign):
        family = load_edit_tree(repository, ANNA, anywhere)
        assert words(family, sign) == line
        assert words(family, night) == line[:2]


def test_branch_has_its_own_ancestors_and_leaf(tmp_path: Path, repository: TaskRepository) -> None:
    photo = brought_in(repository)
    night = edited(tmp_path, repository, photo, "Make it night", 5)
    snow = edited(tmp_path, repository, night, "Add snow", 4)
    stars = edited(tmp_path, repository, night, "Add stars", 3)
    family = load_edit_tree(repository, ANNA, snow)

    assert words(family, snow) == ["beach.jpg", "Make it night", "Add snow"]
    assert words(family, stars) == ["beach.jpg", "Make it night", "Add stars"]
    assert [step.image.id for step in family.leaves()] == [stars, snow]
    newest = family.newest_edit_of(night)
    assert newest is not None
    assert newest.image.id == stars
    assert family.newest_edit_of(stars) is None


def test_generated_image_is_a_root(tmp_path: Path, repository: TaskRepository) -> None:
    [made] = seed_gallery(tmp_path, repository, [SeedImage("A harbour", 3)])
    fog = edited(tmp_path, repository, made, "Add fog", 2)

    assert words(load_edit_tree(repository, ANNA, fog), fog) == ["A harbour", "Add fog"]


def test_ancestors_begin_at_oldest_known_image(tmp_path: Path, repository: TaskRepository) -> None:
    night = edited(tmp_path, repository, "e" * 32, "Make it night", 3)
    snow = edited(tmp_path, repository, night, "Add snow", 2)

    assert words(load_edit_tree(repository, ANNA, snow), snow) == ["Make it night", "Add snow"]


def test_unknown_image_has_no_tree(repository: TaskRepository) -> None:
    assert load_edit_tree(repository, ANNA, "e" * 32) == EditTree(())


def test_circular_sources_end(tmp_path: Path, repository: TaskRepository) -> None:
    first = edited(tmp_path, repository, "e" * 32, "One", 3)
    second = edited(tmp_path, repository, first, "Two", 2)
    with repository.write_transaction() as connection:
        connection.exec_driver_sql("UPDATE tasks SET source_id = ? WHERE id = ?", (second, first))

    assert {step.label for step in load_edit_tree(repository, ANNA, second).nodes} == {"One", "Two"}


def test_edits_without_image_or_of_others_are_left_out(
    tmp_path: Path, repository: TaskRepository
) -> None:
    photo = brought_in(repository)
    seed_gallery(
        tmp_path,
        repository,
        [
            SeedImage("Runs", 3, TaskState.GENERATING, source_id=photo),
            SeedImage("Was refused", 2, TaskState.REFUSED, source_id=photo),
            SeedImage("By somebody else", 1, user_id=BERT, source_id=photo),
        ],
    )

    assert [step.label for step in load_edit_tree(repository, ANNA, photo).nodes] == ["beach.jpg"]


def test_variants_are_the_images_of_one_submission(
    tmp_path: Path, repository: TaskRepository
) -> None:
    photo = brought_in(repository)
    press = [
        SeedImage(f"Make it night {number}", 3.0, source_id=photo, batch="press")
        for number in range(3)
    ]
    first, *others = seed_gallery(tmp_path, repository, press)
    edited(tmp_path, repository, photo, "Add rain", 1.0)

    family = load_edit_tree(repository, ANNA, photo)
    step = family.node(first)
    assert step is not None
    assert {variant.image.id for variant in family.variants(step)} == set(others)
    assert family.variants(family.ancestors(photo)[0]) == ()
