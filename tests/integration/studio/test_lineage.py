"""Edit trees: ancestors, branches, variants, and no edit of another user."""

from __future__ import annotations

import uuid
from pathlib import Path

import sqlalchemy as sa

from components.studio.db.gallery import GalleryRepository
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from components.studio.lineage import EditTree, load_edit_tree
from components.studio.tasks.models import TaskState
from tests.support.gallery_seed import ANNA, SeedImage, seed_gallery

BERT = "b" * 32


def import_photo(repository: TaskRepository, user_id: str = ANNA) -> str:
    """Add an imported image, older than every edit of it; returns its id."""
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


def add_edit(
    folder: Path, repository: TaskRepository, source_id: str, prompt: str, hours: float
) -> str:
    """Add an edit that ended this many hours ago; returns the id of its image."""
    [image_id] = seed_gallery(folder, repository, [SeedImage(prompt, hours, source_id=source_id)])
    return image_id


def ancestor_labels(tree: EditTree, image_id: str) -> list[str]:
    return [node.label for node in tree.ancestors(image_id)]


def test_chained_edits_have_one_line_of_ancestors(
    tmp_path: Path, repository: TaskRepository
) -> None:
    photo = import_photo(repository)
    night = add_edit(tmp_path, repository, photo, "Make it night", 4)
    snow = add_edit(tmp_path, repository, night, "Add snow", 3)
    sign = add_edit(tmp_path, repository, snow, "Replace 'A' with 'B'", 2)
    labels = ["beach.jpg", "Make it night", "Add snow", "Replace 'A' with 'B'"]

    for image_id in (photo, night, snow, sign):
        tree = load_edit_tree(repository, ANNA, image_id)
        assert ancestor_labels(tree, sign) == labels
        assert ancestor_labels(tree, night) == labels[:2]


def test_branch_has_its_own_ancestors_and_leaf(tmp_path: Path, repository: TaskRepository) -> None:
    photo = import_photo(repository)
    night = add_edit(tmp_path, repository, photo, "Make it night", 5)
    snow = add_edit(tmp_path, repository, night, "Add snow", 4)
    stars = add_edit(tmp_path, repository, night, "Add stars", 3)
    tree = load_edit_tree(repository, ANNA, snow)

    assert ancestor_labels(tree, snow) == ["beach.jpg", "Make it night", "Add snow"]
    assert ancestor_labels(tree, stars) == ["beach.jpg", "Make it night", "Add stars"]
    assert [node.image.id for node in tree.leaves()] == [stars, snow]
    newest = tree.newest_edit_of(night)
    assert newest is not None
    assert newest.image.id == stars
    assert tree.newest_edit_of(stars) is None


def test_line_goes_on_to_the_newest_edit_unless_another_end_is_named(
    tmp_path: Path, repository: TaskRepository
) -> None:
    photo = import_photo(repository)
    night = add_edit(tmp_path, repository, photo, "Make it night", 6)
    snow = add_edit(tmp_path, repository, night, "Add snow", 5)
    add_edit(tmp_path, repository, snow, "Add a hut", 4)
    stars = add_edit(tmp_path, repository, night, "Add stars", 3)
    rain = add_edit(tmp_path, repository, photo, "Add rain", 2)
    tree = load_edit_tree(repository, ANNA, photo)

    def line(image_id: str, end_id: str | None = None) -> list[str]:
        return [node.label for node in tree.line(image_id, end_id=end_id)]

    assert line(photo) == ["beach.jpg", "Add rain"]
    assert line(night) == ["beach.jpg", "Make it night", "Add stars"]
    assert line(snow) == ["beach.jpg", "Make it night", "Add snow", "Add a hut"]
    assert line(night, snow) == ["beach.jpg", "Make it night", "Add snow"]
    assert line(stars, snow) == ["beach.jpg", "Make it night", "Add stars"]
    assert line(rain, "gone") == ["beach.jpg", "Add rain"]


def test_branches_of_a_line_are_what_else_was_made_from_its_steps(
    tmp_path: Path, repository: TaskRepository
) -> None:
    photo = import_photo(repository)
    night = add_edit(tmp_path, repository, photo, "Make it night", 6)
    snow = add_edit(tmp_path, repository, night, "Add snow", 5)
    add_edit(tmp_path, repository, snow, "Add a hut", 4)
    stars = add_edit(tmp_path, repository, night, "Add stars", 3)
    rain = add_edit(tmp_path, repository, photo, "Add rain", 2)
    tree = load_edit_tree(repository, ANNA, photo)
    branches = tree.branches(tree.line(stars))
    found = {step: [node.image.id for node in nodes] for step, nodes in branches.items()}
    assert found == {photo: [rain], night: [snow], stars: []}


def test_trashed_images_can_be_left_out(tmp_path: Path, repository: TaskRepository) -> None:
    photo = import_photo(repository)
    night = add_edit(tmp_path, repository, photo, "Make it night", 4)
    add_edit(tmp_path, repository, night, "Add snow", 3)
    gallery = GalleryRepository(
        repository=repository, image_store=ImageStore(tmp_path), events=EventBus()
    )
    gallery.move_to_trash(ANNA, [night])

    tree = load_edit_tree(repository, ANNA, photo)
    assert [node.label for node in tree.nodes] == ["beach.jpg", "Make it night", "Add snow"]
    assert [node.label for node in tree.without_deleted().nodes] == ["beach.jpg", "Add snow"]


def test_generated_image_is_a_root(tmp_path: Path, repository: TaskRepository) -> None:
    [made] = seed_gallery(tmp_path, repository, [SeedImage("A harbour", 3)])
    fog = add_edit(tmp_path, repository, made, "Add fog", 2)

    assert ancestor_labels(load_edit_tree(repository, ANNA, fog), fog) == ["A harbour", "Add fog"]


def test_ancestors_begin_at_oldest_known_image(tmp_path: Path, repository: TaskRepository) -> None:
    night = add_edit(tmp_path, repository, "e" * 32, "Make it night", 3)
    snow = add_edit(tmp_path, repository, night, "Add snow", 2)

    assert ancestor_labels(load_edit_tree(repository, ANNA, snow), snow) == [
        "Make it night",
        "Add snow",
    ]


def test_unknown_image_has_no_tree(repository: TaskRepository) -> None:
    assert load_edit_tree(repository, ANNA, "e" * 32) == EditTree(())


def test_circular_sources_end(tmp_path: Path, repository: TaskRepository) -> None:
    first = add_edit(tmp_path, repository, "e" * 32, "One", 3)
    second = add_edit(tmp_path, repository, first, "Two", 2)
    with repository.database.write_transaction() as connection:
        connection.execute(
            sa.text("UPDATE tasks SET source_id = :second WHERE id = :first"),
            {"second": second, "first": first},
        )

    assert {node.label for node in load_edit_tree(repository, ANNA, second).nodes} == {"One", "Two"}


def test_edits_without_image_or_of_others_are_left_out(
    tmp_path: Path, repository: TaskRepository
) -> None:
    photo = import_photo(repository)
    seed_gallery(
        tmp_path,
        repository,
        [
            SeedImage("Runs", 3, TaskState.GENERATING, source_id=photo),
            SeedImage("Was refused", 2, TaskState.REFUSED, source_id=photo),
            SeedImage("By somebody else", 1, user_id=BERT, source_id=photo),
        ],
    )

    assert [node.label for node in load_edit_tree(repository, ANNA, photo).nodes] == ["beach.jpg"]
