"""Images in the trash over HTTP: only their owner's trash view gets them."""

from __future__ import annotations

import pytest

from components.studio.db.gallery import GalleryRepository
from components.studio.events import EventBus
from components.studio.images.store import ImageStore
from tests.integration.server.conftest import SeededApp
from tests.support.identity import user_id_of
from tests.support.seed import open_data_folder


def add_trashed_image(seeded_app: SeededApp) -> str:
    """Add an image of Anna's and trash it while the app runs. Returns its id."""
    with open_data_folder(seeded_app.app.folder) as seeds:
        image_id = seeds.add_picture(seeded_app.anna.token or "", "An image to be deleted")
        gallery = GalleryRepository(
            repository=seeds.repository, image_store=ImageStore(seeds.folder), events=EventBus()
        )
        assert gallery.move_to_trash(user_id_of(seeded_app.anna.token or ""), [image_id]) == 1
    return image_id


@pytest.mark.parametrize("folder", ["pictures", "thumbnails"])
def test_trashed_image_is_served_only_to_trash_view(folder: str, seeded_app: SeededApp) -> None:
    image_id = add_trashed_image(seeded_app)
    path = f"/app/static/{folder}/{image_id}"

    assert seeded_app.anna.get(path).status_code == 404
    response = seeded_app.anna.get(f"{path}?trash=1")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert seeded_app.ben.get(f"{path}?trash=1").status_code == 404
    assert seeded_app.app.client().get(f"{path}?trash=1").status_code == 404


def test_trashed_image_cannot_be_downloaded(seeded_app: SeededApp) -> None:
    image_id = add_trashed_image(seeded_app)

    assert seeded_app.anna.get(f"/app/static/downloads/{image_id}").status_code == 404


def test_trash_view_serves_only_trashed_images(seeded_app: SeededApp) -> None:
    path = f"/app/static/pictures/{seeded_app.anna_picture}"

    assert seeded_app.anna.get(path).status_code == 200
    assert seeded_app.anna.get(f"{path}?trash=1").status_code == 404


def test_restored_image_is_served_again(seeded_app: SeededApp) -> None:
    image_id = add_trashed_image(seeded_app)
    with open_data_folder(seeded_app.app.folder) as seeds:
        gallery = GalleryRepository(
            repository=seeds.repository, image_store=ImageStore(seeds.folder), events=EventBus()
        )
        gallery.restore(user_id_of(seeded_app.anna.token or ""), [image_id])

    assert seeded_app.anna.get(f"/app/static/pictures/{image_id}").status_code == 200
