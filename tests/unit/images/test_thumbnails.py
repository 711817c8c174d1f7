"""Thumbnails: two sizes, made once, deleted with their image; the average color of a small one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from components.studio.images.store import ImageStore, make_thumbnails
from tests.support.image_asserts import corners, near, shown
from tests.support.image_corpus import CORNERS, encoded, exif, quarters, upright_source

ID = "1f" * 16


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_thumbnails_have_384_and_768_px(form: str) -> None:
    data = encoded(quarters(1600, 900), form)
    thumbnails = {side: shown(small) for side, small in make_thumbnails(data).items()}
    assert {side: image.size for side, image in thumbnails.items()} == {
        384: (384, 216),
        768: (768, 432),
    }
    for image in thumbnails.values():
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert all(map(near, corners(image), CORNERS))


def test_both_thumbnails_are_upright() -> None:
    source = upright_source(6).resize((800, 1200))
    for side, small in make_thumbnails(encoded(source, "JPEG", exif=exif(6))).items():
        assert max(shown(small).size) == side
        assert all(map(near, corners(shown(small)), CORNERS))


def test_small_image_is_not_enlarged() -> None:
    thumbnails = make_thumbnails(encoded(quarters(500, 300), "PNG"))
    assert shown(thumbnails[384]).size == (384, 230)
    assert shown(thumbnails[768]).size == (500, 300)


def test_image_is_stored_and_removed_with_both_thumbnails(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    store.save(ID, "png", encoded(quarters(900, 600), "PNG"))
    assert sorted(path.name for path in tmp_path.glob("*/*/*")) == [
        f"{ID}-768.jpeg",
        f"{ID}.jpeg",
        f"{ID}.png",
    ]
    store.remove(ID, "png")
    assert list(tmp_path.glob("*/*/*")) == []


def test_thumbnail_of_an_image_that_is_deleted_meanwhile_is_not_left(tmp_path: Path) -> None:
    class DeletedAfterReading(ImageStore):
        def read(self, image_id: str, file_format: str) -> bytes:
            data = super().read(image_id, file_format)
            self.remove(image_id, file_format)
            return data

    store = DeletedAfterReading(tmp_path)
    store.save(ID, "png", encoded(quarters(900, 600), "PNG"))
    store.make_missing_thumbnail(ID, "png", 768)
    assert list(tmp_path.glob("*/*/*")) == []


@pytest.mark.parametrize("side_px", [0, 383, 512, 4096])
def test_other_sizes_do_not_exist(side_px: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such thumbnail size"):
        ImageStore(tmp_path).thumbnail_file(ID, side_px)


def test_average_color_is_that_of_all_pixels(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 300), (200, 40, 40))
    image.paste((40, 40, 200), (200, 0, 400, 300))
    store = ImageStore(tmp_path)
    color = store.save(ID, "png", encoded(image, "PNG"))
    assert near(tuple(bytes.fromhex(color[1:])), (120, 40, 120), 4)
    assert store.average_color(ID) == color


def test_missing_or_broken_thumbnail_has_no_color(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    file = store.thumbnail_file(ID)
    assert store.average_color(ID) is None
    file.write(b"\xff\xd8\xff broken")
    assert store.average_color(ID) is None
    file.write(make_thumbnails(encoded(quarters(), "PNG"))[384])
    assert store.average_color(ID) is not None, "what was missing once is looked at again"
