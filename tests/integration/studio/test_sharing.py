"""Sharing: what is shared on purpose is seen by others, and nothing else ever is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from components.studio.db.database import Database, NotFoundError
from components.studio.db.gallery import GalleryQuery, GalleryRepository
from components.studio.db.kept_versions import KeptVersions
from components.studio.db.sharing import PictureCollection, ShareKind, Sharing
from components.studio.db.tables import ImageRecord, people
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from components.studio.tasks.models import TaskState
from tests.support.factories import NOW, make_task

pytestmark = pytest.mark.usefixtures("real_migrations")

ANNA, BEN = "a" * 32, "b" * 32
DAY_S = 24 * 3600.0


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", "postgresql"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TaskRepository]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'studio.db'}"
    else:
        url = str(request.getfixturevalue("empty_postgresql"))
    with closing(TaskRepository(Database(url))) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def events() -> EventBus:
    return EventBus()


@pytest.fixture
def sharing(repository: TaskRepository, events: EventBus, clock: Clock) -> Sharing:
    return Sharing(repository.database, events, clock=clock)


@pytest.fixture
def gallery(repository: TaskRepository, events: EventBus, tmp_path: Path) -> GalleryRepository:
    return GalleryRepository(
        repository=repository,
        image_store=ImageStore(tmp_path),
        events=events,
        clock=lambda: NOW,
    )


def add_picture(repository: TaskRepository, user_id: str, prompt: str = "A fox") -> str:
    """A finished task with its image; returns the id of both."""
    task = make_task(prompt, user_id=user_id, state=TaskState.STORING)
    repository.add_tasks([task])
    done = replace(task, state=TaskState.DONE, image_id=task.id)
    repository.update_task(task.id, lambda _: done, image=image(task.id, user_id, task.id))
    return task.id


def add_brought_in(repository: TaskRepository, user_id: str) -> str:
    return repository.add_image(image(make_task().id, user_id, None)).id


def image(image_id: str, user_id: str, task_id: str | None) -> ImageRecord:
    return ImageRecord(
        id=image_id,
        user_id=user_id,
        task_id=task_id,
        format="jpeg",
        width_px=640,
        height_px=480,
        size_bytes=9,
        created_at=NOW,
    )


def ids_in(sharing: Sharing, user_id: str, collection: PictureCollection) -> list[str]:
    return [picture.image.id for picture in sharing.pictures(user_id, collection.id)]


def test_collection_is_private_until_it_is_shared(
    repository: TaskRepository, sharing: Sharing
) -> None:
    fox, photo = add_picture(repository, ANNA), add_brought_in(repository, ANNA)
    foreign = add_picture(repository, BEN)
    campaign = sharing.make_collection(ANNA, "  Campaign \n May ")
    assert sharing.add_to_collection(ANNA, campaign.id, [fox, photo, foreign, "0" * 32]) == 2
    assert sharing.add_to_collection(ANNA, campaign.id, [fox]) == 0
    assert campaign.name == "Campaign May"
    assert set(ids_in(sharing, ANNA, campaign)) == {fox, photo}

    assert sharing.collections(BEN) == []
    for refused in (
        lambda: sharing.collection(BEN, campaign.id),
        lambda: sharing.pictures(BEN, campaign.id),
        lambda: sharing.picture(BEN, campaign.id, fox),
    ):
        with pytest.raises(NotFoundError):
            refused()

    sharing.set_collection_shared(ANNA, campaign.id, is_shared=True)
    assert [each.id for each in sharing.collections(BEN)] == [campaign.id]
    assert set(ids_in(sharing, BEN, campaign)) == {fox, photo}
    assert sharing.picture(BEN, campaign.id, fox).id == fox
    with pytest.raises(NotFoundError):
        sharing.picture(BEN, campaign.id, add_picture(repository, ANNA))
    sharing.set_collection_shared(ANNA, campaign.id, is_shared=False)
    with pytest.raises(NotFoundError):
        sharing.picture(BEN, campaign.id, fox)


def test_another_persons_collection_cannot_be_changed_or_linked(
    repository: TaskRepository, sharing: Sharing
) -> None:
    fox = add_picture(repository, ANNA)
    own = add_picture(repository, BEN)
    campaign = sharing.make_collection(ANNA, "Campaign")
    sharing.add_to_collection(ANNA, campaign.id, [fox])
    sharing.set_collection_shared(ANNA, campaign.id, is_shared=True)
    for refused in (
        lambda: sharing.rename_collection(BEN, campaign.id, "Mine"),
        lambda: sharing.set_collection_shared(BEN, campaign.id, is_shared=False),
        lambda: sharing.add_to_collection(BEN, campaign.id, [own]),
        lambda: sharing.remove_from_collection(BEN, campaign.id, [fox]),
        lambda: sharing.delete_collection(BEN, campaign.id),
        lambda: sharing.share(BEN, ShareKind.COLLECTION, [campaign.id]),
        lambda: sharing.share(BEN, ShareKind.PICTURE, [fox]),
        lambda: sharing.share(BEN, ShareKind.PAIR, [own, fox]),
    ):
        with pytest.raises(NotFoundError):
            refused()
    assert ids_in(sharing, ANNA, campaign) == [fox]
    assert sharing.links(BEN) == []


def test_collection_is_a_filter_of_its_owners_gallery_alone(
    repository: TaskRepository, sharing: Sharing, gallery: GalleryRepository
) -> None:
    fox, photo = add_picture(repository, ANNA), add_brought_in(repository, ANNA)
    add_picture(repository, ANNA, "left out")
    campaign = sharing.make_collection(ANNA, "Campaign")
    sharing.add_to_collection(ANNA, campaign.id, [fox, photo])
    sharing.set_collection_shared(ANNA, campaign.id, is_shared=True)
    query = GalleryQuery(collection_id=campaign.id)

    assert {item.id for item in gallery.find(ANNA, query)} == {fox, photo}
    assert gallery.find(BEN, query) == []
    assert query.is_filtered


def test_changes_of_a_collection_reach_its_owners_tabs_alone(
    repository: TaskRepository, sharing: Sharing, events: EventBus
) -> None:
    heard: list[str] = []
    for user_id in (ANNA, BEN):
        events.subscribe(user_id, lambda user_id=user_id: heard.append(user_id))  # type: ignore[misc]  # a default binds it
    campaign = sharing.make_collection(ANNA, "Campaign")
    sharing.add_to_collection(ANNA, campaign.id, [add_picture(repository, ANNA)])
    sharing.set_collection_shared(ANNA, campaign.id, is_shared=True)
    sharing.delete_collection(ANNA, campaign.id)
    assert heard == [ANNA] * 4


def test_link_opens_until_it_expires_or_is_revoked(
    repository: TaskRepository, sharing: Sharing, clock: Clock
) -> None:
    fox, hare = add_picture(repository, ANNA), add_picture(repository, ANNA, "A hare")
    token, link = sharing.share(ANNA, ShareKind.PAIR, [fox, hare], lasts_seconds=DAY_S)
    lasting, _ = sharing.share(ANNA, ShareKind.PICTURE, [fox])

    assert len(token) >= 32
    with repository.database.read_transaction() as connection:
        stored = connection.execute(sa.text("SELECT * FROM shares")).all()
    assert token not in str(stored)
    assert [each.image.id for each in sharing.open(token).pictures] == [fox, hare]
    assert sharing.open_picture(token, hare).id == hare
    with pytest.raises(NotFoundError):
        sharing.open_picture(lasting, hare)
    with pytest.raises(NotFoundError):
        sharing.revoke(BEN, link.id)
    clock.now += DAY_S
    assert len(sharing.links(ANNA)) == 1
    for gone in (token, "", "x" * 32):
        with pytest.raises(NotFoundError):
            sharing.open(gone)
    [(other, _)] = sharing.links(ANNA)
    sharing.revoke(ANNA, other.id)
    with pytest.raises(NotFoundError):
        sharing.open_picture(lasting, fox)
    assert sharing.count_links(ANNA) == 0


def test_trashed_and_deleted_pictures_are_gone_from_links_and_collections(
    repository: TaskRepository, sharing: Sharing, gallery: GalleryRepository
) -> None:
    fox, photo = add_picture(repository, ANNA), add_brought_in(repository, ANNA)
    campaign = sharing.make_collection(ANNA, "Campaign")
    sharing.add_to_collection(ANNA, campaign.id, [fox, photo])
    pair, _ = sharing.share(ANNA, ShareKind.PAIR, [photo, fox])
    all_of_it, _ = sharing.share(ANNA, ShareKind.COLLECTION, [campaign.id])
    gallery.move_to_trash(ANNA, [fox])

    assert ids_in(sharing, ANNA, campaign) == [photo]
    for token, image_id in ((pair, fox), (pair, photo), (all_of_it, fox)):
        with pytest.raises(NotFoundError):
            sharing.open_picture(token, image_id)
    assert {opened is None for _, opened in sharing.links(ANNA)} == {True, False}
    gallery.restore(ANNA, [fox])
    assert sharing.open_picture(pair, fox).id == fox

    gallery.move_to_trash(ANNA, [fox, photo])
    gallery.empty_trash(ANNA)
    assert sharing.open(all_of_it).pictures == ()
    with repository.database.read_transaction() as connection:
        left = connection.execute(sa.text("SELECT count(*) FROM collection_items")).scalar_one()
    assert left == 0
    sharing.delete_collection(ANNA, campaign.id)
    with pytest.raises(NotFoundError):
        sharing.open(all_of_it)


def test_link_opens_the_version_that_is_shown(repository: TaskRepository, sharing: Sharing) -> None:
    source = add_brought_in(repository, ANNA)
    raw = add_picture(repository, ANNA)
    campaign = sharing.make_collection(ANNA, "Campaign")
    sharing.add_to_collection(ANNA, campaign.id, [raw])
    pair, _ = sharing.share(ANNA, ShareKind.PAIR, [source, raw])
    versions = KeptVersions(database=repository.database)
    report = versions.request(image(raw, ANNA, raw), "{}")
    kept = image("c" * 32, ANNA, raw)
    claimed = versions.claim(raw)
    assert claimed is not None
    assert versions.show_kept(report, kept) is not None

    assert [each.image.id for each in sharing.open(pair).pictures] == [source, kept.id]
    assert ids_in(sharing, ANNA, campaign) == [kept.id]
    with pytest.raises(NotFoundError):
        sharing.open_picture(pair, raw)


def test_who_is_removed_shares_nothing(repository: TaskRepository, sharing: Sharing) -> None:
    fox = add_picture(repository, ANNA)
    campaign = sharing.make_collection(ANNA, "Campaign")
    sharing.set_collection_shared(ANNA, campaign.id, is_shared=True)
    token, _ = sharing.share(ANNA, ShareKind.PICTURE, [fox])
    with repository.database.write_transaction() as connection:
        connection.execute(
            sa.insert(people).values(user_id=ANNA, name="Anna", first_seen=NOW, last_seen=NOW)
        )
    assert sharing.open(token).owner_name == "Anna"
    assert [each.owner_name for each in sharing.collections(BEN)] == ["Anna"]

    with repository.database.write_transaction() as connection:
        connection.execute(sa.update(people).values(removed_at=NOW))
    assert sharing.collections(BEN) == []
    with pytest.raises(NotFoundError):
        sharing.open(token)
