"""A picture in the trash over HTTP: gone for everybody, but for its owner's trash view."""

from __future__ import annotations

import pytest

from components.studio.db.gallery import GalleryRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from tests.integration.server.conftest import Ground
from tests.support.seed import name_of, seeded


def thrown_away(ground: Ground) -> str:
    """Another picture of Anna's, deleted while the app runs."""
    with seeded(ground.app.folder) as seeds:
        picture_id = seeds.picture(ground.anna.token or "", "A picture to be deleted")
        archive = GalleryRepository(
            repository=seeds.ledger, image_store=ImageStore(seeds.folder), events=EventBus()
        )
        assert archive.move_to_trash(name_of(ground.anna.token or ""), [picture_id]) == 1
    return picture_id


@pytest.mark.parametrize("kind", ["pictures", "thumbnails"])
def test_a_deleted_picture_is_found_by_its_owners_trash_view_alone(
    kind: str, ground: Ground
) -> None:
    picture_id = thrown_away(ground)
    path = f"/app/static/{kind}/{picture_id}"

    assert ground.anna.get(path).status_code == 404
    shown = ground.anna.get(f"{path}?trash=1")
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert ground.ben.get(f"{path}?trash=1").status_code == 404
    assert ground.app.visitor().get(f"{path}?trash=1").status_code == 404


def test_a_deleted_picture_cannot_be_downloaded(ground: Ground) -> None:
    picture_id = thrown_away(ground)

    assert ground.anna.get(f"/app/static/downloads/{picture_id}").status_code == 404


def test_the_trash_view_shows_no_picture_that_is_not_in_it(ground: Ground) -> None:
    path = f"/app/static/pictures/{ground.anna_picture}"

    assert ground.anna.get(path).status_code == 200
    assert ground.anna.get(f"{path}?trash=1").status_code == 404


def test_a_picture_that_was_taken_back_is_where_it_was(ground: Ground) -> None:
    picture_id = thrown_away(ground)
    with seeded(ground.app.folder) as seeds:
        archive = GalleryRepository(
            repository=seeds.ledger, image_store=ImageStore(seeds.folder), events=EventBus()
        )
        archive.restore(name_of(ground.anna.token or ""), [picture_id])

    assert ground.anna.get(f"/app/static/pictures/{picture_id}").status_code == 200
