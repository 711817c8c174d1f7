"""A picture in the trash over HTTP: gone for everybody, but for its owner's trash view."""

from __future__ import annotations

import pytest

from components.studio.db.gallery import GalleryRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from tests.integration.server.conftest import SeededApp
from tests.support.seed import open_data_folder, user_id_of


def thrown_away(seeded_app: SeededApp) -> str:
    """Another picture of Anna's, deleted while the app runs."""
    with open_data_folder(seeded_app.app.folder) as seeds:
        picture_id = seeds.add_picture(seeded_app.anna.token or "", "A picture to be deleted")
        archive = GalleryRepository(
            repository=seeds.repository, image_store=ImageStore(seeds.folder), events=EventBus()
        )
        assert archive.move_to_trash(user_id_of(seeded_app.anna.token or ""), [picture_id]) == 1
    return picture_id


@pytest.mark.parametrize("kind", ["pictures", "thumbnails"])
def test_trashed_image_is_served_only_to_trash_view(kind: str, seeded_app: SeededApp) -> None:
    picture_id = thrown_away(seeded_app)
    path = f"/app/static/{kind}/{picture_id}"

    assert seeded_app.anna.get(path).status_code == 404
    shown = seeded_app.anna.get(f"{path}?trash=1")
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert seeded_app.ben.get(f"{path}?trash=1").status_code == 404
    assert seeded_app.app.client().get(f"{path}?trash=1").status_code == 404


def test_trashed_image_cannot_be_downloaded(seeded_app: SeededApp) -> None:
    picture_id = thrown_away(seeded_app)

    assert seeded_app.anna.get(f"/app/static/downloads/{picture_id}").status_code == 404


def test_trash_view_serves_only_trashed_images(seeded_app: SeededApp) -> None:
    path = f"/app/static/pictures/{seeded_app.anna_picture}"

    assert seeded_app.anna.get(path).status_code == 200
    assert seeded_app.anna.get(f"{path}?trash=1").status_code == 404


def test_restored_image_is_served_again(seeded_app: SeededApp) -> None:
    picture_id = thrown_away(seeded_app)
    with open_data_folder(seeded_app.app.folder) as seeds:
        archive = GalleryRepository(
            repository=seeds.repository, image_store=ImageStore(seeds.folder), events=EventBus()
        )
        archive.restore(user_id_of(seeded_app.anna.token or ""), [picture_id])

    assert seeded_app.anna.get(f"/app/static/pictures/{picture_id}").status_code == 200
